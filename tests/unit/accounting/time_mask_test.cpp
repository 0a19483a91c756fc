#include "gateway/accounting/time_mask.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/base/utc_text.h"
#include "tests/unit/accounting/calendar_maker.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::calendars_of;

/// One calendar at a site.
struct Divided {
    explicit Divided(const std::string& rows, std::chrono::minutes utc_offset = 8h)
        : calendars{calendars_of(rows, utc_offset)}, offset{utc_offset} {}

    [[nodiscard]] TimeMask mask() const { return {calendars.at(0), offset}; }
    [[nodiscard]] std::string slot(UtcTime time) const {
        const auto found = mask().slot_at(time);
        return found ? calendars[0].slots[*found] : "none";
    }
    /// "peak until 2026-11-22 10:15:00" and so on.
    [[nodiscard]] std::vector<std::string> changes(UtcTime from, UtcTime to) const {
        std::vector<std::string> lines;
        for (const auto& each : mask().stretches(from, to)) {
            lines.push_back(fmt::format("{} until {}", each.slot ? calendars[0].slots[*each.slot] : "none",
                                        local_text(each.to, offset)));
        }
        return lines;
    }

    std::vector<CalendarOptions> calendars;
    std::chrono::minutes offset;
};

using Lines = std::vector<std::string>;

TEST(TimeMask, TheFirstRowThatHasAnInstantDecides) {
    const Divided tariff{
        "tariff,deep,,2026-10-01/2026-10-07,11:00,14:00,\n"
        "tariff,peak,,1-5,08:00,12:00,\n"
        "tariff,flat,,,,,\n"};

    EXPECT_EQ(tariff.changes(at("2026-10-07"), at("2026-10-09")),  // a Wednesday and a Thursday
              (Lines{"flat until 2026-10-07 08:00:00", "peak until 2026-10-07 11:00:00",
                     "deep until 2026-10-07 14:00:00", "flat until 2026-10-08 08:00:00",
                     "peak until 2026-10-08 12:00:00", "flat until 2026-10-09 00:00:00"}));
    EXPECT_EQ(tariff.slot(at("2026-10-07 13:59")), "deep");
    EXPECT_EQ(tariff.slot(at("2026-10-07 14:00")), "flat") << "the end is exclusive";
}

TEST(TimeMask, ARowHoldsWhereMonthAndDayBothFit) {
    const Divided season{
        "season,summer,6-8,\"2026-05-30/2026-06-02,6-7\",,,\n"
        "season,other,,,,,\n"};

    EXPECT_EQ(season.changes(at("2026-05-30"), at("2026-06-08")),  // a Saturday to the Monday after next
              (Lines{"other until 2026-06-01 00:00:00", "summer until 2026-06-03 00:00:00",
                     "other until 2026-06-06 00:00:00", "summer until 2026-06-08 00:00:00"}));
}

TEST(TimeMask, ANightShiftBelongsToTheDayOnWhichItBegins) {
    const Divided shift{
        "shift,weekend,,6-7,22:00,06:00,\n"
        "shift,night,,,22:00,06:00,\n"
        "shift,day,,,,,\n"};

    EXPECT_EQ(shift.slot(at("2026-11-20 23:00")), "night") << "Friday";
    EXPECT_EQ(shift.slot(at("2026-11-21 05:59")), "night") << "still that of Friday";
    EXPECT_EQ(shift.slot(at("2026-11-21 06:00")), "day");
    EXPECT_EQ(shift.slot(at("2026-11-21 22:00")), "weekend");
    EXPECT_EQ(shift.slot(at("2026-11-23 05:59")), "weekend") << "Monday morning is the night of Sunday";
}

TEST(TimeMask, ANightOfTheYearsLastDayEndsInTheNextYear) {
    const Divided tariff{
        "tariff,winter,12,,22:00,06:00,\n"
        "tariff,newyear,,2027-01-01,22:00,06:00,\n"
        "tariff,flat,,,,,\n"};

    EXPECT_EQ(tariff.changes(at("2026-12-31 12:00"), at("2027-01-02 12:00")),
              (Lines{"flat until 2026-12-31 22:00:00", "winter until 2027-01-01 06:00:00",
                     "flat until 2027-01-01 22:00:00", "newyear until 2027-01-02 06:00:00",
                     "flat until 2027-01-02 12:00:00"}));
}

TEST(TimeMask, ALeapDayIsADayOfItsMonth) {
    const Divided season{"season,february,2,,,,\nseason,other,1,,,,\nseason,other,3-12,,,,\n"};

    EXPECT_EQ(season.changes(at("2028-02-01"), at("2028-04-01")),
              (Lines{"february until 2028-03-01 00:00:00", "other until 2028-04-01 00:00:00"}));
    EXPECT_EQ(season.slot(at("2028-02-29 23:59")), "february");
}

TEST(TimeMask, AVersionHoldsFromItsMidnightOn) {
    const Divided tariff{
        "tariff,low,,,22:00,06:00,2026-07-01\n"
        "tariff,flat,,,,,2026-07-01\n"
        "tariff,low,,,23:00,07:00,2026-09-01\n"
        "tariff,flat,,,,,2026-09-01\n"};

    EXPECT_EQ(tariff.changes(at("2026-06-30 23:00"), at("2026-07-01 08:00")),
              (Lines{"none until 2026-07-01 00:00:00", "low until 2026-07-01 06:00:00",
                     "flat until 2026-07-01 08:00:00"}));
    // The night before the change began by the old rule; its morning is the new one's, by the same night.
    EXPECT_EQ(tariff.changes(at("2026-08-31 12:00"), at("2026-09-01 12:00")),
              (Lines{"flat until 2026-08-31 22:00:00", "low until 2026-09-01 07:00:00",
                     "flat until 2026-09-01 12:00:00"}));
}

TEST(TimeMask, TimesAreThoseOfTheSite) {
    const std::string rows = "shift,early,,1,06:00,14:00,\nshift,late,,,,,\n";
    const UtcTime monday = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};

    EXPECT_EQ(Divided(rows, 8h).slot(monday - 2h), "early");
    EXPECT_EQ(Divided(rows, 8h).slot(monday + 6h), "late");
    const Divided newfoundland{rows, -(3h + 30min)};
    EXPECT_EQ(newfoundland.slot(monday + 9h + 29min), "late");
    EXPECT_EQ(newfoundland.slot(monday + 9h + 30min), "early");
    EXPECT_EQ(newfoundland.slot(monday + 17h + 30min), "late");
}

TEST(TimeMask, NeighboursDifferAndAnEmptySpanHasNone) {
    const Divided tariff{"tariff,flat,,,00:00,12:00,\ntariff,flat,,,12:00,24:00,\n"};

    EXPECT_EQ(tariff.changes(at("2026-01-01 10:00"), at("2027-01-01 11:00")),
              (Lines{"flat until 2027-01-01 11:00:00"}));
    EXPECT_TRUE(tariff.mask().stretches(at("2026-01-01"), at("2026-01-01")).empty());
}

}  // namespace
}  // namespace mg
