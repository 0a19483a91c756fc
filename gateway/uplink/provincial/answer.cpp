#include "gateway/uplink/provincial/answer.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/uplink/provincial/answer_reader.h"

namespace mg {
namespace {

constexpr std::size_t kLongestCode = 64;

struct StatusRange {
    int first;
    int last;
    PlatformVerdict verdict;
};
/// The first that holds; 2xx is judged by the code.
constexpr std::array kStatuses{
    StatusRange{300, 399,
                PlatformVerdict::refused},  // redirects are not followed: the records would go elsewhere
    StatusRange{401, 401, PlatformVerdict::refused},  // no rights
    StatusRange{403, 405, PlatformVerdict::refused},  // no rights, wrong path, wrong method
    StatusRange{407, 407, PlatformVerdict::refused},  // the proxy wants a password
    StatusRange{408, 408, PlatformVerdict::transient},
    StatusRange{410, 410, PlatformVerdict::refused},
    StatusRange{415, 415, PlatformVerdict::refused},
    StatusRange{421, 421, PlatformVerdict::refused},
    StatusRange{425, 425, PlatformVerdict::transient},
    StatusRange{429, 429, PlatformVerdict::transient},
    StatusRange{495, 497, PlatformVerdict::refused},  // nginx: about the client certificate
    StatusRange{400, 499, PlatformVerdict::rejected},
    StatusRange{511, 511, PlatformVerdict::refused},  // a captive portal
};

bool contains_one(std::string_view text, const std::vector<std::string>& words) {
    return std::ranges::any_of(
        words, [&](const std::string& word) { return text.find(word) != std::string_view::npos; });
}

bool is_success_status(int status) {
    return status >= 200 && status <= 299;
}

/// What the platform says, whatever the HTTP status is. None: nothing but that it did not work.
std::optional<PlatformVerdict> verdict_of_words(const PlatformAnswer& answer,
                                                const PlatformVerdicts& verdicts) {
    if (verdicts.expired.contains(answer.code) || verdicts.expired.contains(std::to_string(answer.status)))
        return PlatformVerdict::expired;
    if (verdicts.transient.contains(answer.code)) return PlatformVerdict::transient;
    if (verdicts.refused.contains(answer.code)) return PlatformVerdict::refused;
    if (verdicts.success.contains(answer.code)) return std::nullopt;
    if (contains_one(answer.message, verdicts.refused_words)) return PlatformVerdict::refused;
    if (!answer.code.empty() && contains_one(answer.message, verdicts.taken_words))
        return PlatformVerdict::accepted;
    return std::nullopt;
}

PlatformVerdict verdict_of(const PlatformAnswer& answer, const PlatformVerdicts& verdicts) {
    if (answer.status >= 500 || answer.status < 200) {
        const auto* known = std::ranges::find_if(kStatuses, [&](const StatusRange& r) {
            return answer.status >= r.first && answer.status <= r.last;
        });
        return known == kStatuses.end() ? PlatformVerdict::transient : known->verdict;
    }
    if (const auto said = verdict_of_words(answer, verdicts)) return *said;
    if (is_success_status(answer.status)) {
        if (answer.code.empty()) return PlatformVerdict::transient;
        return verdicts.success.contains(answer.code) ? PlatformVerdict::accepted : PlatformVerdict::rejected;
    }
    const auto* known = std::ranges::find_if(
        kStatuses, [&](const StatusRange& r) { return answer.status >= r.first && answer.status <= r.last; });
    return known == kStatuses.end() ? PlatformVerdict::transient : known->verdict;
}

std::string kind_of_body(const HttpReply& reply) {
    return printable_words(reply.content_type.substr(0, reply.content_type.find(';')), kLongestCode);
}

/// The message, in the wrapper or beside the code.
std::string message_in(const AnswerContent& content, const std::string& name) {
    for (const auto* fields : {&content.top, &content.wrapped}) {
        const auto found = fields->find(name);
        if (found != fields->end()) return printable_words(found->second.text, kLongestPlatformWords);
    }
    return {};
}

void read_body(const HttpReply& reply, const ProfileOptions& profile, PlatformAnswer& answer) {
    if (!reply.complete) {
        answer.trouble = tr("the answer is cut off", "应答不完整");
        return;
    }
    if (reply.body.size() > kLongestAnswer) {
        answer.trouble = tr("the answer is too long", "应答过长");
        return;
    }
    AnswerContent content = read_content(reply.body, profile.names.wrapper, profile.names.response_code);
    if (!content.trouble.empty()) {
        const std::string kind = kind_of_body(reply);
        answer.trouble = kind.empty() ? content.trouble : fmt::format("{} ({})", content.trouble, kind);
        return;
    }
    answer.message = message_in(content, profile.names.response_message);
    const auto code = content.top.find(profile.names.response_code);
    if (code == content.top.end() || code->second.text.empty()) {
        answer.trouble = content.odd_code
                             ? trf("'{}' is neither text nor number", "“{}”既不是文字也不是数",
                                   profile.names.response_code)
                             : trf("the answer has no '{}'", "应答中没有“{}”", profile.names.response_code);
        return;
    }
    if (code->second.twice) {
        answer.trouble = trf("'{}' is there twice", "“{}”出现两次", profile.names.response_code);
        return;
    }
    answer.code = printable_words(code->second.text, kLongestCode);
    answer.fields = profile.names.wrapper.empty() ? std::move(content.top) : std::move(content.wrapped);
}

}  // namespace

std::optional<std::string_view> PlatformAnswer::text(std::string_view name) const {
    const auto found = fields.find(std::string(name));
    if (found == fields.end() || found->second.twice || found->second.text.empty()) return std::nullopt;
    return found->second.text;
}

std::string PlatformAnswer::to_string() const {
    std::string line = fmt::format("HTTP {}", status);
    if (!code.empty()) line += trf(", code {}", "，应答码 {}", code);
    const std::string& words = trouble.empty() ? message : trouble;
    if (!words.empty()) line += trf(": {}", "：{}", words);
    return line;
}

PlatformAnswer read_answer(const HttpReply& reply, const ProfileOptions& profile) {
    PlatformAnswer answer;
    answer.status = reply.status;
    read_body(reply, profile, answer);
    answer.verdict = verdict_of(answer, profile.verdicts);
    return answer;
}

}  // namespace mg
