#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "drivers/driver.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/control/status.h"

namespace mg {

struct ReadPoint {
    PointStatus value;
    std::string name_zh;
    std::string name_en;
    std::string
        raw;  ///< "0001 86a0": the bytes on the wire in groups of two, big-endian order; empty: no value
};

struct ReadExchange {
    std::string request;  ///< "01 03 00 00 00 02 c4 0b"
    std::string answer;   ///< empty: none came
    std::string error;    ///< empty: fine
    milliseconds took{0};
};

/// One poll made because somebody asked (`metergate read`); nothing of it is stored.
struct ReadReport {
    MeterId meter;
    std::string name;
    LineId line;
    std::string address;
    std::string model;
    UtcTime taken_at{};
    bool answered{false};
    std::string trouble;  ///< empty: every block was answered
    std::vector<ReadPoint> points;
    std::vector<ReadExchange> wire;

    [[nodiscard]] bool any_value() const;
};

/// Takes the readings of `meter` out of what the poll of its instrument brought. `layouts` are the
/// instrument's (Meter::layouts()), in the same order as poll.readings. corrupt when the meter is not among
/// them.
Result<ReadReport> read_report(const Options& options, const MeterOptions& meter,
                               std::span<const LayoutRef> layouts, const PollResult& poll, UtcTime taken_at);

std::string read_report_to_json(const ReadReport& report);
Result<ReadReport> read_report_from_json(std::string_view json);

}  // namespace mg
