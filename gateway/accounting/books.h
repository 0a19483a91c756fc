#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounting/dated_record.h"
#include "gateway/accounting/item_record.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/ids.h"

namespace mg {

/// Up to where of which store the books know it.
struct BooksCursor {
    std::string store;
    Sequence through{0};
    bool operator==(const BooksCursor&) const = default;
};

/// The state of one index register at an instant, so that figures can be computed again from there.
struct LifeCheckpoint {
    MeterId meter;
    PointId point;
    UtcTime at{};
    std::string state;  ///< RegisterLife's own text
};

/// A step of an index that could not be believed. It stands until a ruling, a replacement, or later readings
/// explain it.
struct IndexBreak {
    MeterId meter;
    PointId point;
    UtcTime last_good{};
    UtcTime first_after{};
    Decimal index_before;
    Decimal index_after;
    UtcTime found_at{};
    bool operator==(const IndexBreak&) const = default;
};

/// Something that has to be computed again; it is on disk so that a crash does not forget it.
struct Recomputation {
    std::int64_t id{0};  ///< given by the books
    UtcTime from{};
    std::optional<UtcTime> to;
    std::vector<std::string> items;  ///< empty: all
    std::string cause;
};

/// What one step of the accounting changes: all of it or nothing is on disk.
struct BooksChange {
    std::optional<BooksCursor> cursor;
    std::vector<ItemRecord> records;  ///< their revision numbers are given by the books
    std::vector<LifeCheckpoint> checkpoints;
    std::vector<IndexBreak> new_breaks;
    std::vector<IndexBreak> ended_breaks;
    std::vector<Recomputation> to_do;
    std::vector<std::int64_t> done;
};

struct RecordQuery {
    std::vector<std::string> items;  ///< empty: all
    std::optional<StatType> type;
    UtcTime from{UtcTime::min()};  ///< periods that begin in [from, to)
    UtcTime to{UtcTime::max()};
    bool all_revisions{false};  ///< otherwise the newest of each
    std::size_t most{100'000};
};

struct DatedQuery {
    std::string kind;       ///< empty: all
    std::string subject;    ///< empty: all
    bool also_void{false};  ///< revoked ones and those not yet confirmed
};

/// The small precious database of everything that is reported and everything that people put on record
/// (核算库). One SQLite file, FULL synchronous. Thread-safe; every call blocks for the disk. Nothing is ever
/// deleted but checkpoints and recomputations that are done: a correction is a further row.
class Books {
public:
    /// Makes the file where there is none. invalid_config: of a later version; corrupt: damaged.
    static Result<std::unique_ptr<Books>> open(const std::filesystem::path& file);
    virtual ~Books() = default;

    // ---- what people put on record ----
    /// On disk before it returns; gives the id. `id` of the argument is ignored.
    virtual Result<DatedId> put(const DatedRecord& record) = 0;
    /// rejected: no such record, or revoked already.
    virtual Result<> revoke(DatedId id, const std::string& person, const std::string& remark, UtcTime at) = 0;
    /// rejected: no such record, nothing to confirm, or by the author himself.
    virtual Result<> confirm(DatedId id, const std::string& person, UtcTime at) = 0;
    virtual Result<std::optional<DatedRecord>> dated(DatedId id) = 0;
    /// By id.
    virtual Result<std::vector<DatedRecord>> dated(const DatedQuery& query) = 0;

    // ---- what accounting derives ----
    /// One transaction. A record equal to the newest revision (value, marks, input type) is not stored again;
    /// gives those that were, with their revision.
    virtual Result<std::vector<ItemRecord>> commit(const BooksChange& change) = 0;
    virtual Result<std::optional<BooksCursor>> cursor() = 0;
    /// By item, type, period, revision.
    virtual Result<std::vector<ItemRecord>> records(const RecordQuery& query) = 0;
    /// The newest checkpoint of each register at or before `at`.
    virtual Result<std::vector<LifeCheckpoint>> checkpoints(UtcTime at) = 0;
    /// Those that stand.
    virtual Result<std::vector<IndexBreak>> breaks() = 0;
    virtual Result<std::vector<Recomputation>> to_do() = 0;

    /// A copy as of one moment while others go on writing; see sqlite::Database::copy_to.
    virtual Result<> copy_to(const std::filesystem::path& file) = 0;
};

}  // namespace mg
