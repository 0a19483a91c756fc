#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"

namespace mg {

/// When which slot of a calendar holds. Pure; the calendar outlives it.
class TimeMask {
public:
    TimeMask(const CalendarOptions& calendar, std::chrono::minutes utc_offset)
        : calendar_{calendar}, utc_offset_{utc_offset} {}

    /// Some time in which one slot holds.
    struct Stretch {
        UtcTime from{};
        UtcTime to{};
        std::optional<std::size_t> slot;  ///< in slots(); none: before the first version
        bool operator==(const Stretch&) const = default;
    };

    [[nodiscard]] const std::vector<std::string>& slots() const { return calendar_.slots; }
    [[nodiscard]] std::optional<std::size_t> slot_at(UtcTime time) const;
    /// [from, to) cut where the slot changes: in order, without gaps, neighbours differ. Some microseconds a
    /// day.
    [[nodiscard]] std::vector<Stretch> stretches(UtcTime from, UtcTime to) const;

private:
    [[nodiscard]] const CalendarVersion* version_at(UtcTime time) const;
    [[nodiscard]] std::vector<Stretch> day_of(UtcTime midnight) const;

    const CalendarOptions& calendar_;
    std::chrono::minutes utc_offset_;
};

}  // namespace mg
