#include "gateway/acceptance_file/acceptance_template.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

class TemplateOfAcceptance : public ::testing::Test {
protected:
    std::optional<Document> fill(const std::string& text) {
        problems.clear();
        Reporter report{"own.md", problems};
        return filled({.name = "own.md", .text = text}, words, report);
    }

    TemplateWords words{.texts = {{"enterprise", "Example & Co"}, {"phone", ""}},
                        .blocks = {{"meters", {Table{.title = "Meters"}}}, {"nothing", {}}}};
    std::vector<Problem> problems;
};

TEST_F(TemplateOfAcceptance, BecomesADocument) {
    const auto document = fill(
        "# Pledge of {{enterprise}}\r\n> a line below\n<!-- left out -->\n## First\n\nOne\ntwo.\n\nThree\n"
        "| name | {{ enterprise }} |\n| phone | {{phone}} |\n| date | |\n{{meters}}\n{{signatures: we | "
        "they}}\n");
    ASSERT_TRUE(document.has_value()) << problems.front().to_string();
    EXPECT_EQ(document->title, "Pledge of Example & Co");
    EXPECT_EQ(document->subtitles, std::vector<std::string>{"a line below"});
    ASSERT_EQ(document->sections.size(), 1U);
    EXPECT_EQ(document->sections[0].heading, "First");
    const auto& blocks = document->sections[0].blocks;
    ASSERT_EQ(blocks.size(), 5U);
    EXPECT_EQ(std::get<Paragraph>(blocks[0]).text, "One two.");
    EXPECT_EQ(std::get<Paragraph>(blocks[1]).text, "Three");
    const auto& facts = std::get<Facts>(blocks[2]).facts;
    ASSERT_EQ(facts.size(), 3U);
    EXPECT_EQ(facts[0].second, "Example & Co");
    EXPECT_EQ(facts[1].second, facts[2].second) << "what is not known leaves the room of what is left free";
    EXPECT_FALSE(facts[1].second.empty());
    EXPECT_EQ(std::get<Table>(blocks[3]).title, "Meters");
    EXPECT_EQ(std::get<Signatures>(blocks[4]).who, (std::vector<std::string>{"we", "they"}));
}

TEST_F(TemplateOfAcceptance, LinesOfChineseAreJoinedWithoutSpaces) {
    const auto document = fill("# 承诺\n## 一\n本单位\n承诺\n");
    ASSERT_TRUE(document.has_value());
    EXPECT_EQ(std::get<Paragraph>(document->sections[0].blocks[0]).text, "本单位承诺");
}

TEST_F(TemplateOfAcceptance, EveryMistakeIsNamedWithItsLine) {
    EXPECT_FALSE(fill("# One\n## {{enterprize}}\n{{metres}}\n| a | b | c |\n# Two\nopen {{enterprise\n"));
    ASSERT_EQ(problems.size(), 5U);
    EXPECT_EQ(problems[0].line, 2);
    EXPECT_NE(problems[0].to_string().find("\"enterprise\""), std::string::npos) << problems[0].to_string();
    EXPECT_EQ(problems[1].line, 3);
    EXPECT_NE(problems[1].to_string().find("\"meters\""), std::string::npos) << problems[1].to_string();
    EXPECT_EQ(problems[2].line, 4);
    EXPECT_EQ(problems[3].line, 5);
    EXPECT_EQ(problems[4].line, 6);
}

TEST_F(TemplateOfAcceptance, NeedsATitle) {
    EXPECT_FALSE(fill("## only a section\n"));
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_FALSE(fill(""));
}

}  // namespace
}  // namespace mg
