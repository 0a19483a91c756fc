#include "gateway/commands/terminal.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace mg {
namespace {

TEST(DisplayWidth, ChineseTakesTwoColumns) {
    EXPECT_EQ(display_width("mill_1"), 6U);
    EXPECT_EQ(display_width("水泥磨"), 6U);
    EXPECT_EQ(display_width("1号磨（北）"), 11U);
    EXPECT_EQ(display_width("°C"), 2U);
    EXPECT_EQ(display_width("e\xcc\x81"), 1U) << "a combining accent";
    EXPECT_EQ(display_width(""), 0U);
}

TEST(DisplayWidth, BrokenUtf8IsMeasuredNotRead) {
    EXPECT_LE(display_width("\xe6\xb0"), 2U);
    EXPECT_EQ(display_width("\xff"), 1U);
}

TEST(TextTable, LinesUpChineseAndNumbers) {
    TextTable table{{{"名称"}, {"n", Align::right}, {"end"}}};
    table.add({"水泥磨", "7", "x"});
    table.add({"kiln", "1234", ""});

    EXPECT_EQ(table.to_string(),
              "名称       n  end\n"
              "水泥磨     7  x\n"
              "kiln    1234\n");
}

TEST(TextTable, ADeviceCannotPlayWithTheTerminal) {
    TextTable table{{{"a"}}};
    table.add({"\033[2Jgone\n"});

    EXPECT_EQ(table.to_string(), "a\n?[2Jgone?\n");
}

}  // namespace
}  // namespace mg
