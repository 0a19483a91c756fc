#include "gateway/accounting/books_rows.h"
#include "gateway/accounting/sqlite_books.h"
#include "gateway/accounting/strip_writer.h"

// A byte for each real-time period of an item and each boundary of a metering point.
namespace mg {
namespace {

using namespace books;

constexpr std::string_view kReadCursor =
    "SELECT key, value FROM books WHERE key IN ('boundary_store', 'boundary_through')";
constexpr std::string_view kWriteCursor =
    "INSERT OR REPLACE INTO books(key, value) VALUES('boundary_store', ?), ('boundary_through', ?)";
constexpr std::string_view kSubjects = "SELECT number, name, first FROM strip_subjects WHERE kind = ?";
constexpr std::string_view kReadDays =
    "SELECT day, subject, length, slots FROM strips WHERE day >= ? AND day < ? ORDER BY day, subject, length";
constexpr std::string_view kReadDay =
    "SELECT day, subject, length, slots FROM strips WHERE day = ? AND subject = ? ORDER BY length";
constexpr std::string_view kNextDay =
    "SELECT day FROM strips WHERE day >= ? AND day < ? ORDER BY day LIMIT 1";

}  // namespace

Result<> SqliteBooks::write_boundaries(const BooksChange& change, StripWriter& strips) {
    if (!change.boundaries) return {};
    for (const BoundaryFound& found : change.boundaries->found) {
        if (auto taken = strips.take(found, change.boundaries->each); !taken) return taken;
    }
    auto write = file_.prepare(kWriteCursor);
    if (!write) return pass_on(write.error());
    const BooksCursor& cursor = change.boundaries->cursor;
    return write->bind(1, std::string_view{cursor.store}).bind(2, cursor.through).run();
}

Result<std::optional<BooksCursor>> SqliteBooks::boundary_cursor() {
    const std::scoped_lock lock{mutex_};
    auto rows = file_.prepare(kReadCursor);
    if (!rows) return pass_on(rows.error());
    std::optional<BooksCursor> cursor;
    const auto read = each_row(*rows, [&]() -> Result<> {
        if (!cursor) cursor.emplace();
        if (rows->text(0) == "boundary_store") {
            cursor->store = rows->text(1);
        } else {
            cursor->through = rows->integer(1);
        }
        return {};
    });
    if (!read) return pass_on(read.error());
    return cursor;
}

Result<std::map<std::int64_t, std::string>> SqliteBooks::strip_subjects(const StripQuery& query) {
    auto rows = file_.prepare(kSubjects);
    if (!rows) return pass_on(rows.error());
    rows->bind(1, static_cast<std::int64_t>(query.kind));
    std::map<std::int64_t, std::string> names;
    const auto read = each_row(*rows, [&]() -> Result<> {
        const auto name = rows->text(1);
        if (query.subjects.empty() || query.subjects.contains(std::string(name)))
            names.emplace(rows->integer(0), name);
        return {};
    });
    if (!read) return pass_on(read.error());
    return names;
}

Result<> SqliteBooks::strips(const StripQuery& query, const std::function<void(const DayStrip&)>& use) {
    const std::scoped_lock lock{mutex_};
    Transaction transaction{file_};
    if (auto begun = transaction.begin_reading(); !begun) return begun;
    const auto names = strip_subjects(query);
    if (!names) return pass_on(names.error());
    DayStrip strip;
    const auto give = [&](const sqlite::Statement& row, const std::string& name) {
        strip.subject = name;
        strip.day = time(row.integer(0));
        strip.each = milliseconds{row.integer(2)};
        const auto bytes = row.bytes(3);
        strip.slots.assign(bytes.begin(), bytes.end());
        use(strip);
    };
    // Of a few, each is looked up; of many, all of a day are read as they lie.
    constexpr std::size_t kFew = 8;
    if (query.subjects.empty() || query.subjects.size() > kFew) {
        auto rows = file_.prepare(kReadDays);
        if (!rows) return pass_on(rows.error());
        rows->bind(1, number(query.from)).bind(2, number(query.to));
        return each_row(*rows, [&]() -> Result<> {
            const auto name = names->find(rows->integer(1));
            if (name != names->end()) give(*rows, name->second);
            return {};
        });
    }
    auto next = file_.prepare(kNextDay);
    auto rows = file_.prepare(kReadDay);
    if (!next) return pass_on(next.error());
    if (!rows) return pass_on(rows.error());
    for (std::int64_t from = number(query.from);;) {
        const auto day = next->bind(1, from).bind(2, number(query.to)).step();
        if (!day) return pass_on(day.error());
        if (!*day) return {};
        from = next->integer(0) + 1;
        next->reset();
        for (const auto& [subject, name] : *names) {
            rows->bind(1, from - 1).bind(2, subject);
            const auto read = each_row(*rows, [&]() -> Result<> {
                give(*rows, name);
                return {};
            });
            if (!read) return read;
        }
    }
}

Result<std::map<std::string, UtcTime>> SqliteBooks::strips_begin(StripKind kind) {
    const std::scoped_lock lock{mutex_};
    auto rows = file_.prepare(kSubjects);
    if (!rows) return pass_on(rows.error());
    rows->bind(1, static_cast<std::int64_t>(kind));
    std::map<std::string, UtcTime> begin;
    const auto read = each_row(*rows, [&]() -> Result<> {
        if (!rows->is_null(2)) begin.emplace(rows->text(1), time(rows->integer(2)));
        return {};
    });
    if (!read) return pass_on(read.error());
    return begin;
}

}  // namespace mg
