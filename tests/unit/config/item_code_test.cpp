#include "config/item_code.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace mg {
namespace {

ItemCode any_code() {
    const auto below = [](int end) { return static_cast<std::uint8_t>(*rc::gen::inRange(0, end)); };
    return {.process = below(100),
            .process_unit = below(100),
            .equipment_type = below(100),
            .equipment_no = below(100),
            .energy_class = static_cast<std::uint8_t>(*rc::gen::inRange(1, 100)),
            .energy_type = static_cast<std::uint16_t>(*rc::gen::inRange(0, 10'000)),
            .use = below(100)};
}

std::string complaint(std::string_view text) {
    const auto code = parse_item_code(text);
    return code ? "" : code.error().what;
}

TEST(ItemCode, HasItsPartsWhereTheyAre) {
    const ItemCode code = parse_item_code("04-01-0102-023300-21").value();

    EXPECT_EQ(code.process, 4);
    EXPECT_EQ(code.process_unit, 1);
    EXPECT_EQ(code.equipment_type, 1);
    EXPECT_EQ(code.equipment_no, 2);
    EXPECT_EQ(code.energy_class, 2);
    EXPECT_EQ(code.energy_type, 3300);
    EXPECT_EQ(code.use, 21);
    EXPECT_EQ(code.digits(), "0401010202330021");
}

TEST(ItemCode, HyphensAndSpacesAreNotRead) {
    const ItemCode code = parse_item_code("0000000002330011").value();

    EXPECT_EQ(parse_item_code("00-00-0000-023300-11"), code);
    EXPECT_EQ(parse_item_code("00-00-0000023300-11"), code);
    EXPECT_EQ(parse_item_code("0000 0000 0233 0011"), code);
    EXPECT_EQ(code.hyphenated(), "00-00-0000-023300-11");
}

TEST(ItemCode, SaysWhatIsWrong) {
    EXPECT_EQ(complaint(""), "a data-item code has 16 digits, this has 0");
    EXPECT_EQ(complaint("00-00-0000-023300-1"), "a data-item code has 16 digits, this has 15");
    EXPECT_EQ(complaint("2330011"),
              "a data-item code has 16 digits, this has 7: spreadsheets drop leading zeros");
    EXPECT_EQ(complaint("00-00-0000-023300-110"), "a data-item code has 16 digits, this has more");
    EXPECT_EQ(complaint("00-00-0000-O23300-11"), "not a data-item code: only digits and hyphens");
    EXPECT_EQ(complaint("00-00-0000-003300-11"), "class 00 (positions 9 and 10) is no class of data");
}

TEST(ItemCode, HasTheScopeOfItsNarrowestPart) {
    const auto scope = [](std::string_view text) { return parse_item_code(text).value().scope(); };

    EXPECT_EQ(scope("00-00-0000-023300-11"), CodeScope::enterprise);
    EXPECT_EQ(scope("04-00-0000-023300-11"), CodeScope::process);
    EXPECT_EQ(scope("04-01-0000-023300-11"), CodeScope::process_unit);
    EXPECT_EQ(scope("04-01-0101-023300-11"), CodeScope::equipment);
    EXPECT_EQ(scope("00-00-0101-023300-11"), CodeScope::equipment);
    EXPECT_EQ(scope("00-00-0001-023300-11"), CodeScope::equipment);
}

TEST(ItemCode, IsBuiltFromParts) {
    EXPECT_EQ(build_item_code({.energy_class = "02", .energy_type = "3300", .use = "11"})->hyphenated(),
              "00-00-0000-023300-11");
    EXPECT_EQ(build_item_code({.process = "4", .energy_class = "02", .energy_type = "3300", .use = "11"})
                  .error()
                  .what,
              "process has 2 digits in a data-item code; found '4'");
    EXPECT_FALSE(build_item_code({.energy_class = "02", .energy_type = "33oo", .use = "11"}));
    EXPECT_FALSE(build_item_code({.energy_class = "00", .energy_type = "3300", .use = "11"}));
}

RC_GTEST_PROP(ItemCode, IsReadBackAsItWasWritten, ()) {
    const ItemCode code = any_code();

    RC_ASSERT(code.hyphenated().size() == 20U);
    RC_ASSERT(code.digits().size() == 16U);
    RC_ASSERT(parse_item_code(code.hyphenated()).value() == code);
    RC_ASSERT(parse_item_code(code.digits()).value() == code);
}

RC_GTEST_PROP(ItemCode, FitsItsScopeAndAllNarrowerOnes, ()) {
    const ItemCode code = any_code();
    const std::string digits = code.digits();
    const bool no_equipment = digits.substr(4, 4) == "0000";
    const bool no_unit = no_equipment && digits.substr(2, 2) == "00";
    const bool no_process = no_unit && digits.substr(0, 2) == "00";

    RC_ASSERT(code.fits(code.scope()));
    RC_ASSERT(code.fits(CodeScope::equipment));
    RC_ASSERT(code.fits(CodeScope::process_unit) == no_equipment);
    RC_ASSERT(code.fits(CodeScope::process) == no_unit);
    RC_ASSERT(code.fits(CodeScope::enterprise) == no_process);
}

RC_GTEST_PROP(ItemCode, TakesNothingThatHasNotSixteenDigits, (const std::string& text)) {
    const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
    const auto code = parse_item_code(text);
    if (code) RC_ASSERT(digits == 16);
}

}  // namespace
}  // namespace mg
