#include <cstdio>
#include <string>

#include <gtest/gtest.h>

#include "gateway/accounting/doctor.h"
#include "gateway/accounting/outbox.h"
#include "gateway/control/clock_report.h"
#include "gateway/control/control_protocol.h"
#include "gateway/control/dated_report.h"
#include "gateway/control/item_report.h"
#include "gateway/control/platform_report.h"
#include "gateway/control/raw_report.h"
#include "gateway/control/read_report.h"
#include "gateway/control/scan_report.h"
#include "gateway/control/span_report.h"
#include "gateway/control/status.h"
#include "gateway/control/trace_report.h"
#include "gateway/control/uplink_report.h"
#include "tests/unit/accounting/books_fixture.h"
#include "tests/unit/control/item_maker.h"
#include "tests/unit/control/span_maker.h"
#include "tests/unit/control/status_maker.h"

namespace mg {
namespace {

/// Each line of `json` is a `definition` of docs/control-socket.schema.json, as an independent validator sees
/// it.
bool valid(const std::string& definition, const std::string& json) {
    const std::string source = MG_SOURCE_DIR;
    const std::string command = "/usr/bin/python3 '" + source + "/tests/integration/control/validate.py' '" +
                                source + "/docs/control-socket.schema.json' " + definition;
    FILE* validator = ::popen(command.c_str(), "w");
    if (validator == nullptr) return false;
    std::fwrite(json.data(), 1, json.size(), validator);
    return ::pclose(validator) == 0;
}

TEST(ControlSchema, DescribesTheStatus) {
    EXPECT_TRUE(valid("status", status_to_json(full_status()) + '\n' + status_to_json({}) + '\n'));
}

TEST(ControlSchema, DescribesWhatVouchesForTheClock) {
    const ClockReport report{
        .clock = full_status().clock,
        .notes = {
            {.at = full_status().started, .epoch = 1, .sequence = 7, .reason = "confirmed", .who = "李工"}}};
    EXPECT_TRUE(valid("clockReport", clock_report_to_json(report) + '\n' + clock_report_to_json({}) + '\n'));
    const auto again = clock_report_from_json(clock_report_to_json(report));
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(again->notes, report.notes);
    EXPECT_EQ(clock_report_to_json(*again), clock_report_to_json(report));
}

TEST(ControlSchema, DescribesWhatTheDoctorFinds) {
    const DoctorFinding finding{.subject = "hv", .cause = DoctorFinding::Cause::ct_twice, .factor = 60.0};
    EXPECT_TRUE(valid("doctor", json_of({finding}, {}) + '\n' + json_of({}, {}) + '\n'));
}

TEST(ControlSchema, DescribesAReading) {
    ReadReport report;
    report.meter = {"m1"};
    report.line = {"mcc"};
    report.points = {{.value = full_status().meters[0].points[0],
                      .name_zh = "电能",
                      .name_en = "energy",
                      .raw = "0001 86a0"},
                     {.value = full_status().meters[0].points[1], .name_zh = "", .name_en = "", .raw = ""}};
    report.wire = {{.request = "01 03 00 00", .answer = "", .error = "no reply", .took = milliseconds{500}}};

    EXPECT_TRUE(valid("read", read_report_to_json(report) + '\n'));
}

TEST(ControlSchema, DescribesAQuestionByHandAndATrace) {
    RawReport raw;
    raw.exception = 2;
    raw.bits = {0, 1};
    raw.registers = {65535};
    raw.objects = {{0, "maker"}};
    EXPECT_TRUE(valid("raw", raw_report_to_json(raw) + '\n' + raw_report_to_json({}) + '\n'));
    TraceFrame frame;
    frame.fate = "answer";
    frame.registers = {1};
    EXPECT_TRUE(valid("traceFrame", trace_frame_to_json(frame) + '\n'));
    EXPECT_TRUE(valid("traceEnd", trace_end_to_json({.frames = 1, .lost = 2, .because = "time"}) + '\n'));
}

TEST(ControlSchema, DescribesAScan) {
    const ScanReport report{.line = {"mcc"},
                            .asked = 2,
                            .found = {{.settings = "9600 8N1",
                                       .unit = 3,
                                       .garbled = false,
                                       .exception = 2,
                                       .objects = {{0, "maker"}},
                                       .models = {{"floats", "cdab", true}}}},
                            .known = {{2, "m2"}}};
    EXPECT_TRUE(valid("scan", scan_report_to_json(report) + '\n' + scan_report_to_json({}) + '\n'));
    EXPECT_TRUE(valid("scanProgress", scan_progress_to_json({}) + '\n'));
}

TEST(ControlSchema, DescribesWhatIsSaidAboutAnUplink) {
    const UtcTime now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
    EXPECT_TRUE(valid("history", receipts_to_json({{.items = {1, 9},
                                                    .samples = 8,
                                                    .gaps = 1,
                                                    .lane = Lane::backlog,
                                                    .first_at = now,
                                                    .last_at = now,
                                                    .answer = "PUBACK 0"}}) +
                                     '\n' + receipts_to_json({}) + '\n'));
    EXPECT_TRUE(valid("setAside", set_aside_to_json({{7, "payload format invalid", now}}) + '\n'));
    EXPECT_TRUE(valid("order", order_to_json(3) + '\n'));
}

TEST(ControlSchema, DescribesWhatIsSaidAboutTheRecordsOfAPlatform) {
    const UtcTime now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
    const SentRecord record{.item = "coal",
                            .period = SiteCalendar{}.parse("2026-11").value(),
                            .period_text = "2026-11",
                            .revision = 2,
                            .value = Decimal{-525, -1},
                            .unit = "t"};
    std::string histories = record_receipts_to_json({}) + '\n';
    for (const RecordOutcome outcome :
         {RecordOutcome::accepted, RecordOutcome::set_aside, RecordOutcome::kept, RecordOutcome::no_value}) {
        histories += record_receipts_to_json({.receipts = {{.record = record,
                                                            .outcome = std::string(to_string(outcome)),
                                                            .words = "成功",
                                                            .at = now,
                                                            .last_at = now,
                                                            .times = 3}},
                                              .next = "2 0 month"}) +
                     '\n';
    }
    EXPECT_TRUE(valid("recordHistory", histories));
    EXPECT_TRUE(
        valid("recordsSetAside",
              records_set_aside_to_json({.records = {{record, "编码未备案", now}}, .next = {}}) + '\n'));
    EXPECT_TRUE(valid("recordsOrdered", records_ordered_to_json(7) + '\n'));
}

TEST(ControlSchema, DescribesItemsAndTheirRecords) {
    RecordsReport records{.records = {entered_month(), bridged_day()}, .next = std::nullopt};
    EXPECT_TRUE(valid("items", items_to_json({two_versions()}) + '\n' + items_to_json({}) + '\n'));
    EXPECT_TRUE(valid("records", records_to_json(records) + '\n'));
    records.next = bridged_day().period.to;
    EXPECT_TRUE(valid("records", records_to_json(records) + '\n'));
    EXPECT_TRUE(valid("entry", entry_to_json({.record = 17,
                                              .item = "steel",
                                              .period_text = "2026-10",
                                              .value = Decimal{-12345, -1},
                                              .unit = "t",
                                              .author = "li"}) +
                                   '\n'));
}

TEST(ControlSchema, DescribesSums) {
    EXPECT_TRUE(
        valid("sums", spans_to_json({november_bill(), plain_day()}) + '\n' + spans_to_json({}) + '\n'));
}

TEST(ControlSchema, DescribesWhatPeoplePutOnRecord) {
    test::Inventor inventor{7};
    std::string one;
    DatedListReport list;
    for (std::size_t kind = 0; kind < dated_kinds().size(); ++kind) {
        DatedRecord record{.id = 7, .body = inventor.body(kind), .author = "li", .remark = "工单 7"};
        one += dated_to_json({.record = record, .again = std::nullopt}) + '\n';
        record.revoked_at = inventor.time();
        one += dated_to_json({.record = record,
                              .again = RecordEffect{.from = {}, .to = std::nullopt, .items = {"power"}}}) +
               '\n';
        list.records.push_back(record);
    }
    EXPECT_TRUE(valid("dated", one));
    EXPECT_TRUE(valid("datedList", dated_list_to_json(list) + '\n' + dated_list_to_json({}) + '\n'));
    EXPECT_TRUE(valid(
        "coefficients",
        coefficients_to_json({{.name = "coal_tce", .value = Decimal{71, -2}, .unit = "tce/t"}}) + '\n'));
    EXPECT_TRUE(
        valid("breaks",
              breaks_to_json({{{"hv"}, {"energy"}, {}, {}, Decimal{5300, 0}, Decimal{3, 0}, {}}}) + '\n'));
}

TEST(ControlSchema, DescribesClosedPeriods) {
    const StatPeriod october = SiteCalendar{}.parse("2026-10").value();
    const PeriodsReport report{.states = {{october, "2026-10", PeriodState::reported, true}},
                               .locks = {{.id = 3, .body = PeriodLock{october}, .author = "li"}},
                               .requests = {{.item = "power",
                                             .period = october,
                                             .period_text = "2026-10",
                                             .stands = std::nullopt,
                                             .wanted = Decimal{7, 0},
                                             .unit = "kWh",
                                             .marks = {"end_bridged"},
                                             .cause = "multiplier 4"}}};
    EXPECT_TRUE(valid("periods", periods_to_json(report) + '\n' + periods_to_json({}) + '\n'));
}

TEST(ControlSchema, DescribesTheMessages) {
    EXPECT_TRUE(valid("request", request_line(1, "read", {{"meter", "m1"}})));
    EXPECT_TRUE(valid("answer", result_line("1", "{}") + piece_line("\"a\"", "[]")));
    EXPECT_TRUE(valid("failure", error_line("null", {Failure::rejected, "why"})));
}

TEST(ControlSchema, NoticesWhatItDoesNotDescribe) {
    std::string status = status_to_json(full_status());
    status.replace(status.find("\"held\""), 6, "\"gone\"");

    EXPECT_FALSE(valid("status", status + '\n'));
}

}  // namespace
}  // namespace mg
