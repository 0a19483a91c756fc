#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/buffer/sample_store.h"

namespace mg {

/// What the byte budget of an uplink comes to at one moment.
struct BudgetState {
    std::uint64_t sent{0};   ///< bytes since the period began
    std::uint64_t limit{0};  ///< 0: there is none
    BudgetPeriod period{BudgetPeriod::month};
    UtcTime begin{};
    UtcTime end{};  ///< of the period
    /// At the rate of the last week, by the end of the period. None before an hour has been counted.
    std::optional<std::uint64_t> forecast;
    [[nodiscard]] bool used_up() const { return limit > 0 && sent >= limit; }
    bool operator==(const BudgetState&) const = default;
};

/// Counts what an uplink sends, by calendar days of the site. Pure; the days are kept by the store.
class Traffic {
public:
    Traffic(const BudgetOptions& budget, std::chrono::minutes utc_offset, std::vector<TrafficDay> days);

    /// What has to be added to the store for it.
    TrafficDay add(std::uint64_t bytes, UtcTime now);
    [[nodiscard]] BudgetState state(UtcTime now) const;
    [[nodiscard]] bool used_up(UtcTime now) const;

private:
    [[nodiscard]] std::chrono::sys_days day_of(UtcTime time) const;
    [[nodiscard]] std::chrono::sys_days first_day(std::chrono::sys_days today) const;
    [[nodiscard]] std::chrono::sys_days end_day(std::chrono::sys_days today) const;
    [[nodiscard]] UtcTime midnight(std::chrono::sys_days day) const { return day - utc_offset_; }
    [[nodiscard]] std::uint64_t sent_since(std::chrono::sys_days day) const;
    [[nodiscard]] std::optional<double> bytes_per_second(UtcTime now) const;

    BudgetOptions budget_;
    std::chrono::minutes utc_offset_;
    std::vector<TrafficDay> days_;  ///< ascending
};

}  // namespace mg
