#include "gateway/commands/platform_uplink_view.h"

#include <array>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

#include "gateway/accounting/outbox.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/terminal.h"
#include "gateway/document/csv_text.h"
#include "gateway/reading/local_time.h"
#include "gateway/reading/stat_period.h"

namespace mg {
namespace {

constexpr std::array kTypes{StatType::real_time, StatType::day, StatType::month, StatType::year};
constexpr std::array kOutcomes{RecordOutcome::accepted, RecordOutcome::set_aside, RecordOutcome::kept,
                               RecordOutcome::no_value};

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

std::string labelled(std::string_view en, std::string_view zh, std::string_view value) {
    return fmt::format("{}  {}\n", tr(en, zh), value);
}

/// The code itself where this program does not know it: a newer daemon may answer.
std::string outcome_label(const std::string& code) {
    for (const RecordOutcome outcome : kOutcomes) {
        if (to_string(outcome) == code) return std::string(label_of(outcome));
    }
    return code;
}

std::string value_text(const SentRecord& record) {
    return record.value ? record.value->to_string() : "–";
}

std::string waiting_table(const PlatformStatus& platform, std::chrono::minutes utc_offset) {
    TextTable table{{{text("period", "周期")},
                     {text("waiting", "待传"), Align::right},
                     {text("the oldest begins", "最早周期起点")}}};
    for (const StatType type : kTypes) {
        const auto at = static_cast<std::size_t>(type);
        if (platform.waiting.at(at) == 0) continue;
        const auto& oldest = platform.oldest.at(at);
        table.add({std::string(label(type)), std::to_string(platform.waiting.at(at)),
                   oldest ? local_text(*oldest, utc_offset) : std::string{}});
    }
    return table.empty() ? std::string{} : table.to_string();
}

}  // namespace

std::string platform_uplink_note(const UplinkStatus& uplink, std::chrono::minutes utc_offset) {
    const PlatformStatus& platform = *uplink.platform;
    std::string waiting;
    for (const StatType type : kTypes) {
        const auto count = platform.waiting.at(static_cast<std::size_t>(type));
        if (count == 0) continue;
        waiting += waiting.empty() ? "" : text(", ", "、");
        waiting += trf("{0} {1}", "{1} {0} 条", count, label(type));
    }
    if (waiting.empty()) return {};
    std::string note = trf("{}: {} records wait", "{}：待传 {}", uplink.id.text, waiting);
    if (platform.next_upload) {
        note += trf(" · next upload {}", " · 下次上传 {}", local_text(*platform.next_upload, utc_offset));
    }
    return note + '\n';
}

std::string platform_uplink_view(const UplinkStatus& uplink, const ClockStatus& clock) {
    const PlatformStatus& platform = *uplink.platform;
    const auto offset = clock.utc_offset;
    const std::string name = uplink.name.empty() ? std::string{} : ' ' + printable(uplink.name);
    std::string view = fmt::format("{}{} · {}\n", uplink.id.text, name, printable(uplink.destination));
    view += labelled("state      ", "状态    ", label(uplink.state));
    view += labelled("profile    ", "平台协议", printable(platform.profile));
    if (!platform.device_id.empty())
        view += labelled("device id  ", "设备标识", printable(platform.device_id));
    if (!platform.reg_version.empty() || !platform.dic_version.empty()) {
        view += labelled("versions   ", "版本    ",
                         trf("registration {} · base data {}", "注册 {} · 基础数据 {}",
                             printable(platform.reg_version), printable(platform.dic_version)));
    }
    view += labelled("waiting    ", "待传    ", std::to_string(uplink.backlog));
    view += labelled("set aside  ", "搁置    ", std::to_string(uplink.set_aside));
    view +=
        labelled("accepted   ", "已接收  ",
                 platform.last_accepted ? trf("{} since start, the last at {}", "启动以来 {} 条，最近 {}",
                                              platform.accepted, local_text(*platform.last_accepted, offset))
                                        : trf("{} since start", "启动以来 {} 条", platform.accepted));
    if (platform.next_upload) {
        view += labelled("next upload", "下次上传", local_text(*platform.next_upload, offset));
    }
    view += labelled("traffic    ", "流量    ",
                     trf("{} sent, {} received since start", "启动以来发送 {}，接收 {}",
                         bytes_text(platform.bytes_sent), bytes_text(platform.bytes_received)));
    if (!uplink.last_error.empty()) {
        view += labelled("last error ", "最近错误", printable(uplink.last_error));
    }
    view += waiting_table(platform, offset);
    for (const std::string& remark : platform.remarks) {
        view += trf("REMARK: {}\n", "提示：{}\n", printable(remark));
    }
    // Remarks are the alarm of one that works.
    if (!uplink.alarm.empty() && (uplink.state == UplinkState::held || platform.remarks.empty())) {
        view += trf("ALARM: {}\n", "告警：{}\n", printable(uplink.alarm));
    }
    return view;
}

std::string record_receipts_view(const std::vector<ReceiptReport>& receipts,
                                 std::chrono::minutes utc_offset) {
    TextTable table{{{text("item", "采集项")},
                     {text("period", "周期")},
                     {text("revision", "修订"), Align::right},
                     {text("value", "数值"), Align::right},
                     {text("unit", "单位")},
                     {text("outcome", "结果")},
                     {text("first", "首次")},
                     {text("last", "最近")},
                     {text("times", "次数"), Align::right},
                     {text("answer", "平台答复")}}};
    for (const ReceiptReport& receipt : receipts) {
        const SentRecord& record = receipt.record;
        table.add({record.item, record.period_text, std::to_string(record.revision), value_text(record),
                   printable(record.unit), outcome_label(receipt.outcome), local_text(receipt.at, utc_offset),
                   local_text(receipt.last_at, utc_offset), std::to_string(receipt.times),
                   printable(receipt.words)});
    }
    return table.to_string();
}

std::string records_set_aside_view(const std::vector<SetAsideReport>& records,
                                   std::chrono::minutes utc_offset) {
    TextTable table{{{text("item", "采集项")},
                     {text("period", "周期")},
                     {text("revision", "修订"), Align::right},
                     {text("value", "数值"), Align::right},
                     {text("unit", "单位")},
                     {text("at", "时间")},
                     {text("answer", "平台答复")}}};
    for (const SetAsideReport& each : records) {
        const SentRecord& record = each.record;
        table.add({record.item, record.period_text, std::to_string(record.revision), value_text(record),
                   printable(record.unit), local_text(each.at, utc_offset), printable(each.words)});
    }
    return table.to_string();
}

std::string receipt_csv_heading() {
    return text("item,type,period,revision,value,unit,outcome,answer,first,last,times\r\n",
                "采集项,类型,周期,修订,数值,单位,结果,平台答复,首次,最近,次数\r\n");
}

std::string receipt_csv_row(const ReceiptReport& receipt, std::chrono::minutes utc_offset) {
    const SentRecord& record = receipt.record;
    return fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{}\r\n", csv_cell(record.item), label(record.period.type),
        record.period_text, record.revision, record.value ? record.value->to_string() : "",
        csv_cell(record.unit), csv_cell(outcome_label(receipt.outcome)), csv_words(receipt.words),
        iso_local(receipt.at, utc_offset), iso_local(receipt.last_at, utc_offset), receipt.times);
}

}  // namespace mg
