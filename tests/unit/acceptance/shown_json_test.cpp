#include "gateway/acceptance/shown_json.h"

#include <string>

#include <gtest/gtest.h>

namespace mg {
namespace {

std::string shown(std::string_view json, const ShownLimits& limits = {}) {
    return shown_json(json, Masking{ProfileOptions{}}, limits);
}

TEST(ShownJson, KeepsDigitsAndOrderAndIndents) {
    EXPECT_EQ(shown(R"({"z":1.2300,"a":[],"b":{"c":true,"d":null},"e":-0.10,"f":12345678901234567890})"),
              "{\n  \"z\": 1.2300,\n  \"a\": [],\n  \"b\": {\"c\": true, \"d\": null},\n  \"e\": -0.10,\n"
              "  \"f\": 12345678901234567890\n}");
}

TEST(ShownJson, ShowsEscapedChineseAsItIsRead) {
    EXPECT_EQ(shown(R"({"responseMessage":"\u6210\u529f"})"), "{\n  \"responseMessage\": \"成功\"\n}");
}

TEST(ShownJson, CutsLongTextsBetweenCharactersAndManyLines) {
    const std::string text = shown(R"({"m":"成功成功"})", {.lines = 60, .width = 100, .text = 7});
    EXPECT_NE(text.find("\"成功… (12 bytes)\""), std::string::npos) << text;

    std::string list = "[0";
    for (int i = 1; i < 200; ++i) list.append(",").append(std::to_string(i));
    const std::string cut = shown(list.append("]"), {.lines = 10});
    EXPECT_NE(cut.find("… 192 more lines"), std::string::npos) << cut;
}

TEST(ShownJson, WhatIsNoJsonComesAsItIsWithoutControlCharacters) {
    EXPECT_EQ(shown("<html>\r\n\x1b[31m<h1>Login</h1>"), "<html>\n[31m<h1>Login</h1>");
    EXPECT_EQ(shown(""), "");
    EXPECT_EQ(shown("OK"), "OK");
}

TEST(ShownJson, NeitherNestingWithoutEndNorBadBytesAreTrouble) {
    EXPECT_FALSE(shown(std::string(100'000, '[')).empty());
    EXPECT_NE(shown("{\"m\":\"\xb3\xc9\xb9\xa6\",\"responseCode\":\"0\"}").find("\"responseCode\": \"0\""),
              std::string::npos);
    EXPECT_LT(shown(std::string(10UL << 20U, 'x')).size(), 10'000U);
}

TEST(ShownJson, ControlCharactersInTextsStayEscaped) {
    EXPECT_EQ(shown(R"({"m":"a\u001b[31m\nb"})"), "{\n  \"m\": \"a\\u001b[31m\\u000ab\"\n}");
}

TEST(ShownJson, CountsTheEntriesOfTables) {
    const auto lists =
        lists_in(R"({"responseCode":"0","data":{"RegionCodes":[{"code":"1"},{"code":"2"}],"x":[1,2]},
                                    "industry":[{"code":"C"}],"none":[]})");

    ASSERT_EQ(lists.size(), 2U);
    EXPECT_EQ(lists[0], (std::pair<std::string, std::size_t>{"RegionCodes", 2}));
    EXPECT_EQ(lists[1], (std::pair<std::string, std::size_t>{"industry", 1}));
}

}  // namespace
}  // namespace mg
