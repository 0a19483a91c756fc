#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"

/// What each metering point itself measured, as items that nobody sends (docs/adr/0016): the accounting
/// computes them, and marks, revises and explains them like any other. Pure.
namespace mg {

/// The index registers by which a metering point counts. Both are points of its model, or nullptr.
struct MeteredIndexes {
    /// Of the index points in index_unit (none stated: in the unit of the first) the one called
    /// energy_import, or else the first. Tariffs and phases stand behind their sum in a model.
    const PointOptions* main{};
    /// energy_export, where it is in the unit of `main`: what flowed from `to` to `from`.
    const PointOptions* reverse{};
};
/// Both nullptr of a metering point that is not on a wire, without a model, or whose index has a unit that
/// cannot be reckoned with (pulses).
MeteredIndexes metered_indexes(const MeterOptions& meter, const Options& options);

/// "hv_kiln.energy_import": no id of items.csv has a dot.
std::string metered_item_id(const MeterOptions& meter, const PointOptions& point);
bool is_metered_item(std::string_view id);

/// For each metering point its main index and, where it has one, the reverse: the difference by day, month
/// and year in the unit of the index, with the decimals that its steps have before and behind the multiplier
/// (at most 9; 3 at least where it is a floating-point number). Without code and destination. In the order
/// of the meters.
std::vector<ItemOptions> metered_items(const Options& options);

/// Behind the items of the table, for whoever computes. A site without a table of items has no accounting and
/// gets none.
void add_metered_items(Options& options);

}  // namespace mg
