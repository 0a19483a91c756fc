#include "gateway/commands/hour_records.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr UtcTime kTen = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 2h;  // 10:00 at +08:00

RecordReport quarter(int number, std::optional<Decimal> value, std::vector<std::string> marks = {}) {
    RecordReport record;
    record.item = "power";
    record.unit = "kWh";
    record.period = {StatType::real_time, kTen + number * 15min, kTen + (number + 1) * 15min};
    record.value = value;
    record.marks = std::move(marks);
    record.computed_at = kTen + (number + 1) * 15min;
    return record;
}

TEST(HourRecords, AreTheSumsOfTheirQuartersDigitForDigit) {
    const auto hours =
        hours_of({quarter(0, Decimal{101, -2}), quarter(1, Decimal{99, -2}), quarter(2, Decimal{250, -2}),
                  quarter(3, Decimal{1, -2}), quarter(4, Decimal{5, 0}), quarter(5, Decimal{5, 0}),
                  quarter(6, Decimal{5, 0}), quarter(7, Decimal{6, 0})},
                 480min);

    ASSERT_TRUE(hours.has_value());
    ASSERT_EQ(hours->size(), 2U);
    EXPECT_EQ(hours->at(0).value->to_string(), "4.51");
    EXPECT_EQ(hours->at(0).period_text, "2026-11-22 10:00");
    EXPECT_EQ(hours->at(0).period.to - hours->at(0).period.from, 1h);
    EXPECT_EQ(hours->at(0).computed_at, kTen + 1h);
    EXPECT_EQ(hours->at(1).value->to_string(), "21");
}

TEST(HourRecords, HaveNoValueWhereAQuarterIsMissingOrHasNone) {
    const auto hours =
        hours_of({quarter(0, Decimal{1, 0}), quarter(2, Decimal{1, 0}), quarter(3, Decimal{1, 0}),
                  quarter(4, Decimal{1, 0}), quarter(5, std::nullopt, {"too_large"}),
                  quarter(6, Decimal{1, 0}), quarter(7, Decimal{1, 0})},
                 480min);

    ASSERT_TRUE(hours.has_value());
    ASSERT_EQ(hours->size(), 2U);
    EXPECT_FALSE(hours->at(0).value.has_value());
    EXPECT_FALSE(hours->at(1).value.has_value());
    EXPECT_EQ(hours->at(1).marks, std::vector<std::string>{"too_large"});
}

TEST(HourRecords, ABridgedQuarterHourInsideDoesNotMakeTheHourSuspect) {
    const auto hours =
        hours_of({quarter(0, Decimal{1, 0}, {"end_bridged"}), quarter(1, Decimal{1, 0}, {"begin_bridged"}),
                  quarter(2, Decimal{1, 0}), quarter(3, Decimal{1, 0})},
                 480min);

    ASSERT_TRUE(hours.has_value());
    EXPECT_FALSE(hours->at(0).suspect);
    EXPECT_TRUE(hours->at(0).marks.empty());
}

TEST(HourRecords, OfABridgedEndAreSuspect) {
    const auto hours = hours_of({quarter(0, Decimal{1, 0}), quarter(1, Decimal{1, 0}),
                                 quarter(2, Decimal{1, 0}), quarter(3, Decimal{1, 0}, {"end_bridged"})},
                                480min);

    ASSERT_TRUE(hours.has_value());
    EXPECT_TRUE(hours->at(0).suspect);
}

TEST(HourRecords, LeaveOutTheRunningHour) {
    const auto hours = hours_of({quarter(0, Decimal{1, 0}), quarter(1, Decimal{1, 0})}, 480min);

    ASSERT_TRUE(hours.has_value());
    EXPECT_TRUE(hours->empty());
}

TEST(HourRecords, BeginWithTheHourAtTheSite) {
    const auto hours = hours_of({quarter(2, Decimal{1, 0}), quarter(3, Decimal{2, 0}),
                                 quarter(4, Decimal{3, 0}), quarter(5, Decimal{4, 0})},
                                330min);  // +05:30: the hour begins at 10:30 here

    ASSERT_TRUE(hours.has_value());
    ASSERT_EQ(hours->size(), 1U);
    EXPECT_EQ(hours->front().value->to_string(), "10");
    EXPECT_EQ(hours->front().period.from, kTen + 30min);
}

}  // namespace
}  // namespace mg
