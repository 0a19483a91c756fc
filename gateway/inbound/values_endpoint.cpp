#include "gateway/inbound/values_endpoint.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/base/language.h"
#include "gateway/base/secret_file.h"
#include "gateway/inbound/values_json.h"

namespace mg {
namespace {

constexpr std::string_view kValuesPath = "/v1/values";
constexpr std::string_view kHealthPath = "/v1/health";
constexpr std::size_t kShortestToken = 16;

struct Refusal {
    unsigned status;
    std::string_view kind;
    std::string_view en;
    std::string_view zh;
};
constexpr std::array kRefusals{
    Refusal{400, "rejected", "not a request that can be read", "请求无法解析"},
    Refusal{401, "refused", "the token is missing or wrong: Authorization: Bearer …",
            "缺少令牌或令牌错误：Authorization: Bearer …"},
    Refusal{404, "rejected", "no such address; there are POST /v1/values and GET /v1/health",
            "没有这个地址；只有 POST /v1/values 和 GET /v1/health"},
    Refusal{405, "rejected", "only POST /v1/values and GET /v1/health",
            "只支持 POST /v1/values 和 GET /v1/health"},
    Refusal{408, "transient", "the request did not arrive in time", "请求未在时限内收完"},
    Refusal{413, "rejected", "the body is too large; at most 1 MiB and 1000 values",
            "内容过大；不超过 1 MiB 和 1000 个值"},
    Refusal{415, "rejected", "the body must be Content-Type: application/json",
            "内容须为 Content-Type: application/json"},
    Refusal{431, "rejected", "the header is too large", "请求头过大"},
    Refusal{503, "transient", "busy: try again later", "繁忙，请稍后再试"},
};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with_word(std::string_view text, std::string_view word) {
    return text.size() >= word.size() && std::ranges::equal(text.substr(0, word.size()), word, {}, lower);
}

bool is_json(std::string_view content_type) {
    constexpr std::string_view kJson = "application/json";
    if (!starts_with_word(content_type, kJson)) return false;
    content_type.remove_prefix(kJson.size());
    return content_type.empty() || content_type.front() == ';' || content_type.front() == ' ';
}

/// In a time that does not tell how much of it was right.
bool is_same_secret(std::string_view a, std::string_view b) {
    unsigned difference = a.size() == b.size() ? 0U : 1U;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
        difference |= static_cast<unsigned>(a[i]) ^ static_cast<unsigned>(b[i]);
    }
    return difference == 0;
}

unsigned status_of(Failure kind) {
    switch (kind) {
        case Failure::rejected:
        case Failure::refused:
        case Failure::unsupported:
            return 422;
        case Failure::storage_full:
            return 507;
        case Failure::transient:
        case Failure::session_lost:
            return 503;
        case Failure::corrupt:
        case Failure::invalid_config:
            return 500;
    }
    return 500;
}

std::string_view name_of(Failure kind) {
    switch (kind) {
        case Failure::rejected:
        case Failure::refused:
        case Failure::unsupported:
            return "rejected";
        case Failure::storage_full:
            return "storage_full";
        case Failure::transient:
        case Failure::session_lost:
            return "transient";
        case Failure::corrupt:
        case Failure::invalid_config:
            return "corrupt";
    }
    return "";
}

Result<> check_source(const std::vector<HttpSource>& sources, const SecretFile& file,
                      const SecretLine& line) {
    const auto bad = [&](std::string_view en, std::string_view zh) {
        return fail(Failure::invalid_config, trf("credentials {0}:{1}: {2}", "凭据文件 {0}:{1}：{2}",
                                                 file.path, line.number, tr(en, zh)));
    };
    if (line.key.empty()) return bad("expected 'source = token'", "应为 “来源名 = 令牌”");
    if (line.value.size() < kShortestToken) {
        return bad("the token is shorter than 16 characters", "令牌不足 16 个字符");
    }
    if (std::ranges::find(sources, line.key, &HttpSource::name) != sources.end()) {
        return bad("this source stands there twice", "来源名重复");
    }
    if (std::ranges::find(sources, line.value, &HttpSource::token) != sources.end()) {
        return bad("another source has this token", "令牌与其他来源相同");
    }
    return {};
}

}  // namespace

Result<std::vector<HttpSource>> read_http_sources(const std::string& credentials) {
    const auto file = read_secret_file(credentials);
    if (!file) return tl::unexpected<Error>(file.error());
    std::vector<HttpSource> sources;
    for (const SecretLine& line : file->lines) {
        if (auto checked = check_source(sources, *file, line); !checked) {
            return tl::unexpected<Error>(checked.error());
        }
        sources.push_back({line.key, line.value});
    }
    if (!sources.empty()) return sources;
    return fail(Failure::invalid_config, trf("credentials {}: no 'source = token' line",
                                             "凭据文件 {}：缺少 “来源名 = 令牌”", file->path));
}

Language language_for(std::string_view accept_language) {
    for (std::size_t at = 0; at < accept_language.size();) {
        const auto end = std::min(accept_language.find(',', at), accept_language.size());
        std::string_view tag = accept_language.substr(at, end - at);
        while (tag.starts_with(' ')) tag.remove_prefix(1);
        if (starts_with_word(tag, "zh")) return Language::zh;
        if (starts_with_word(tag, "en")) return Language::en;
        at = end + 1;
    }
    return language();
}

ValuesEndpoint::ValuesEndpoint(EntryDesk& desk, std::vector<HttpSource> sources,
                               std::optional<InputType> input_type)
    : desk_{desk}, sources_{std::move(sources)}, input_type_{input_type} {}

const HttpSource* ValuesEndpoint::source_of(std::string_view authorization) const {
    constexpr std::string_view kBearer = "bearer ";
    if (!starts_with_word(authorization, kBearer)) return nullptr;
    const std::string_view token = authorization.substr(kBearer.size());
    const HttpSource* found = nullptr;
    for (const HttpSource& source : sources_) {
        if (is_same_secret(source.token, token)) found = &source;
    }
    return found;
}

std::optional<HttpAnswer> ValuesEndpoint::answer_head(const HttpRequestHead& head) const {
    const bool values = head.target == kValuesPath;
    if (!values && head.target != kHealthPath) return refuse(404, head);
    if (head.method != (values ? "POST" : "GET")) return refuse(405, head);
    if (!values) return HttpAnswer{200, R"({"status":"ok"})", language_for(head.accept_language)};
    if (source_of(head.authorization) == nullptr) return refuse(401, head);
    if (!is_json(head.content_type)) return refuse(415, head);
    return {};
}

HttpAnswer ValuesEndpoint::take(const HttpRequestHead& head, std::string_view body) {
    const SpokenLanguage speaking{language_for(head.accept_language)};
    const HttpSource* source = source_of(head.authorization);
    if (source == nullptr) return refuse(401, head);
    const auto values = values_from_json(body, kMostPostedValues);
    if (!values) return {400, error_to_json("rejected", values.error().what), language()};
    if (values->empty()) {
        return {400, error_to_json("rejected", tr("there are no values in it", "其中没有数值")), language()};
    }
    const EntrySource by{
        .way = WayIn::machine, .author = source->name, .remark = "HTTP", .input_type = input_type_};
    const auto answers = desk_.take(*values, by, EntryTaking::each);
    if (!answers) {
        const Error& error = answers.error();
        return {status_of(error.kind), error_to_json(name_of(error.kind), error.what), language()};
    }
    const bool all = std::ranges::find(*answers, EntryFate::refused, &EntryAnswer::fate) == answers->end();
    return {all ? 200U : 422U, answers_to_json(*answers), language()};
}

HttpAnswer ValuesEndpoint::refuse(unsigned status, const HttpRequestHead& head) {
    const SpokenLanguage speaking{language_for(head.accept_language)};
    const auto* refusal = std::ranges::find(kRefusals, status, &Refusal::status);
    if (refusal == kRefusals.end()) refusal = kRefusals.data();
    return {refusal->status, error_to_json(refusal->kind, tr(refusal->en, refusal->zh)), language()};
}

}  // namespace mg
