#include "config/calendar_options.h"

#include <algorithm>

namespace mg {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::sys_days;

bool has_bit(unsigned bits, unsigned number) {
    return ((bits >> number) & 1U) != 0;
}

bool has_month_of(const CalendarRule& rule, sys_days day) {
    const std::chrono::year_month_day date{day};
    return has_bit(rule.months, static_cast<unsigned>(date.month()) - 1);
}

}  // namespace

bool CalendarRule::begins_on_weekday(sys_days day) const {
    return has_bit(weekdays, std::chrono::weekday{day}.iso_encoding() - 1) && has_month_of(*this, day);
}

bool CalendarRule::begins_on(sys_days day) const {
    if (begins_on_weekday(day)) return true;
    return has_month_of(*this, day) && std::ranges::any_of(dates, [&](const DateRange& range) {
               return range.first <= day && day <= range.last;
           });
}

std::vector<RuleStretch> stretches_of(const CalendarVersion& version, sys_days day, SpecialDays special) {
    constexpr milliseconds kDay = days{1};
    const auto begins = [&](const CalendarRule& rule, sys_days on) {
        return special == SpecialDays::count ? rule.begins_on(on) : rule.begins_on_weekday(on);
    };
    std::vector<RuleStretch> wanted;
    std::vector<milliseconds> cuts{milliseconds{0}, kDay};
    const auto want = [&](milliseconds from, milliseconds to, const CalendarRule& rule) {
        wanted.push_back({from, to, &rule});
        cuts.insert(cuts.end(), {from, to});
    };
    for (const CalendarRule& rule : version.rules) {
        if (begins(rule, day)) want(rule.from, std::min(rule.to, kDay), rule);
        if (rule.to > kDay && begins(rule, day - days{1})) want(milliseconds{0}, rule.to - kDay, rule);
    }
    std::ranges::sort(cuts);
    std::vector<RuleStretch> stretches;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        if (cuts[i] == cuts[i + 1]) continue;
        const auto first = std::ranges::find_if(
            wanted, [&](const RuleStretch& each) { return each.from <= cuts[i] && cuts[i + 1] <= each.to; });
        const CalendarRule* rule = first == wanted.end() ? nullptr : first->rule;
        if (!stretches.empty() && stretches.back().rule == rule)
            stretches.back().to = cuts[i + 1];
        else
            stretches.push_back({cuts[i], cuts[i + 1], rule});
    }
    return stretches;
}

}  // namespace mg
