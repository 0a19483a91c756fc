#include "gateway/control/span_report.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/control/span_maker.h"

namespace mg {
namespace {

TEST(SpanReport, SaysTheSameAfterATripThroughJson) {
    const std::string json = spans_to_json({november_bill(), plain_day()});

    const auto back = spans_from_json(json);

    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(spans_to_json(*back), json);
    EXPECT_EQ(back->at(0).bill_day, 20);
    EXPECT_EQ(back->at(0).slots.at(0).percent->to_string(), "100.00");
    EXPECT_FALSE(back->at(0).slots.at(1).sum) << "unknown, not zero";
    EXPECT_EQ(back->at(1).whole.sum->to_string(), "-0.50");
    EXPECT_FALSE(back->at(1).bill_day);
}

TEST(SpanReport, AnythingElseIsCorrupt) {
    std::string json = spans_to_json({november_bill()});
    json.replace(json.find("1234.5"), 6, "1234,5");

    for (const std::string& text : {json, std::string{"[]"}, std::string{}, std::string{"{\"sums\":1}"}}) {
        const auto read = spans_from_json(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().kind, Failure::corrupt) << text;
    }
}

}  // namespace
}  // namespace mg
