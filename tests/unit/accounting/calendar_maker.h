#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "config/loaders.h"
#include "gateway/reading/stat_period.h"

namespace mg::test {

/// The calendars of rows "calendar,slot,months,days,from,to,valid_from", as the site reads them.
inline std::vector<CalendarOptions> calendars_of(const std::string& rows,
                                                 std::chrono::minutes utc_offset = std::chrono::hours{8}) {
    Options options;
    options.site.utc_offset = utc_offset;
    std::vector<Problem> problems;
    Reporter report{"calendars.csv", problems};
    const std::string text = "calendar,slot,months,days,from,to,valid_from\n" + rows;
    load_calendars(text, options, report);
    for (const Problem& problem : problems) {
        EXPECT_EQ(problem.severity, Severity::warning) << problem.to_string();
    }
    return options.calendars;
}

/// "2026-11-22 10:15" at +08:00.
inline UtcTime at(std::string_view text) {
    const auto period = SiteCalendar{.real_time = std::chrono::minutes{1}}.parse(text);
    EXPECT_TRUE(period) << text;
    return period ? period->from : UtcTime{};
}

}  // namespace mg::test
