#include "gateway/commands/span_view.h"

#include <chrono>

#include <gtest/gtest.h>

#include "gateway/base/language.h"
#include "tests/unit/control/span_maker.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

TEST(SpanView, ShowsSumsALineAnItem) {
    SpanReport bill = november_bill();
    bill.calendar = "";
    bill.slots.clear();

    EXPECT_EQ(
        spans_view({bill, plain_day()}, 480min),
        "item   from                 to                   amount  unit  hours    missing  doubtful  marks\n"
        "power  2026-10-20 00:00:00  2026-11-20 00:00:00  1234.5  kWh     744  96 / 2976  2 / 2976  "
        "unexplained index step, signed_twice\n"
        "steel  2026-11-21 00:00:00  2026-11-22 00:00:00   -0.50  t        24      0 / 1     0 / 1\n"
        "power: 96 of 2976 values are missing; the sum is that of the others\n"
        "power: values that were entered for days or months are not in this sum: 1\n");
}

TEST(SpanView, ShowsTheSlotsOfACalendarAndAllOfThem) {
    EXPECT_EQ(
        spans_view({november_bill()}, 480min),
        "power by tariff, 2026-10-20 00:00:00 … 2026-11-20 00:00:00\n"
        "slot  amount (kWh)    share   hours    missing  doubtful  marks\n"
        "峰          1234.5  100.00%  720.25   1 / 2881  2 / 2881  unexplained index step, signed_twice\n"
        "谷               –        –   23.75    95 / 95    0 / 95\n"
        "all         1234.5              744  96 / 2976  2 / 2976  unexplained index step, signed_twice\n"
        "power: 96 of 2976 values are missing; the sum is that of the others\n"
        "power: values that were entered for days or months are not in this sum: 1\n");
}

TEST(SpanView, SpeaksChinese) {
    set_language(Language::zh);
    const std::string view = spans_view({november_bill()}, 480min);
    set_language(Language::en);

    EXPECT_NE(view.find("power 按 tariff，2026-10-20 00:00:00 … 2026-11-20 00:00:00"), std::string::npos)
        << view;
    EXPECT_NE(view.find("数量(kWh)"), std::string::npos) << view;
    EXPECT_NE(view.find("合计"), std::string::npos) << view;
    EXPECT_NE(view.find("96 个值缺失(共 2976 个)"), std::string::npos) << view;
}

}  // namespace
}  // namespace mg
