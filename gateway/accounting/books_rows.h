#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/base/sqlite.h"
#include "gateway/reading/decimal.h"

/// How the files of books.db are read and written: small things that all its tables share.
namespace mg::books {

/// In the file a time is its milliseconds since 1970, UTC.
inline std::int64_t number(UtcTime time) {
    return time.time_since_epoch().count();
}
inline UtcTime time(std::int64_t number) {
    return UtcTime{milliseconds{number}};
}

/// Calls `use` for each row until it gives an error.
template <class Use>
Result<> each_row(sqlite::Statement& rows, const Use& use) {
    while (true) {
        const auto row = rows.step();
        if (!row) return pass_on(row.error());
        if (!*row) return {};
        if (Result<> used = use(); !used) {
            rows.reset();
            return used;
        }
    }
}

/// A figure as it was written, digit for digit; null is none.
Result<std::optional<Decimal>> value_in(const sqlite::Statement& row, int column);

/// The first column of the only row that an INSERT … RETURNING gives.
Result<std::int64_t> returned(sqlite::Statement& statement);

/// The number that `find` knows, or the one that `add` gives; both have the same parameters.
template <class Bind>
Result<std::int64_t> find_or_add(sqlite::Database& file, std::string_view find, std::string_view add,
                                 const Bind& bind) {
    auto known = file.prepare(find);
    if (!known) return pass_on(known.error());
    bind(*known);
    const auto row = known->step();
    if (!row) return pass_on(row.error());
    if (*row) return known->integer(0);
    auto added = file.prepare(add);
    if (!added) return pass_on(added.error());
    bind(*added);
    return returned(*added);
}

/// After a commit: moves a long log into the file. Here, where we write anyway. That it could not be done is
/// no harm to what was written.
void tidy(sqlite::Database& file);

/// Undone unless committed.
class Transaction {
public:
    explicit Transaction(sqlite::Database& file) : file_{file} {}
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    Result<> begin();
    /// One look at the file for many statements: taking and leaving its locks costs more than reading rows.
    Result<> begin_reading();
    Result<> commit();

private:
    sqlite::Database& file_;
};

}  // namespace mg::books
