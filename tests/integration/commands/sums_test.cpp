#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/commands/site_with_books.h"
#include "tests/unit/accounting/calendar_maker.h"

namespace mg {
namespace {

/// A tariff, bills that end on the 20th, and quarter-hours.
void add_tariff(Options& options) {
    options.calendars = test::calendars_of("tariff,峰,,,08:00,20:00,\ntariff,谷,,,,,\n");
    options.meters[0].bill_day = 20;
    options.items[1].periods.insert(StatType::real_time);
}

/// Two days of quarter-hours, 0.25 kWh each.
struct SiteWithTariff : SiteWithBooks {
    SiteWithTariff() : SiteWithBooks{Confirm::none, add_tariff} {
        BooksChange change;
        for (UtcTime each = test::at("2026-11-18"); each < test::at("2026-11-20");
             each += std::chrono::minutes{15}) {
            change.records.push_back({.item = "power",
                                      .period = SiteCalendar{}.containing(StatType::real_time, each),
                                      .value = Decimal{25, -2}});
        }
        const auto done = books->commit(change);
        EXPECT_TRUE(done) << done.error().what;
    }
};

TEST_F(SiteWithTariff, AnyTimeIsSummed) {
    const Ran sum = run_with_site("records power --from '2026-11-18 07:30' --to '2026-11-18 09:00' --sum");

    EXPECT_EQ(sum.exit_code, 0) << sum.err;
    EXPECT_TRUE(contains(sum.out, "2026-11-18 07:30:00  2026-11-18 09:00:00    1.50  kWh    1.50"))
        << sum.out;
}

TEST_F(SiteWithTariff, ADayIsSplitByTheTariffInBothLanguages) {
    const Ran split = run_with_site("records power --from 2026-11-19 --to 2026-11-19 --by tariff");
    EXPECT_EQ(split.exit_code, 0) << split.err;
    EXPECT_TRUE(contains(split.out, "峰           12.00  50.00%     12   0 / 48")) << split.out;
    EXPECT_TRUE(contains(split.out, "all          24.00             24   0 / 96")) << split.out;

    const Ran chinese =
        run_with_site("records power --from 2026-11-19 --to 2026-11-19 --by tariff --lang zh");
    EXPECT_TRUE(contains(chinese.out, "power 按 tariff")) << chinese.out;
}

TEST_F(SiteWithTariff, ABillIsOneCommand) {
    const Ran bill = run_with_site("records power --bill 2026-11 --by tariff --json");
    EXPECT_EQ(bill.exit_code, 0) << bill.err;
    EXPECT_TRUE(contains(bill.out,
                         "\"from\":\"2026-10-19T16:00:00.000Z\",\"to\":\"2026-11-19T16:00:00.000Z\","
                         "\"bill_day\":20"))
        << bill.out;
    EXPECT_TRUE(contains(bill.out, "\"sum\":\"48.00\"")) << bill.out;
    EXPECT_TRUE(contains(bill.out, "\"missing\":2784")) << bill.out;
    EXPECT_TRUE(contains(run_with_site("records power --bill 2026-11 --bill-day 19 --sum").out, "24.00"));
}

TEST_F(SiteWithTariff, SlipsAreNamedBeforeAnythingIsAsked) {
    EXPECT_EQ(run_with_site("records power --from 2026-11-19 --to 2026-11-19").exit_code, 64) << "no type";
    EXPECT_EQ(run_with_site("records power --sum").exit_code, 64) << "no time";
    EXPECT_EQ(run_with_site("records --bill 2026-11").exit_code, 64) << "no item";
    EXPECT_EQ(run_with_site("records power --bill 2026-11 --from 2026").exit_code, 64);
    EXPECT_EQ(run_with_site("records power --from 2026 --to 2026 --sum --type day").exit_code, 64);
    EXPECT_EQ(run_with_site("records power --from 2026 --to 2026 --sum --bill-day 3").exit_code, 64);
    const Ran calendar = run_with_site("records power --from 2026-11-19 --to 2026-11-19 --by tarif");
    EXPECT_EQ(calendar.exit_code, 64);
    EXPECT_TRUE(contains(calendar.err, "the nearest is \"tariff\"")) << calendar.err;
}

}  // namespace
}  // namespace mg
