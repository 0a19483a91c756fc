#include "gateway/base/sqlite.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <functional>
#include <map>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "gateway/base/unique_fd.h"

namespace mg::sqlite {
namespace {

constexpr int kBusyMilliseconds = 2000;

Failure failure_of(sqlite3* connection, int code) {
    switch (code & 0xFF) {
        case SQLITE_FULL:
            return Failure::storage_full;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Failure::corrupt;
        case SQLITE_CONSTRAINT:
            return Failure::rejected;
        default:
            break;
    }
    // A quota and a full shared-memory file come as an I/O error.
    const int system = connection != nullptr ? sqlite3_system_errno(connection) : 0;
    const bool full =
        (code & 0xFF) == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT || system == EFBIG);
    return full ? Failure::storage_full : Failure::transient;
}

tl::unexpected<Error> failed(sqlite3* connection, int code) {
    const char* file = connection != nullptr ? sqlite3_db_filename(connection, nullptr) : nullptr;
    std::string what = file != nullptr ? std::string(file) + ": " : std::string{};
    what += connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
    what += " (SQLite " + std::to_string(code) + ")";
    return fail(failure_of(connection, code), std::move(what));
}

int remember_log_pages(void* pages, sqlite3* /*connection*/, const char* /*name*/, int count) {
    *static_cast<int*>(pages) = count;
    return SQLITE_OK;
}

/// file: URI, so that ?immutable can be said; the three characters with a meaning in it are escaped.
std::string uri_of(const std::filesystem::path& path) {
    std::string uri = "file:";
    for (const char c : path.native()) {
        switch (c) {
            case '%':
                uri += "%25";
                break;
            case '?':
                uri += "%3f";
                break;
            case '#':
                uri += "%23";
                break;
            default:
                uri += c;
        }
    }
    return uri;
}

/// Debian's SQLite has no lookaside memory: each row costs it several malloc(), and counting them under a
/// lock of the whole process is a tenth of storing a sample. Nobody here asks SQLite for its memory.
void count_no_memory() {
    // Too late if somebody else has used SQLite in this process: then it goes on counting.
    static const int answer = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(answer);
}

/// Empty and as private as the original before anything is in it.
void begin_copy(const std::filesystem::path& to, sqlite3* original) {
    struct stat status{};
    if (::stat(sqlite3_db_filename(original, "main"), &status) != 0) return;
    const UniqueFd empty{::open(to.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, status.st_mode & 0777U)};
}

}  // namespace

/// Statements that nobody uses at the moment, by their text.
class Statement::Shelf {
public:
    Shelf() = default;
    Shelf(const Shelf&) = delete;
    Shelf& operator=(const Shelf&) = delete;
    ~Shelf() {
        for (const auto& [text, statement] : kept_) sqlite3_finalize(statement);
    }

    void put(sqlite3_stmt* statement) {
        if (kept_.size() >= kMost) {
            sqlite3_finalize(statement);
            return;
        }
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
        kept_.emplace(sqlite3_sql(statement), statement);
    }
    sqlite3_stmt* take(std::string_view text) {
        const auto found = kept_.find(text);
        if (found == kept_.end()) return nullptr;
        sqlite3_stmt* statement = found->second;
        kept_.erase(found);
        return statement;
    }

private:
    static constexpr std::size_t kMost = 64;  // texts that are made up as they are needed must not fill it
    std::multimap<std::string, sqlite3_stmt*, std::less<>> kept_;
};

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    if (const auto at = shelf.lock())
        at->put(statement);
    else
        sqlite3_finalize(statement);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), parameter, value);
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
    sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind(int parameter, std::span<const std::uint8_t> bytes) {
    sqlite3_bind_blob64(statement_.get(), parameter, bytes.data(), bytes.size(), SQLITE_STATIC);
    return *this;
}

Statement& Statement::bind_null(int parameter) {
    sqlite3_bind_null(statement_.get(), parameter);
    return *this;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    auto error = failed(sqlite3_db_handle(statement_.get()),
                        sqlite3_extended_errcode(sqlite3_db_handle(statement_.get())));
    reset();
    return error;
}

Result<> Statement::run() {
    while (true) {
        const auto row = step();
        if (!row) return tl::unexpected<Error>(row.error());
        if (!*row) return {};
    }
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::span<const std::uint8_t> Statement::bytes(int column) const {
    const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* connection) const {
    sqlite3_close_v2(connection);
}

Result<Database> Database::open(const std::filesystem::path& path, Access access) {
    int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    std::string uri = uri_of(path);
    switch (access) {
        case Access::create:
            flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
            break;
        // A reader of a live file opens it for writing too: as the last one to close, it must be able to tidy
        // the log.
        case Access::write:
        case Access::query:
            flags |= SQLITE_OPEN_READWRITE;
            break;
        case Access::immutable:
            flags |= SQLITE_OPEN_READONLY;
            uri += "?immutable=1";
            break;
    }
    count_no_memory();
    sqlite3* connection = nullptr;
    const int code = sqlite3_open_v2(uri.c_str(), &connection, flags, nullptr);
    Database database;
    database.connection_.reset(connection);
    if (code != SQLITE_OK) {
        auto error = failed(connection, code);
        error.value().what = path.native() + ": " + error.value().what;
        return error;
    }
    sqlite3_busy_timeout(connection, kBusyMilliseconds);
    // When to checkpoint is decided by the one who writes (buffer/file_writer.h), not by the commit that
    // crosses a line.
    sqlite3_wal_autocheckpoint(connection, 0);
    sqlite3_wal_hook(connection, remember_log_pages, database.log_pages_.get());
    if (access == Access::query) {
        if (auto set = database.execute("PRAGMA query_only = ON"); !set)
            return tl::unexpected<Error>(set.error());
    }
    return database;
}

Result<> Database::execute(const char* sql) {
    const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failed(connection_.get(), code);
    return {};
}

void Database::keep_statements() {
    shelf_ = std::make_shared<Statement::Shelf>();
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = shelf_ ? shelf_->take(sql) : nullptr;
    if (statement != nullptr) return Statement{statement, shelf_};
    const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return failed(connection_.get(), code);
    return Statement{statement, shelf_};
}

Result<std::int64_t> Database::integer(std::string_view sql) {
    auto statement = prepare(sql);
    if (!statement) return tl::unexpected<Error>(statement.error());
    const auto row = statement->step();
    if (!row) return tl::unexpected<Error>(row.error());
    return *row ? statement->integer(0) : 0;
}

Result<std::string> Database::text(std::string_view sql) {
    auto statement = prepare(sql);
    if (!statement) return tl::unexpected<Error>(statement.error());
    const auto row = statement->step();
    if (!row) return tl::unexpected<Error>(row.error());
    return *row ? std::string(statement->text(0)) : std::string{};
}

Result<> Database::check() {
    return verdict_of("PRAGMA quick_check(1)");
}

Result<> Database::check_table(const std::string& name) {
    return verdict_of("PRAGMA quick_check(" + name + ")");
}

Result<> Database::verdict_of(const std::string& check) {
    auto verdict = text(check);
    if (!verdict) return tl::unexpected<Error>(verdict.error());
    if (*verdict == "ok") return {};
    // The check reports a page that the disk would not give as a finding like any other.
    constexpr std::string_view kUnread = "unable to get the page. error code=";
    const auto at = verdict->find(kUnread);
    int code = SQLITE_CORRUPT;
    if (at != std::string::npos) {
        const char* digits = verdict->data() + at + kUnread.size();
        std::from_chars(digits, verdict->data() + verdict->size(), code);
    }
    std::ranges::replace(*verdict, '\n', ' ');
    const char* file = sqlite3_db_filename(connection_.get(), nullptr);
    return fail(failure_of(connection_.get(), code),
                (file != nullptr ? std::string(file) + ": " : std::string{}) + *verdict);
}

int Database::changes() const {
    return sqlite3_changes(connection_.get());
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(connection_.get()) == 0;
}

Result<> Database::copy_to(const std::filesystem::path& to) {
    begin_copy(to, connection_.get());
    auto copy = open(to, Access::create);
    if (!copy) return tl::unexpected<Error>(copy.error());
    sqlite3* target = copy->connection_.get();
    sqlite3_backup* backup = sqlite3_backup_init(target, "main", connection_.get(), "main");
    if (backup == nullptr) return failed(target, sqlite3_extended_errcode(target));
    // In one step: between steps a writer would make it begin anew, every second.
    const int code = sqlite3_backup_step(backup, -1);
    const int end = sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE) return failed(target, end != SQLITE_OK ? end : code);
    return {};
}

Result<> Database::checkpoint(bool truncate) {
    const int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    const int code = sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, mode, nullptr, nullptr);
    // Busy means that a reader still needs a part of the log: the rest was moved, the next time brings the
    // remainder.
    if (code != SQLITE_OK && (code & 0xFF) != SQLITE_BUSY) return failed(connection_.get(), code);
    if (code == SQLITE_OK) *log_pages_ = 0;
    return {};
}

}  // namespace mg::sqlite
