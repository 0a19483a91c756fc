#include "gateway/reading/stat_period.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace mg {
namespace {

using std::chrono::days;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month_day;

struct Named {
    StatType type;
    std::string_view name;
};
constexpr std::array kNames{Named{StatType::real_time, "real_time"}, Named{StatType::day, "day"},
                            Named{StatType::month, "month"}, Named{StatType::year, "year"}};

/// The number that makes up the next `digits` characters, and takes them away.
std::optional<unsigned> take_number(std::string_view& text, std::size_t digits) {
    unsigned number = 0;
    if (text.size() < digits) return {};
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
    if (error != std::errc{} || end != text.data() + digits) return {};
    text.remove_prefix(digits);
    return number;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

year_month_day local_date(UtcTime time, std::chrono::minutes offset) {
    return year_month_day{std::chrono::floor<days>(time + offset)};
}

UtcTime midnight(year_month_day date, std::chrono::minutes offset) {
    return sys_days{date} - offset;
}

}  // namespace

StatPeriod SiteCalendar::containing(StatType type, UtcTime time) const {
    const auto date = local_date(time, utc_offset);
    switch (type) {
        case StatType::real_time: {
            const auto since_midnight = time - midnight(date, utc_offset);
            const auto from = time - since_midnight % real_time;
            return {type, from, from + real_time};
        }
        case StatType::day: {
            const auto from = midnight(date, utc_offset);
            return {type, from, from + days{1}};
        }
        case StatType::month: {
            const auto first = date.year() / date.month() / std::chrono::day{1};
            return {type, midnight(first, utc_offset), midnight(first + months{1}, utc_offset)};
        }
        case StatType::year: {
            const auto first = date.year() / std::chrono::January / std::chrono::day{1};
            return {type, midnight(first, utc_offset), midnight(first + std::chrono::years{1}, utc_offset)};
        }
    }
    return {};
}

StatPeriod SiteCalendar::after(const StatPeriod& period) const {
    return containing(period.type, period.to);
}

StatPeriod SiteCalendar::before(const StatPeriod& period) const {
    return containing(period.type, period.from - milliseconds{1});
}

UtcTime SiteCalendar::year_start(UtcTime time) const {
    return containing(StatType::year, time).from;
}

std::string SiteCalendar::text(const StatPeriod& period) const {
    const auto date = local_date(period.from, utc_offset);
    const int year = static_cast<int>(date.year());
    const auto month = static_cast<unsigned>(date.month());
    const auto day = static_cast<unsigned>(date.day());
    switch (period.type) {
        case StatType::year:
            return fmt::format("{:04}", year);
        case StatType::month:
            return fmt::format("{:04}-{:02}", year, month);
        case StatType::day:
            return fmt::format("{:04}-{:02}-{:02}", year, month, day);
        case StatType::real_time: {
            const std::chrono::hh_mm_ss time{
                std::chrono::floor<std::chrono::seconds>(period.from - midnight(date, utc_offset))};
            const auto whole = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", year, month, day,
                                           time.hours().count(), time.minutes().count());
            const auto seconds = time.seconds().count();
            return seconds == 0 ? whole : fmt::format("{}:{:02}", whole, seconds);
        }
    }
    return {};
}

std::optional<StatPeriod> SiteCalendar::parse(std::string_view text) const {
    const auto year = take_number(text, 4);
    if (!year) return {};
    const auto first = std::chrono::year{static_cast<int>(*year)} / std::chrono::January / 1;
    if (text.empty()) return containing(StatType::year, midnight(first, utc_offset));
    if (!take(text, "-/")) return {};
    const auto month = take_number(text, 2);
    if (!month || *month < 1 || *month > 12) return {};
    const auto month_first = first.year() / std::chrono::month{*month} / 1;
    if (text.empty()) return containing(StatType::month, midnight(month_first, utc_offset));
    if (!take(text, "-/")) return {};
    const auto day = take_number(text, 2);
    if (!day) return {};
    const auto date = first.year() / std::chrono::month{*month} / std::chrono::day{*day};
    if (!date.ok()) return {};
    const UtcTime at_midnight = midnight(date, utc_offset);
    if (text.empty()) return containing(StatType::day, at_midnight);
    if (!take(text, " T")) return {};
    const auto hour = take_number(text, 2);
    if (!hour || *hour > 23 || !take(text, ":")) return {};
    const auto minute = take_number(text, 2);
    if (!minute || *minute > 59) return {};
    unsigned second = 0;
    if (!text.empty()) {
        if (!take(text, ":")) return {};
        const auto seconds = take_number(text, 2);
        if (!seconds || *seconds > 59 || !text.empty()) return {};
        second = *seconds;
    }
    const UtcTime time = at_midnight + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
                         std::chrono::seconds{second};
    const auto period = containing(StatType::real_time, time);
    if (period.from != time) return {};
    return period;
}

std::string_view to_string(StatType type) {
    for (const auto& named : kNames) {
        if (named.type == type) return named.name;
    }
    return {};
}

std::optional<StatType> stat_type_from(std::string_view name) {
    for (const auto& named : kNames) {
        if (named.name == name) return named.type;
    }
    return {};
}

}  // namespace mg
