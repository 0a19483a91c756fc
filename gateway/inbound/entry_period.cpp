#include "gateway/inbound/entry_period.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include <fmt/format.h>

namespace mg {
namespace {

constexpr std::array<std::string_view, 3> kCharacters{"年", "月", "日"};

/// The sign between two parts, or the one behind the last.
bool take_sign(std::string_view& text, std::size_t part) {
    if (text.starts_with(kCharacters.at(part))) {
        text.remove_prefix(kCharacters.at(part).size());
        return true;
    }
    const bool more = text.size() > 1 && (text.front() == '-' || text.front() == '/');
    if (more) text.remove_prefix(1);
    return more;
}

/// As SiteCalendar has it: "2026/1/5" and "2026年1月5日" are "2026-01-05".
std::optional<std::string> with_hyphens(std::string_view text) {
    constexpr std::array<std::size_t, 3> kMostDigits{4, 2, 2};
    std::string plain;
    for (std::size_t part = 0; part < kMostDigits.size(); ++part) {
        unsigned number = 0;
        const char* end = text.data() + std::min(text.size(), kMostDigits.at(part));
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        const bool short_year = part == 0 && stop != text.data() + kMostDigits.front();
        if (error != std::errc{} || short_year) return {};
        text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
        plain += part == 0 ? fmt::format("{:04}", number) : fmt::format("-{:02}", number);
        if (text.empty()) return plain;
        if (!take_sign(text, part)) return {};
        if (text.empty()) return plain;
    }
    return {};
}

}  // namespace

std::optional<WrittenPeriod> written_period(std::string_view text, const SiteCalendar& calendar) {
    const auto plain = with_hyphens(text);
    if (!plain) return {};
    const auto period = calendar.parse(*plain);
    if (!period || period->type == StatType::real_time) return {};
    const bool by_spreadsheet = text.find('/') != std::string_view::npos || text.ends_with("日");
    return WrittenPeriod{*period,
                         by_spreadsheet && period->type == StatType::day &&
                             calendar.containing(StatType::month, period->from).from == period->from};
}

std::optional<StatPeriod> as_type(const StatPeriod& written, StatType type, const SiteCalendar& calendar) {
    if (written.type == type) return written;
    if (written.type != StatType::day || type == StatType::real_time) return {};
    const auto longer = calendar.containing(type, written.from);
    if (longer.from != written.from) return {};
    return longer;
}

}  // namespace mg
