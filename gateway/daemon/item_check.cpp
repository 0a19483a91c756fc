#include "gateway/daemon/item_check.h"

namespace mg {
namespace {

const TableRow& row_of(const ItemProblem& problem, const Options& options) {
    switch (problem.table) {
        case ItemProblem::Table::items:
            break;
        case ItemProblem::Table::coefficients:
            return options.coefficients[problem.row].row;
    }
    return options.items[problem.row].row;
}

}  // namespace

std::vector<Problem> problems_of(const CheckedItems& checked, const Options& options) {
    std::vector<Problem> problems;
    for (const ItemProblem& problem : checked.problems) {
        const TableRow& row = row_of(problem, options);
        problems.push_back({.file = row.file(),
                            .line = row.line(),
                            .column = row.column_of(problem.field),
                            .field = problem.field,
                            .what = problem.what,
                            .found = std::string(row.text(problem.field)),
                            .severity = problem.is_warning ? Severity::warning : Severity::error});
    }
    sort_by_position(problems);
    return problems;
}

}  // namespace mg
