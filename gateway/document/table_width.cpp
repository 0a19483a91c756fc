#include "gateway/document/table_width.h"

#include <algorithm>
#include <numeric>

#include "gateway/document/cell_text.h"

namespace mg {

std::vector<std::size_t> column_widths(const Table& table, std::chrono::minutes utc_offset,
                                       std::size_t widest) {
    std::vector<std::size_t> widths;
    for (const Column& column : table.columns)
        widths.push_back(std::min(widest, std::max(columns_of(column.heading), columns_of(column.unit))));
    for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i) {
            const std::size_t mark = row[i].tone == Tone::plain ? 0 : 3;
            widths[i] =
                std::max(widths[i], std::min(widest, mark + columns_of(cell_text(row[i], utc_offset))));
        }
    }
    return widths;
}

std::vector<std::vector<std::size_t>> page_columns(const std::vector<std::size_t>& widths,
                                                   std::size_t leading, std::size_t padding,
                                                   std::size_t page) {
    const auto wide = [&](std::size_t column) { return widths[column] + padding; };
    leading = std::min(leading, widths.size());
    std::vector<std::size_t> head(leading);
    std::iota(head.begin(), head.end(), 0U);
    std::size_t head_width = 0;
    std::size_t rest = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) (i < leading ? head_width : rest) += wide(i);
    // Parts of about the same width: no last page with a single column.
    const std::size_t room = page > head_width + page / 4 ? page - head_width : page * 3 / 4;
    const std::size_t parts = std::max<std::size_t>(1, (rest + room - 1) / room);
    const std::size_t widest = widths.empty() ? 0 : *std::ranges::max_element(widths) + padding;
    const std::size_t fair = parts == 1 ? room : std::min(room, rest / parts + widest);
    std::vector<std::vector<std::size_t>> pages{head};
    std::size_t used = 0;
    for (std::size_t i = leading; i < widths.size(); ++i) {
        if (used > 0 && used + wide(i) > fair) {
            pages.push_back(head);
            used = 0;
        }
        pages.back().push_back(i);
        used += wide(i);
    }
    return pages;
}

}  // namespace mg
