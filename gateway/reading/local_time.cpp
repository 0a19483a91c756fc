#include "gateway/reading/local_time.h"

#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include "gateway/base/utc_text.h"

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

std::string offset_text(std::chrono::minutes utc_offset) {
    const auto minutes = std::abs(utc_offset.count());
    return fmt::format("{}{:02}:{:02}", utc_offset.count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::string iso_local(UtcTime time, std::chrono::minutes utc_offset) {
    std::string text = local_text(time, utc_offset);
    text[text.find(' ')] = 'T';
    const auto millis = time - std::chrono::floor<std::chrono::seconds>(time);
    if (millis.count() > 0) text += fmt::format(".{:03}", millis.count());
    return text + offset_text(utc_offset);
}

}  // namespace mg
