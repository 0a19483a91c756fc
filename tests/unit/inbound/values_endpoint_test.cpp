#include "gateway/inbound/values_endpoint.h"

#include <fstream>
#include <optional>
#include <string>

#include <sys/stat.h>

#include "gateway/base/language.h"
#include "tests/unit/inbound/coal_site.h"

namespace mg {
namespace {

struct Endpoint : test::CoalSite {
    static HttpRequestHead post(const std::string& token = "0123456789abcdef") {
        return {.method = "POST",
                .target = "/v1/values",
                .authorization = "Bearer " + token,
                .content_type = "application/json; charset=utf-8",
                .accept_language = "en"};
    }
    [[nodiscard]] unsigned early(const HttpRequestHead& head) const {
        const auto answer = endpoint.answer_head(head);
        return answer ? answer->status : 0;
    }

    ValuesEndpoint endpoint{desk,
                            {{"weighbridge", "0123456789abcdef"}, {"mis", "fedcba9876543210"}},
                            InputType::management_system};
};

TEST_F(Endpoint, AValueIsEnteredInTheNameOfWhoseTokenItIs) {
    ASSERT_EQ(early(post("fedcba9876543210")), 0U);
    const auto answer =
        endpoint.take(post("fedcba9876543210"),
                      R"({"item":"coal_bought","period":"2026-11-21","value":512.40,"evidence":"磅单"})");

    EXPECT_EQ(answer.status, 200U) << answer.json;
    ASSERT_EQ(entries().size(), 1U);
    EXPECT_EQ(entries()[0].author, "mis");
    EXPECT_EQ(std::get<EnteredValue>(entries()[0].body).value.to_string(), "512.40");
    EXPECT_NE(answer.json.find(R"("accepted":1)"), std::string::npos) << answer.json;
}

TEST_F(Endpoint, OfSeveralValuesThoseThatAreRightAreEntered) {
    const auto answer =
        endpoint.take(post(), R"([{"item":"coal_bought","period":"2026-11-21","value":"512","evidence":"7"},
                    {"item":"coal","period":"2026-11-21","value":"512","evidence":"7"}])");

    EXPECT_EQ(answer.status, 422U);
    EXPECT_NE(answer.json.find(R"("accepted":1,"already":0,"refused":1)"), std::string::npos) << answer.json;
    EXPECT_EQ(entries().size(), 1U);
}

TEST_F(Endpoint, AWrongRequestIsAnsweredBeforeItsBodyIsRead) {
    auto head = post();
    EXPECT_EQ(early(head), 0U);
    for (const std::string authorization :
         {"", "Bearer", "Bearer ", "Bearer 0123456789abcde", "Bearer 0123456789abcdefg",
          "Basic 0123456789abcdef", "0123456789abcdef"}) {
        head.authorization = authorization;
        EXPECT_EQ(early(head), 401U) << authorization;
    }
    head = post();
    head.method = "GET";
    EXPECT_EQ(early(head), 405U);
    head = post();
    head.target = "/v1/value";
    EXPECT_EQ(early(head), 404U);
    head = post();
    for (const std::string type : {"", "text/plain", "application/jsonx"}) {
        head.content_type = type;
        EXPECT_EQ(early(head), 415U) << type;
    }
}

TEST_F(Endpoint, HealthNeedsNoToken) {
    EXPECT_EQ(early({.method = "GET", .target = "/v1/health"}), 200U);
    EXPECT_EQ(early({.method = "POST", .target = "/v1/health"}), 405U);
}

TEST_F(Endpoint, WhatIsNoValueIsRefused) {
    for (const std::string body : {"", "[]", "null", "{", R"({"values":7})"}) {
        EXPECT_EQ(endpoint.take(post(), body).status, 400U) << body;
    }
    EXPECT_EQ(endpoint.take(post(), "{}").status, 422U);
    EXPECT_TRUE(entries().empty());
}

TEST_F(Endpoint, ItAnswersInTheLanguageThatIsAskedFor) {
    EXPECT_EQ(language_for("zh-CN,zh;q=0.9,en;q=0.8"), Language::zh);
    EXPECT_EQ(language_for("de, EN-us"), Language::en);
    EXPECT_EQ(language_for(""), language());
    auto head = post();
    head.accept_language = "zh-CN";
    const auto answer = endpoint.take(head, "{}");
    EXPECT_NE(answer.json.find("没有这个采集项"), std::string::npos) << answer.json;
    EXPECT_EQ(answer.language, Language::zh);
}

struct HttpSources : testing::Test {
    [[nodiscard]] Result<std::vector<HttpSource>> read(const std::string& text) const {
        const auto file = folder.path() / "tokens";
        std::ofstream{file} << text;
        ::chmod(file.c_str(), 0600);
        return read_http_sources(file.string());
    }
    const TemporaryFolder folder;
};

TEST_F(HttpSources, EachHasItsOwnToken) {
    const auto sources = read("# systems\nweighbridge = 0123456789abcdef\nmis = a=b=c=d=e=f=g=h=\n");

    ASSERT_TRUE(sources) << sources.error().what;
    ASSERT_EQ(sources->size(), 2U);
    EXPECT_EQ(sources->at(1).token, "a=b=c=d=e=f=g=h=");
}

TEST_F(HttpSources, WhatIsUnsafeIsRefusedWithoutShowingIt) {
    for (const std::string text :
         {"", "weighbridge\n", "weighbridge = short\n", "a = 0123456789abcdef\nb = 0123456789abcdef\n",
          "a = 0123456789abcdef\na = fedcba9876543210\n"}) {
        const auto sources = read(text);
        ASSERT_FALSE(sources) << text;
        EXPECT_EQ(sources.error().kind, Failure::invalid_config);
        EXPECT_EQ(sources.error().what.find("0123456789abcdef"), std::string::npos);
        EXPECT_EQ(sources.error().what.find("short\n"), std::string::npos);
    }
}

}  // namespace
}  // namespace mg
