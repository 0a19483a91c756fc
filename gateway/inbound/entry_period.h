#pragma once

#include <optional>
#include <string_view>

#include "gateway/reading/stat_period.h"

namespace mg {

/// The day, month or year that a text of a table or message means.
struct WrittenPeriod {
    StatPeriod period;
    /// It has the form in which a spreadsheet writes the first day of a month or year, and may have been a
    /// month or year when it was typed.
    bool may_be_longer{false};
};

/// "2026", "2026-11", "2026-11-22", with / for -, without leading zeros, or with 年月日. Pure.
std::optional<WrittenPeriod> written_period(std::string_view text, const SiteCalendar& calendar);

/// What it is when it is known to be of this type: of a month or year its first day will do as well.
std::optional<StatPeriod> as_type(const StatPeriod& written, StatType type, const SiteCalendar& calendar);

}  // namespace mg
