#include "gateway/commands/hour_records.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "gateway/accounting/item_record.h"
#include "gateway/reading/stat_period.h"

namespace mg {
namespace {

using std::chrono::hours;

UtcTime hour_of(UtcTime time, std::chrono::minutes utc_offset) {
    return std::chrono::floor<hours>(time + utc_offset) - utc_offset;
}

Marks marks_of(const RecordReport& record) {
    Marks marks;
    for (const std::string& name : record.marks) {
        if (const auto mark = mark_from(name)) marks |= Marks{*mark};
    }
    return marks;
}

/// One behind the other from the begin of the hour to its end.
bool cover(std::span<const RecordReport> parts, UtcTime begin) {
    UtcTime reached = begin;
    for (const RecordReport& part : parts) {
        if (part.period.from != reached) return false;
        reached = part.period.to;
    }
    return reached == begin + hours{1};
}

Result<RecordReport> hour_made_of(std::span<const RecordReport> parts, UtcTime begin,
                                  std::chrono::minutes utc_offset) {
    RecordReport hour = parts.front();
    hour.period = {StatType::real_time, begin, begin + hours{1}};
    hour.period_text = SiteCalendar{.utc_offset = utc_offset, .real_time = hours{1}}.text(hour.period);
    hour.cause.clear();
    Marks marks = marks_of(parts.front());
    for (const RecordReport& part : parts.subspan(1)) {
        marks = marks.followed_by(marks_of(part));
        hour.revision = std::max(hour.revision, part.revision);
        hour.computed_at = std::max(hour.computed_at, part.computed_at);
        if (!hour.value || !part.value) {
            hour.value.reset();
            continue;
        }
        const auto sum = hour.value->plus(*part.value);
        if (!sum) return pass_on(sum.error());
        hour.value = *sum;
    }
    if (!cover(parts, begin)) hour.value.reset();
    const auto names = names_of(marks);
    hour.marks.assign(names.begin(), names.end());
    hour.suspect = marks.suspect();
    return hour;
}

}  // namespace

Result<std::vector<RecordReport>> hours_of(const std::vector<RecordReport>& quarters,
                                           std::chrono::minutes utc_offset) {
    std::vector<RecordReport> hours_there;
    for (auto first = quarters.begin(); first != quarters.end();) {
        const UtcTime begin = hour_of(first->period.from, utc_offset);
        const auto behind = std::find_if(first, quarters.end(), [&](const RecordReport& each) {
            return hour_of(each.period.from, utc_offset) != begin;
        });
        // The running hour is not there yet.
        const bool over = behind != quarters.end() || std::prev(behind)->period.to == begin + hours{1};
        if (over) {
            auto hour = hour_made_of({first, behind}, begin, utc_offset);
            if (!hour) return pass_on(hour.error());
            hours_there.push_back(std::move(*hour));
        }
        first = behind;
    }
    return hours_there;
}

}  // namespace mg
