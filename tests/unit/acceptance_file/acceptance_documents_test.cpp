#include "gateway/acceptance_file/acceptance_documents.h"

#include <gtest/gtest.h>

#include "config/load.h"
#include "gateway/base/language.h"
#include "gateway/document/html_page.h"

namespace mg {
namespace {

const UtcTime kNow = UtcTime{} + std::chrono::days{20779};  // 2026-11-22

std::string all_pages(const Options& options, const std::string& conformity) {
    AcceptanceFacts facts{.options = options, .now = kNow, .version = "1.2.3", .conformity = conformity};
    facts.required = *shipped_required_documents();
    const auto templates = shipped_templates();
    const TemplateWords words = acceptance_words(facts, templates);
    std::string pages;
    for (const AcceptanceTemplate& each : templates) {
        std::vector<Problem> problems;
        Reporter report{each.name, problems};
        const auto document = filled(each, words, report);
        EXPECT_TRUE(document.has_value()) << (problems.empty() ? each.name : problems.front().to_string());
        if (document) pages += html_page(*document);
    }
    return pages;
}

TEST(AcceptanceDocuments, AreWholeInBothLanguages) {
    const Loaded loaded = load_config(MG_SOURCE_DIR "/config/examples/cement-plant");
    for (const Language spoken_language : {Language::zh, Language::en}) {
        const SpokenLanguage spoken{spoken_language};
        EXPECT_EQ(shipped_templates().size(), 6U);
        const std::string pages = all_pages(loaded.options, {});
        for (const std::string_view expected :
             {"样例水泥有限公司", "91130100MA0EXAMP0T", "metergate 1.2.3", "省能耗在线监测平台", "hv_kiln",
              "DB42/T 1845.2-2022", "01-connection.html", "2026-11-22"})
            EXPECT_NE(pages.find(expected), std::string::npos) << expected;
        EXPECT_EQ(pages.find("{{"), std::string::npos);
        EXPECT_NE(pages.find("metergate platform test --report"), std::string::npos) << "what is missing";
        EXPECT_NE(all_pages(loaded.options, "conformity.html").find("conformity.html"), std::string::npos);
    }
}

TEST(AcceptanceDocuments, ASiteWithoutAnEnterpriseLeavesRoom) {
    const Loaded loaded = load_config(MG_SOURCE_DIR "/config/examples/first-meter");
    const std::string pages = all_pages(loaded.options, {});
    EXPECT_NE(pages.find("＿＿＿"), std::string::npos);
}

TEST(AcceptanceDocuments, RequiredDocumentsAreReadWithTheirMistakes) {
    const auto shipped = shipped_required_documents();
    ASSERT_TRUE(shipped.has_value());
    ASSERT_EQ(shipped->size(), 2U);
    EXPECT_FALSE(shipped->front().verified);
    EXPECT_EQ(shipped->front().documents_zh.size(), shipped->front().documents_en.size());
    const auto wrong = parse_required_documents("[[standard]]\nname = \"X\"\nregion_zh = 5\n");
    ASSERT_FALSE(wrong.has_value());
    EXPECT_NE(wrong.error().what.find("region_zh"), std::string::npos);
    EXPECT_NE(wrong.error().what.find('3'), std::string::npos);
}

}  // namespace
}  // namespace mg
