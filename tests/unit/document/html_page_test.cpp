#include "gateway/document/html_page.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "gateway/base/language.h"
#include "gateway/document/table_width.h"
#include "tests/unit/document/sample_document.h"

namespace mg {
namespace {

TEST(HtmlPage, IsWellFormedNeedsNothingAndRunsNothing) {
    const SpokenLanguage chinese{Language::zh};
    const std::string file = testing::TempDir() + "sample.html";
    std::ofstream{file} << html_page(sample_document());
    const std::string command =
        std::string{MG_PYTHON} + " " MG_SOURCE_DIR "/tests/unit/document/check_html.py " + file;
    EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST(HtmlPage, ShowsTonesByAMarkAndSaysWhatItMeans) {
    const SpokenLanguage chinese{Language::zh};
    const std::string page = html_page(sample_document());
    EXPECT_NE(page.find("<td class=\"n good\">√ 98.5 %</td>"), std::string::npos);
    EXPECT_NE(page.find("▲ 12,345,678,901,234,567.8"), std::string::npos);
    EXPECT_NE(page.find("△ 有 2 处需关注"), std::string::npos);
    EXPECT_NE(page.find("▲ 异常"), std::string::npos);
    EXPECT_NE(page.find("lang=\"zh-CN\""), std::string::npos);
}

TEST(HtmlPage, BreaksATableThatIsWiderThanAPageAndRepeatsWhatARowIs) {
    const SpokenLanguage english{Language::en};
    Table table{.title = "days", .columns = {{"item", "", false}}, .rows = {{{"kiln"}}}};
    for (int day = 1; day <= 31; ++day) {
        table.columns.push_back({std::to_string(day), "", true});
        table.rows[0].push_back({decimal("123456.78")});
    }
    const std::string page = html_page({.title = "t", .sections = {{"wide", {table}}}});
    EXPECT_NE(page.find("<section class=\"across\">"), std::string::npos);
    EXPECT_NE(page.find("days (continued)"), std::string::npos);
    std::size_t kilns = 0;
    for (auto at = page.find("<td>kiln</td>"); at != std::string::npos;
         at = page.find("<td>kiln</td>", at + 1))
        ++kilns;
    EXPECT_EQ(kilns, 3U);  // 31 columns of 10 + 2, 176 a page
}

TEST(HtmlPage, TheTitleLiesAsTheFirstSectionDoes) {
    const Picture picture{.title = {}, .svg = "<svg viewBox=\"0 0 1 1\"></svg>"};
    const Section across{"across", {picture}};
    const Section upright{"upright", {Paragraph{.text = "words"}}};
    const auto lies = [](const Document& document) {
        return html_page(document).find("<header class=\"across\">") != std::string::npos;
    };
    EXPECT_TRUE(lies({.title = "t", .sections = {across, upright}}));
    EXPECT_FALSE(lies({.title = "t", .sections = {upright, across}}));
    EXPECT_FALSE(lies({.title = "t"}));
}

TEST(PageColumns, EveryColumnStandsOnceAndTheLeadingOnesEverywhere) {
    const std::vector<std::vector<std::size_t>> wanted{{0, 1, 2}, {0, 3, 4}};
    EXPECT_EQ(page_columns({8, 8, 8, 8, 8}, 1, 2, 34), wanted);
    EXPECT_EQ(page_columns({8, 8, 8}, 1, 2, 30).size(), 1U);
}

}  // namespace
}  // namespace mg
