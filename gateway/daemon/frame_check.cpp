#include "gateway/daemon/frame_check.h"

#include "gateway/accounting/books.h"
#include "gateway/accounting/site_basis.h"

namespace mg {

std::vector<Problem> frame_problems_of(const Options& options) {
    if (options.items.empty()) return {};
    const auto before = Books::basis_in(options.storage.path / kBooksFile);
    if (!before) return {};
    std::vector<Problem> problems;
    for (const auto& found : frame_problems(*before, options)) {
        if (!found.row) {
            problems.push_back({.file = "gateway.toml", .field = "site.utc_offset", .what = found.what});
            continue;
        }
        const TableRow& row = options.items[*found.row].row;
        problems.push_back({.file = row.file(),
                            .line = row.line(),
                            .column = row.column_of("interval_min"),
                            .field = "interval_min",
                            .what = found.what,
                            .found = std::string(row.text("interval_min"))});
    }
    sort_by_position(problems);
    return problems;
}

}  // namespace mg
