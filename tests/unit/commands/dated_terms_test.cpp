#include "gateway/commands/dated_terms.h"

#include <string>

#include <gtest/gtest.h>

namespace mg {
namespace {

TEST(DatedTerms, AMultiplierIsANumberOrTheSidesOfItsTransformers) {
    for (const auto& [text, said] :
         {std::pair{"80", "80"}, std::pair{"800/5", "160"}, std::pair{"62.50", "62.5"},
          std::pair{"800/5x10000/100", "160 × 100"}, std::pair{"80×100", "80 × 100"},
          std::pair{"80*100", "80 × 100"}, std::pair{"80X1", "80"}}) {
        const auto multiplier = multiplier_from(text);
        ASSERT_TRUE(multiplier) << text << ": " << multiplier.error().what;
        EXPECT_EQ(text_of(*multiplier), said) << text;
    }
    for (const std::string text : {"", "0", "-80", "80x", "80x100x2", "800/0", "800/5/2", "10/3", "80 CT"}) {
        EXPECT_FALSE(multiplier_from(text)) << text;
    }
}

TEST(DatedTerms, ARegisterHasItsOldEndAndNewStartAndPerhapsWhatWasUnmetered) {
    const auto both = replaced_register_from("energy_import=54367.20:0");
    ASSERT_TRUE(both) << both.error().what;
    EXPECT_EQ(both->point.text, "energy_import");
    EXPECT_EQ(both->old_end.to_string(), "54367.20");
    EXPECT_EQ(both->unmetered, Decimal{});
    EXPECT_EQ(replaced_register_from("a=1:2:35")->unmetered, (Decimal{35, 0}));
    for (const std::string text : {"", "a", "a=1", "a=1:2:3:4", "a=x:2", "a=1:", "=", "a:1:2"}) {
        EXPECT_FALSE(replaced_register_from(text)) << text;
    }
    EXPECT_EQ(index_from("a=12.5")->index.to_string(), "12.5");
    EXPECT_FALSE(index_from("a=1:2"));
    EXPECT_FALSE(index_from("12.5"));
}

}  // namespace
}  // namespace mg
