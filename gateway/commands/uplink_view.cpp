#include "gateway/commands/uplink_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/platform_uplink_view.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

/// "312.0 MiB of 500.0 MiB this month; 612.0 MiB by its end at this rate".
std::string traffic_text(const TrafficStatus& traffic) {
    const bool day = traffic.per == BudgetPeriod::day;
    const std::string_view period = day ? tr("today", "今日") : tr("this month", "本月");
    std::string said = traffic.limit > 0 ? trf("{0} of {1} {2}", "{2} {0}，上限 {1}",
                                               bytes_text(traffic.sent), bytes_text(traffic.limit), period)
                                         : trf("{0} {1}", "{1} {0}", bytes_text(traffic.sent), period);
    if (traffic.forecast) {
        said += trf("; {} by its end at this rate", "；照此速度期末为 {}", bytes_text(*traffic.forecast));
    }
    return said;
}

std::string labelled(std::string_view en, std::string_view zh, std::string_view value) {
    return fmt::format("{}  {}\n", tr(en, zh), value);
}

}  // namespace

std::string resend_line(const Resend& order, std::chrono::minutes utc_offset) {
    const auto percent = order.until > 0 ? std::clamp<Sequence>(order.done * 100 / order.until, 0, 100) : 100;
    std::string meters;
    for (const MeterId& meter : order.meters) meters += (meters.empty() ? "" : ", ") + meter.text;
    if (meters.empty()) meters = text("all meters", "全部计量点");
    return trf("order {}: {} to {} · {} · {} % · ordered by {} at {}",
               "指令 {}：{} 至 {} · {} · {} % · 由 {} 于 {} 下达", order.id,
               local_text(order.from.at, utc_offset), local_text(order.to.at, utc_offset), meters, percent,
               printable(order.ordered_by), local_text(order.ordered_at, utc_offset));
}

std::string uplink_notes(const UplinkStatus& uplink, std::chrono::minutes utc_offset) {
    std::string notes;
    if (uplink.platform) notes += platform_uplink_note(uplink, utc_offset);
    if (uplink.traffic && uplink.traffic->limit > 0) {
        notes += fmt::format("{}: {}\n", uplink.id.text, traffic_text(*uplink.traffic));
    }
    for (const Resend& order : uplink.resends) {
        notes += fmt::format("{}: {}\n", uplink.id.text, resend_line(order, utc_offset));
    }
    if (!uplink.alarm.empty()) {
        notes += trf("ALARM {}: {}\n", "告警 {}：{}\n", uplink.id.text, printable(uplink.alarm));
    }
    return notes;
}

std::string uplink_view(const UplinkStatus& uplink, const ClockStatus& clock) {
    const std::string name = uplink.name.empty() ? std::string{} : ' ' + printable(uplink.name);
    std::string view = fmt::format("{}{} · {}\n", uplink.id.text, name, printable(uplink.destination));
    view += labelled("state       ", "状态    ", label(uplink.state));
    view += labelled("backlog     ", "积压    ", std::to_string(uplink.backlog));
    if (uplink.oldest_unsent) {
        view += labelled("oldest      ", "最早未传", local_text(*uplink.oldest_unsent, clock.utc_offset));
    }
    view += labelled("in flight   ", "在途    ", std::to_string(uplink.in_flight));
    view += labelled("set aside   ", "搁置    ", std::to_string(uplink.set_aside));
    view += labelled("not selected", "未选中  ", std::to_string(uplink.not_selected));
    if (uplink.traffic) view += labelled("sent        ", "流量    ", traffic_text(*uplink.traffic));
    if (!uplink.last_error.empty()) {
        view += labelled("last error  ", "最近错误", printable(uplink.last_error));
    }
    TextTable lanes{{{text("lane", "通路")},
                     {text("messages", "报文"), Align::right},
                     {text("samples", "采样"), Align::right},
                     {text("gaps", "缺口"), Align::right}}};
    for (const LaneTotals& lane : uplink.lanes) {
        lanes.add({std::string(label(lane.lane)), std::to_string(lane.messages), std::to_string(lane.samples),
                   std::to_string(lane.gaps)});
    }
    if (!lanes.empty()) view += lanes.to_string();
    for (const Resend& order : uplink.resends) view += resend_line(order, clock.utc_offset) + '\n';
    if (!uplink.alarm.empty()) view += trf("ALARM: {}\n", "告警：{}\n", printable(uplink.alarm));
    return view;
}

std::string receipts_view(const std::vector<Receipt>& receipts, std::chrono::minutes utc_offset) {
    TextTable table{{{text("from", "自")},
                     {text("to", "至")},
                     {text("lane", "通路")},
                     {text("first", "起始序号"), Align::right},
                     {text("last", "末尾序号"), Align::right},
                     {text("samples", "采样"), Align::right},
                     {text("gaps", "缺口"), Align::right},
                     {text("answer", "回执")}}};
    for (const Receipt& receipt : receipts) {
        table.add({local_text(receipt.first_at, utc_offset), local_text(receipt.last_at, utc_offset),
                   std::string(label(receipt.lane)), std::to_string(receipt.items.first),
                   std::to_string(receipt.items.last), std::to_string(receipt.samples),
                   std::to_string(receipt.gaps), printable(receipt.answer)});
    }
    return table.empty() ? text("nothing was confirmed in this time\n", "此期间没有回执\n")
                         : table.to_string();
}

std::string set_aside_view(const std::vector<SetAside>& items, std::chrono::minutes utc_offset) {
    TextTable table{{{text("sequence", "序号"), Align::right}, {text("at", "时间")}, {text("why", "原因")}}};
    for (const SetAside& item : items) {
        table.add({std::to_string(item.sequence), local_text(item.at, utc_offset), printable(item.why)});
    }
    return table.empty() ? text("nothing is set aside\n", "没有搁置的数据\n") : table.to_string();
}

}  // namespace mg
