#include "gateway/commands/item_view.h"

#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "gateway/base/language.h"
#include "gateway/commands/cause_text.h"
#include "tests/unit/control/item_maker.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

void expect_parts(const std::string& view, std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) {
        EXPECT_NE(view.find(part), std::string::npos) << part << " is missing in:\n" << view;
    }
}

TEST(ItemView, ShowsItemsWithTheirNewestFigures) {
    expect_parts(items_view({two_versions()}, 480min),
                 {"steel", "粗钢", "01-00-0000-300100-31 province=01-00-0000-300100-30", "by hand",
                  "day month", "coef.steel_tce tce/t, equivalent (等价)",
                  "2026-10: 1234.50 (entered by hand)", "2026-11-21: – (end interpolated, signed_twice)"});

    EXPECT_EQ(items_view({}, 480min), "no items are configured\n");
}

TEST(ItemView, AnItemThatEndedSaysWhen) {
    ItemReport item = two_versions();
    item.versions.pop_back();

    expect_parts(items_view({item}, 480min), {"1, until 2026-07-01 00:00:00"});
}

TEST(ItemView, ShowsRecordsWithMarksInWordsAndTheCauseOfARevision) {
    expect_parts(
        records_view({entered_month(), bridged_day()}),
        {"2026-10", "1234.50", "entered by hand", "entered value 17", "2026-11-21", "end interpolated"});

    EXPECT_EQ(records_view({}), "no records of this kind in this time\n");
}

TEST(ItemView, ACauseIsSaidInTheReadersLanguage) {
    EXPECT_EQ(cause_text("replacement 17"), "meter replacement 17");
    EXPECT_EQ(cause_text("file_returned"), "a sample file came back");
    EXPECT_EQ(cause_text("something of a later version 3"), "something of a later version 3");
    EXPECT_EQ(cause_text(""), "");
    set_language(Language::zh);
    EXPECT_EQ(cause_text("multiplier 4; lock 2 revoked"), "倍率变更 4；锁定 2 已撤销");
    EXPECT_EQ(cause_text("replacement 17 revoked"), "换表 17 已撤销");
    EXPECT_EQ(cause_text("tables changed"), "配置表变更");
    set_language(Language::en);
}

TEST(ItemView, SpeaksChinese) {
    set_language(Language::zh);
    const std::string items = items_view({two_versions()}, 480min);
    const std::string records = records_view({entered_month(), bridged_day()});
    set_language(Language::en);

    expect_parts(items, {"采集项", "手工", "日 月", "2026-10：1234.50（人工录入）"});
    expect_parts(records, {"修订", "人工录入", "终点插补、signed_twice"});
}

TEST(ItemView, SaysWhichRecordAnEntryBecame) {
    EXPECT_EQ(entry_view({.record = 17,
                          .item = "steel",
                          .period_text = "2026-10",
                          .value = Decimal{123450, -2},
                          .unit = "t",
                          .author = "li"}),
              "record 17: steel 2026-10 = 1234.50 t, entered by li\n");
}

}  // namespace
}  // namespace mg
