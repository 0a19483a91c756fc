#include "gateway/control/item_report.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/control/item_maker.h"

namespace mg {
namespace {

TEST(ItemReport, ItemsSayTheSameAfterATripThroughJson) {
    const std::string json = items_to_json({two_versions(), {.id = "quiet", .now = {}, .versions = {}}});

    const auto back = items_from_json(json);

    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(items_to_json(*back), json);
    EXPECT_EQ(back->at(0).now.method, ItemMethod::manual);
    EXPECT_FALSE(back->at(0).versions.at(0).valid_from) << "since ever";
    EXPECT_EQ(back->at(0).now.coal, two_versions().now.coal);
    EXPECT_FALSE(back->at(1).day);
    EXPECT_FALSE(back->at(1).now.coal);
}

TEST(ItemReport, RecordsKeepEveryDigitAndAMissingValue) {
    const std::string json =
        records_to_json({.records = {entered_month(), bridged_day()}, .next = bridged_day().period.from});

    const auto back = records_from_json(json);

    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(records_to_json(*back), json);
    EXPECT_EQ(back->records.at(0).value->to_string(), "1234.50");
    EXPECT_FALSE(back->records.at(1).value);
    EXPECT_EQ(back->next, bridged_day().period.from);
}

TEST(ItemReport, AnythingElseIsCorrupt) {
    std::string json = records_to_json({.records = {entered_month()}, .next = std::nullopt});
    json.replace(json.find("1234.50"), 7, "1234,50");

    for (const std::string& text : {json, std::string{"[]"}, std::string{}, std::string{"{\"records\":1}"}}) {
        const auto read = records_from_json(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().kind, Failure::corrupt) << text;
    }
    EXPECT_FALSE(items_from_json("{}"));
    EXPECT_FALSE(entry_from_json("{\"record\":\"17\"}"));
}

}  // namespace
}  // namespace mg
