#include "gateway/daemon/instrument_check.h"

#include "gateway/accounting/books.h"
#include "gateway/accounting/instruments_on_record.h"
#include "gateway/base/language.h"

namespace mg {

std::vector<Problem> instrument_problems_of(const Options& options, UtcTime now) {
    if (options.items.empty()) return {};
    const auto records = Books::dated_in(options.storage.path / kBooksFile);
    if (!records) {
        return {{.file = "meters.csv",
                 .what = trf("not compared with the instruments on record: {}", "未与已登记的器具核对：{}",
                             records.error().what),
                 .severity = Severity::warning}};
    }
    std::vector<Problem> problems;
    for (const auto& found : instrument_problems(options, *records, now)) {
        const TableRow& row = options.meters[found.meter].row;
        problems.push_back({.file = row.file(),
                            .line = row.line(),
                            .column = row.column_of(found.field),
                            .field = found.field,
                            .what = found.what,
                            .found = std::string(row.text(found.field)),
                            .severity = found.is_warning ? Severity::warning : Severity::error});
    }
    sort_by_position(problems);
    return problems;
}

}  // namespace mg
