#include "gateway/accounting/instruments_on_record.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr UtcTime kNoon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};

Options site(const std::string& serial, Decimal ct = {20, 0}) {
    Options options;
    MeterOptions meter;
    meter.id = {"em_01"};
    meter.line = LineId{"hv"};
    meter.serial_no = serial;
    meter.multiplier.ct = ct;
    options.meters = {meter};
    return options;
}

std::vector<DatedRecord> on_record(std::initializer_list<DatedBody> bodies) {
    std::vector<DatedRecord> records;
    for (const auto& body : bodies) {
        DatedRecord record;
        record.id = static_cast<DatedId>(records.size()) + 1;
        record.body = body;
        record.author = "张示例";
        records.push_back(record);
    }
    return records;
}

/// "serial_no!" an error, "serial_no?" a warning.
std::string found(const Options& options, const std::vector<DatedRecord>& records) {
    std::string text;
    for (const auto& problem : instrument_problems(options, records, kNoon)) {
        text += problem.field + (problem.is_warning ? "?" : "!");
    }
    return text;
}

const InitialInstrument kFirst{{"em_01"}, "SN-A", {Decimal{20, 0}, Decimal{1, 0}}};

Replacement replaced(UtcTime at, std::optional<Multiplier> multiplier = {}) {
    return {{"em_01"}, at, at, "SN-A", "SN-B", multiplier, {}, {}};
}

TEST(InstrumentsOnRecord, WhatTheTableSaysFirstIsPutOnRecordOnce) {
    const auto first = initial_instruments(site("SN-A"), {}, kNoon);

    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].body, DatedBody{kFirst});
    EXPECT_EQ(first[0].author, "meters.csv");
    EXPECT_TRUE(initial_instruments(site("SN-A"), first, kNoon).empty());
}

TEST(InstrumentsOnRecord, ASerialNumberThatIsStatedLaterKeepsTheFirstRatio) {
    const auto unstated = initial_instruments(site(""), {}, kNoon);
    EXPECT_EQ(found(site("SN-A"), unstated), "");

    const auto stated = initial_instruments(site("SN-A", {30, 0}), unstated, kNoon);
    ASSERT_EQ(stated.size(), 1U);
    EXPECT_EQ(stated[0].body, DatedBody{kFirst});
}

TEST(InstrumentsOnRecord, LedgerOnlyRowsHaveNoRegisters) {
    auto options = site("SN-A");
    options.meters[0].line.reset();
    EXPECT_TRUE(initial_instruments(options, {}, kNoon).empty());
}

TEST(InstrumentsOnRecord, AChangedSerialNumberWithoutAReplacementIsAnError) {
    EXPECT_EQ(found(site("SN-A"), on_record({kFirst})), "");
    EXPECT_EQ(found(site("SN-B"), on_record({kFirst})), "serial_no!");
    EXPECT_EQ(found(site(""), on_record({kFirst})), "serial_no!");
}

TEST(InstrumentsOnRecord, AReplacementOnRecordExplainsTheNewNumberAndTheOldOneIsOnlyBehind) {
    const auto records = on_record({kFirst, replaced(kNoon - 24h)});
    EXPECT_EQ(found(site("SN-B"), records), "");
    EXPECT_EQ(found(site("SN-A"), records), "serial_no?");
    EXPECT_EQ(found(site("SN-C"), records), "serial_no!");
}

TEST(InstrumentsOnRecord, ARevokedReplacementExplainsNothing) {
    auto records = on_record({kFirst, replaced(kNoon - 24h)});
    records[1].revoked_at = kNoon;
    EXPECT_EQ(found(site("SN-B"), records), "serial_no!");
}

TEST(InstrumentsOnRecord, ARatioIsChangedByARecordOfTheChangeOrOfTheReplacementThatBroughtIt) {
    const Multiplier other{Decimal{30, 0}, Decimal{1, 0}};
    EXPECT_EQ(found(site("SN-A", {30, 0}), on_record({kFirst})), "ct_primary!");
    const auto changed = on_record({kFirst, MultiplierChange{{"em_01"}, kNoon - 24h, other, {}}});
    EXPECT_EQ(found(site("SN-A", {30, 0}), changed), "");
    EXPECT_EQ(found(site("SN-A", {20, 0}), changed), "ct_primary?");
    EXPECT_EQ(found(site("SN-B", {30, 0}), on_record({kFirst, replaced(kNoon - 24h, other)})), "");
}

TEST(InstrumentsOnRecord, WhatIsEnteredAheadOfTimeMayBeInTheTableAlready) {
    EXPECT_EQ(found(site("SN-B"), on_record({kFirst, replaced(kNoon + 24h)})), "serial_no?");
}

}  // namespace
}  // namespace mg
