#include "gateway/commands/status_view.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/clock_view.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/terminal.h"
#include "gateway/commands/uplink_view.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

/// How long ago, seen from the daemon's clock.
std::string ago(const std::optional<UtcTime>& since, const ClockStatus& clock) {
    return since ? duration_text(std::max(clock.utc - *since, milliseconds{0})) : std::string{};
}

std::string head(const GatewayStatus& status) {
    const ClockStatus& clock = status.clock;
    std::string view =
        trf("metergate {} · site {} {} · running for {}\n", "metergate {} · 站点 {} {} · 已运行 {}\n",
            status.version, printable(status.site), printable(status.site_name), ago(status.started, clock));
    view += clock_lines(clock);
    const BufferStatus& buffer = status.buffer;
    view += trf("buffer  {} · sequence {} · on disk {} · committed {} · waiting {} · dropped {} · lost {}\n",
                "存储    {} · 序号 {} · 占用 {} · 已存 {} · 待存 {} · 清理 {} · 丢失 {}\n",
                label(buffer.state), buffer.newest, bytes_text(buffer.bytes_on_disk), buffer.committed,
                buffer.waiting, buffer.dropped, buffer.lost);
    if (!buffer.trouble.empty()) view += "        " + printable(buffer.trouble) + '\n';
    return view;
}

std::string seconds_text(milliseconds time) {
    return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1000);
}

/// "41.3 s, −17.0 s": how long it takes, and how long before its boundary it begins.
std::string sweep_text(const LineStatus& line) {
    if (!line.sweep) return {};
    const std::string lasts = seconds_text(*line.sweep);
    return line.sweep_lead == milliseconds{0} ? lasts : lasts + ", −" + seconds_text(line.sweep_lead);
}

/// "+1.2 s (+0.0)": how far from its boundary it was read, and how much more than at the one before.
std::string skew_text(const MeterStatus& meter) {
    if (!meter.skew) return {};
    const auto text = fmt::format("{:+.1f} s", static_cast<double>(meter.skew->count()) / 1000);
    if (!meter.skew_change) return text;
    return text + fmt::format(" ({:+.1f})", static_cast<double>(meter.skew_change->count()) / 1000);
}

/// Share of the exchanges that brought registers: not rounded up to a hundred that it is not.
std::string answered_text(const MeterStatus& meter) {
    if (!meter.exchanges || meter.exchanges->asked == 0) return {};
    const auto permille = meter.exchanges->answered * 1000 / meter.exchanges->asked;
    return fmt::format("{}.{}%", permille / 10, permille % 10);
}

/// "31/45/120 ms": half of the answers, 95 % of them, and all begin within that.
std::string latency_text(const MeterStatus& meter) {
    if (!meter.exchanges || !meter.exchanges->latency) return {};
    const auto spoken = [](std::chrono::microseconds time) {
        return std::chrono::round<milliseconds>(time).count();
    };
    const auto& latency = *meter.exchanges->latency;
    return fmt::format("{}/{}/{} ms", spoken(latency.p50), spoken(latency.p95), spoken(latency.most));
}

/// A line that has more to read than it can.
std::string overload_note(const LineStatus& line) {
    if (!line.load) return {};
    std::string parts;
    const auto add = [&](const std::string& part) {
        if (!parts.empty()) parts += tr("; ", "；");
        parts += part;
    };
    if (line.load->sweep_needs > line.load->sweep_has) {
        add(trf("the boundary sweep needs {} of {}", "整点一轮需 {}，限 {}",
                seconds_text(line.load->sweep_needs), seconds_text(line.load->sweep_has)));
    }
    for (const auto& each : line.load->intervals) {
        if (each.needs <= each.has) continue;
        add(trf("every {} needs {}", "每 {} 需 {}", seconds_text(each.every), seconds_text(each.needs)));
    }
    if (parts.empty()) return {};
    return trf("  line {} has more to read than it can: {}\n", "  线路 {} 采集不过来：{}\n", line.id.text,
               parts);
}

std::string modem_note(const LineStatus& line, const ClockStatus& clock) {
    const ModemStatus& modem = *line.modem;
    std::string note;
    if (modem.since) {
        note = trf("  {}: modem connected for {} from {}", "  {}：DTU 已连接 {}，来自 {}", line.id.text,
                   ago(modem.since, clock), printable(modem.from));
    } else if (modem.from.empty()) {
        note = trf("  {}: no modem has called yet", "  {}：尚无 DTU 拨入", line.id.text);
    } else {
        note = trf("  {}: modem not connected, last from {}", "  {}：DTU 未连接，上次来自 {}", line.id.text,
                   printable(modem.from));
    }
    note += trf(" · calls {} · turned away on all ports {}", " · 拨入 {} 次 · 各端口共拒绝 {} 次",
                modem.calls, modem.turned_away);
    return note + '\n';
}

/// Points that the other master never reads stay without a value: somebody must know.
std::string listening_note(const LineStatus& line) {
    const ListeningStatus& heard = *line.listening;
    std::string note =
        trf("  {}: listening: {} requests, {} answers, {} exceptions heard; {} answers not believed, {} bad "
            "checksums, {} resynchronisations, {} other frames\n",
            "  {}：旁听：请求 {}，应答 {}，异常应答 {}；不可信应答 {}，校验错误 {}，重新同步 {}，其他帧 {}\n",
            line.id.text, heard.requests, heard.answers, heard.exceptions, heard.doubtful,
            heard.bad_checksums, heard.resynchronisations, heard.other);
    for (const auto& never : heard.never_asked) {
        std::string what;
        for (const PointId& point : never.points) what += (what.empty() ? "" : ", ") + point.text;
        if (never.everything) what = tr("nothing at all", "全部测点");
        note += trf("    {}: not asked for by the other master so far: {}\n",
                    "    {}：其他主站至今未读：{}\n", never.meter.text, what);
    }
    return note;
}

std::string lines_view(const GatewayStatus& status) {
    TextTable table{{{text("line", "线路")},
                     {text("name", "名称")},
                     {text("kind", "类型")},
                     {text("state", "状态")},
                     {text("for", "持续")},
                     {text("meters", "计量点"), Align::right},
                     {text("polls", "采集"), Align::right},
                     {text("answered", "应答"), Align::right},
                     {text("failed", "失败"), Align::right},
                     {text("missed", "缺采"), Align::right},
                     {text("busy", "占用"), Align::right},
                     {text("sweep", "整点一轮"), Align::right},
                     {text("last error", "最近错误")}}};
    for (const LineStatus& line : status.lines) {
        table.add({line.id.text, line.name, std::string(label(line.kind)), std::string(label(line.state)),
                   ago(line.since, status.clock), std::to_string(line.meters), std::to_string(line.polls),
                   std::to_string(line.answered), std::to_string(line.failed),
                   std::to_string(line.slots_missed), fmt::format("{}%", line.busy_percent), sweep_text(line),
                   line.last_error});
    }
    std::string view = table.empty() ? std::string{} : '\n' + table.to_string();
    for (const LineStatus& line : status.lines) {
        view += overload_note(line);
        if (line.modem) view += modem_note(line, status.clock);
        if (line.listening) view += listening_note(line);
    }
    return view;
}

std::string uplinks_view(const GatewayStatus& status) {
    TextTable table{{{text("uplink", "上传目标")},
                     {text("name", "名称")},
                     {text("destination", "地址")},
                     {text("state", "状态")},
                     {text("for", "持续")},
                     {text("delivered", "已送达"), Align::right},
                     {text("messages", "报文"), Align::right},
                     {text("backlog", "积压"), Align::right},
                     {text("in flight", "在途"), Align::right},
                     {text("set aside", "搁置"), Align::right},
                     {text("last error", "最近错误")}}};
    // A platform is not sent messages; zeros would look like a count of them.
    const auto of_broker = [](const UplinkStatus& uplink, std::uint64_t count) {
        return uplink.platform ? std::string{} : std::to_string(count);
    };
    for (const UplinkStatus& uplink : status.uplinks) {
        table.add({uplink.id.text, uplink.name, uplink.destination, std::string(label(uplink.state)),
                   ago(uplink.since, status.clock), std::to_string(uplink.delivered_samples),
                   of_broker(uplink, uplink.delivered_messages), std::to_string(uplink.backlog),
                   of_broker(uplink, uplink.in_flight), std::to_string(uplink.set_aside), uplink.last_error});
    }
    std::string view = table.empty() ? std::string{} : '\n' + table.to_string();
    for (const UplinkStatus& uplink : status.uplinks) {
        view += uplink_notes(uplink, status.clock.utc_offset);
    }
    return view;
}

/// What waits for a person stands on a line of its own.
std::string accounting_view(const GatewayStatus& status) {
    if (!status.accounting) return {};
    const BooksStatus& books = *status.accounting;
    const auto offset = status.clock.utc_offset;
    std::string view =
        trf("\naccounting  figures until {} · {} to compute again\n", "\n核算  已核算至 {} · 待重新核算 {}\n",
            books.figures_until ? local_text(*books.figures_until, offset) : "–", books.to_do);
    const auto add = [&](std::uint64_t count, std::string_view en, std::string_view zh) {
        if (count > 0) view += "  " + trf(en, zh, count) + '\n';
    };
    add(books.breaks, "{} steps of indexes wait for a ruling: metergate rule",
        "{} 处示数跳变待裁定：metergate rule");
    add(books.unconfirmed, "{} records wait for a second person: metergate dated --all",
        "{} 条登记待另一人确认：metergate dated --all");
    add(books.requests, "{} changes wait for a closed period: metergate period",
        "{} 项更正待解锁：metergate period");
    if (!books.without_value.empty()) {
        std::string items;
        for (const std::string& item : books.without_value) items += ' ' + printable(item);
        view += trf("  without a value for the last period:{}\n", "  上一周期没有数值：{}\n", items);
    }
    if (!books.trouble.empty()) view += "  " + printable(books.trouble) + '\n';
    return view;
}

std::string meter_counts(const std::vector<MeterStatus>& meters) {
    std::string counts;
    for (const MeterState state : {MeterState::ok, MeterState::silent, MeterState::trouble,
                                   MeterState::not_supported, MeterState::ledger_only}) {
        const auto count = std::ranges::count(meters, state, &MeterStatus::state);
        if (count == 0) continue;
        counts += fmt::format("{}{} {}", counts.empty() ? "" : " · ", label(state), count);
    }
    return trf("\nmetering points {}: {}\n", "\n计量点 {}：{}\n", meters.size(), counts);
}

std::string meters_view(const GatewayStatus& status, const std::vector<const MeterStatus*>& meters) {
    TextTable table{{{text("meter", "计量点")},
                     {text("name", "名称")},
                     {text("line", "线路")},
                     {text("model", "模板")},
                     {text("state", "状态")},
                     {text("last slot", "最近时刻")},
                     {text("boundary read", "整点偏差"), Align::right},
                     {text("answered", "应答率"), Align::right},
                     {text("answers in", "应答时间"), Align::right},
                     {text("last error", "最近错误")}}};
    for (const MeterStatus* meter : meters) {
        table.add(
            {meter->id.text, meter->name, meter->line ? meter->line->text : std::string{}, meter->model,
             std::string(label(meter->state)),
             meter->last_slot ? local_text(meter->last_slot->at, status.clock.utc_offset) : std::string{},
             skew_text(*meter), answered_text(*meter), latency_text(*meter), meter->last_error});
    }
    return table.empty() ? std::string{} : table.to_string();
}

std::string points_view(const GatewayStatus& status) {
    TextTable table{{{text("meter", "计量点")},
                     {text("point", "测点")},
                     {text("as read", "表上示值"), Align::right},
                     {text("multiplier", "倍率"), Align::right},
                     {text("with multiplier", "乘倍率后"), Align::right},
                     {text("unit", "单位")},
                     {text("quality", "质量")},
                     {text("taken", "采集时间")}}};
    for (const MeterStatus& meter : status.meters) {
        const std::string taken =
            meter.taken_at ? local_text(*meter.taken_at, status.clock.utc_offset) : std::string{};
        for (const PointStatus& point : meter.points) {
            table.add({meter.id.text, point.id.text, point.displayed, point.multiplier, point.with_multiplier,
                       point.unit, std::string(label(point.quality)), taken});
        }
    }
    return table.empty() ? std::string{} : '\n' + table.to_string();
}

bool needs_attention(const MeterStatus& meter) {
    return meter.state == MeterState::silent || meter.state == MeterState::trouble;
}

std::string troubled_meters_view(const GatewayStatus& status) {
    std::vector<const MeterStatus*> troubled;
    for (const MeterStatus& meter : status.meters) {
        if (needs_attention(meter)) troubled.push_back(&meter);
    }
    const std::size_t all = troubled.size();
    troubled.resize(std::min(all, kMostTroublesShown));
    std::string view = meters_view(status, troubled);
    if (all > troubled.size()) view += trf("and {} more\n", "另有 {} 个\n", all - troubled.size());
    return view;
}

}  // namespace

std::string status_view(const GatewayStatus& status, StatusDetail detail) {
    std::string view = head(status) + lines_view(status) + uplinks_view(status) + accounting_view(status) +
                       meter_counts(status.meters);
    switch (detail) {
        case StatusDetail::summary:
            return view + troubled_meters_view(status);
        case StatusDetail::meters: {
            std::vector<const MeterStatus*> all;
            for (const MeterStatus& meter : status.meters) all.push_back(&meter);
            return view + meters_view(status, all);
        }
        case StatusDetail::points:
            return view + points_view(status);
    }
    return view;
}

}  // namespace mg
