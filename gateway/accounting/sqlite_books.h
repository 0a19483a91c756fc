#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/accounting/books.h"
#include "gateway/accounting/period_locks.h"
#include "gateway/accounting/sqlite_outbox.h"
#include "gateway/base/sqlite.h"

namespace mg {

namespace books {
class StripWriter;
}

/// The Books in one file of SQLite, in WAL mode.
///
/// Records are kept by (type, bucket, item, begin), where a bucket is four hours of real-time records: so one
/// quarter-hour of a hundred items touches some tens of pages instead of a hundred, and a month of one item
/// is still some two hundred places to read.
class SqliteBooks final : public Books {
public:
    static Result<std::unique_ptr<Books>> open(const std::filesystem::path& path);
    static Result<std::unique_ptr<Books>> look_into(const std::filesystem::path& path);
    static Result<std::vector<DatedRecord>> dated_in(const std::filesystem::path& path);
    static Result<std::vector<BasisLine>> basis_in(const std::filesystem::path& path);

    Result<std::vector<DatedId>> put_all(const std::vector<DatedRecord>& records) override;
    Result<> revoke(DatedId id, const std::string& person, const std::string& remark, UtcTime at) override;
    Result<> confirm(DatedId id, const std::string& person, UtcTime at) override;
    Result<std::optional<DatedRecord>> dated(DatedId id) override;
    Result<std::vector<DatedRecord>> dated(const DatedQuery& query) override;

    Result<std::vector<ItemRecord>> commit(const BooksChange& change) override;
    Result<std::optional<BooksCursor>> cursor() override;
    Result<std::vector<ItemRecord>> records(const RecordQuery& query) override;
    Result<std::vector<StatPeriod>> periods(StatType type, UtcTime from, UtcTime to) override;
    Result<std::optional<ItemRecord>> newest(const std::string& item, StatType type, UtcTime until) override;
    Result<std::vector<LifeCheckpoint>> checkpoints(UtcTime at) override;
    Result<std::vector<IndexBreak>> breaks() override;
    Result<std::vector<Recomputation>> to_do() override;
    Result<std::vector<BasisLine>> basis() override;
    Result<bool> is_closed(const StatPeriod& period) override;
    Result<std::vector<ChangeRequest>> requests(const RecordQuery& query) override;
    Result<std::optional<ItemRecord>> wanted(const std::string& item, const StatPeriod& period) override;

    Result<> strips(const StripQuery& query, const std::function<void(const DayStrip&)>& use) override;
    Result<std::map<std::string, UtcTime>> strips_begin(StripKind kind) override;
    Result<std::optional<BooksCursor>> boundary_cursor() override;

    Outbox& outbox() override { return outbox_; }

    Result<> copy_to(const std::filesystem::path& to) override;
    Result<> check() override;

private:
    using ItemNumbers = std::map<std::string, std::int64_t, std::less<>>;

    SqliteBooks(std::filesystem::path path, sqlite::Database file)
        : path_{std::move(path)}, file_{std::move(file)} {}

    // The caller holds the lock; writes are inside of a transaction.
    Result<std::optional<DatedRecord>> find(DatedId id);
    Result<DatedRecord> dated_row(const sqlite::Statement& row) const;
    Result<> note(const Recomputation& work);
    Result<> note_effect(const DatedRecord& record, bool revoked);
    Result<std::int64_t> register_number(const MeterId& meter, const PointId& point);
    Result<> write_cursor(const BooksCursor& cursor);
    Result<std::vector<ItemRecord>> write_records(const std::vector<ItemRecord>& records,
                                                  books::StripWriter& strips);
    Result<> write_boundaries(const BooksChange& change, books::StripWriter& strips);
    Result<std::map<std::int64_t, std::string>> strip_subjects(const StripQuery& query);
    Result<> write_checkpoints(const BooksChange& change);
    Result<> write_breaks(const BooksChange& change);
    Result<> write_work(const BooksChange& change);
    Result<> write_basis(const BooksChange& change);
    Result<ItemNumbers> numbers_of(const std::vector<std::string>& items);
    Result<const PeriodLocks*> locks();
    /// There is any request, also one of a ground only.
    Result<bool> any_request();
    /// The record stays; what it would be is noted.
    Result<> request(std::int64_t item, const ItemRecord& wanted, const std::optional<ItemRecord>& stands);
    /// Ends the request, if there is one; gives its cause.
    Result<std::string> end_request(std::int64_t item, const StatPeriod& period);
    Result<std::optional<ItemRecord>> newest_revision(const std::string& item, std::int64_t number,
                                                      const StatPeriod& period);
    [[nodiscard]] Error damaged(const std::string& what) const;

    std::filesystem::path path_;
    std::mutex mutex_;  ///< one connection for all: its statements and transactions are nobody else's
    sqlite::Database file_;
    SqliteOutbox outbox_{file_, mutex_};
    std::optional<PeriodLocks> locks_;  ///< none: to be read again
    std::optional<bool> any_request_;   ///< the same
};

}  // namespace mg
