#include "gateway/inbound/values_table.h"

#include <algorithm>
#include <string>

#include "config/fields.h"
#include "config/table.h"
#include "gateway/base/check.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

std::set<std::string_view> wrong_fields(const Record& record) {
    std::set<std::string_view> wrong;
    for (const Field& field : fields_of(FieldSection::entry)) {
        const Record::Entry* cell = record.find(field.key);
        if (cell == nullptr ? field.required : !cell->valid) wrong.insert(field.key);
    }
    return wrong;
}

GivenValue given(const Record& record) {
    const auto text = [&](std::string_view key) { return std::string(record.text(key)); };
    return {.item = text("item"),
            .type = text("type"),
            .period = text("period"),
            .value = text("value"),
            .evidence = text("evidence"),
            .input_type = text("input_type")};
}

Place place_of(const TableRow& row, std::string_view key) {
    return {row.line(), key.empty() ? 0 : row.column_of(key)};
}

}  // namespace

std::vector<ValueRow> read_values(std::string_view text, Reporter& report) {
    TableReader table{FieldSection::entry, text, kMostTableValues, report};
    std::vector<ValueRow> rows;
    while (const auto record = table.next()) {
        rows.push_back({given(*record), table.row_of(*record), wrong_fields(*record)});
    }
    if (rows.empty()) {
        report.error({}, {}, {std::string(tr("there are no values in it", "表中没有数值")), {}});
    }
    return rows;
}

std::vector<GivenValue> values_of(std::span<const ValueRow> rows) {
    std::vector<GivenValue> values;
    for (const ValueRow& row : rows) {
        values.push_back(row.given);
    }
    return values;
}

void report_answers(std::span<const ValueRow> rows, std::span<const EntryAnswer> answers, Reporter& report) {
    auto answer = answers.begin();
    for (const ValueRow& row : rows) {
        MG_CHECK(answer != answers.end());
        for (const EntryFault& fault : answer->faults) {
            if (row.wrong.contains(fault.field)) continue;
            report.error(place_of(row.row, fault.field), fault.field, fault.complaint, fault.found);
        }
        if (answer->doubt) {
            report.warning(place_of(row.row, answer->doubt->field), answer->doubt->field,
                           answer->doubt->complaint, answer->doubt->found);
        }
        ++answer;
    }
}

}  // namespace mg
