#include <gtest/gtest.h>

#include "config/spreadsheet.h"

namespace mg {
namespace {

bool damaged(std::string_view key, std::string_view cell) {
    return spreadsheet_damage(*field_by_key(FieldSection::meter, key), cell).has_value();
}

TEST(SpreadsheetDamage, IsSeenInWhatSpreadsheetsWrite) {
    EXPECT_TRUE(damaged("parity", "8.00E+01"));
    EXPECT_TRUE(damaged("address", "1.2E+11"));
    EXPECT_TRUE(damaged("spec", "10月5日"));
    EXPECT_TRUE(damaged("ct_primary", "5-Oct"));
    EXPECT_TRUE(damaged("ct_primary", "Oct-05"));
    EXPECT_TRUE(damaged("ct_primary", "2026/10/5"));
    EXPECT_TRUE(damaged("certificate", "1234567890123450"));
    EXPECT_TRUE(damaged("remark", "#REF!"));
    EXPECT_TRUE(damaged("remark", "########"));
    EXPECT_TRUE(damaged("rollover", "42,949,672.96"));
}

TEST(SpreadsheetDamage, IsNotSeenInWhatPeopleWrite) {
    EXPECT_FALSE(damaged("address", "0000-2026-0001"));
    EXPECT_FALSE(damaged("address", "123456789012"));
    EXPECT_FALSE(damaged("serial_no", "SN26037X"));
    EXPECT_FALSE(damaged("serial_no", "1234567890123456"));
    EXPECT_FALSE(damaged("serial_no", "8E1"));
    EXPECT_FALSE(damaged("verified_on", "2026/3/2"));
    EXPECT_FALSE(damaged("remark", "10月5日"));
    EXPECT_FALSE(damaged("spec", "DTSD-示例 3×57.7/100V 1.5(6)A"));
    EXPECT_FALSE(damaged("range", "0.3(1.2)A"));
    EXPECT_FALSE(damaged("location", "#1"));
    EXPECT_FALSE(damaged("rollover", "42949672.96"));
}

}  // namespace
}  // namespace mg
