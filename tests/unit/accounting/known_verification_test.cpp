#include "gateway/accounting/known_verification.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

/// Midnight at +08:00.
UtcTime day(int year, unsigned month, unsigned day) {
    return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} /
                                 std::chrono::day{day}} -
           8h;
}

MeterOptions meter() {
    MeterOptions meter;
    meter.id = {"em_01"};
    meter.serial_no = "SN-A";
    meter.row = {"meters.csv",
                 2,
                 {{"verified_on", 1, "2025/3/2"},
                  {"valid_until", 2, "2026-03-01"},
                  {"verified_by", 3, "示例计量所"},
                  {"certificate", 4, "证书 1"},
                  {"verification_state", 5, "合格"},
                  {"traceability", 6, "calibration"}}};
    return meter;
}

DatedRecord verified(DatedId id, UtcTime on, const char* serial = "SN-A") {
    Verification body{.meter = {"em_01"},
                      .serial = serial,
                      .on = on,
                      .valid_until = on + std::chrono::days{365},
                      .by = "市计量院",
                      .certificate = "证书 2",
                      .result = VerificationResult::limited,
                      .traceability = Traceability::legal};
    return {.id = id, .body = body, .author = "li"};
}

KnownVerification known(const std::vector<DatedRecord>& records, UtcTime at = day(2026, 11, 22)) {
    return known_verification(meter(), records, 480min, at);
}

TEST(KnownVerification, WithoutRecordsTheTableSaysIt) {
    const KnownVerification table = known({});
    EXPECT_EQ(table.on, day(2025, 3, 2));
    EXPECT_EQ(table.valid_until, day(2026, 3, 1));
    EXPECT_EQ(table.by, "示例计量所");
    EXPECT_EQ(table.certificate, "证书 1");
    EXPECT_EQ(table.result, VerificationResult::passed);
    EXPECT_EQ(table.traceability, Traceability::calibration);
    EXPECT_EQ(table.record, 0);
}

TEST(KnownVerification, TheNewestCountsWhereverItStands) {
    EXPECT_EQ(known({verified(1, day(2026, 2, 10)), verified(2, day(2026, 1, 10))}).record, 1);
    EXPECT_EQ(known({verified(1, day(2025, 3, 1))}).record, 0) << "the table is newer by a day";
    EXPECT_EQ(known({verified(1, day(2025, 3, 2))}).record, 1) << "of the same day the record";
    EXPECT_EQ(known({verified(1, day(2026, 2, 10))}, day(2026, 2, 9)).record, 0) << "it lies ahead";
    DatedRecord revoked = verified(1, day(2026, 2, 10));
    revoked.revoked_at = day(2026, 2, 11);
    EXPECT_EQ(known({revoked}).record, 0);
}

TEST(KnownVerification, ThatOfAnInstrumentThatWasTakenAwayIsNotTheOneInPlace) {
    const UtcTime swapped = day(2026, 6, 18);
    DatedRecord replacement{.id = 7,
                            .body = Replacement{{"em_01"}, swapped, swapped, "SN-A", "SN-B", {}, {}, {}},
                            .author = "li"};
    EXPECT_TRUE(known({replacement, verified(8, day(2026, 2, 10), "SN-A")}).empty())
        << "neither the table's nor the record's is of SN-B";
    const auto before_it_was_mounted = verified(9, day(2026, 6, 10), "SN-B");
    EXPECT_EQ(known({replacement, before_it_was_mounted}).record, 9);
    EXPECT_EQ(known({replacement, before_it_was_mounted}, day(2026, 6, 17)).record, 0)
        << "SN-A was in place the day before";
}

TEST(KnownVerification, DaysAreReadAsTheTableMayWriteThem) {
    EXPECT_EQ(ledger_day("2026-3-2", 480min), day(2026, 3, 2));
    EXPECT_EQ(ledger_day("2026/03/02", 480min), day(2026, 3, 2));
    for (const char* none : {"", "2026", "2026-02-30", "2026-13-01", "2026-3-2x", "46000", "2026-3--2",
                             "67562-03-02", "2026-257-02", "2026-03-258"})
        EXPECT_EQ(ledger_day(none, 480min), std::nullopt) << none;
}

}  // namespace
}  // namespace mg
