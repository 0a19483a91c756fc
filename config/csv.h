#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.h"

namespace mg {

struct CsvRow {
    int line{0};  ///< where the row starts
    std::vector<std::string> cells;
    /// Set when the row is broken (a quote never closed, text after a closing quote); column is the cell.
    std::optional<Complaint> trouble;
    Place trouble_at;
};

/// Rows of a table as RFC 4180 has them: cells may be quoted, then they may hold separators, line breaks and
/// doubled quotes. Lines end with LF, CRLF or CR. Keeps a view of the text, which must outlive it. Never
/// throws.
class CsvReader {
public:
    CsvReader(std::string_view text, char separator) : rest_{text}, separator_{separator} {}

    /// The next row, blank lines included (one empty cell); nothing at the end.
    std::optional<CsvRow> next();

private:
    std::string cell(CsvRow& row);
    std::string quoted_cell(CsvRow& row);
    bool take_line_end();

    std::string_view rest_;
    char separator_;
    int line_{1};
};

/// Which of comma, semicolon and tab separates the cells of the first line; comma when none is there.
char separator_of(std::string_view text);

}  // namespace mg
