#include "gateway/acceptance/masking.h"

#include <gtest/gtest.h>

#include "gateway/acceptance/exchange_view.h"

namespace mg {
namespace {

PlatformExchange exchange(const PostRequest& request, const Result<PostAnswer>& reply) {
    return {.call = PlatformCall::token, .request = request, .reply = reply, .answer = nullptr};
}

TEST(Masking, HidesWhatWasToldToBeHiddenWhereverItStands) {
    Masking masking{ProfileOptions{}};
    masking.hide("Pass2026");

    EXPECT_EQ(masking.text("wrong password 'Pass2026' of Pass2026x"), "wrong password '******' of ******x");
}

TEST(Masking, OfSecretsInOneAnotherHidesTheLongerOneWhole) {
    Masking masking{ProfileOptions{}};
    masking.hide("abcd");
    masking.hide("abcdefgh");

    EXPECT_EQ(masking.text("abcdefgh abcd"), "****** ******");
}

TEST(Masking, DoesNotHideATextBecauseAPasswordIsAsShortAsAWord) {
    Masking masking{ProfileOptions{}};
    masking.hide("1");
    masking.hide("");

    EXPECT_EQ(masking.text("table 11"), "table 11");
    EXPECT_EQ(masking.value("password", "1"), "******");
}

TEST(Masking, KnowsTheNamesOfTheProfileInAnyCase) {
    ProfileOptions profile;
    profile.names.secret_key = "sm4Key";
    profile.names.device_id = "sn";
    const Masking masking{profile};

    EXPECT_EQ(masking.value("SM4KEY", "0123456789"), "******");
    EXPECT_EQ(masking.value("Password", "x"), "******");
    EXPECT_EQ(masking.value("sn", "0123456789abcdef0123"), "0123…0123");
    EXPECT_EQ(masking.value("sn", "short"), "******");
    EXPECT_EQ(masking.value("message", "fine"), "fine");
}

TEST(Masking, AnExchangeShowsNeitherTokenNorKeyNorWhatThePlatformRepeatsOfThem) {
    Masking masking{ProfileOptions{}};
    const PostRequest request{
        .url = "https://platform/requestAK?ak=TOKEN-12345",
        .body = R"({"enterpriseCode":"91","password":"06abcdefFFFFFFFF"})",
        .headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer TOKEN-12345"}}};
    const Result<PostAnswer> reply = PostAnswer{
        .status = 200,
        .content_type = "application/json",
        .body = R"({"responseCode":1,"responseMessage":"06abcdefFFFFFFFF?","data":{"token":"TOKEN-12345"}})"};

    const ShownExchange shown = shown_exchange(exchange(request, reply), milliseconds{5}, masking);

    EXPECT_EQ(shown.url, "https://platform/requestAK?ak=******");
    EXPECT_EQ(shown.headers.at(1), "Authorization: Bearer ******");
    EXPECT_EQ(shown.request.find("06abcdef"), std::string::npos) << shown.request;
    EXPECT_EQ(shown.answer.find("06abcdef"), std::string::npos) << shown.answer;
    EXPECT_EQ(shown.answer.find("TOKEN"), std::string::npos) << shown.answer;
}

TEST(Masking, AnErrorThatRepeatsASecretIsMaskedAsWell) {
    Masking masking{ProfileOptions{}};
    masking.hide("Pass2026");
    const PostRequest request{.url = "https://platform/x", .body = "{}", .headers = {}};
    const Result<PostAnswer> reply = fail(Failure::transient, "platform:443: Pass2026 was wrong");

    EXPECT_EQ(shown_exchange(exchange(request, reply), milliseconds{5}, masking).answer,
              "platform:443: ****** was wrong");
}

}  // namespace
}  // namespace mg
