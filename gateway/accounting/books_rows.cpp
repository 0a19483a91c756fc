#include "gateway/accounting/books_rows.h"

#include "gateway/accounting/books.h"

namespace mg::books {
namespace {

// 4 MiB: a page that many quarter-hours touch is moved into the file once for all of them.
constexpr int kMostLogPages = 1000;

}  // namespace

Result<std::optional<Decimal>> value_in(const sqlite::Statement& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    const auto value = Decimal::parse(row.text(column));
    if (!value) return fail(Failure::corrupt, std::string(kBooksFile) + ": " + value.error().what);
    return *value;
}

Result<std::int64_t> returned(sqlite::Statement& statement) {
    const auto row = statement.step();
    if (!row) return pass_on(row.error());
    const std::int64_t number = *row ? statement.integer(0) : 0;
    statement.reset();
    if (!*row) return fail(Failure::corrupt, "INSERT … RETURNING gave no row");
    return number;
}

void tidy(sqlite::Database& file) {
    if (file.log_pages() > kMostLogPages) static_cast<void>(file.checkpoint(false));
}

Transaction::~Transaction() {
    if (file_.in_transaction()) static_cast<void>(file_.execute("ROLLBACK"));
}
Result<> Transaction::begin() {
    return file_.execute("BEGIN IMMEDIATE");
}
Result<> Transaction::begin_reading() {
    return file_.execute("BEGIN");
}
Result<> Transaction::commit() {
    return file_.execute("COMMIT");
}

}  // namespace mg::books
