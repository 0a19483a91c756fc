#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "gateway/accounting/exact.h"
#include "gateway/base/clock.h"
#include "gateway/reading/sample.h"

namespace mg {

/// The momentary points of a meter that say how fast one of its indexes has to run: kW beside kWh, m3/h
/// beside m3. One of them, or three phases that add up.
struct IndexRate {
    std::vector<std::size_t> places;  ///< in the layout
    Exact per_hour{1};                ///< units of the index for one unit of the rate in an hour
};

/// Only of the first index of its unit, which is the one of imported or forward quantities: exported energy
/// and tariff registers stand rightly. None: the meter has no such rate, or by another ratio. Pure.
std::optional<IndexRate> rate_of_index(const Layout& layout, std::size_t index);

/// What has flowed forward in that time at the rate of this sample, in units of the index; 0 where the rate
/// has no value or is below 0.
Exact flowed(const IndexRate& rate, const Sample& sample, milliseconds time);

}  // namespace mg
