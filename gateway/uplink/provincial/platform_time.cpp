#include "gateway/uplink/provincial/platform_time.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace mg {
namespace {

using std::chrono::floor;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Takes exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits || !std::ranges::all_of(text.substr(0, digits), is_digit)) return std::nullopt;
    int number = 0;
    std::from_chars(text.data(), text.data() + digits, number);
    text.remove_prefix(digits);
    return number;
}

/// One of `signs`; nothing to take where the text is digits only.
bool take_sign(std::string_view& text, std::string_view signs, bool compact) {
    if (compact) return true;
    if (text.empty() || signs.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

/// " 123", ".123" or nothing.
std::optional<milliseconds> fraction_of(std::string_view text) {
    if (text.empty()) return milliseconds{0};
    if (text.front() != ' ' && text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
    const auto millis = take_number(text, 3);
    if (!millis || !text.empty()) return std::nullopt;
    return milliseconds{*millis};
}

}  // namespace

std::string platform_time(UtcTime time, std::chrono::minutes utc_offset, DateForm form) {
    const auto local = floor<std::chrono::seconds>(time + utc_offset);
    const auto day = floor<std::chrono::days>(local);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{local - day};
    const auto print = [&](std::string_view pattern) {
        return fmt::format(fmt::runtime(pattern), static_cast<int>(date.year()),
                           static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                           clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    };
    switch (form) {
        case DateForm::dashes:
            return print("{:04}-{:02}-{:02} {:02}:{:02}:{:02}");
        case DateForm::slashes:
            return print("{:04}/{:02}/{:02} {:02}:{:02}:{:02}");
        case DateForm::iso:
            return print("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}");
        case DateForm::digits:
            return print("{:04}{:02}{:02}{:02}{:02}{:02}");
    }
    return {};
}

std::string platform_day(std::string_view written) {
    std::string day;
    std::string part;
    for (const char c : fmt::format("{} ", written)) {
        if (is_digit(c)) {
            part += c;
            continue;
        }
        if (!day.empty()) day += '-';
        if (part.size() == 1) day += '0';
        day += part;
        part.clear();
        if (c == ' ' || c == 'T') break;
    }
    return day.size() == 10 ? day : std::string{};
}

std::optional<UtcTime> platform_time_from(std::string_view text, std::chrono::minutes utc_offset) {
    const bool compact = text.size() == 14 && std::ranges::all_of(text, is_digit);
    const auto year = take_number(text, 4);
    if (!year || !take_sign(text, "-/", compact)) return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take_sign(text, "-/", compact)) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day || !take_sign(text, " T", compact)) return std::nullopt;
    const auto hour = take_number(text, 2);
    if (!hour || !take_sign(text, ":", compact)) return std::nullopt;
    const auto minute = take_number(text, 2);
    if (!minute || !take_sign(text, ":", compact)) return std::nullopt;
    const auto second = take_number(text, 2);
    const auto fraction = fraction_of(text);
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!second || !fraction || !date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    return UtcTime{std::chrono::sys_days{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second} + *fraction - utc_offset;
}

std::optional<std::chrono::seconds> time_of_day_from(std::string_view text) {
    const auto hour = take_number(text, 2);
    if (!hour || !take_sign(text, ":", false)) return std::nullopt;
    const auto minute = take_number(text, 2);
    std::optional<int> second = 0;
    if (!text.empty()) {
        if (!take_sign(text, ":", false)) return std::nullopt;
        second = take_number(text, 2);
    }
    if (!minute || !second || !text.empty() || *hour > 23 || *minute > 59 || *second > 59)
        return std::nullopt;
    return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second};
}

}  // namespace mg
