#include "gateway/document/cell_text.h"

#include <gtest/gtest.h>

#include "tests/unit/document/sample_document.h"

namespace mg {
namespace {

constexpr std::chrono::minutes kOffset{480};

TEST(CellText, GroupsTheDigitsBeforeThePointOnly) {
    EXPECT_EQ(grouped_digits("1234567.12345"), "1,234,567.12345");
    EXPECT_EQ(grouped_digits("-999"), "-999");
    EXPECT_EQ(grouped_digits("-1000.0"), "-1,000.0");
    EXPECT_EQ(grouped_digits("5e-33"), "5e-33");
}

TEST(CellText, RoundsSharesHalfToEven) {
    EXPECT_EQ(cell_text({ShareCell{decimal("0.9845")}}, kOffset), "98.4 %");  // 98.45
    EXPECT_EQ(cell_text({ShareCell{decimal("0.9855")}}, kOffset), "98.6 %");  // 98.55
    EXPECT_EQ(cell_text({ShareCell{decimal("0.98551")}}, kOffset), "98.6 %");
    EXPECT_EQ(cell_text({ShareCell{decimal("1")}}, kOffset, Digits::plain), "100.0%");
    EXPECT_EQ(cell_text({ShareCell{decimal("-0.0005"), 0}}, kOffset), "0 %");
}

TEST(CellText, WritesADayOfTheSiteAndADashForTheUnknown) {
    const UtcTime midnight{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{16}};
    EXPECT_EQ(cell_text({DateCell{midnight}}, kOffset), "2026-11-22");
    EXPECT_EQ(cell_text({}, kOffset), "–");
}

TEST(CellText, CountsChineseCharactersTwice) {
    EXPECT_EQ(columns_of("kWh 电力"), 8U);
    EXPECT_EQ(columns_of("–"), 1U);
}

}  // namespace
}  // namespace mg
