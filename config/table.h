#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "config/csv.h"
#include "config/fields.h"
#include "config/item_options.h"
#include "config/problem.h"
#include "config/record.h"

namespace mg {

/// Reads a CSV table by the fields of its section: the first line holds the headings, in Chinese or by key,
/// and each line below is a record. Blank lines are passed over. Unknown headings, columns that are there
/// twice, damage done by spreadsheets, cells of the wrong type and required ones that are missing are
/// reported; so is a table without headings or with more than `most` rows. Keeps a view of the text and the
/// reporter, which must outlive it. Never throws.
class TableReader {
public:
    TableReader(FieldSection section, std::string_view text, std::size_t most, Reporter& report);

    /// The next row, with those of its cells that are not empty; nothing at the end, or when the headings
    /// make no sense. Rows whose quotes are broken are reported and left out: what their cells are is
    /// guesswork.
    std::optional<Record> next();

    /// Where the cell of this column is in this row, be it empty; the row itself when there is no such
    /// column.
    [[nodiscard]] Place place_of(const Record& record, std::string_view key) const;
    [[nodiscard]] bool has_column(std::string_view key) const;
    /// The fields that have a column, by the order of the columns; nullptr where a heading is unknown.
    [[nodiscard]] const std::vector<const Field*>& columns() const { return columns_; }

    /// The row for those who look at it later.
    [[nodiscard]] TableRow row_of(const Record& record) const;

    /// `cell` at the empty cell; a column that is not there at all is named once, by `column`, and not in
    /// each row.
    void report_missing(const Record& record, std::string_view key, Complaint column, Complaint cell);

private:
    bool read_headings();
    Record read_row(const CsvRow& row);
    [[nodiscard]] std::optional<int> column_of(std::string_view key) const;

    FieldSection section_;
    CsvReader rows_;
    std::size_t most_;
    Reporter& report_;
    std::vector<const Field*> columns_;
    int heading_line_{0};
    bool usable_{false};
    std::size_t count_{0};
    std::set<std::string_view> absent_columns_;
};

}  // namespace mg
