#include "config/table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "config/spreadsheet.h"
#include "config/values.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

bool is_blank(const CsvRow& row) {
    return std::ranges::all_of(row.cells, [](const std::string& cell) { return trimmed(cell).empty(); });
}

std::vector<const Field*> fields_by_heading(FieldSection section, const CsvRow& row, Reporter& report) {
    std::vector<const Field*> columns;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const std::string_view heading = trimmed(row.cells[i]);
        const Field* field = field_by_heading(section, heading);
        const Place place{row.line, static_cast<int>(i) + 1};
        if (field == nullptr && !heading.empty()) {
            report.error(place, heading,
                         {trf("unknown heading, nearest is '{}'", "没有这个表头，最接近的是“{}”",
                              nearest_key(section, heading)),
                          {}});
        }
        if (field != nullptr && std::ranges::find(columns, field) != columns.end()) {
            report.error(place, field->key,
                         {std::string(tr("the column is there twice", "这一列出现了两次")), {}}, heading);
            field = nullptr;
        }
        columns.push_back(field);
    }
    return columns;
}

Record::Entry read_cell(const Field& field, Place place, std::string_view text, Reporter& report) {
    Record::Entry entry{&field, place, std::string(text), false, {}};
    const auto damage = spreadsheet_damage(field, text);
    if (damage && damage->severity == Severity::error) {
        report.error(place, field.key, damage->complaint, text);
        return entry;
    }
    if (damage) report.warning(place, field.key, damage->complaint, text);
    if (text.size() > kLongestText) {
        report.error(place, field.key,
                     {std::string(tr("the text is too long", "文字过长")),
                      trf("at most {} bytes", "不超过 {} 字节", kLongestText)},
                     text);
        return entry;
    }
    auto value = parse_value(field, text);
    if (value) {
        entry.value = std::move(*value);
        entry.valid = true;
    } else {
        report.error(place, field.key, value.error(), text);
    }
    return entry;
}

}  // namespace

TableReader::TableReader(FieldSection section, std::string_view text, std::size_t most, Reporter& report)
    : section_{section}, rows_{text, separator_of(text)}, most_{most}, report_{report} {
    usable_ = read_headings();
}

bool TableReader::read_headings() {
    auto row = rows_.next();
    while (row && is_blank(*row)) row = rows_.next();
    if (!row) {
        report_.error({}, {},
                      {std::string(tr("the table is empty", "表是空的")),
                       trf("a line of headings, then a row for each {}", "首行表头，其后每个{}一行",
                           tr(mg::text_of(section_).en, mg::text_of(section_).zh))});
        return false;
    }
    if (row->trouble) report_.error(row->trouble_at, {}, *row->trouble);
    columns_ = fields_by_heading(section_, *row, report_);
    heading_line_ = row->line;
    bool complete = true;
    for (const Field& field : fields_of(section_)) {
        if (!field.required || has_column(field.key)) continue;
        complete = false;
        report_.error({heading_line_, 0}, field.key,
                      {std::string(tr("the column is missing; the first line holds the headings",
                                      "缺少这一列；首行应为表头")),
                       trf("{} or {}", "{} 或 {}", field.zh, field.key)});
    }
    return complete;
}

std::optional<int> TableReader::column_of(std::string_view key) const {
    const auto column = std::ranges::find(columns_, field_by_key(section_, key));
    if (column == columns_.end()) return std::nullopt;
    return static_cast<int>(column - columns_.begin()) + 1;
}

bool TableReader::has_column(std::string_view key) const {
    return column_of(key).has_value();
}

Place TableReader::place_of(const Record& record, std::string_view key) const {
    return {record.place().line, column_of(key).value_or(0)};
}

TableRow TableReader::row_of(const Record& record) const {
    std::vector<TableRow::Cell> cells;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i] == nullptr) continue;
        cells.push_back({std::string(columns_[i]->key), static_cast<int>(i) + 1,
                         std::string(record.text(columns_[i]->key))});
    }
    return {report_.file(), record.place().line, std::move(cells)};
}

void TableReader::report_missing(const Record& record, std::string_view key, Complaint column,
                                 Complaint cell) {
    if (has_column(key)) {
        report_.error(place_of(record, key), key, std::move(cell));
    } else if (absent_columns_.insert(field_by_key(section_, key)->key).second) {
        report_.error({heading_line_, 0}, key, std::move(column));
    }
}

Record TableReader::read_row(const CsvRow& row) {
    Record record{section_, {row.line, 0}};
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const std::string_view text = trimmed(row.cells[i]);
        if (text.empty()) continue;
        const Place place{row.line, static_cast<int>(i) + 1};
        if (i >= columns_.size()) {
            report_.error(
                place, {},
                {trf("a cell beyond the last of {} columns", "超出表头的 {} 列", columns_.size()),
                 std::string(tr("text with a separator in it is quoted", "含分隔符的文字要加引号"))},
                text);
            break;
        }
        if (columns_[i] != nullptr) record.add(read_cell(*columns_[i], place, text, report_));
    }
    for (const Field& field : fields_of(section_)) {
        if (!field.required || record.has(field.key)) continue;
        report_.error(place_of(record, field.key), field.key,
                      {std::string(tr("is missing", "缺少此项")), allowed_values(field)});
    }
    return record;
}

std::optional<Record> TableReader::next() {
    while (usable_) {
        const auto row = rows_.next();
        if (!row) break;
        if (row->trouble) report_.error(row->trouble_at, {}, *row->trouble);
        if (is_blank(*row) || row->trouble) continue;
        if (count_ == most_) {
            report_.error(
                {row->line, 0}, {},
                {std::string(tr("too many rows", "行数过多")), trf("at most {}", "不超过 {} 行", most_)});
            break;
        }
        ++count_;
        return read_row(*row);
    }
    usable_ = false;
    return std::nullopt;
}

}  // namespace mg
