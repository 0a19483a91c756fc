#include "gateway/base/utc_text.h"

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

}  // namespace

std::string utc_text(UtcTime time) {
    const Civil at = civil(time);
    return fmt::format("{}.{:03}Z", seconds_text(at, 'T'), at.time.subseconds().count());
}

std::optional<UtcTime> utc_from_text(std::string_view text) {
    constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd.dddZ";
    if (text.size() != kShape.size()) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool fits = kShape[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == kShape[i];
        if (!fits) return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{digits(text, 0, 4)},
                                           std::chrono::month{static_cast<unsigned>(digits(text, 5, 2))},
                                           std::chrono::day{static_cast<unsigned>(digits(text, 8, 2))}};
    const int hours = digits(text, 11, 2);
    const int minutes = digits(text, 14, 2);
    const int seconds = digits(text, 17, 2);
    if (!date.ok() || hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
    return UtcTime{std::chrono::sys_days{date}} + std::chrono::hours{hours} + std::chrono::minutes{minutes} +
           std::chrono::seconds{seconds} + milliseconds{digits(text, 20, 3)};
}

std::string local_text(UtcTime time, std::chrono::minutes utc_offset) {
    return seconds_text(civil(time + utc_offset), ' ');
}

}  // namespace mg
