#include "gateway/acceptance_file/display_comparison.h"

#include <gtest/gtest.h>

#include "gateway/acceptance_file/comparison_tables.h"
#include "tests/support/memory_store.h"

namespace mg {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const UtcTime kTen = UtcTime{} + hours{24 * 365 * 50 + 10};

Decimal decimal(std::string_view text) {
    return *Decimal::parse(text);
}

class Displays : public ::testing::Test {
protected:
    Displays() {
        meter.id = {"kiln"};
        point.id = {"energy"};
        point.scale = decimal("0.01");
    }

    [[nodiscard]] DisplayVerdict verdict(std::string_view shown, const BoxReadings& readings) const {
        return compare({&meter, &point}, noted(shown), readings).verdict;
    }
    [[nodiscard]] DisplayReading noted(std::string_view shown) const {
        return {.meter = meter.id, .point = point.id, .at = kTen, .displayed = decimal(shown)};
    }

    MeterOptions meter;
    PointOptions point;
    const BoxReading before{kTen - minutes{1}, decimal("1234.50")};
    const BoxReading after{kTen + minutes{4}, decimal("1234.90")};
};

TEST_F(Displays, AgreeBetweenTheReadingsAndOneStepBeyond) {
    const BoxReadings both{before, after};
    EXPECT_EQ(verdict("1234.50", both), DisplayVerdict::agrees);
    EXPECT_EQ(verdict("1234.49", both), DisplayVerdict::agrees);
    EXPECT_EQ(verdict("1234.91", both), DisplayVerdict::agrees);
    EXPECT_EQ(verdict("1234.48", both), DisplayVerdict::differs);
    EXPECT_EQ(verdict("1234.92", both), DisplayVerdict::differs);
}

TEST_F(Displays, OfFewerDigitsAreCutOff) {
    const BoxReadings both{before, after};
    EXPECT_EQ(verdict("1234", both), DisplayVerdict::agrees);
    EXPECT_EQ(verdict("1233", both), DisplayVerdict::differs);
    EXPECT_EQ(verdict("1236", both), DisplayVerdict::differs);
}

TEST_F(Displays, AreNotJudgedWithoutReadingsOnBothSides) {
    EXPECT_EQ(verdict("1234.60", {std::nullopt, after}), DisplayVerdict::no_reading);
    EXPECT_EQ(verdict("1234.60", {before, std::nullopt}), DisplayVerdict::too_early);
    const BoxReading back{after.taken_at, decimal("0.10")};
    EXPECT_EQ(verdict("1234.60", {before, back}), DisplayVerdict::not_judged);
    EXPECT_EQ(compare({&meter, &point}, std::nullopt, {before, after}).verdict, DisplayVerdict::blank);
}

TEST_F(Displays, StandBesideTheReadingThatIsNearest) {
    const auto comparison = compare({&meter, &point}, noted("1234.60"), {before, after});
    ASSERT_TRUE(comparison.box && comparison.difference);
    EXPECT_EQ(comparison.box->taken_at, before.taken_at);
    EXPECT_EQ(*comparison.difference, decimal("0.10"));
    const Table table = display_table({comparison}, minutes{480});
    ASSERT_EQ(table.rows.size(), 1U);
    EXPECT_EQ(table.rows[0].size(), table.columns.size());
}

TEST_F(Displays, ReadingsAroundAMomentAreFoundInTheStore) {
    MemoryStore store;
    const auto layout = std::make_shared<Layout>(
        Layout{.meter = meter.id,
               .model = "m",
               .points = {{.id = point.id, .type = WireType::u32, .scale = decimal("0.01"), .unit = "kWh"}}});
    const auto put = [&](UtcTime at, std::uint64_t wire, Quality quality) {
        store.append(Sample{.layout = layout,
                            .slot = Slot{at},
                            .taken_at = at,
                            .readings = {{.bits = wire, .quality = quality}}});
    };
    put(kTen - minutes{90}, 1, Quality::good);
    put(kTen - minutes{2}, 100, Quality::good);
    put(kTen - minutes{1}, 105, Quality::no_reply);
    put(kTen + minutes{1}, 110, Quality::good);
    put(kTen + minutes{2}, 120, Quality::good);
    const PointName name{meter.id, point.id};

    const auto around = box_readings(store, {{name, kTen}}, kTen + hours{5});
    ASSERT_TRUE(around.has_value());
    ASSERT_TRUE(around->at(name).before && around->at(name).after);
    EXPECT_EQ(around->at(name).before->displayed, decimal("1.00"));
    EXPECT_EQ(around->at(name).after->displayed, decimal("1.10"));

    const auto far = box_readings(store, {{name, kTen + hours{3}}}, kTen + hours{5});
    EXPECT_FALSE(far->at(name).before) << "more than an hour away";
    const auto newest = box_readings(store, {{name, kTen + hours{5}}}, kTen + hours{5});
    ASSERT_TRUE(newest->at(name).before);
    EXPECT_EQ(newest->at(name).before->displayed, decimal("1.20"));
}

}  // namespace
}  // namespace mg
