#include "gateway/uplink/provincial/answer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/uplink/provincial/platform.h"

namespace mg {
namespace {

constexpr auto kAccepted = PlatformVerdict::accepted;
constexpr auto kRejected = PlatformVerdict::rejected;
constexpr auto kRefused = PlatformVerdict::refused;
constexpr auto kExpired = PlatformVerdict::expired;
constexpr auto kTransient = PlatformVerdict::transient;

PlatformAnswer page(int status) {
    return read_answer({.status = status,
                        .content_type = "text/html; charset=utf-8",
                        .body = "<html>…</html>",
                        .complete = true},
                       shipped_profile("national"));
}

TEST(PlatformAnswer, OfSuccessIsTheSameAsTextAndAsNumber) {
    EXPECT_EQ(answered(R"({"responseCode":"0","responseMessage":"RECEIVE SUCCESS"})").verdict, kAccepted);
    EXPECT_EQ(answered(R"({"responseCode":0,"responseMessage":"RECEIVE SUCCESS"})").verdict, kAccepted);
    EXPECT_EQ(answered(R"({"responseCode":200,"data":{"platformTime":"x"}})", "yunnan").verdict, kAccepted);
    EXPECT_EQ(answered(R"({"responseCode":"200"})", "yunnan").verdict, kAccepted);
}

TEST(PlatformAnswer, OfAnotherCodeRejectsTheBatchInThePlatformsWords) {
    const auto answer =
        answered(R"({"responseCode":"1","responseMessage":"data[3].scope: 取值9不在允许范围内"})");

    EXPECT_EQ(answer.verdict, kRejected);
    EXPECT_EQ(answer.code, "1");
    EXPECT_EQ(answer.message, "data[3].scope: 取值9不在允许范围内");
    EXPECT_EQ(answer.to_string(), "HTTP 200, code 1: data[3].scope: 取值9不在允许范围内");
}

TEST(PlatformAnswer, ThatDoesNotKnowUsRefusesEverything) {
    EXPECT_EQ(answered(R"({"responseCode":"1","responseMessage":"解密失败"})", "shandong").verdict, kRefused);
    EXPECT_EQ(
        answered(R"({"responseCode":"1","responseMessage":"序列号与企业统一社会信用代码不符"})").verdict,
        kRefused);
}

TEST(PlatformAnswer, OfAnExpiredTokenIsTheSameAsCodeAndAsStatus) {
    EXPECT_EQ(answered(R"({"responseCode":401})", "yunnan").verdict, kExpired);
    EXPECT_EQ(answered(R"({"responseCode":"401"})", "yunnan").verdict, kExpired);
    EXPECT_EQ(answered("", "yunnan", 401).verdict, kExpired);
    EXPECT_EQ(answered("", "national", 401).verdict, kRefused);
}

TEST(PlatformAnswer, ThatSaysItHasTheRecordIsSuccessWhereTheProfileKnowsTheWords) {
    ProfileOptions profile = shipped_profile("national");
    const HttpReply reply{.status = 200,
                          .content_type = "",
                          .body = R"({"responseCode":"7","responseMessage":"数据重复上报"})",
                          .complete = true};
    EXPECT_EQ(read_answer(reply, profile).verdict, kRejected);

    profile.verdicts.taken_words = {"重复"};

    EXPECT_EQ(read_answer(reply, profile).verdict, kAccepted);
}

TEST(PlatformAnswer, IsJudgedByItsStatusFirst) {
    for (const int status : {408, 425, 429, 500, 502, 503, 504, 599, 100, 0, -1}) {
        EXPECT_EQ(answered(R"({"responseCode":"0"})", "national", status).verdict, kTransient) << status;
        EXPECT_EQ(page(status).verdict, kTransient) << status;
    }
    EXPECT_EQ(answered(R"({"responseCode":"1","responseMessage":"解密失败"})", "shandong", 500).verdict,
              kTransient);
    EXPECT_EQ(answered(R"({"responseCode":401})", "yunnan", 503).verdict, kTransient);
    for (const int status : {301, 302, 307, 308, 401, 403, 404, 405, 407, 410, 496, 511}) {
        EXPECT_EQ(page(status).verdict, kRefused) << status;
        EXPECT_EQ(answered(R"({"responseCode":"404","responseMessage":"x"})", "national", status).verdict,
                  kRefused)
            << status;
    }
    for (const int status : {400, 413, 422}) EXPECT_EQ(page(status).verdict, kRejected) << status;
}

TEST(PlatformAnswer, OfSuccessUnderAnErrorStatusIsNoSuccess) {
    for (const int status : {301, 400, 403, 404, 413, 500}) {
        EXPECT_NE(answered(R"({"responseCode":"0"})", "national", status).verdict, kAccepted) << status;
    }
}

TEST(PlatformAnswer, ThatSaysNothingIsAskedForAgainAndSaidInOneLine) {
    for (const std::string& body : std::vector<std::string>{
             "", "OK", "<html><body>Welcome</body></html>", "[]", "[{\"responseCode\":\"0\"}]", "null", "0",
             "\"0\"", "{", R"({"responseCode":"0")", R"({"responseCode":"0"}})", R"({"responseMessage":"x"})",
             R"({"responseCode":null})", R"({"responseCode":["0"]})", R"({"responseCode":{"a":"0"}})",
             R"({"responseCode":""})", R"({"responseCode":"0","responseCode":"1"})",
             R"({"x":)" + std::string(100, '[') + std::string(100, ']') + R"(,"responseCode":"0"})"}) {
        const auto answer = answered(body);

        EXPECT_EQ(answer.verdict, kTransient) << body;
        EXPECT_FALSE(answer.trouble.empty()) << body;
        EXPECT_EQ(answer.to_string().find('\n'), std::string::npos) << body;
    }
}

TEST(PlatformAnswer, ThatWasCutOffIsNotBelieved) {
    const auto answer =
        read_answer({.status = 200, .content_type = "", .body = R"({"responseCode":"0"})", .complete = false},
                    shipped_profile("national"));

    EXPECT_EQ(answer.verdict, kTransient);
    EXPECT_FALSE(answer.trouble.empty());
}

TEST(PlatformAnswer, ShowsNoControlCharactersAndNoEndlessWords) {
    const auto answer =
        answered(R"({"responseCode":"1\n2","responseMessage":"a\u0000\u001b[31mb\r\nc\u0085\u2028d )" +
                 std::string(1000, 'x') + "\"}");

    EXPECT_EQ(answer.message.substr(0, 14), "a  [31mb  c  d");
    EXPECT_EQ(answer.message.size(), kLongestPlatformWords);
    EXPECT_EQ(answer.code, "1 2");
}

TEST(PlatformAnswer, IsCutBetweenCharacters) {
    std::string words;
    for (int i = 0; i < 200; ++i) words += "数";

    EXPECT_EQ(printable_words(words, 300).size(), 300U);
    EXPECT_EQ(printable_words(words, 301).size(), 300U);
    EXPECT_EQ(printable_words("\xFF\xFE数\xE6", 300), "??数?");
    EXPECT_EQ(printable_words(" \t 空 \n", 300), "空");
}

TEST(PlatformAnswer, InGbkIsUnderstoodAsFarAsItIsAscii) {
    // Four characters, and one whose second byte is a backslash.
    const auto answer =
        answered("{\"responseCode\":\"0\",\"responseMessage\":\"\xBD\xD3\xCA\xD5\xB3\xC9\xB9\xA6\x81\\\"}");

    EXPECT_EQ(answer.verdict, kAccepted);
    EXPECT_EQ(answer.message, "?????");
}

TEST(PlatformAnswer, KeepsWhatStandsBesideTheCodeOrInTheWrapper) {
    const auto national = answered(
        R"({"responseCode":"0","deviceId":"d1","uploadTime":"01:38:00","n":12.50,"o":{"deviceId":"no"}})");
    const auto yunnan = answered(
        R"({"responseCode":200,"token":"outside","data":{"token":"t1","list":[{"token":"no"}],"x":{"token":"no"}}})",
        "yunnan");

    EXPECT_EQ(national.text("deviceId"), "d1");
    EXPECT_EQ(national.text("n"), "12.50");
    EXPECT_EQ(yunnan.text("token"), "t1");
    EXPECT_EQ(yunnan.text("list"), std::nullopt);
    EXPECT_FALSE(yunnan.fields.at("token").twice);
}

TEST(PlatformAnswer, HoldsNoMoreThanItsLimits) {
    std::string body = R"({"responseCode":"0","long":")" + std::string(5000, 'x') + "\"";
    for (int i = 0; i < 1000; ++i) body += ",\"f" + std::to_string(i) + "\":1";
    const auto answer = answered(body + "}");

    EXPECT_EQ(answer.verdict, kAccepted);
    EXPECT_EQ(answer.fields.size(), kMostAnswerFields);
    EXPECT_EQ(answer.text("long"), std::nullopt);
    EXPECT_EQ(answered(R"({"responseCode":"0","m":")" + std::string(kLongestAnswer, 'x') + "\"}").verdict,
              kTransient);
}

RC_GTEST_PROP(PlatformAnswer, IsOneLineWhateverCame, (const std::string& body, int status)) {
    const auto answer = answered(body, "national", status);

    RC_ASSERT(answer.to_string().find_first_of("\r\n") == std::string::npos);
    RC_ASSERT(answer.verdict != kAccepted);
}

}  // namespace
}  // namespace mg
