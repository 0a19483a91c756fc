#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "config/calendar_values.h"
#include "config/loaders.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year_month_day;

/// After so many years all months, weekdays and first days of months have met.
constexpr days kWholeCycle{28 * 366};

/// As bits, as in CalendarRule.
unsigned month_bit(sys_days day) {
    return 1U << (static_cast<unsigned>(year_month_day{day}.month()) - 1);
}
unsigned weekday_bit(sys_days day) {
    return 1U << (weekday{day}.iso_encoding() - 1);
}
bool is_first_of_month(sys_days day) {
    return year_month_day{day}.day() == std::chrono::day{1};
}

/// "1-5, 7".
std::string numbers_of(unsigned bits) {
    std::string text;
    for (unsigned number = 1; bits >> (number - 1) != 0; ++number) {
        if (((bits >> (number - 1)) & 1U) == 0) continue;
        const unsigned first = number;
        while (((bits >> number) & 1U) != 0) ++number;
        if (!text.empty()) text += ", ";
        text += number > first ? fmt::format("{}-{}", first, number) : std::to_string(first);
    }
    return text;
}

/// The days on which a version decides.
struct ValidDays {
    sys_days first;
    std::optional<sys_days> end;

    [[nodiscard]] bool contains(sys_days day) const { return first <= day && (!end || day < *end); }

    /// One day of each kind: what rows without dates say about a day depends on its month, its weekday, and
    /// on whether the day before was of another month.
    [[nodiscard]] std::vector<sys_days> kinds() const {
        const sys_days last = end ? std::min(*end, first + kWholeCycle) : first + kWholeCycle;
        std::set<std::tuple<unsigned, unsigned, bool>> known;
        std::vector<sys_days> found;
        for (sys_days day = first; day < last; day += days{1}) {
            if (known.emplace(month_bit(day), weekday_bit(day), is_first_of_month(day)).second)
                found.push_back(day);
        }
        return found;
    }
};

class CalendarCheck {
public:
    CalendarCheck(const CalendarOptions& calendar, std::chrono::minutes utc_offset, Reporter& report)
        : calendar_{calendar}, utc_offset_{utc_offset}, report_{report} {}

    void check_version(std::size_t number) {
        const CalendarVersion& version = calendar_.versions[number];
        ValidDays valid{day_of(version.valid_from), std::nullopt};
        if (number + 1 < calendar_.versions.size())
            valid.end = day_of(calendar_.versions[number + 1].valid_from);
        decided_.clear();
        gaps_.clear();
        for (const sys_days day : valid.kinds()) {
            for (const RuleStretch& each : stretches_of(version, day, SpecialDays::pass_over)) {
                if (each.rule != nullptr)
                    decided_.insert(each.rule);
                else
                    note_gap(day, each);
            }
        }
        report_gaps(version);
        for (const CalendarRule& rule : version.rules) {
            if (!decided_.contains(&rule) && !decides_by_date(version, rule, valid)) warn_of(rule);
        }
    }

private:
    [[nodiscard]] sys_days day_of(UtcTime midnight) const {
        return std::chrono::floor<days>(midnight + utc_offset_);
    }

    void note_gap(sys_days day, const RuleStretch& gap) {
        auto& [weekdays, other_days] = gaps_[{gap.from, gap.to}][month_bit(day)];
        weekdays |= weekday_bit(day);
        other_days = other_days || !is_first_of_month(day);
    }

    /// Months of the same weekdays in one line.
    void report_gaps(const CalendarVersion& version) {
        const Place place{version.rules.front().row.line(), 0};
        for (const auto& [time, by_month] : gaps_) {
            std::map<std::pair<unsigned, bool>, unsigned> months;
            for (const auto& [month, gap] : by_month) months[gap] |= month;
            for (const auto& [gap, in] : months) {
                const std::string when =
                    trf("calendar {}: no row has months {}, weekdays {}, {} … {}",
                        "日历 {}：没有一行包含 {} 月、星期 {} 的 {} … {}", calendar_.id, numbers_of(in),
                        numbers_of(gap.first), print_time_of_day(time.first), print_time_of_day(time.second));
                const std::string_view first = gap.second
                                                   ? ""
                                                   : tr(" (of the 1st: the night before is of another month)",
                                                        "(仅 1 日：前一夜属于上个月)");
                report_.error(place, {},
                              {when + std::string(first), std::string(tr("rows without dates have every hour",
                                                                         "不靠日期的行盖满每个小时"))});
            }
        }
    }

    /// Whether there is a day among its dates, or the morning after, of which it decides a part.
    static bool decides_by_date(const CalendarVersion& version, const CalendarRule& rule,
                                const ValidDays& valid) {
        const auto decides_on = [&](sys_days day) {
            return valid.contains(day) && rule_is_in(stretches_of(version, day), rule);
        };
        for (const DateRange& range : rule.dates) {
            for (sys_days day = range.first; day <= range.last + days{1}; day += days{1}) {
                if (decides_on(day)) return true;
            }
        }
        return false;
    }

    static bool rule_is_in(const std::vector<RuleStretch>& stretches, const CalendarRule& rule) {
        return std::ranges::find(stretches, &rule, &RuleStretch::rule) != stretches.end();
    }

    void warn_of(const CalendarRule& rule) {
        report_.warning(
            {rule.row.line(), 0}, {},
            {std::string(tr("this row never decides: rows above it have all its hours, or its "
                            "days are not of its months or of its version",
                            "这一行从不起作用：它的时间都被上面的行占了，或它的日子不在其月份、版本之内")),
             std::string(tr("special days stand above", "特殊日子写在上面"))});
    }

    using Gap = std::pair<unsigned, bool>;  ///< weekdays, and whether other days than the first of the month

    const CalendarOptions& calendar_;
    std::chrono::minutes utc_offset_;
    Reporter& report_;
    std::set<const CalendarRule*> decided_;
    std::map<std::pair<milliseconds, milliseconds>, std::map<unsigned, Gap>> gaps_;
};

}  // namespace

void check_calendar(const CalendarOptions& calendar, std::chrono::minutes utc_offset, Reporter& report) {
    CalendarCheck check{calendar, utc_offset, report};
    for (std::size_t i = 0; i < calendar.versions.size(); ++i) check.check_version(i);
}

}  // namespace mg
