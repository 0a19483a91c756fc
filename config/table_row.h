#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mg {

/// A row of a table as it was written, for those who find out later that a cell is wrong: a problem is
/// printed as `file:line:column: key: …` with column_of(key).
class TableRow {
public:
    struct Cell {
        std::string key;
        int column{0};  ///< from 1
        std::string text;
        bool operator==(const Cell&) const = default;
    };

    TableRow() = default;
    TableRow(std::string file, int line, std::vector<Cell> cells)
        : file_{std::move(file)}, line_{line}, cells_{std::move(cells)} {}

    [[nodiscard]] const std::string& file() const { return file_; }  ///< "items.csv"
    [[nodiscard]] int line() const { return line_; }                 ///< from 1; 0: made by no file
    /// Where the cell is, be it empty; 0 (the row as a whole) when the table has no such column.
    [[nodiscard]] int column_of(std::string_view key) const;
    /// As written, without spaces around it; empty when nothing is.
    [[nodiscard]] std::string_view text(std::string_view key) const;
    /// One for each column of the table, in its order.
    [[nodiscard]] const std::vector<Cell>& cells() const { return cells_; }

private:
    std::string file_;
    int line_{0};
    std::vector<Cell> cells_;
};

}  // namespace mg
