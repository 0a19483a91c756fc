#include "gateway/acceptance/advice.h"

#include <set>

#include <gtest/gtest.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

PlatformAnswer answered(int status, std::string code, std::string message, PlatformVerdict verdict) {
    PlatformAnswer answer;
    answer.status = status;
    answer.code = std::move(code);
    answer.message = std::move(message);
    answer.verdict = verdict;
    return answer;
}

TroubleCause cause(AcceptanceStep step, const PlatformAnswer& answer) {
    const Error error{Failure::rejected, answer.to_string()};
    return cause_of({.step = step, .error = &error, .answer = &answer});
}

TroubleCause cause(AcceptanceStep step, Failure kind, const std::string& words) {
    const Error error{kind, words};
    return cause_of({.step = step, .error = &error});
}

TEST(Advice, IsThereForEveryCauseInBothLanguagesAndForEachAnotherOne) {
    for (const Language each : {Language::en, Language::zh}) {
        const SpokenLanguage spoken{each};
        std::set<std::string_view> all;
        for (auto number = 0; number <= static_cast<int>(TroubleCause::other); ++number) {
            const std::string_view advice = advice_on(static_cast<TroubleCause>(number));
            EXPECT_FALSE(advice.empty()) << number;
            all.insert(advice);
        }
        EXPECT_EQ(all.size(), static_cast<std::size_t>(TroubleCause::other) + 1);
    }
}

TEST(Advice, GoesByWhatThePlatformSays) {
    using Verdict = PlatformVerdict;
    const auto step = AcceptanceStep::record;
    EXPECT_EQ(cause(step, answered(200, "1", "解密失败", Verdict::refused)), TroubleCause::decryption);
    EXPECT_EQ(cause(step, answered(200, "1", "序列号与企业统一社会信用代码不符", Verdict::refused)),
              TroubleCause::device_mismatch);
    EXPECT_EQ(cause(step, answered(200, "1", "企业不存在", Verdict::refused)), TroubleCause::not_known);
    EXPECT_EQ(cause(step, answered(200, "500", "regVersion: 不是当前版本", Verdict::refused)),
              TroubleCause::old_version);
    EXPECT_EQ(cause(step, answered(200, "500", "密码解密失败", Verdict::refused)),
              TroubleCause::wrong_password);
    EXPECT_EQ(cause(step, answered(200, "1", "data[0].uploadDate: 晚于当前时间", Verdict::rejected)),
              TroubleCause::time_refused);
    EXPECT_EQ(cause(step, answered(200, "1", "something else", Verdict::rejected)), TroubleCause::rejected);
    EXPECT_EQ(cause(AcceptanceStep::repetition, answered(200, "1", "数据重复", Verdict::rejected)),
              TroubleCause::repetition_refused);
    EXPECT_EQ(cause(step, answered(200, "401", "AK无效", Verdict::expired)), TroubleCause::unauthorized);
}

TEST(Advice, GoesByTheStatus) {
    const auto step = AcceptanceStep::version;
    const auto status = [&](int number) {
        PlatformAnswer answer = answered(number, "", "", PlatformVerdict::refused);
        answer.trouble = "no JSON";
        return cause(step, answer);
    };
    EXPECT_EQ(status(401), TroubleCause::unauthorized);
    EXPECT_EQ(status(403), TroubleCause::forbidden);
    EXPECT_EQ(status(404), TroubleCause::not_found);
    EXPECT_EQ(status(405), TroubleCause::not_allowed);
    EXPECT_EQ(status(307), TroubleCause::redirected);
    EXPECT_EQ(status(429), TroubleCause::too_many);
    EXPECT_EQ(status(502), TroubleCause::server_error);
    EXPECT_EQ(status(496), TroubleCause::wants_certificate);
    EXPECT_EQ(status(200), TroubleCause::no_json);
}

TEST(Advice, KnowsAPageThatAsksForAClientCertificate) {
    PlatformAnswer answer = answered(400, "", "", PlatformVerdict::rejected);
    answer.trouble = "no JSON";
    EXPECT_EQ(cause_of({.step = AcceptanceStep::registration,
                        .answer = &answer,
                        .body = "<title>400 No required SSL certificate was sent</title>"}),
              TroubleCause::wants_certificate);
}

TEST(Advice, GoesByWhatTheNetworkSays) {
    const auto network = [](const std::string& words) {
        return cause(AcceptanceStep::version, Failure::transient, words);
    };
    EXPECT_EQ(network("h:443: Operation timed out after 5000 milliseconds"), TroubleCause::timed_out);
    EXPECT_EQ(network("h:443: Failed to connect: Connection refused"), TroubleCause::not_reached);
    EXPECT_EQ(network("h:443: Empty reply from server"), TroubleCause::cut_off);
    EXPECT_EQ(network("h: Could not resolve host"), TroubleCause::name_not_found);
    EXPECT_EQ(cause(AcceptanceStep::registration, Failure::transient, "h:443: Empty reply from server"),
              TroubleCause::cut_off_at_once);
    EXPECT_EQ(cause(AcceptanceStep::version, Failure::refused,
                    "h:443: SSL certificate problem: unable to get local issuer certificate"),
              TroubleCause::unknown_ca);
}

TEST(Advice, OfAServersPapersComesFirst) {
    const Error error{Failure::refused, "h:443: whatever"};
    const auto papers = [&](PapersFault fault) {
        return cause_of({.step = AcceptanceStep::address, .error = &error, .papers = fault});
    };
    EXPECT_EQ(papers(PapersFault::expired), TroubleCause::expired_certificate);
    EXPECT_EQ(papers(PapersFault::other_name), TroubleCause::other_name);
    EXPECT_EQ(papers(PapersFault::no_tls), TroubleCause::no_tls);
    EXPECT_EQ(papers(PapersFault::other), TroubleCause::cut_off_handshake);
}

}  // namespace
}  // namespace mg
