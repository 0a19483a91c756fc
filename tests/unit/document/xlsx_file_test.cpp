#include "gateway/document/xlsx_file.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "gateway/base/language.h"
#include "tests/unit/document/sample_document.h"

namespace mg {
namespace {

TEST(XlsxFile, AnotherReaderFindsTheValuesTypesFormatsAndSheets) {
    const SpokenLanguage chinese{Language::zh};
    const std::string file = testing::TempDir() + "sample.xlsx";
    ASSERT_TRUE(write_xlsx(sample_document(), file));
    const std::string command =
        std::string{MG_PYTHON} + " " MG_SOURCE_DIR "/tests/unit/document/check_xlsx.py " + file;
    EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST(XlsxFile, SaysWhichFileCannotBeWritten) {
    const auto written = write_xlsx(sample_document(), "/nowhere/at/all.xlsx");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, Failure::storage_full);
    EXPECT_NE(written.error().what.find("/nowhere/at/all.xlsx"), std::string::npos);
}

TEST(SheetNames, AreShortAllowedAndDifferent) {
    const SpokenLanguage english{Language::en};
    const std::string longer(40, 'x');
    const auto names = sheet_names({"a/b", "A-B", "History", "", "'q'", longer, longer + "y"});
    const std::vector<std::string> wanted{
        "a-b", "A-B (2)", "History (2)", "Sheet", "q", std::string(31, 'x'), std::string(27, 'x') + " (2)"};
    EXPECT_EQ(names, wanted);
}

TEST(SheetNames, AreCutBetweenCharacters) {
    std::string heading;
    for (int i = 0; i < 40; ++i) heading += "电";
    EXPECT_EQ(sheet_names({heading})[0].size(), 31U * 3);
}

}  // namespace
}  // namespace mg
