#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "config/item_options.h"
#include "config/problem.h"
#include "gateway/inbound/entry_desk.h"

namespace mg {

/// Values of one table: a year of days of 27 items.
inline constexpr std::size_t kMostTableValues = 10'000;

struct ValueRow {
    GivenValue given;
    TableRow row;
    std::set<std::string_view> wrong;  ///< fields whose cells are wrong by themselves, and reported
};

/// Reads a table like values.csv (docs/inbound.md). What is wrong with headings and single cells is reported,
/// and so is a table without values or with too many. `text` is UTF-8 and is not kept. Pure; never throws.
std::vector<ValueRow> read_values(std::string_view text, Reporter& report);

/// The values of all rows, in their order.
std::vector<GivenValue> values_of(std::span<const ValueRow> rows);

/// Reports what became of them, but what is reported already: what was refused as errors, what should be
/// looked at again as warnings. `answers`: of values_of().
void report_answers(std::span<const ValueRow> rows, std::span<const EntryAnswer> answers, Reporter& report);

}  // namespace mg
