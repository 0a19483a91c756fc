#include "gateway/inbound/values_json.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace mg {
namespace {

std::string refusal(std::string_view json, std::size_t most = 10) {
    const auto values = values_from_json(json, most);
    return values ? "taken" : values.error().what;
}

TEST(ValuesJson, OneAListAndAWrappedListAreTheSame) {
    const std::string one =
        R"({"item":"coal","type":"month","period":"2026-11","value":"512.40","evidence":"磅单","input_type":1})";
    for (const std::string& body : {one, "[" + one + "]", R"({"values":[)" + one + "]}"}) {
        const auto values = values_from_json(body, 10);
        ASSERT_TRUE(values) << values.error().what;
        ASSERT_EQ(values->size(), 1U);
        EXPECT_EQ(values->front().item, "coal");
        EXPECT_EQ(values->front().type, "month");
        EXPECT_EQ(values->front().period, "2026-11");
        EXPECT_EQ(values->front().value, "512.40");
        EXPECT_EQ(values->front().evidence, "磅单");
        EXPECT_EQ(values->front().input_type, "1");
    }
}

TEST(ValuesJson, NumbersKeepTheirDigits) {
    for (const std::string_view digits :
         {"512.40", "-0.1", "0", "1e3", "123456789012345678901234567890.12345", "18446744073709551616"}) {
        const auto values = values_from_json(R"({"value":)" + std::string(digits) + "}", 10);
        ASSERT_TRUE(values) << digits;
        EXPECT_EQ(values->front().value, digits);
    }
}

TEST(ValuesJson, WhatIsNoneSaysWhere) {
    EXPECT_EQ(refusal(""), "not JSON, at byte 1");
    EXPECT_EQ(refusal("{\"item\":"), "not JSON, at byte 9");
    EXPECT_EQ(refusal("{} x"), "not JSON, at byte 4");
    EXPECT_NE(refusal("\"\xFF\"").find("not JSON"), std::string::npos);
    EXPECT_NE(refusal("7").find("values are expected"), std::string::npos);
    EXPECT_NE(refusal("[7]").find("values are expected"), std::string::npos);
    EXPECT_EQ(refusal(R"([{"item":"a"},{"item":true}])"),
              "value 2, item: a text or a number is expected, not true");
    EXPECT_EQ(refusal(R"({"item":{}})"), "value 1, item: a text or a number is expected, not {…}");
    EXPECT_EQ(refusal(R"({"item":[]})"), "value 1, item: a text or a number is expected, not […]");
    EXPECT_EQ(refusal(R"({"vaule":1})"), "value 1: unknown key; the nearest is \"value\"");
    EXPECT_EQ(refusal(R"({"item":"a","item":"b"})"), "value 1, item: given twice");
    EXPECT_NE(refusal(R"({"values":[],"more":1})").find("nothing else"), std::string::npos);
    EXPECT_NE(refusal(R"([[{"item":"a"}]])").find("not […]"), std::string::npos);
    EXPECT_EQ(refusal(R"({"item":")" + std::string(5000, 'x') + "\"}"),
              "value 1, item: the text is too long; at most 4096 bytes");
    EXPECT_EQ(refusal("[{},{},{}]", 2), "too many values; at most 2");
}

TEST(ValuesJson, ADeepNestIsRefusedAtItsSecondLevel) {
    EXPECT_NE(refusal(std::string(500'000, '[')).find("not […]"), std::string::npos);
    EXPECT_NE(refusal(R"({"values":)" + std::string(500'000, '{')), "taken");
}

TEST(ValuesJson, NothingOrNullIsLeftOut) {
    EXPECT_TRUE(values_from_json("[]", 10)->empty());
    EXPECT_EQ(values_from_json(R"({"type":null})", 10)->front().type, "");
}

TEST(ValuesJson, WhatTheCommandWritesTheDaemonReads) {
    const std::vector<GivenValue> values{{.item = "a",
                                          .type = "day",
                                          .period = "2026-11-22",
                                          .value = "1.50",
                                          .evidence = "\"单\" 7",
                                          .input_type = "MIS"},
                                         {}};

    const auto again = values_from_json(values_to_json(values), 10);

    ASSERT_TRUE(again);
    EXPECT_EQ(values_to_json(*again), values_to_json(values));
}

TEST(ValuesJson, AnswersComeBackAsTheyWere) {
    const EntryFault fault{"period", {"has not begun", "2026-11"}, "2026-12"};
    const std::vector<EntryAnswer> answers{
        {.fate = EntryFate::accepted,
         .record = 17,
         .waits = true,
         .item = "coal",
         .period_text = "2026-11",
         .value = Decimal{5120, -2},
         .unit = "t",
         .doubt = fault},
        {.fate = EntryFate::refused, .item = "gas", .faults = {fault, fault}}};

    const std::string json = answers_to_json(answers);
    const auto again = answers_from_json(json);

    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(answers_to_json(*again), json);
    EXPECT_EQ(again->at(0).value->to_string(), "51.20");
    EXPECT_FALSE(answers_from_json("{}"));
}

}  // namespace
}  // namespace mg
