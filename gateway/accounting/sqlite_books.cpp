#include "gateway/accounting/sqlite_books.h"

#include <array>
#include <system_error>

#include "gateway/accounting/books_rows.h"
#include "gateway/accounting/strip_writer.h"
#include "gateway/base/language.h"
#include "gateway/base/sync_folder.h"

namespace mg {
namespace {

using namespace books;
namespace fs = std::filesystem;

constexpr const char* kHalfMade = ".new";
constexpr std::int64_t kWholeCheckBytes = std::int64_t{64} << 20U;

constexpr const char* kSettings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -1024; PRAGMA temp_store = "
    "MEMORY;";
// Times are UTC in milliseconds, exact numbers are text.
constexpr const char* kSchema = R"(
    PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL;
    BEGIN IMMEDIATE;
    CREATE TABLE books(key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE items(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE registers(
        number INTEGER PRIMARY KEY, meter TEXT NOT NULL, point TEXT NOT NULL, UNIQUE(meter, point)) STRICT;
    CREATE TABLE dated(
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, subject TEXT NOT NULL,
        begin INTEGER NOT NULL, body TEXT NOT NULL, author TEXT NOT NULL, remark TEXT NOT NULL,
        entered_at INTEGER NOT NULL, needs_confirmation INTEGER NOT NULL,
        confirmed_by TEXT NOT NULL DEFAULT '', confirmed_at INTEGER,
        revoked_by TEXT NOT NULL DEFAULT '', revoked_at INTEGER, revoke_remark TEXT NOT NULL DEFAULT '') STRICT;
    CREATE INDEX dated_by_kind ON dated(kind, subject);
    CREATE INDEX dated_by_subject ON dated(subject);
    CREATE TABLE records(
        type INTEGER NOT NULL, bucket INTEGER NOT NULL, item INTEGER NOT NULL, start INTEGER NOT NULL,
        length INTEGER NOT NULL, revision INTEGER NOT NULL, value TEXT, marks INTEGER NOT NULL,
        input_type INTEGER NOT NULL, exact TEXT NOT NULL, total TEXT NOT NULL, item_version INTEGER NOT NULL,
        cause TEXT NOT NULL, computed_at INTEGER NOT NULL,
        PRIMARY KEY(type, bucket, item, start, length, revision)) STRICT, WITHOUT ROWID;
    CREATE TABLE checkpoints(
        register INTEGER NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY(register, at)) STRICT, WITHOUT ROWID;
    CREATE TABLE breaks(
        id INTEGER PRIMARY KEY, register INTEGER NOT NULL, last_good INTEGER NOT NULL,
        first_after INTEGER NOT NULL, index_before TEXT NOT NULL, index_after TEXT NOT NULL,
        found_at INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE UNIQUE INDEX standing_breaks ON breaks(register, first_after) WHERE ended = 0;
    CREATE TABLE work(
        id INTEGER PRIMARY KEY AUTOINCREMENT, "from" INTEGER NOT NULL, "to" INTEGER, items TEXT NOT NULL,
        cause TEXT NOT NULL) STRICT;
    INSERT INTO books(key, value) VALUES('format', 1);
    COMMIT;
)";
// How a file of format n becomes one of n + 1; a new file takes the same way.
constexpr std::array kUpgrades{
    R"(
    BEGIN IMMEDIATE;
    CREATE TABLE basis(
        subject TEXT NOT NULL, "from" INTEGER NOT NULL, text TEXT NOT NULL,
        PRIMARY KEY(subject, "from", text)) STRICT, WITHOUT ROWID;
    UPDATE books SET value = 2 WHERE key = 'format';
    COMMIT;
)",
    R"(
    BEGIN IMMEDIATE;
    CREATE TABLE requests(
        item INTEGER NOT NULL, type INTEGER NOT NULL, start INTEGER NOT NULL, length INTEGER NOT NULL,
        is_figure INTEGER NOT NULL, value TEXT, marks INTEGER NOT NULL, input_type INTEGER NOT NULL,
        exact TEXT NOT NULL, total TEXT NOT NULL, item_version INTEGER NOT NULL, cause TEXT NOT NULL,
        asked_at INTEGER NOT NULL, PRIMARY KEY(item, type, start, length)) STRICT, WITHOUT ROWID;
    UPDATE books SET value = 3 WHERE key = 'format';
    COMMIT;
)",
    R"(
    BEGIN IMMEDIATE;
    CREATE TABLE destinations(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, start INTEGER) STRICT;
    CREATE TABLE destination_state(
        destination INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY(destination, key)) STRICT, WITHOUT ROWID;
    CREATE TABLE enrolled(
        destination INTEGER NOT NULL, item INTEGER NOT NULL, "from" INTEGER NOT NULL, "to" INTEGER NOT NULL,
        types INTEGER NOT NULL, PRIMARY KEY(destination, item, "from", "to", types)) STRICT, WITHOUT ROWID;
    CREATE TABLE waiting(
        destination INTEGER NOT NULL, type INTEGER NOT NULL, start INTEGER NOT NULL, item INTEGER NOT NULL,
        length INTEGER NOT NULL, revision INTEGER NOT NULL,
        PRIMARY KEY(destination, type, start, item, length)) STRICT, WITHOUT ROWID;
    CREATE TABLE set_aside(
        destination INTEGER NOT NULL, type INTEGER NOT NULL, start INTEGER NOT NULL, item INTEGER NOT NULL,
        length INTEGER NOT NULL, revision INTEGER NOT NULL, answer INTEGER NOT NULL,
        PRIMARY KEY(destination, type, start, item, length)) STRICT, WITHOUT ROWID;
    CREATE TABLE receipts(
        destination INTEGER NOT NULL, type INTEGER NOT NULL, start INTEGER NOT NULL, item INTEGER NOT NULL,
        length INTEGER NOT NULL, revision INTEGER NOT NULL, line INTEGER NOT NULL, answer INTEGER NOT NULL,
        times INTEGER NOT NULL, last_at INTEGER,
        PRIMARY KEY(destination, type, start, item, length, revision, line)) STRICT, WITHOUT ROWID;
    CREATE TABLE answers(
        number INTEGER PRIMARY KEY, outcome INTEGER NOT NULL, words TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
    UPDATE books SET value = 4 WHERE key = 'format';
    COMMIT;
)",
    // What the records are is counted in the same transaction: see upgrade().
    R"(
    BEGIN IMMEDIATE;
    CREATE TABLE strip_subjects(
        number INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL, first INTEGER,
        UNIQUE(kind, name)) STRICT;
    CREATE TABLE strips(
        day INTEGER NOT NULL, subject INTEGER NOT NULL, length INTEGER NOT NULL, slots BLOB NOT NULL,
        PRIMARY KEY(day, subject, length)) STRICT, WITHOUT ROWID;
    UPDATE books SET value = 5 WHERE key = 'format';
)"};
constexpr std::int64_t kFirstWithStrips = 5;
constexpr std::int64_t kFormat = 1 + static_cast<std::int64_t>(kUpgrades.size());

constexpr std::string_view kTables = "SELECT count(*) FROM sqlite_master WHERE name = 'books'";
constexpr std::string_view kReadFormat = "SELECT value FROM books WHERE key = 'format'";
constexpr std::array kSmallTables{"books", "items", "registers", "dated", "breaks", "work"};
constexpr std::array kSmallTablesSince4{"destinations", "destination_state", "enrolled", "set_aside"};

tl::unexpected<Error> not_usable(const fs::path& path, const std::string& why) {
    return fail(Failure::corrupt, trf("{}: not usable ({})", "{}：无法使用（{}）", path.native(), why));
}

void remove_files(const fs::path& path) {
    std::error_code ignored;
    for (const char* part : {"", "-wal", "-shm", "-journal"}) fs::remove(path.native() + part, ignored);
}

/// Keys that platforms gave us lie in the books. Log and index of SQLite take the mode of the file that they
/// belong to. Of a file of somebody else, or a disk without modes, nothing can be done.
void keep_private(const fs::path& path) {
    constexpr auto kOwner = fs::perms::owner_read | fs::perms::owner_write;
    std::error_code ignored;
    for (const char* part : {"", "-wal", "-shm"}) {
        const fs::path file = path.native() + part;
        const fs::perms mode = fs::status(file, ignored).permissions();
        if (mode != fs::perms::unknown &&
            (mode & (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none)
            fs::permissions(file, kOwner, ignored);
    }
}

/// Under another name first: a file with the name of the books is whole, so that an empty one is damage and
/// not a beginning.
Result<> make(const fs::path& path) {
    const fs::path half_made = path.native() + kHalfMade;
    remove_files(half_made);
    Result<> made;
    {
        auto file = sqlite::Database::open(half_made, sqlite::Access::create);
        if (!file) return pass_on(file.error());
        made = file->execute(kSchema);
    }
    keep_private(half_made);
    std::error_code problem;
    if (made) fs::rename(half_made, path, problem);
    if (problem) made = fail(Failure::transient, path.native() + ": " + problem.message());
    if (!made) {
        remove_files(half_made);
        return made;
    }
    return sync_folder(path.parent_path().empty() ? fs::path{"."} : path.parent_path());
}

Result<> make_if_absent(const fs::path& path) {
    std::error_code problem;
    if (fs::exists(path, problem)) {
        if (fs::file_size(path, problem) == 0 && !problem) {
            return not_usable(path, std::string(tr("it is empty", "文件为空")));
        }
        return {};
    }
    if (problem) return fail(Failure::transient, path.native() + ": " + problem.message());
    const fs::path log = path.native() + "-wal";
    if (fs::exists(log, problem) && fs::file_size(log, problem) > 0) {
        return not_usable(path, std::string(tr("it is gone, but its log is there", "文件丢失，但日志仍在")));
    }
    return make(path);
}

Result<std::int64_t> format_of(sqlite::Database& file, const fs::path& path) {
    const auto tables = file.integer(kTables);
    if (!tables) return pass_on(tables.error());
    const auto format = *tables == 0 ? Result<std::int64_t>{0} : file.integer(kReadFormat);
    if (!format) return pass_on(format.error());
    if (*format < 1) return not_usable(path, std::string(tr("these are no books", "不是核算库")));
    if (*format > kFormat) {
        return fail(
            Failure::invalid_config,
            trf("{0}: written by a later version (format {1}; this one knows up to {2})",
                "{0}：由更新的版本写入（格式 {1}，本版本最高支持 {2}）", path.native(), *format, kFormat));
    }
    return format;
}

Result<> check_at_start(sqlite::Database& file, std::int64_t format) {
    const auto bytes = file.integer("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    if (!bytes) return pass_on(bytes.error());
    if (*bytes <= kWholeCheckBytes) return file.check();
    for (const char* table : kSmallTables) {
        if (auto sound = file.check_table(table); !sound) return sound;
    }
    if (format < 4) return {};
    for (const char* table : kSmallTablesSince4) {
        if (auto sound = file.check_table(table); !sound) return sound;
    }
    return format < kFirstWithStrips ? Result<>{} : file.check_table("strip_subjects");
}

Result<> upgrade(sqlite::Database& file, std::int64_t format) {
    for (auto next = static_cast<std::size_t>(format - 1); next < kUpgrades.size(); ++next) {
        auto upgraded = file.execute(kUpgrades.at(next));
        if (upgraded && file.in_transaction()) {  // the script leaves its end to us
            upgraded = make_strips(file);
            if (upgraded) upgraded = file.execute("COMMIT");
        }
        if (!upgraded) {
            if (file.in_transaction()) static_cast<void>(file.execute("ROLLBACK"));
            return upgraded;
        }
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Books>> Books::open(const fs::path& file) {
    return SqliteBooks::open(file);
}

Result<std::unique_ptr<Books>> Books::look_into(const fs::path& file) {
    return SqliteBooks::look_into(file);
}

Result<std::vector<DatedRecord>> Books::dated_in(const fs::path& file) {
    return SqliteBooks::dated_in(file);
}

Result<std::vector<BasisLine>> Books::basis_in(const fs::path& file) {
    return SqliteBooks::basis_in(file);
}

Result<DatedId> Books::put(const DatedRecord& record) {
    const auto ids = put_all({record});
    if (!ids) return pass_on(ids.error());
    return ids->front();
}

Result<std::unique_ptr<Books>> SqliteBooks::open(const fs::path& path) {
    if (auto there = make_if_absent(path); !there) return pass_on(there.error());
    keep_private(path);
    auto file = sqlite::Database::open(path, sqlite::Access::write);
    if (!file) return pass_on(file.error());
    const auto format = format_of(*file, path);
    if (!format) return pass_on(format.error());
    if (auto sound = check_at_start(*file, *format); !sound) return pass_on(sound.error());
    if (auto set = file->execute(kSettings); !set) return pass_on(set.error());
    if (auto upgraded = upgrade(*file, *format); !upgraded) return pass_on(upgraded.error());
    file->keep_statements();
    return std::unique_ptr<Books>(new SqliteBooks(path, std::move(*file)));
}

Result<std::unique_ptr<Books>> SqliteBooks::look_into(const fs::path& path) {
    std::error_code problem;
    if (!fs::exists(path, problem) && !problem) return std::unique_ptr<Books>{};
    auto file = sqlite::Database::open(path, sqlite::Access::query);
    if (!file) return pass_on(file.error());
    const auto format = format_of(*file, path);
    if (!format) return pass_on(format.error());
    if (*format < kFormat) {
        return fail(Failure::invalid_config,
                    trf("{}: written by an earlier version; the gateway upgrades it when it starts",
                        "{}：由较早的版本写入，网关启动时会升级", path.native()));
    }
    return std::unique_ptr<Books>(new SqliteBooks(path, std::move(*file)));
}

Result<std::vector<DatedRecord>> SqliteBooks::dated_in(const fs::path& path) {
    std::error_code problem;
    if (!fs::exists(path, problem) && !problem) return std::vector<DatedRecord>{};
    auto file = sqlite::Database::open(path, sqlite::Access::query);
    if (!file) return pass_on(file.error());
    if (const auto format = format_of(*file, path); !format) return pass_on(format.error());
    return SqliteBooks{path, std::move(*file)}.dated(DatedQuery{});
}

Result<std::vector<BasisLine>> SqliteBooks::basis_in(const fs::path& path) {
    constexpr std::int64_t kFirstWithBasis = 2;
    std::error_code problem;
    if (!fs::exists(path, problem) && !problem) return std::vector<BasisLine>{};
    auto file = sqlite::Database::open(path, sqlite::Access::query);
    if (!file) return pass_on(file.error());
    const auto format = format_of(*file, path);
    if (!format) return pass_on(format.error());
    if (*format < kFirstWithBasis) return std::vector<BasisLine>{};
    const auto figures = file->integer("SELECT EXISTS(SELECT 1 FROM records)");
    if (!figures) return pass_on(figures.error());
    if (*figures == 0) return std::vector<BasisLine>{};
    return SqliteBooks{path, std::move(*file)}.basis();
}

Error SqliteBooks::damaged(const std::string& what) const {
    return {Failure::corrupt, path_.native() + ": " + what};
}

Result<> SqliteBooks::copy_to(const fs::path& to) {
    auto reader = sqlite::Database::open(path_, sqlite::Access::query);
    if (!reader) return pass_on(reader.error());
    return reader->copy_to(to);
}

Result<> SqliteBooks::check() {
    auto reader = sqlite::Database::open(path_, sqlite::Access::query);
    if (!reader) return pass_on(reader.error());
    return reader->check();
}

}  // namespace mg
