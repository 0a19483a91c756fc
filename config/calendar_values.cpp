#include "config/calendar_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

tl::unexpected<Complaint> not_so(std::string_view what_en, std::string_view what_zh,
                                 std::string_view allowed_en, std::string_view allowed_zh) {
    return tl::unexpected(
        Complaint{std::string(tr(what_en, what_zh)), std::string(tr(allowed_en, allowed_zh))});
}

bool take(std::string_view& text, std::string_view what) {
    if (!text.starts_with(what)) return false;
    text.remove_prefix(what.size());
    return true;
}

std::optional<unsigned> take_number(std::string_view& text, std::size_t most_digits) {
    unsigned number = 0;
    const std::string_view digits = text.substr(0, most_digits);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - digits.data()));
    return number;
}

bool take_to(std::string_view& text) {
    return take(text, "-") || take(text, "~") || take(text, "～") || take(text, "至");
}

/// The parts of a list; '/' separates nothing, because dates have it.
std::vector<std::string_view> parts_of(std::string_view text) {
    constexpr std::array<std::string_view, 9> kBetween{" ", "\t", "\n", ",", ";", "\u3000", "，", "；", "、"};
    std::vector<std::string_view> parts;
    std::size_t length = 0;
    while (length < text.size()) {
        std::string_view rest = text.substr(length);
        const auto is_next = [&](std::string_view between) { return take(rest, between); };
        if (std::ranges::none_of(kBetween, is_next)) {
            ++length;
            continue;
        }
        if (length > 0) parts.push_back(text.substr(0, length));
        text = rest;
        length = 0;
    }
    if (!text.empty()) parts.push_back(text);
    return parts;
}

/// "7", "7-8" or "11-2" of 1 … most, as bits; nothing when it is something else.
std::optional<unsigned> numbers_in(std::string_view part, unsigned most) {
    const auto first = take_number(part, 2);
    if (!first || *first < 1 || *first > most) return std::nullopt;
    unsigned last = *first;
    if (take_to(part)) last = take_number(part, 2).value_or(0);
    if (!part.empty() || last < 1 || last > most) return std::nullopt;
    unsigned bits = 0;
    for (unsigned number = *first;; number = number % most + 1) {
        bits |= 1U << (number - 1);
        if (number == last) return bits;
    }
}

/// 2026-10-01 or 2026/10/1 off the front of `text`.
std::optional<sys_days> take_date(std::string_view& text) {
    const auto year = take_number(text, 4);
    const std::string_view separator = text.starts_with("/") ? "/" : "-";
    if (!year || *year < 1950 || *year > 2200 || !take(text, separator)) return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take(text, separator)) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day) return std::nullopt;
    const auto date =
        std::chrono::year{static_cast<int>(*year)} / std::chrono::month{*month} / std::chrono::day{*day};
    if (!date.ok()) return std::nullopt;
    return sys_days{date};
}

std::optional<DateRange> dates_in(std::string_view part) {
    const auto first = take_date(part);
    if (!first) return std::nullopt;
    if (part.empty()) return DateRange{*first, *first};
    if (!take(part, "/") && !take_to(part)) return std::nullopt;
    const auto last = take_date(part);
    if (!last || !part.empty() || *last < *first) return std::nullopt;
    return DateRange{*first, *last};
}

}  // namespace

Parsed<std::uint16_t> parse_months(std::string_view text) {
    constexpr unsigned kMonths = 12;
    const auto bad = [] {
        return not_so("not months", "不是月份", "1 … 12 as in 7-8, 11-2 or \"1,12\"",
                      "1 … 12，如 7-8、11-2 或 \"1,12\"");
    };
    unsigned bits = 0;
    for (const std::string_view part : parts_of(text)) {
        const auto months = numbers_in(part, kMonths);
        if (!months) return bad();
        bits |= *months;
    }
    if (bits == 0) return bad();
    return static_cast<std::uint16_t>(bits);
}

Parsed<CalendarDays> parse_days(std::string_view text) {
    constexpr unsigned kWeekdays = 7;
    const auto bad = [] {
        return not_so("neither weekdays nor dates", "既不是星期也不是日期",
                      "1 … 7 from Monday as in 1-5 or \"6,7\"; 2026-10-01/2026-10-07",
                      "1 … 7(星期一为 1)，如 1-5 或 \"6,7\"；2026-10-01/2026-10-07");
    };
    CalendarDays found;
    std::size_t dates = 0;
    for (const std::string_view part : parts_of(text)) {
        if (const auto weekdays = numbers_in(part, kWeekdays)) {
            found.weekdays = static_cast<std::uint8_t>(found.weekdays | *weekdays);
        } else if (const auto range = dates_in(part)) {
            dates += static_cast<std::size_t>((range->last - range->first).count()) + 1;
            found.dates.push_back(*range);
        } else {
            return bad();
        }
    }
    if (found.weekdays == 0 && found.dates.empty()) return bad();
    if (dates > kMostSpecialDays) {
        return tl::unexpected(Complaint{trf("{} days by their dates", "按日期列出了 {} 天", dates),
                                        trf("at most {} a row", "每行不超过 {} 天", kMostSpecialDays)});
    }
    return found;
}

Parsed<std::chrono::milliseconds> parse_time_of_day(std::string_view text) {
    const auto bad = [] {
        return not_so("not a time of day", "不是一天中的时刻", "00:00 … 24:00", "00:00 … 24:00");
    };
    const auto hours = take_number(text, 2);
    if (!hours || (!take(text, ":") && !take(text, "："))) return bad();
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59) return bad();
    unsigned seconds = 0;
    if (take(text, ":") || take(text, "：")) seconds = take_number(text, 2).value_or(60);
    if (!text.empty() || seconds > 59) return bad();
    const auto time =
        std::chrono::hours{*hours} + std::chrono::minutes{*minutes} + std::chrono::seconds{seconds};
    if (time > days{1}) return bad();
    return time;
}

std::string print_time_of_day(std::chrono::milliseconds time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).count();
    const std::string text = fmt::format("{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    return seconds % 60 == 0 ? text : fmt::format("{}:{:02}", text, seconds % 60);
}

}  // namespace mg
