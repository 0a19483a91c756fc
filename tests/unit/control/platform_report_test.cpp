#include "gateway/control/platform_report.h"

#include <string>

#include <gtest/gtest.h>

namespace mg {
namespace {

const SentRecord kRecord{.item = "coal",
                         .period = SiteCalendar{}.parse("2026-11-22 10:15").value(),
                         .period_text = "2026-11-22 10:15",
                         .revision = 2,
                         .value = Decimal{-52500, -2},
                         .unit = "t"};

TEST(PlatformReport, SaysTheSameAfterATripThroughJson) {
    ReceiptsReport report{.receipts = {{.record = kRecord,
                                        .outcome = "kept",
                                        .words = "系统维护",
                                        .at = kRecord.period.to,
                                        .last_at = kRecord.period.to + std::chrono::minutes{1},
                                        .times = 4}},
                          .next = "2 0 real_time"};
    report.receipts.push_back(report.receipts.front());
    report.receipts.back().record.value = std::nullopt;

    const std::string json = record_receipts_to_json(report);
    const auto back = record_receipts_from_json(json);

    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(record_receipts_to_json(*back), json);
    EXPECT_EQ(back->next, report.next);
    EXPECT_EQ(back->receipts[0].record.value, kRecord.value);
    EXPECT_FALSE(back->receipts[1].record.value);
    EXPECT_NE(json.find(record_receipt_to_json(report.receipts[0])), std::string::npos);

    const SetAsideRecords aside{.records = {{kRecord, "编码未备案", kRecord.period.to}}, .next = ""};
    const std::string aside_json = records_set_aside_to_json(aside);
    EXPECT_EQ(records_set_aside_to_json(records_set_aside_from_json(aside_json).value()), aside_json);
    EXPECT_EQ(records_ordered_from_json(records_ordered_to_json(600'000)), 600'000U);
}

TEST(PlatformReport, WhatIsSomethingElseIsRefused) {
    std::string no_decimal = record_receipts_to_json({.receipts = {{.record = kRecord}}, .next = ""});
    no_decimal.replace(no_decimal.find("-525.00"), 7, "a lot");
    for (const std::string& text : {std::string("{}"), std::string("no JSON"), no_decimal}) {
        const auto report = record_receipts_from_json(text);
        ASSERT_FALSE(report) << text;
        EXPECT_EQ(report.error().kind, Failure::corrupt);
        EXPECT_FALSE(records_set_aside_from_json(text));
        EXPECT_FALSE(records_ordered_from_json(text));
    }
}

}  // namespace
}  // namespace mg
