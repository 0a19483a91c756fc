#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "gateway/base/language.h"
#include "gateway/commands/acceptance_view.h"
#include "tests/unit/acceptance/small_site.h"

// What a dry run prints, word for word. MG_WRITE_GOLDEN=1 writes the files anew: read the difference.
namespace mg::test {
namespace {

std::string printed(const AcceptanceSite& site) {
    std::string text = acceptance_head(site, true);
    int number = 0;
    walk_without_network(
        site, {.begins = [&](AcceptanceStep step) { text += acceptance_step_head(step, ++number); },
               .exchanged = [&](const ShownExchange& exchange) { text += acceptance_exchange(exchange); },
               .ended = [&](const StepReport& report) { text += acceptance_step_end(report, true); }});
    return text;
}

std::string read(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

struct GoldenCase {
    std::size_t uplink;
    Language language;
    const char* name;
};
std::ostream& operator<<(std::ostream& out, const GoldenCase& golden) {
    return out << golden.name;
}

class DryRun : public testing::TestWithParam<GoldenCase> {};

TEST_P(DryRun, PrintsEveryRequestWordForWord) {
    const SpokenLanguage spoken{GetParam().language};
    SmallSite site;
    const std::filesystem::path golden =
        std::filesystem::path{MG_SOURCE_DIR "/tests/unit/acceptance/golden"} /
        (std::string(GetParam().name) + ".txt");

    const std::string text = printed(site.site(GetParam().uplink));

    if (std::getenv("MG_WRITE_GOLDEN") != nullptr) std::ofstream{golden, std::ios::binary} << text;
    EXPECT_EQ(text, read(golden));
}

INSTANTIATE_TEST_SUITE_P(
    Profiles, DryRun,
    testing::Values(GoldenCase{0, Language::zh, "national_zh"}, GoldenCase{0, Language::en, "national_en"},
                    GoldenCase{1, Language::zh, "shandong_zh"}, GoldenCase{1, Language::en, "shandong_en"},
                    GoldenCase{2, Language::zh, "yunnan_zh"}, GoldenCase{2, Language::en, "yunnan_en"}),
    [](const auto& golden) { return std::string(golden.param.name); });

TEST(DryRunOfAnItem, ShowsItsProcessAndItselfAndNoOther) {
    SmallSite site;

    const std::string text = printed(site.site(2, "steel"));

    EXPECT_NE(text.find("processConfigure/add"), std::string::npos);
    EXPECT_NE(text.find("\"dataCode\": \"0201000004010030\""), std::string::npos);
    EXPECT_EQ(text.find("0000000002330011"), std::string::npos) << text;
}

TEST(DryRunOfAnItem, SaysWhatIsMissingOfTheEnterprise) {
    SmallSite site;
    site.options.enterprises.front().consumption_level.reset();

    const std::string text = printed(site.site(2));

    EXPECT_NE(text.find("[[enterprise]] consumption_level"), std::string::npos) << text;
}

}  // namespace
}  // namespace mg::test
