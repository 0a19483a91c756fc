#include <gtest/gtest.h>

#include "tests/unit/config/site.h"

namespace mg {
namespace {

Multiplier multiplier_of(const std::string& cells) {
    const Loaded loaded = load_rows(
        "id,ct_primary,ct_secondary,pt_primary,pt_secondary,reading_side,multiplier\nm1," + cells + "\n");
    EXPECT_TRUE(loaded.ok()) << text_of(loaded.problems);
    return loaded.options.meters.at(0).multiplier;
}

TEST(MeterMultiplier, IsTheNameplateOnTheSecondarySide) {
    const Multiplier multiplier = multiplier_of("300,5,35000,100,二次,21000");

    EXPECT_EQ(multiplier.ct, (Decimal{60, 0}));
    EXPECT_EQ(multiplier.pt, (Decimal{350, 0}));
    EXPECT_EQ(*multiplier.of(Ratio::ct_pt), (Decimal{21000, 0}));
}

TEST(MeterMultiplier, IsOneWhereTheRegistersArePrimary) {
    const Multiplier multiplier = multiplier_of("300,5,10000,100,一次,1");

    EXPECT_EQ(*multiplier.of(Ratio::ct_pt), (Decimal{1, 0}));
}

TEST(MeterMultiplier, IsOneWithoutTransformers) {
    EXPECT_EQ(*multiplier_of(",,,,,1").of(Ratio::ct_pt), (Decimal{1, 0}));
    EXPECT_EQ(*multiplier_of(",,,,,").of(Ratio::ct_pt), (Decimal{1, 0}));
}

TEST(MeterMultiplier, MayHaveDecimals) {
    EXPECT_EQ(*multiplier_of("75,2,,,,37.5").of(Ratio::ct), (Decimal{375, -1}));
}

}  // namespace
}  // namespace mg
