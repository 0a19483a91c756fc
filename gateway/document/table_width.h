#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "gateway/document/document.h"

/// How wide tables become. Pure.
namespace mg {

/// Of each column, in columns of a typewriter (Chinese characters take two): the widest cell, mark, number
/// with separators, or heading; words of more than `widest` are broken into lines.
std::vector<std::size_t> column_widths(const Table& table, std::chrono::minutes utc_offset,
                                       std::size_t widest);

/// The columns of a table that is wider than a page, page by page: the leading columns stand in every part.
/// One part where all fits in `page`, which counts `padding` for each column.
std::vector<std::vector<std::size_t>> page_columns(const std::vector<std::size_t>& widths,
                                                   std::size_t leading, std::size_t padding,
                                                   std::size_t page);

}  // namespace mg
