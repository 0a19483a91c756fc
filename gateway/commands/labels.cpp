#include "gateway/commands/labels.h"

#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "gateway/accounting/item_record.h"
#include "gateway/base/language.h"

namespace mg {

std::string_view label(LineState state) {
    switch (state) {
        case LineState::up:
            return tr("up", "正常");
        case LineState::down:
            return tr("down", "中断");
        case LineState::idle:
            return tr("idle", "空闲");
        case LineState::not_supported:
            return tr("not supported", "不支持");
    }
    return "";
}

std::string_view label(MeterState state) {
    switch (state) {
        case MeterState::ok:
            return tr("ok", "正常");
        case MeterState::silent:
            return tr("silent", "无应答");
        case MeterState::trouble:
            return tr("trouble", "异常");
        case MeterState::ledger_only:
            return tr("ledger only", "只进台账");
        case MeterState::not_supported:
            return tr("not supported", "不支持");
    }
    return "";
}

std::string_view label(BufferState state) {
    switch (state) {
        case BufferState::ok:
            return tr("ok", "正常");
        case BufferState::disk_trouble:
            return tr("disk trouble", "磁盘异常");
    }
    return "";
}

std::string_view label(UplinkState state) {
    switch (state) {
        case UplinkState::connecting:
            return tr("connecting", "连接中");
        case UplinkState::connected:
            return tr("connected", "已连接");
        case UplinkState::waiting:
            return tr("waiting", "等待重连");
        case UplinkState::held:
            return tr("held", "被拒绝");
        case UplinkState::paused:
            return tr("paused", "已暂停");
        case UplinkState::not_begun:
            return tr("begins later", "未到起点");
    }
    return "";
}

std::string_view label(Lane lane) {
    switch (lane) {
        case Lane::live:
            return tr("live", "实时");
        case Lane::backlog:
            return tr("backlog", "积压");
        case Lane::resend:
            return tr("re-send", "补传");
    }
    return "";
}

std::string_view label(LineKind kind) {
    switch (kind) {
        case LineKind::serial:
            return tr("serial", "串口");
        case LineKind::modbus_tcp:
            return "Modbus TCP";
        case LineKind::rtu_over_tcp:
            return tr("RTU over TCP", "RTU over TCP");
        case LineKind::dtu:
            return "DTU";
    }
    return "";
}

std::string_view label(Protocol protocol) {
    switch (protocol) {
        case Protocol::modbus:
            return "Modbus";
        case Protocol::dlt645_2007:
            return "DL/T 645-2007";
        case Protocol::cjt188:
            return "CJ/T 188";
    }
    return "";
}

std::string_view label(StatType type) {
    switch (type) {
        case StatType::real_time:
            return tr("real-time", "实时");
        case StatType::day:
            return tr("day", "日");
        case StatType::month:
            return tr("month", "月");
        case StatType::year:
            return tr("year", "年");
    }
    return "";
}

std::string_view label(ItemMethod method) {
    switch (method) {
        case ItemMethod::difference:
            return tr("difference", "累计差");
        case ItemMethod::manual:
            return tr("by hand", "手工");
        case ItemMethod::last:
            return tr("last", "期末值");
        case ItemMethod::mean:
            return tr("mean", "平均");
        case ItemMethod::ratio:
            return tr("ratio", "比值");
        case ItemMethod::total:
            return tr("total", "综合能耗");
    }
    return "";
}

std::string_view label(CoalBasis basis) {
    switch (basis) {
        case CoalBasis::calorific:
            return tr("calorific (当量)", "当量");
        case CoalBasis::equivalent:
            return tr("equivalent (等价)", "等价");
        case CoalBasis::measured:
            return tr("measured (实测)", "实测");
        case CoalBasis::reference:
            return tr("reference (参考)", "参考");
    }
    return "";
}

std::string_view label(Certainty certainty) {
    switch (certainty) {
        case Certainty::platform:
            return tr("from a platform", "平台下发");
        case Certainty::standard:
            return tr("text of the standard", "标准原文");
        case Certainty::in_use:
            return tr("seen in use", "在用系统所见");
        case Certainty::unconfirmed:
            return tr("to be checked", "待核对");
    }
    return "";
}

std::string mark_label(std::string_view name) {
    const auto mark = mark_from(name);
    return std::string(mark ? labels_of(*mark).front() : name);
}

std::string clock_reason_label(std::string_view code) {
    struct Reason {
        std::string_view code;
        std::string_view en;
        std::string_view zh;
    };
    static constexpr std::array kReasons{
        Reason{"untrusted", "before the build or the last stored sample", "早于程序构建时间或最后一次采样"},
        Reason{"ntp", "kept by NTP", "由 NTP 校时"},
        Reason{"ntp_earlier", "kept by NTP until a short time ago", "不久前由 NTP 校时"},
        Reason{"platform", "agrees with a platform's clock", "与平台时钟一致"},
        Reason{"confirmed", "compared by a person", "经人工核对"},
        Reason{"later_than_all", "nobody vouches; later than every stored sample, battery clock present",
               "无人佐证；晚于所有已存采样，有电池时钟"},
        Reason{"later_than_all_no_rtc", "nobody vouches; later than every stored sample, no battery clock",
               "无人佐证；晚于所有已存采样，无电池时钟"}};
    for (const Reason& reason : kReasons) {
        if (reason.code == code) return std::string(tr(reason.en, reason.zh));
    }
    return std::string(code);
}

std::string duration_text(std::chrono::milliseconds duration) {
    using namespace std::chrono;
    const auto days_part = duration_cast<days>(duration);
    const hh_mm_ss time{duration_cast<seconds>(duration - days_part)};
    if (days_part.count() > 0)
        return trf("{} d {} h", "{} 天 {} 小时", days_part.count(), time.hours().count());
    if (time.hours().count() > 0) {
        return trf("{} h {} min", "{} 小时 {} 分", time.hours().count(), time.minutes().count());
    }
    if (time.minutes().count() > 0) {
        return trf("{} min {} s", "{} 分 {} 秒", time.minutes().count(), time.seconds().count());
    }
    return trf("{} s", "{} 秒", time.seconds().count());
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::uint64_t kUnit = 1024;
    if (bytes < kUnit) return fmt::format("{} B", bytes);
    auto amount = static_cast<double>(bytes);
    std::string_view unit;
    for (const std::string_view next : {"KiB", "MiB", "GiB", "TiB"}) {
        if (amount < kUnit) break;
        amount /= kUnit;
        unit = next;
    }
    return fmt::format("{:.1f} {}", amount, unit);
}

}  // namespace mg
