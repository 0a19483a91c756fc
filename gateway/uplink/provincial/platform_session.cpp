#include "gateway/uplink/provincial/platform_session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/language.h"

// Asking the platform, and judging what it answers.
namespace mg {
namespace {

Failure failure_of(PlatformVerdict verdict) {
    switch (verdict) {
        case PlatformVerdict::rejected:
            return Failure::rejected;
        case PlatformVerdict::refused:
        case PlatformVerdict::expired:
            return Failure::refused;
        case PlatformVerdict::accepted:
        case PlatformVerdict::transient:
            break;
    }
    return Failure::transient;
}

bool has_expired(const Result<PlatformAnswer>& answer) {
    return answer && answer->verdict == PlatformVerdict::expired;
}

}  // namespace

bool needs_token(PlatformCall call) {
    switch (call) {
        case PlatformCall::registration:
        case PlatformCall::working_key:
        case PlatformCall::application:
        case PlatformCall::application_update:
        case PlatformCall::token:
        case PlatformCall::public_base_data:
            return false;
        case PlatformCall::addresses:
        case PlatformCall::version:
        case PlatformCall::base_data:
        case PlatformCall::enterprise:
        case PlatformCall::process:
        case PlatformCall::process_unit:
        case PlatformCall::equipment:
        case PlatformCall::product:
        case PlatformCall::items:
        case PlatformCall::ledger:
        case PlatformCall::replacement:
        case PlatformCall::verification:
        case PlatformCall::data:
        case PlatformCall::own_configuration:
        case PlatformCall::own_data:
            return true;
    }
    return true;
}

std::string PlatformSession::credit_code() const {
    return box_.enterprise.code_at(box_.clock.utc());
}

std::string PlatformSession::asked() const {
    return fmt::format("{} {} {}", box_.profile.id, credit_code(), box_.uplink.url);
}

PlatformIdentity PlatformSession::identity() const {
    return {.enterprise_code = credit_code(),
            .device_id = memory_.device_id,
            .secret_key = memory_.secret_key,
            .reg_version = memory_.versions.reg,
            .dic_version = memory_.versions.dic};
}

PlatformQuestion PlatformSession::question() const {
    return {.asked = parse_platform_address(box_.uplink.url).value_or(PlatformAddress{}),
            .enterprise_code = credit_code(),
            .utc_offset = box_.options.site.utc_offset};
}

Result<PlatformAddress> PlatformSession::address(PlatformCall call) const {
    const auto configured = parse_platform_address(box_.uplink.url);
    if (!configured) return fail(Failure::invalid_config, configured.error().what);
    if (auto found = address_of(call, box_.profile, *configured, memory_.addresses)) return *found;
    return fail(Failure::unsupported, trf("the platform gave no address for {}, and the profile has no path",
                                          "平台没有给出 {} 的地址，协议文件中也没有路径", to_string(call)));
}

PostRequest PlatformSession::request(PlatformCall call, const PlatformAddress& to, std::string body) const {
    PostRequest request{.url = to.to_string(),
                        .body = std::move(body),
                        .headers = {{"Content-Type", box_.profile.content_type}}};
    if (box_.profile.flow == PlatformFlow::token && needs_token(call))
        request.headers.emplace_back(box_.profile.token_header, box_.profile.token_prefix + token_);
    return request;
}

Result<PlatformAnswer> PlatformSession::judge(PlatformCall call, const PostRequest& request,
                                              const Result<PostAnswer>& reply) const {
    Result<PlatformAnswer> judged = fail(Failure::transient, {});
    if (reply) {
        judged = read_answer({.status = reply->status,
                              .content_type = reply->content_type,
                              .body = reply->body,
                              .complete = true},
                             box_.profile);
    } else {
        judged = tl::unexpected<Error>(reply.error());
    }
    if (box_.observe) {
        box_.observe(
            {.call = call, .request = request, .reply = reply, .answer = judged ? &*judged : nullptr});
    }
    return judged;
}

Result<PlatformSession::Reply> PlatformSession::ask_at(PlatformCall call, const PlatformAddress& to,
                                                       const std::string& body, const std::stop_token& stop) {
    const PostRequest question = request(call, to, body);
    auto reply = http_.post(question, stop);
    auto answer = judge(call, question, reply);
    if (!answer) return tl::unexpected<Error>(answer.error());
    if (answer->verdict != PlatformVerdict::accepted) {
        return fail(failure_of(answer->verdict),
                    trf("{0} at {1}: {2}", "{1} 的 {0}：{2}", to_string(call), to.host, answer->to_string()));
    }
    return Reply{std::move(*answer), std::move(reply->body)};
}

Result<PlatformSession::Reply> PlatformSession::ask(PlatformCall call, const std::string& body,
                                                    const std::stop_token& stop) {
    const auto to = address(call);
    if (!to) return tl::unexpected<Error>(to.error());
    return ask_at(call, *to, body, stop);
}

std::vector<Result<PlatformAnswer>> PlatformSession::post_records(std::span<const std::string> bodies,
                                                                  const std::stop_token& stop) {
    const auto post = [&](const std::vector<std::size_t>& which, std::vector<Result<PlatformAnswer>>& into) {
        const auto to = address(PlatformCall::data);
        std::vector<PostRequest> requests;
        for (const std::size_t i : which)
            requests.push_back(request(PlatformCall::data, to.value_or(PlatformAddress{}), bodies[i]));
        const auto replies =
            to ? http_.post_all(requests, stop)
               : std::vector<Result<PostAnswer>>(which.size(), tl::unexpected<Error>(to.error()));
        for (std::size_t i = 0; i < which.size(); ++i)
            into[which[i]] = judge(PlatformCall::data, requests[i], replies[i]);
    };
    std::vector<Result<PlatformAnswer>> answers(bodies.size(), PlatformAnswer{});
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < bodies.size(); ++i) which.push_back(i);
    post(which, answers);
    std::erase_if(which, [&](std::size_t i) { return !has_expired(answers[i]); });
    if (which.empty()) return answers;
    // Bodies carry the id of the registration: only a token can be new under the same records.
    if (box_.profile.flow != PlatformFlow::token) return answers;
    if (const auto renewed = take_token(stop); !renewed) {
        for (const std::size_t i : which) answers[i] = tl::unexpected<Error>(renewed.error());
        return answers;
    }
    post(which, answers);
    return answers;
}

}  // namespace mg
