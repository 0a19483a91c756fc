#include "gateway/commands/platform_uplink_view.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/base/language.h"
#include "gateway/commands/status_view.h"
#include "tests/unit/control/status_maker.h"

namespace mg {
namespace {

const UplinkStatus kPlatform = full_status().uplinks.at(1);
const ClockStatus kClock = full_status().clock;

SentRecord coal() {
    return {.item = "coal",
            .period = SiteCalendar{}.parse("2026-11-21").value(),
            .period_text = "2026-11-21",
            .revision = 1,
            .value = Decimal{51240, -2},
            .unit = "t"};
}

std::vector<ReceiptReport> two_answers() {
    const UtcTime at = full_status().started;
    SentRecord none = coal();
    none.revision = 0;
    none.value = std::nullopt;
    return {{.record = none, .outcome = "no_value", .words = "", .at = at, .last_at = at},
            {.record = coal(),
             .outcome = "set_aside",
             .words = "编码\"未备案\", 请核对",
             .at = at,
             .last_at = at + std::chrono::hours{1},
             .times = 3}};
}

TEST(PlatformUplinkView, ShowsEverythingAboutAPlatform) {
    EXPECT_EQ(platform_uplink_view(kPlatform, kClock),
              "province 省平台 · https://platform.example:8443\n"
              "state        connected\n"
              "profile      shandong\n"
              "device id    3f2a…90c1\n"
              "versions     registration 1.2 · base data 20260101\n"
              "waiting      15\n"
              "set aside    2\n"
              "accepted     4000 since start, the last at 2026-11-22 12:55:00\n"
              "next upload  2026-11-22 22:00:00\n"
              "traffic      1.2 MiB sent, 39.1 KiB received since start\n"
              "last error   no answer in 30 s\n"
              "period     waiting  the oldest begins\n"
              "real-time       12  2026-11-22 11:00:00\n"
              "day              2  2026-11-22 00:00:00\n"
              "month            1  2026-10-23 12:00:00\n"
              "REMARK: old TLS is let through (tls_legacy)\n");
}

TEST(PlatformUplinkView, SpeaksChinese) {
    const SpokenLanguage chinese{Language::zh};
    EXPECT_EQ(platform_uplink_view(kPlatform, kClock),
              "province 省平台 · https://platform.example:8443\n"
              "状态      已连接\n"
              "平台协议  shandong\n"
              "设备标识  3f2a…90c1\n"
              "版本      注册 1.2 · 基础数据 20260101\n"
              "待传      15\n"
              "搁置      2\n"
              "已接收    启动以来 4000 条，最近 2026-11-22 12:55:00\n"
              "下次上传  2026-11-22 22:00:00\n"
              "流量      启动以来发送 1.2 MiB，接收 39.1 KiB\n"
              "最近错误  no answer in 30 s\n"
              "周期  待传  最早周期起点\n"
              "实时    12  2026-11-22 11:00:00\n"
              "日       2  2026-11-22 00:00:00\n"
              "月       1  2026-10-23 12:00:00\n"
              "提示：old TLS is let through (tls_legacy)\n");
}

TEST(PlatformUplinkView, SaysWhyAPlatformIsHeld) {
    UplinkStatus held = kPlatform;
    held.state = UplinkState::held;
    held.alarm = "decryption failed";
    held.platform->remarks.clear();

    EXPECT_NE(platform_uplink_view(held, kClock).find("\nALARM: decryption failed\n"), std::string::npos);
}

TEST(PlatformUplinkView, BesideTheTableOfAllUplinksStandsWhatWaits) {
    EXPECT_EQ(platform_uplink_note(kPlatform, kClock.utc_offset),
              "province: 12 real-time, 2 day, 1 month records wait · next upload 2026-11-22 22:00:00\n");
    {
        const SpokenLanguage chinese{Language::zh};
        EXPECT_EQ(platform_uplink_note(kPlatform, kClock.utc_offset),
                  "province：待传 实时 12 条、日 2 条、月 1 条 · 下次上传 2026-11-22 22:00:00\n");
    }
    const std::string all = status_view(full_status(), StatusDetail::summary);
    EXPECT_NE(all.find("\nprovince: 12 real-time"), std::string::npos) << all;
    EXPECT_NE(all.find("\nALARM province: old TLS"), std::string::npos) << all;
    UplinkStatus idle = kPlatform;
    idle.platform->waiting = {};
    EXPECT_EQ(platform_uplink_note(idle, kClock.utc_offset), "");
}

TEST(PlatformUplinkView, ShowsALineAnAnswer) {
    EXPECT_EQ(record_receipts_view(two_answers(), kClock.utc_offset),
              "item  period      revision   value  unit  outcome             first                last      "
              "           times  answer\n"
              "coal  2026-11-21         0       –  t     no value, not sent  2026-11-22 12:00:00  2026-11-22 "
              "12:00:00      1\n"
              "coal  2026-11-21         1  512.40  t     set aside           2026-11-22 12:00:00  2026-11-22 "
              "13:00:00      3  编码\"未备案\", 请核对\n");
    EXPECT_EQ(records_set_aside_view({{coal(), "编码未备案", full_status().started}}, kClock.utc_offset),
              "item  period      revision   value  unit  at                   answer\n"
              "coal  2026-11-21         1  512.40  t     2026-11-22 12:00:00  编码未备案\n");
    const SpokenLanguage chinese{Language::zh};
    EXPECT_EQ(record_receipts_view({two_answers()[1]}, kClock.utc_offset),
              "采集项  周期        修订    数值  单位  结果  首次                 最近                 次数  "
              "平台答复\n"
              "coal    2026-11-21     1  512.40  t     搁置  2026-11-22 12:00:00  2026-11-22 13:00:00     3  "
              "编码\"未备案\", 请核对\n");
}

TEST(PlatformUplinkView, ATableForASpreadsheetHoldsWhatAPlatformSays) {
    EXPECT_EQ(receipt_csv_heading(),
              "item,type,period,revision,value,unit,outcome,answer,first,last,times\r\n");
    EXPECT_EQ(receipt_csv_row(two_answers()[1], kClock.utc_offset),
              "coal,day,2026-11-21,1,512.40,t,set aside,\"编码\"\"未备案\"\", 请核对\","
              "2026-11-22T12:00:00+08:00,2026-11-22T13:00:00+08:00,3\r\n");
    EXPECT_EQ(receipt_csv_row(two_answers()[0], kClock.utc_offset),
              "coal,day,2026-11-21,0,,t,\"no value, not sent\",,2026-11-22T12:00:00+08:00,"
              "2026-11-22T12:00:00+08:00,1\r\n");
}

TEST(PlatformUplinkView, WhatAPlatformSaysIsNoFormulaOfASpreadsheet) {
    ReceiptReport evil = two_answers()[1];
    for (const std::string words : {"=1+1", "+1", "-1", "@sum", "\t=1"}) {
        evil.words = words;
        EXPECT_NE(receipt_csv_row(evil, kClock.utc_offset).find(",'" + words), std::string::npos) << words;
    }
}

}  // namespace
}  // namespace mg
