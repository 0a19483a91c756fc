#include "gateway/commands/section_view.h"

#include <gtest/gtest.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

TEST(SectionView, SaysWithWordsAndMarksWhatPaperSaysWithColours) {
    const SpokenLanguage english{Language::en};
    const Section section{
        "Balance",
        {Facts{{{"node", "bus"}, {"medium", "electricity"}}},
         Table{.columns = {{"meter", "", false}, {"in", "kWh", true}},
               .rows = {{{"a"}, {*Decimal::parse("1234.5"), Tone::bad}}, {{"b\x1b"}, {std::monostate{}}}},
               .note = "one is missing"},
         Chart{.title = "days",
               .unit = "kWh",
               .categories = {"1", "2", "3"},
               .series = {{"in", {7, std::nullopt, 14}}}},
         Picture{"flow", "<svg></svg>"}, Paragraph{"look", Tone::warning}, Signatures{{"by"}}}};
    EXPECT_EQ(section_view(section, std::chrono::minutes{480}),
              "== Balance ==\n"
              "node    bus\n"
              "medium  electricity\n"
              "\n"
              "meter   in (kWh)\n"
              "a      ▲ 1,234.5\n"
              "b?             –\n"
              "one is missing\n"
              "\n"
              "days  kWh\n"
              "in    ▅ █\n"
              "\n"
              "△ look\n");
}

}  // namespace
}  // namespace mg
