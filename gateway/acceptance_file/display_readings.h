#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "config/problem.h"

namespace mg {

/// An index that can be held against the display of its instrument.
struct ComparedPoint {
    const MeterOptions* meter{};
    const PointOptions* point{};
};
/// The indexes by which metering points on a wire count, in the order of meters.csv (metered_items.h).
std::vector<ComparedPoint> compared_points(const Options& options);

/// What a person read on the display of an instrument (现场示值), before any multiplier.
struct DisplayReading {
    MeterId meter;
    PointId point;
    UtcTime at{};
    Decimal displayed;
    std::string photo;
    std::string remark;
};

inline constexpr std::size_t kMostDisplayReadings = 20'000;

/// Reads a table like the one of display_readings_form(). Rows without a value are passed over. What is wrong
/// is reported: unknown metering points and points, times that are none, one point twice. `text` is UTF-8.
/// Pure.
std::vector<DisplayReading> read_display_readings(std::string_view text, const Options& options,
                                                  Reporter& report);

/// The table to be filled in on site, as CSV for Excel and WPS: a row a point, headings in the language of
/// the user.
std::string display_readings_form(const Options& options);

}  // namespace mg
