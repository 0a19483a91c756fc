#include "gateway/accounting/books_rows.h"
#include "gateway/accounting/sqlite_books.h"
#include "gateway/accounting/strip_writer.h"

// One step of the accounting, and the state from which the next one goes on.
namespace mg {
namespace {

using namespace books;

constexpr std::string_view kReadCursor = "SELECT key, value FROM books WHERE key IN ('store', 'through')";
constexpr std::string_view kWriteCursor =
    "INSERT OR REPLACE INTO books(key, value) VALUES('store', ?), ('through', ?)";
constexpr std::string_view kReadBasis = "SELECT subject, \"from\", text FROM basis ORDER BY 1, 2, 3";
constexpr const char* kClearBasis = "DELETE FROM basis";
constexpr std::string_view kAddBasis = "INSERT INTO basis(subject, \"from\", text) VALUES(?, ?, ?)";
constexpr std::string_view kFindRegister = "SELECT number FROM registers WHERE meter = ? AND point = ?";
constexpr std::string_view kAddRegister = "INSERT INTO registers(meter, point) VALUES(?, ?) RETURNING number";

constexpr std::string_view kAddCheckpoint =
    "INSERT OR REPLACE INTO checkpoints(register, at, state) VALUES(?, ?, ?)";
constexpr std::string_view kForgetCheckpoints =
    "DELETE FROM checkpoints WHERE at < (SELECT max(newest.at) FROM checkpoints AS newest "
    "WHERE newest.register = checkpoints.register AND newest.at < ?)";
constexpr std::string_view kReadCheckpoints =
    "SELECT meter, point, at, state FROM registers JOIN checkpoints ON register = number "
    "WHERE at = (SELECT max(newest.at) FROM checkpoints AS newest "
    "WHERE newest.register = number AND newest.at <= ?) ORDER BY meter, point";
constexpr std::string_view kAddBreak =
    "INSERT INTO breaks(register, last_good, first_after, index_before, index_after, found_at) "
    "VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(register, first_after) WHERE ended = 0 "
    "DO UPDATE SET last_good = excluded.last_good, index_before = excluded.index_before, "
    "index_after = excluded.index_after";
constexpr std::string_view kEndBreak =
    "UPDATE breaks SET ended = 1 WHERE register = ? AND first_after = ? AND ended = 0";
constexpr std::string_view kReadBreaks =
    "SELECT meter, point, last_good, first_after, index_before, index_after, found_at "
    "FROM breaks JOIN registers ON register = number WHERE ended = 0 ORDER BY meter, point, first_after";

}  // namespace

Result<std::int64_t> SqliteBooks::register_number(const MeterId& meter, const PointId& point) {
    return find_or_add(file_, kFindRegister, kAddRegister, [&](sqlite::Statement& statement) {
        statement.bind(1, std::string_view{meter.text}).bind(2, std::string_view{point.text});
    });
}

Result<std::vector<ItemRecord>> SqliteBooks::commit(const BooksChange& change) {
    const std::scoped_lock lock{mutex_};
    any_request_.reset();
    outbox_.begin();
    Transaction transaction{file_};
    if (auto begun = transaction.begin(); !begun) return pass_on(begun.error());
    StripWriter strips{file_, change.utc_offset};
    auto revisions = write_records(change.records, strips);
    if (!revisions) return revisions;
    if (auto written = write_boundaries(change, strips); !written) return pass_on(written.error());
    if (auto written = strips.flush(); !written) return pass_on(written.error());
    for (const auto write : {&SqliteBooks::write_checkpoints, &SqliteBooks::write_breaks,
                             &SqliteBooks::write_work, &SqliteBooks::write_basis}) {
        if (auto written = (this->*write)(change); !written) return pass_on(written.error());
    }
    if (change.cursor) {
        if (auto written = write_cursor(*change.cursor); !written) return pass_on(written.error());
    }
    any_request_.reset();
    if (auto committed = transaction.commit(); !committed) return pass_on(committed.error());
    outbox_.committed();
    tidy(file_);
    return revisions;
}

Result<> SqliteBooks::write_cursor(const BooksCursor& cursor) {
    auto write = file_.prepare(kWriteCursor);
    if (!write) return pass_on(write.error());
    return write->bind(1, std::string_view{cursor.store}).bind(2, cursor.through).run();
}

Result<std::optional<BooksCursor>> SqliteBooks::cursor() {
    const std::scoped_lock lock{mutex_};
    auto rows = file_.prepare(kReadCursor);
    if (!rows) return pass_on(rows.error());
    std::optional<BooksCursor> cursor;
    const auto read = each_row(*rows, [&]() -> Result<> {
        if (!cursor) cursor.emplace();
        if (rows->text(0) == "store") {
            cursor->store = rows->text(1);
        } else {
            cursor->through = rows->integer(1);
        }
        return {};
    });
    if (!read) return pass_on(read.error());
    return cursor;
}

Result<> SqliteBooks::write_basis(const BooksChange& change) {
    if (!change.basis) return {};
    if (auto cleared = file_.execute(kClearBasis); !cleared) return cleared;
    auto add = file_.prepare(kAddBasis);
    if (!add) return pass_on(add.error());
    for (const BasisLine& line : *change.basis) {
        add->bind(1, std::string_view{line.subject})
            .bind(2, number(line.from))
            .bind(3, std::string_view{line.text});
        if (auto added = add->run(); !added) return added;
    }
    return {};
}

Result<std::vector<BasisLine>> SqliteBooks::basis() {
    const std::scoped_lock lock{mutex_};
    auto rows = file_.prepare(kReadBasis);
    if (!rows) return pass_on(rows.error());
    std::vector<BasisLine> lines;
    const auto read = each_row(*rows, [&]() -> Result<> {
        lines.push_back({std::string(rows->text(0)), time(rows->integer(1)), std::string(rows->text(2))});
        return {};
    });
    if (!read) return pass_on(read.error());
    return lines;
}

Result<> SqliteBooks::write_checkpoints(const BooksChange& change) {
    auto add = file_.prepare(kAddCheckpoint);
    if (!add) return pass_on(add.error());
    for (const LifeCheckpoint& checkpoint : change.checkpoints) {
        const auto its_register = register_number(checkpoint.meter, checkpoint.point);
        if (!its_register) return pass_on(its_register.error());
        add->bind(1, *its_register)
            .bind(2, number(checkpoint.at))
            .bind(3, std::string_view{checkpoint.state});
        if (auto added = add->run(); !added) return added;
    }
    if (!change.forget_checkpoints_before) return {};
    auto forget = file_.prepare(kForgetCheckpoints);
    if (!forget) return pass_on(forget.error());
    return forget->bind(1, number(*change.forget_checkpoints_before)).run();
}

Result<std::vector<LifeCheckpoint>> SqliteBooks::checkpoints(UtcTime at) {
    const std::scoped_lock lock{mutex_};
    auto rows = file_.prepare(kReadCheckpoints);
    if (!rows) return pass_on(rows.error());
    rows->bind(1, number(at));
    std::vector<LifeCheckpoint> checkpoints;
    const auto read = each_row(*rows, [&]() -> Result<> {
        checkpoints.push_back({{std::string(rows->text(0))},
                               {std::string(rows->text(1))},
                               time(rows->integer(2)),
                               std::string(rows->text(3))});
        return {};
    });
    if (!read) return pass_on(read.error());
    return checkpoints;
}

Result<> SqliteBooks::write_breaks(const BooksChange& change) {
    auto end = file_.prepare(kEndBreak);
    if (!end) return pass_on(end.error());
    for (const IndexBreak& ended : change.ended_breaks) {
        const auto its_register = register_number(ended.meter, ended.point);
        if (!its_register) return pass_on(its_register.error());
        if (auto done = end->bind(1, *its_register).bind(2, number(ended.first_after)).run(); !done)
            return done;
    }
    auto add = file_.prepare(kAddBreak);
    if (!add) return pass_on(add.error());
    for (const IndexBreak& found : change.new_breaks) {
        const auto its_register = register_number(found.meter, found.point);
        if (!its_register) return pass_on(its_register.error());
        const std::string before = found.index_before.to_string();
        const std::string after = found.index_after.to_string();
        add->bind(1, *its_register)
            .bind(2, number(found.last_good))
            .bind(3, number(found.first_after))
            .bind(4, std::string_view{before})
            .bind(5, std::string_view{after})
            .bind(6, number(found.found_at));
        if (auto added = add->run(); !added) return added;
    }
    return {};
}

Result<std::vector<IndexBreak>> SqliteBooks::breaks() {
    const std::scoped_lock lock{mutex_};
    auto rows = file_.prepare(kReadBreaks);
    if (!rows) return pass_on(rows.error());
    std::vector<IndexBreak> breaks;
    const auto read = each_row(*rows, [&]() -> Result<> {
        const auto before = Decimal::parse(rows->text(4));
        const auto after = Decimal::parse(rows->text(5));
        if (!before) return pass_on(damaged(before.error().what));
        if (!after) return pass_on(damaged(after.error().what));
        breaks.push_back({{std::string(rows->text(0))},
                          {std::string(rows->text(1))},
                          time(rows->integer(2)),
                          time(rows->integer(3)),
                          *before,
                          *after,
                          time(rows->integer(6))});
        return {};
    });
    if (!read) return pass_on(read.error());
    return breaks;
}

}  // namespace mg
