#include "gateway/completeness/fault_watch.h"

#include <algorithm>

#include "gateway/base/language.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

/// More at once than this are said as a number: a line with 200 meters is one event.
constexpr std::size_t kMostLines = 10;

std::string minute(UtcTime time, std::chrono::minutes utc_offset) {
    std::string written = iso_local(time, utc_offset).substr(0, 16);
    std::ranges::replace(written, 'T', ' ');
    return written;
}

std::string line_about(const Fault& fault, bool overdue, std::chrono::minutes utc_offset) {
    const std::string reason = fault.reason ? std::string{label(*fault.reason)} : std::string{};
    const std::string subject = fault.kind == StripKind::meter
                                    ? trf("metering point {}", "计量点 {}", fault.id)
                                    : trf("item {}", "采集项 {}", fault.id);
    const std::string since = minute(fault.since, utc_offset) + (reason.empty() ? "" : " (" + reason + ")");
    const std::string until = minute(fault.repair_until, utc_offset);
    const auto hours = std::chrono::floor<std::chrono::hours>(fault.lasts).count();
    return overdue ? trf("{0}: without a value for {1} h, since {2}; should have been repaired by {3}",
                         "{0}：已 {1} 小时无数据，自 {2} 起；修复期限 {3} 已过", subject, hours, since, until)
                   : trf("{0}: without a value for {1} h, since {2}; to be repaired by {3}",
                         "{0}：已 {1} 小时无数据，自 {2} 起；修复期限 {3}", subject, hours, since, until);
}

}  // namespace

std::vector<std::string> FaultWatch::look(const std::vector<Fault>& faults, UtcTime now,
                                          std::chrono::minutes utc_offset) {
    std::vector<std::string> lines;
    for (auto& [subject, said] : said_) said.seen = false;
    for (const Fault& fault : faults) {
        const bool overdue = now > fault.repair_until;
        const int hours = fault.hours_passed();
        if (hours == 0 && !overdue) continue;
        Said& said = said_[{fault.kind, fault.id}];
        if (said.since != fault.since) said = {.since = fault.since};
        if (hours > said.hours || (overdue && !said.overdue))
            lines.push_back(line_about(fault, overdue, utc_offset));
        said.hours = std::max(said.hours, hours);
        said.overdue = overdue;
        said.seen = true;
    }
    for (const auto& [subject, said] : said_) {
        if (said.seen) continue;
        lines.push_back(trf("{0}: no longer without a value, as it was since {1}",
                            "{0}：不再无数据（自 {1} 起曾无数据）", subject.second,
                            minute(said.since, utc_offset)));
    }
    std::erase_if(said_, [](const auto& each) { return !each.second.seen; });
    if (lines.size() > kMostLines) {
        const std::size_t more = lines.size() - kMostLines;
        lines.resize(kMostLines);
        lines.push_back(
            trf("{} more such lines: metergate completeness", "另有 {} 条：metergate completeness", more));
    }
    return lines;
}

}  // namespace mg
