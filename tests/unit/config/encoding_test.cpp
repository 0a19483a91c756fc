#include <gtest/gtest.h>

#include "config/text_file.h"
#include "tests/unit/config/site.h"

namespace mg {
namespace {

std::string decoded(const std::string& bytes, std::string* problem = nullptr) {
    std::vector<Problem> problems;
    Reporter report{"f", problems};
    const auto text = decode_text(bytes, report);
    if (problem != nullptr) *problem = text_of(problems);
    return text.value_or("(none)");
}

TEST(TextFile, AByteOrderMarkIsNoPartOfTheText) {
    EXPECT_EQ(decoded("\xEF\xBB\xBF"
                      "id"),
              "id");
}

TEST(TextFile, Gb18030IsReadAsWhatChineseSpreadsheetsWrite) {
    EXPECT_EQ(decoded("\xB5\xE7\xC1\xA6,1"), "电力,1");
    EXPECT_EQ(decoded("\x82\x30\x81\x30 \xB5\xE7"), decoded("\x82\x30\x81\x30") + " 电");
}

TEST(TextFile, BothByteOrdersOfUtf16AreNamed) {
    for (const std::string& bytes : {std::string("\xFF\xFEi\0d\0", 6), std::string("\xFE\xFF\0i\0d", 6),
                                     std::string("i\0d\0,\0n\0", 8)}) {
        std::string problem;
        EXPECT_EQ(decoded(bytes, &problem), "(none)");
        EXPECT_NE(problem.find("CSV UTF-8"), std::string::npos) << problem;
    }
}

TEST(TextFile, DamagedUtf8IsNotTakenForGb18030) {
    std::string problem;
    EXPECT_EQ(decoded("电力电力电力\n电力\xE7\x94,1", &problem), "(none)");
    EXPECT_NE(problem.find("f:2:3"), std::string::npos) << problem;
}

TEST(TextFile, OverlongFormsAndSurrogatesAreNoUtf8) {
    EXPECT_EQ(first_invalid_utf8("\xC0\x80"), 0U);
    EXPECT_EQ(first_invalid_utf8("a\xED\xA0\x80"), 1U);
    EXPECT_EQ(first_invalid_utf8("a\xF4\x90\x80\x80"), 1U);
    EXPECT_EQ(first_invalid_utf8("电\xF0\x9F\x98\x80"), std::string_view::npos);
}

TEST(TextFile, ACutCharacterAtTheEndIsFound) {
    EXPECT_EQ(first_invalid_utf8("ab\xE7\x94"), 2U);
}

}  // namespace
}  // namespace mg
