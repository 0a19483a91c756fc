#include "gateway/commands/period.h"

#include <charconv>
#include <string>

#include <fmt/format.h>

#include "gateway/commands/labels.h"

namespace mg {
namespace {

/// Takes exactly `digits` digits off the front.
std::optional<int> number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + digits, value);
    if (problem != std::errc{} || end != text.data() + digits || value < 0) return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, char expected) {
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
    const auto hour = number(text, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    const auto minute = number(text, 2);
    const auto second = minute && take(text, ':') ? number(text, 2) : std::optional{0};
    if (!minute || !second || !text.empty()) return std::nullopt;
    if (*hour > 24 || *minute > 59 || *second > 59 || (*hour == 24 && *minute + *second > 0))
        return std::nullopt;
    return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second};
}

}  // namespace

std::optional<Slot> moment_from(std::string_view text, PeriodEnd which, std::chrono::minutes utc_offset) {
    const auto year = number(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = number(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = number(text, 2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) return std::nullopt;
    UtcTime at{std::chrono::sys_days{date}.time_since_epoch() - utc_offset};
    if (text.empty()) return Slot{which == PeriodEnd::end ? at + std::chrono::days{1} : at};
    if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
    const auto time = time_of_day(text);
    if (!time) return std::nullopt;
    return Slot{at + *time};
}

std::string iso_local(UtcTime time, std::chrono::minutes utc_offset) {
    const auto local = time.time_since_epoch() + utc_offset;
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date{std::chrono::sys_days{day}};
    const std::chrono::hh_mm_ss of_day{local - day};
    std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    of_day.hours().count(), of_day.minutes().count(), of_day.seconds().count());
    if (of_day.subseconds().count() > 0) text += fmt::format(".{:03}", of_day.subseconds().count());
    return text + offset_text(utc_offset);
}

}  // namespace mg
