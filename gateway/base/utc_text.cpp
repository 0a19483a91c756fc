#include "gateway/base/utc_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace mg {
namespace {

struct Civil {
    std::chrono::year_month_day date;
    std::chrono::hh_mm_ss<milliseconds> time;
};

Civil civil(UtcTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    return {std::chrono::year_month_day{day}, std::chrono::hh_mm_ss<milliseconds>{time - day}};
}

std::string seconds_text(const Civil& at, char between) {
    return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}", static_cast<int>(at.date.year()),
                       static_cast<unsigned>(at.date.month()), static_cast<unsigned>(at.date.day()), between,
                       at.time.hours().count(), at.time.minutes().count(), at.time.seconds().count());
}

/// The digits of text[first, first + count), or -1.
int digits(std::string_view text, std::size_t first, std::size_t count) {
    int value = 0;
    for (const char c : text.substr(first, count)) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

/// `shape` has a d for each digit.
bool has_shape(std::string_view text, std::string_view shape) {
    const auto fits = [](char c, char as) { return as == 'd' ? c >= '0' && c <= '9' : c == as; };
    return text.size() == shape.size() && std::equal(text.begin(), text.end(), shape.begin(), fits);
}

/// ":34", ":34.2", ":34.250", or nothing.
std::optional<milliseconds> take_seconds(std::string_view& text) {
    if (!text.starts_with(':')) return milliseconds{0};
    if (!has_shape(text.substr(0, 3), ":dd") || digits(text, 1, 2) > 59) return std::nullopt;
    milliseconds taken = std::chrono::seconds{digits(text, 1, 2)};
    text.remove_prefix(3);
    if (!text.starts_with('.')) return taken;
    text.remove_prefix(1);
    const auto decimals = std::min(text.find_first_not_of("0123456789"), text.size());
    constexpr std::array kUnits{0, 100, 10, 1};
    if (decimals == 0 || decimals >= kUnits.size()) return std::nullopt;
    taken += milliseconds{digits(text, 0, decimals) * kUnits.at(decimals)};
    text.remove_prefix(decimals);
    return taken;
}

/// "Z" or "+08:00".
std::optional<std::chrono::minutes> offset_from(std::string_view text) {
    if (text == "Z") return std::chrono::minutes{0};
    if (!has_shape(text, "+dd:dd") && !has_shape(text, "-dd:dd")) return std::nullopt;
    const int hours = digits(text, 1, 2);
    const int minutes = digits(text, 4, 2);
    if (hours > 14 || minutes > 59) return std::nullopt;
    const std::chrono::minutes offset{60 * hours + minutes};
    return text.front() == '-' ? -offset : offset;
}

}  // namespace

std::string utc_text(UtcTime time) {
    const Civil at = civil(time);
    return fmt::format("{}.{:03}Z", seconds_text(at, 'T'), at.time.subseconds().count());
}

std::optional<UtcTime> utc_from_text(std::string_view text) {
    if (text.size() != std::string_view{"dddd-dd-ddTdd:dd:dd.dddZ"}.size() || !text.ends_with('Z')) {
        return std::nullopt;
    }
    return utc_from_iso(text);
}

std::optional<UtcTime> utc_from_iso(std::string_view text) {
    constexpr std::string_view kToTheMinute = "dddd-dd-ddTdd:dd";
    if (!has_shape(text.substr(0, kToTheMinute.size()), kToTheMinute)) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{digits(text, 0, 4)},
                                           std::chrono::month{static_cast<unsigned>(digits(text, 5, 2))},
                                           std::chrono::day{static_cast<unsigned>(digits(text, 8, 2))}};
    const int hours = digits(text, 11, 2);
    const int minutes = digits(text, 14, 2);
    text.remove_prefix(kToTheMinute.size());
    const auto seconds = take_seconds(text);
    const auto offset = offset_from(text);
    if (!date.ok() || hours > 23 || minutes > 59 || !seconds || !offset) return std::nullopt;
    return UtcTime{std::chrono::sys_days{date}} + std::chrono::hours{hours} + std::chrono::minutes{minutes} +
           *seconds - *offset;
}

std::string local_text(UtcTime time, std::chrono::minutes utc_offset) {
    return seconds_text(civil(time + utc_offset), ' ');
}

}  // namespace mg
