#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

/// A thin skin over SQLite; the only place that knows its C interface. One thread at a time per Database and
/// its Statements. Everything that touches the disk may block for as long as the disk does. Failures:
/// storage_full (no room), corrupt (the file is damaged or is no database), rejected (a constraint said no),
/// transient (everything else: I/O error, read-only, locked, cannot open).
namespace mg::sqlite {

enum class Access : std::uint8_t {
    create,     ///< read and write; made if absent
    write,      ///< read and write; must exist
    query,      ///< reads a file that somebody writes at this moment (needs its -wal and -shm)
    immutable,  ///< reads a file that nobody will ever change again; takes no locks
};

class Statement {
public:
    Statement() = default;

    /// Parameters count from 1. Text and bytes are not copied: they must live until the next reset().
    Statement& bind(int parameter, std::int64_t value);
    Statement& bind(int parameter, std::string_view text);
    Statement& bind(int parameter, std::span<const std::uint8_t> bytes);
    Statement& bind_null(int parameter);

    /// True: a row can be read. False: done, and reset.
    [[nodiscard]] Result<bool> step();
    /// For statements without rows: steps to the end and resets.
    [[nodiscard]] Result<> run();
    /// Ends the read transaction that a half-read statement holds.
    void reset();

    /// Columns of the current row, from 0; views are good until the next step() or reset().
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::span<const std::uint8_t> bytes(int column) const;
    [[nodiscard]] bool is_null(int column) const;

private:
    friend class Database;
    class Shelf;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
        std::weak_ptr<Shelf> shelf;
    };
    Statement(sqlite3_stmt* statement, std::weak_ptr<Shelf> shelf)
        : statement_{statement, Finalize{std::move(shelf)}} {}
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
public:
    Database() = default;

    [[nodiscard]] static Result<Database> open(const std::filesystem::path& path, Access access);
    [[nodiscard]] bool is_open() const { return connection_ != nullptr; }

    /// From now on a Statement that ends is kept, and taken again by the next prepare() of the same text:
    /// for a connection that says the same few things again and again, where parsing them costs more than
    /// running them.
    void keep_statements();

    /// One or more statements without parameters; rows are thrown away.
    [[nodiscard]] Result<> execute(const char* sql);
    [[nodiscard]] Result<Statement> prepare(std::string_view sql);
    /// The first column of the first row; 0 when it is NULL or there is no row.
    [[nodiscard]] Result<std::int64_t> integer(std::string_view sql);
    [[nodiscard]] Result<std::string> text(std::string_view sql);
    /// Reads every page. corrupt: the file is damaged; says where. transient: it could not be read.
    [[nodiscard]] Result<> check();
    /// The same for one table and its indexes. The name is not quoted: only names of the program.
    [[nodiscard]] Result<> check_table(const std::string& name);
    /// Rows changed by the last INSERT, UPDATE or DELETE.
    [[nodiscard]] int changes() const;
    /// True inside BEGIN … COMMIT.
    [[nodiscard]] bool in_transaction() const;

    /// Pages in the write-ahead log after the last commit, checkpointed ones included.
    [[nodiscard]] int log_pages() const { return *log_pages_; }
    /// Copies all that is committed into a new file at `to`, as of one moment, while others may go on writing
    /// here. Nobody may read the copy who may not read the original. On disk when it returns ok. Blocks for
    /// reading and writing all of it; holds a read transaction so long.
    [[nodiscard]] Result<> copy_to(const std::filesystem::path& to);

    /// Moves committed pages into the file; `truncate` empties the log as well and needs that nobody reads.
    [[nodiscard]] Result<> checkpoint(bool truncate);

private:
    struct Close {
        void operator()(sqlite3* connection) const;
    };
    Result<> verdict_of(const std::string& check);

    std::unique_ptr<int> log_pages_ =
        std::make_unique<int>(0);  ///< SQLite keeps its address: outlives the connection
    std::unique_ptr<sqlite3, Close> connection_;
    std::shared_ptr<Statement::Shelf> shelf_;  // none: nothing is kept
};

}  // namespace mg::sqlite
