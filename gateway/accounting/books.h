#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/accounting/dated_record.h"
#include "gateway/accounting/day_strip.h"
#include "gateway/accounting/item_record.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/ids.h"

namespace mg {

class Outbox;

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

/// One thing that tables say and figures rest on.
struct BasisLine {
    std::string subject;  ///< "item coal_in", "meter em_01", "coefficient elec_tce"
    UtcTime from{};       ///< what it says holds from then on
    std::string text;     ///< to be compared, not to be read
    auto operator<=>(const BasisLine&) const = default;
};

/// A change that a closed period does not take: it waits for its lock to be revoked.
struct ChangeRequest {
    ItemRecord wanted;                 ///< `cause`: why; `computed_at`: since when it is known
    std::optional<ItemRecord> stands;  ///< none: there is no record of this period yet
};

/// What the store says about the boundaries of metering points, up to where.
struct BoundaryChange {
    BooksCursor cursor;
    milliseconds each{};               ///< from one boundary to the next
    std::vector<BoundaryFound> found;  ///< in the order of the store
};

/// What one step of the accounting changes: all of it or nothing is on disk.
struct BooksChange {
    std::optional<BooksCursor> cursor;
    std::vector<ItemRecord> records;          ///< their revision numbers are given by the books
    std::vector<LifeCheckpoint> checkpoints;  ///< take the place of those of the same register and instant
    /// Older checkpoints go, but the newest of each register before it.
    std::optional<UtcTime> forget_checkpoints_before;
    std::vector<IndexBreak> ended_breaks;  ///< by meter, point and first_after; ended before new ones begin
    std::vector<IndexBreak> new_breaks;    ///< one that stands already keeps its found_at
    std::vector<Recomputation> to_do;
    std::vector<std::int64_t> done;
    std::optional<std::vector<BasisLine>> basis;  ///< takes the place of all lines
    std::optional<BoundaryChange> boundaries;
    std::chrono::minutes utc_offset{480};  ///< of the site: where the days of strips begin
};

struct RecordQuery {
    std::vector<std::string> items;  ///< empty: all
    std::optional<StatType> type;
    UtcTime from{UtcTime::min()};  ///< periods that begin in [from, to)
    UtcTime to{UtcTime::max()};
    bool all_revisions{false};  ///< otherwise the newest of each
    std::size_t most{100'000};  ///< the first so many; that many in the answer: there may be more
};

struct StripQuery {
    StripKind kind{StripKind::item};
    std::set<std::string> subjects;  ///< items or metering points; empty: all
    UtcTime from{UtcTime::min()};    ///< days that begin in [from, to)
    UtcTime to{UtcTime::max()};
};

struct DatedQuery {
    std::string kind;              ///< empty: all
    std::string subject;           ///< empty: all; of a record about several meters: one of them
    bool also_void{false};         ///< revoked ones and those not yet confirmed
    UtcTime from{UtcTime::min()};  ///< begin_of() in [from, to)
    UtcTime to{UtcTime::max()};
    DatedId after{0};  ///< only later ids, for reading on
    std::size_t most{std::numeric_limits<std::size_t>::max()};
};

/// The name of the books in the data folder.
inline constexpr std::string_view kBooksFile = "books.db";

/// The small precious database of everything that is reported and everything that people put on record
/// (核算库). One SQLite file, FULL synchronous. Thread-safe; every call blocks for the disk and for the call
/// of another thread, copy_to() and check() for their own reading only. Nothing is ever deleted but
/// checkpoints, and recomputations and requests that are done: a correction is a further row.
///
/// A write that is ok survives a power cut; one that fails has not happened. Except that after a failure of
/// the disk a power cut before the next write may bring it to life, whole.
class Books {
public:
    /// Makes the file where there is none. invalid_config: of a later version. corrupt: damaged, empty, or
    /// gone with its log left behind; nothing is touched then. transient: the disk would not read it. Reads
    /// all of it up to 64 MiB, else all but records and checkpoints.
    static Result<std::unique_ptr<Books>> open(const std::filesystem::path& file);
    /// Books that may be open elsewhere, to be looked at: nothing is made or upgraded, and every write fails.
    /// nullptr: there are none. invalid_config: of an earlier or later version. Other errors as of open().
    static Result<std::unique_ptr<Books>> look_into(const std::filesystem::path& file);
    virtual ~Books() = default;
    /// What tables said when figures were computed last, in the same way; empty where there are no figures.
    static Result<std::vector<BasisLine>> basis_in(const std::filesystem::path& file);
    /// What people put on record and is in force, from books that may be open elsewhere; nothing is made or
    /// upgraded. Empty where there is no file. Errors as of open().
    static Result<std::vector<DatedRecord>> dated_in(const std::filesystem::path& file);

    // ---- what people put on record ----
    // What these bring into force or take out of it is noted in to_do() by the same write, so that no crash
    // can forget it: from begin_of() to end_of(), the one item of an opening or entry, with the cause
    // "replacement 17" or "replacement 17 revoked". A lock and an initial instrument ask for nothing, but
    // their revocation does; a verification never asks for anything.

    /// All or none are on disk; gives their ids. Ids, confirmations and revocations in the argument are
    /// ignored. rejected: not sound(), says which.
    virtual Result<std::vector<DatedId>> put_all(const std::vector<DatedRecord>& records) = 0;
    Result<DatedId> put(const DatedRecord& record);
    /// rejected: no such record, revoked already, or by nobody.
    virtual Result<> revoke(DatedId id, const std::string& person, const std::string& remark, UtcTime at) = 0;
    /// rejected: no such record, nothing to confirm, by the author himself, or by nobody.
    virtual Result<> confirm(DatedId id, const std::string& person, UtcTime at) = 0;
    virtual Result<std::optional<DatedRecord>> dated(DatedId id) = 0;
    /// By id.
    virtual Result<std::vector<DatedRecord>> dated(const DatedQuery& query) = 0;

    // ---- what accounting derives ----
    /// One transaction. A record whose value, marks and input type are those of the newest revision of its
    /// item and period makes no revision: where only `exact`, `total` or `item_version` differ (a carry from
    /// earlier in the year moves totals), the newest revision gets these in place and keeps its cause and
    /// its computed_at. Gives the revisions that were made.
    ///
    /// A record whose period is closed stays as it is: a different figure becomes a request (of several for
    /// one period the last, with the causes of all), the same figure ends one. The first record that its
    /// period takes when it is open again gets the cause of the request before its own.
    virtual Result<std::vector<ItemRecord>> commit(const BooksChange& change) = 0;
    virtual Result<std::optional<BooksCursor>> cursor() = 0;
    /// By item, type, period, revision.
    virtual Result<std::vector<ItemRecord>> records(const RecordQuery& query) = 0;
    /// The periods of this type that begin in [from, to) and have a record, by begin. Reads all of them.
    virtual Result<std::vector<StatPeriod>> periods(StatType type, UtcTime from, UtcTime to) = 0;
    /// The last one of an item and type that ends at or before `until`, its newest revision.
    virtual Result<std::optional<ItemRecord>> newest(const std::string& item, StatType type,
                                                     UtcTime until) = 0;
    /// The newest checkpoint of each register at or before `at`, by meter and point.
    virtual Result<std::vector<LifeCheckpoint>> checkpoints(UtcTime at) = 0;
    /// Those that stand, by meter, point and time.
    virtual Result<std::vector<IndexBreak>> breaks() = 0;
    /// In the order in which they came.
    virtual Result<std::vector<Recomputation>> to_do() = 0;
    /// In order; empty: no tables were noted yet.
    virtual Result<std::vector<BasisLine>> basis() = 0;
    /// Whether a lock in force covers the whole period.
    virtual Result<bool> is_closed(const StatPeriod& period) = 0;
    /// By item, type, period; `all_revisions` means nothing here.
    virtual Result<std::vector<ChangeRequest>> requests(const RecordQuery& query) = 0;
    /// What this record would be if its period were open; also where the figure would be the same and only
    /// `exact` or `total` differ. None: what it is.
    virtual Result<std::optional<ItemRecord>> wanted(const std::string& item, const StatPeriod& period) = 0;

    // ---- what became of each period and boundary ----
    // The strips of items follow from the records of the same transaction, those of metering points from
    // what `boundaries` says; neither is ever forgotten.

    /// Calls `use` for each day of each subject that has any, by day; of a subject whose periods changed
    /// their length one for each. `use` must not call the books.
    virtual Result<> strips(const StripQuery& query, const std::function<void(const DayStrip&)>& use) = 0;
    /// The first period or boundary of each subject that anything was ever known of; before_start does not
    /// count.
    virtual Result<std::map<std::string, UtcTime>> strips_begin(StripKind kind) = 0;
    /// Up to where the strips of metering points know the store; none: nothing was looked at yet.
    virtual Result<std::optional<BooksCursor>> boundary_cursor() = 0;

    /// What waits for which destination, and what they answered.
    virtual Outbox& outbox() = 0;

    /// A copy as of one moment while others go on writing; see sqlite::Database::copy_to.
    virtual Result<> copy_to(const std::filesystem::path& file) = 0;
    /// Reads every page. corrupt: damaged, says where.
    virtual Result<> check() = 0;
};

}  // namespace mg
