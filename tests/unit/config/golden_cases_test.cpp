#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/unit/config/site.h"

namespace mg {
namespace {

using std::filesystem::path;

const path kCases = path{MG_SOURCE_DIR} / "tests/unit/config/cases";

std::vector<path> all_cases() {
    std::vector<path> cases;
    for (const auto& entry : std::filesystem::directory_iterator{kCases}) cases.push_back(entry.path());
    std::ranges::sort(cases);
    return cases;
}

class ConfigCase : public testing::TestWithParam<path> {};

/// Each folder of cases/ is one situation, its expected.txt what `check` says about it. To write the texts
/// anew after a change of wording, set METERGATE_WRITE_EXPECTED=1 and read the difference.
TEST_P(ConfigCase, IsReportedAsExpected) {
    const path expected_file = GetParam() / "expected.txt";

    const std::string found = text_of(load_config(GetParam()).problems);

    if (std::getenv("METERGATE_WRITE_EXPECTED") != nullptr) std::ofstream{expected_file} << found;
    EXPECT_EQ(found, read_all(expected_file));
}

INSTANTIATE_TEST_SUITE_P(Every, ConfigCase, testing::ValuesIn(all_cases()), [](const auto& test) {
    std::string name = test.param.filename().string();
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST(ConfigCases, AreAtLeastTheSituationsThatWereAskedFor) {
    EXPECT_GE(all_cases().size(), 25U);
}

}  // namespace
}  // namespace mg
