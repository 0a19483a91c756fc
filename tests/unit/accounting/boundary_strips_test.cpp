#include <map>

#include <gtest/gtest.h>

#include "tests/unit/accounting/accounting_plant.h"

/// The strips that the accounting leads while samples come: what a reader finds of each boundary.
namespace mg {
namespace {

constexpr const char* kMeters = "m1,hv,1,test,5,5,,,\n";
constexpr const char* kItems = "used,used,电力,实时 日 月 年,15,现场仪表,累计差,m1.energy,kWh,2,,,,,,,\n";

class BoundaryStripsTest : public testing::Test {
protected:
    /// Bytes of a day, of one meter or item, hexadecimal, "-" for nothing; without the nothing behind the
    /// last.
    std::string day(StripKind kind, const std::string& subject, std::string_view date) {
        std::string text;
        const UtcTime midnight = plant_.period(date).from;
        const auto read = plant_.books().strips(
            {.kind = kind, .subjects = {subject}, .from = midnight, .to = midnight + milliseconds{1}},
            [&](const DayStrip& strip) {
                for (const auto byte : strip.slots) text += byte == 0 ? "- " : hex(byte);
            });
        EXPECT_TRUE(read);
        while (text.ends_with("- ")) text.resize(text.size() - 2);
        return text;
    }
    static std::string hex(std::uint8_t byte) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        return {kDigits[byte >> 4U], kDigits[byte & 15U], ' '};
    }

    AccountingPlant plant_{kMeters, kItems};
};

TEST_F(BoundaryStripsTest, EachBoundaryIsThereAsItWasRead) {
    plant_.reads("m1", "2026-11-22 00:15", "100.00");
    plant_.reads("m1", "2026-11-22 00:30", "-");
    plant_.reads("m1", "2026-11-22 00:45", "100.50");
    plant_.account();

    // Good is 01, no reply 11 (16 + 1), nothing known before the first.
    EXPECT_EQ(day(StripKind::meter, "m1", "2026-11-22"), "- 01 11 01 ");
    EXPECT_EQ(plant_.books().strips_begin(StripKind::meter)->at("m1"), plant_.at("2026-11-22 00:15"));
}

TEST_F(BoundaryStripsTest, AGapFillsItsRangeOverMidnightAndWhatWasReadStands) {
    plant_.reads("m1", "2026-11-22 23:15", "100.00");
    plant_.stops("m1", "2026-11-22 23:10", "2026-11-23 00:30");
    plant_.account();

    // Stopped is 18 (23 + 1): at 23:30, 23:45, 00:00 and 00:15.
    EXPECT_TRUE(day(StripKind::meter, "m1", "2026-11-22").ends_with("- 01 18 18 "));
    EXPECT_EQ(day(StripKind::meter, "m1", "2026-11-23"), "18 18 ");
}

TEST_F(BoundaryStripsTest, AValueThatComesLaterIsMarkedAsBackFilled) {
    plant_.reads("m1", "2026-11-22 00:15", "100.00");
    plant_.reads("m1", "2026-11-22 00:30", "-");
    plant_.reads("m1", "2026-11-22 00:45", "100.50");
    plant_.account();
    plant_.reads("m1", "2026-11-22 00:30", "100.25");
    plant_.account();

    EXPECT_EQ(day(StripKind::meter, "m1", "2026-11-22"), "- 01 41 01 ");
}

TEST_F(BoundaryStripsTest, AnItemsPeriodsSayWhatTheirRecordsAre) {
    plant_.reads("m1", "2026-11-22 00:15", "100.00");
    plant_.reads("m1", "2026-11-22 00:30", "100.25");
    plant_.reads("m1", "2026-11-22 00:45", "-");
    plant_.reads("m1", "2026-11-22 01:00", "100.75");
    plant_.account();

    // Computed in 2027, more than 72 h after the day: step 15. Measured is 1, interpolated 4.
    EXPECT_EQ(day(StripKind::item, "used", "2026-11-22"), "- f1 f4 f4 ");
}

TEST_F(BoundaryStripsTest, ARestartAtAnyMomentChangesNothing) {
    plant_.runs("m1", "2026-11-22 00:15", "2026-11-22 03:00", "100.00", "0.25");
    plant_.account();
    const auto before = day(StripKind::meter, "m1", "2026-11-22");
    plant_.restart();
    plant_.reads("m1", "2026-11-22 03:15", "-");
    plant_.account();
    plant_.restart();
    plant_.account();

    EXPECT_EQ(day(StripKind::meter, "m1", "2026-11-22"), before + "11 ");
}

TEST_F(BoundaryStripsTest, OfAnotherStoreEverythingIsLookedAt) {
    plant_.reads("m1", "2026-11-22 00:15", "100.00");
    plant_.account();
    MemoryStore other{milliseconds{1000}, "other"};
    plant_.keep_in(other, "books.db");
    plant_.reads("m1", "2026-11-22 00:30", "100.00");
    plant_.account();

    EXPECT_EQ(day(StripKind::meter, "m1", "2026-11-22"), "- 01 01 ");
    EXPECT_EQ((*plant_.books().boundary_cursor())->store, "other");
    plant_.leave();
}

TEST_F(BoundaryStripsTest, BooksWithoutStripsGetThemFromTheOldestSampleOn) {
    // Two days of which the figures are there, and then books that know nothing of boundaries: as after an
    // upgrade.
    plant_.runs("m1", "2026-11-20 00:00", "2026-11-21 23:45", "100.00", "0.25");
    plant_.account();
    const auto whole = day(StripKind::meter, "m1", "2026-11-20");
    ASSERT_EQ(whole.size(), 96U * 3);
    BooksChange forget;
    forget.boundaries = {{"memory", 0}, std::chrono::minutes{15}, {}};
    forget.boundaries->found.push_back({{"m1"},
                                        plant_.at("2026-11-20 00:00"),
                                        plant_.at("2026-11-20 00:00") + milliseconds{1},
                                        {false, {}, false, false}});
    ASSERT_TRUE(plant_.books().commit(forget));
    ASSERT_NE(day(StripKind::meter, "m1", "2026-11-20"), whole);

    plant_.restart();
    plant_.account();

    EXPECT_EQ(day(StripKind::meter, "m1", "2026-11-20"), whole);
    EXPECT_EQ((*plant_.books().boundary_cursor())->through, plant_.store().newest());
}

}  // namespace
}  // namespace mg
