#include <algorithm>
#include <limits>
#include <set>

#include "gateway/accounting/books_rows.h"
#include "gateway/accounting/sqlite_outbox.h"

// Reading what waits, what is set aside and what was answered, page by page.
namespace mg {
namespace {

using namespace books;

// CROSS JOIN: in this order, so that a page reads so many rows of the first table and no more. ?1 is the
// length of a bucket; the bucket of a period before 1970 is negative.
constexpr std::string_view kRecordOf =
    " AS w CROSS JOIN records AS r ON r.type = w.type "
    "AND r.bucket = (w.start - ((w.start % ?1) + ?1) % ?1) / ?1 AND r.item = w.item AND r.start = w.start "
    "AND r.length = w.length AND r.revision = w.revision CROSS JOIN items AS i ON i.number = w.item ";
constexpr std::string_view kRecord =
    "SELECT i.name, w.start, w.length, w.revision, r.value, r.marks, r.input_type, r.exact, r.total, "
    "r.item_version, r.cause, r.computed_at";
constexpr int kAfterRecord = 12;
constexpr std::string_view kItsAnswer = "CROSS JOIN answers AS a ON a.number = w.answer ";
constexpr std::string_view kFrom =
    "WHERE w.destination = ?2 AND w.type = ?3 AND w.start >= ?4 AND w.start < ?5 ";
constexpr std::string_view kPageAfter =
    "AND (w.start, w.item, w.length) > (?4, ?6, ?7) ORDER BY w.start, w.item, w.length LIMIT ?8";
constexpr std::string_view kLineAfter =
    "AND (w.start, w.item, w.length, w.revision, w.line) > (?4, ?6, ?7, ?8, ?9) ";
constexpr std::string_view kOfItem = "AND w.item = ?10 ";
constexpr std::string_view kInOrder = "ORDER BY w.start, w.item, w.length, w.revision, w.line";
constexpr std::string_view kAnyAccepted =
    "SELECT EXISTS(SELECT 1 FROM destinations AS d CROSS JOIN receipts AS w ON w.destination = d.number "
    "AND w.type = ? AND w.start = ? AND w.item = ? AND w.length = ? CROSS JOIN answers AS a "
    "ON a.number = w.answer WHERE a.outcome = 0 AND (?5 = 0 OR d.number = ?5))";
/// From each period straight to the next, and of each to the first record that was accepted.
constexpr std::string_view kReported =
    "WITH RECURSIVE periods(start) AS ("
    "SELECT min(start) FROM receipts WHERE destination = ?1 AND type = ?2 AND start >= ?3 AND start < ?4 "
    "UNION ALL SELECT (SELECT min(w.start) FROM receipts AS w WHERE w.destination = ?1 AND w.type = ?2 "
    "AND w.start > p.start AND w.start < ?4) FROM periods AS p WHERE p.start IS NOT NULL) "
    "SELECT p.start, (SELECT w.length FROM receipts AS w CROSS JOIN answers AS a ON a.number = w.answer "
    "WHERE w.destination = ?1 AND w.type = ?2 AND w.start = p.start AND a.outcome = 0 LIMIT 1) AS length "
    "FROM periods AS p WHERE p.start IS NOT NULL AND length IS NOT NULL";
constexpr std::string_view kAllDestinations = "SELECT number, name FROM destinations ORDER BY number";

std::string text(std::initializer_list<std::string_view> parts) {
    std::string all;
    for (const std::string_view part : parts) all += part;
    return all;
}

ItemRecord empty_record(const sqlite::Statement& row, StatType type) {
    ItemRecord record;
    record.item = row.text(0);
    const UtcTime from = time(row.integer(1));
    record.period = {type, from, from + milliseconds{row.integer(2)}};
    record.revision = static_cast<std::uint32_t>(row.integer(3));
    record.cause = row.text(10);
    record.computed_at = time(row.integer(11));
    return record;
}

Result<ItemRecord> record_in(const sqlite::Statement& row, StatType type) {
    ItemRecord record = empty_record(row, type);
    if (auto read = read_figures(row, 4, record); !read) return pass_on(read.error());
    return record;
}

/// Where a page begins: behind this place, which lies at or after the begin of what is asked.
struct Behind {
    std::int64_t start;
    std::int64_t item{-1};
    std::int64_t length{0};
    std::int64_t revision{0};
    std::int64_t line{0};
};

Result<Behind> behind(sqlite::Database& file, const RecordName& after, UtcTime from) {
    // What a record that is known begins with is at least what was asked for; else all of it is behind.
    if (after.period.from < from) return Behind{.start = number(from)};
    const auto item = find_item(file, after.item);
    if (!item) return pass_on(item.error());
    return Behind{.start = number(after.period.from),
                  .item = item->value_or(-1),
                  .length = (after.period.to - after.period.from).count()};
}

/// Calls `use` for each row of what waits or is set aside, type after type.
template <class Use>
Result<> each_in(sqlite::Database& file, const std::string& sql, std::int64_t destination,
                 const WaitingQuery& query, const Use& use) {
    auto rows = file.prepare(sql);
    if (!rows) return pass_on(rows.error());
    auto left = static_cast<std::int64_t>(
        std::min<std::size_t>(query.most, std::numeric_limits<std::int64_t>::max()));
    auto type = query.types.begin();
    if (query.after) type = std::ranges::find(query.types, query.after->period.type);
    for (; type != query.types.end() && left > 0; ++type) {
        Result<Behind> place = Behind{.start = number(query.from)};
        if (query.after && query.after->period.type == *type) {
            place = behind(file, *query.after, query.from);
            if (!place) return pass_on(place.error());
        }
        rows->bind(1, bucket_length(*type).count())
            .bind(2, destination)
            .bind(3, code(*type))
            .bind(4, place->start)
            .bind(5, number(query.to))
            .bind(6, place->item)
            .bind(7, place->length)
            .bind(8, left);
        const auto read = each_row(*rows, [&]() -> Result<> {
            --left;
            return use(*rows, *type);
        });
        if (!read) return read;
    }
    return {};
}

}  // namespace

Result<std::vector<ItemRecord>> SqliteOutbox::waiting(const UplinkId& uplink, const WaitingQuery& query) {
    const std::scoped_lock lock{mutex_};
    Transaction transaction{file_};
    if (auto begun = transaction.begin_reading(); !begun) return pass_on(begun.error());
    std::vector<ItemRecord> records;
    const auto its = find_destination(uplink);
    if (!its) return pass_on(its.error());
    if (!*its) return records;
    const std::string sql = text({kRecord, " FROM waiting", kRecordOf, kFrom, kPageAfter});
    const auto read =
        each_in(file_, sql, **its, query, [&](const sqlite::Statement& row, StatType type) -> Result<> {
            auto record = record_in(row, type);
            if (!record) return pass_on(record.error());
            records.push_back(std::move(*record));
            return {};
        });
    if (!read) return pass_on(read.error());
    return records;
}

Result<std::vector<RecordSetAside>> SqliteOutbox::set_aside(const UplinkId& uplink,
                                                            const WaitingQuery& query) {
    const std::scoped_lock lock{mutex_};
    Transaction transaction{file_};
    if (auto begun = transaction.begin_reading(); !begun) return pass_on(begun.error());
    std::vector<RecordSetAside> all;
    const auto its = find_destination(uplink);
    if (!its) return pass_on(its.error());
    if (!*its) return all;
    const std::string sql =
        text({kRecord, ", a.words, a.at FROM set_aside", kRecordOf, kItsAnswer, kFrom, kPageAfter});
    const auto read =
        each_in(file_, sql, **its, query, [&](const sqlite::Statement& row, StatType type) -> Result<> {
            auto record = record_in(row, type);
            if (!record) return pass_on(record.error());
            all.push_back({std::move(*record), std::string(row.text(kAfterRecord)),
                           time(row.integer(kAfterRecord + 1))});
            return {};
        });
    if (!read) return pass_on(read.error());
    return all;
}

Result<std::vector<RecordReceipt>> SqliteOutbox::history(const ReceiptQuery& query) {
    std::vector<RecordReceipt> receipts;
    if (query.most == 0) return receipts;
    const std::scoped_lock lock{mutex_};
    Transaction transaction{file_};
    if (auto begun = transaction.begin_reading(); !begun) return pass_on(begun.error());

    std::vector<std::pair<std::int64_t, UplinkId>> destinations;
    auto all = file_.prepare(kAllDestinations);
    if (!all) return pass_on(all.error());
    bool known = !query.after;
    const auto listed = each_row(*all, [&]() -> Result<> {
        UplinkId name{std::string(all->text(1))};
        known = known || name == query.after->uplink;
        if (known && (!query.uplink || *query.uplink == name)) {
            destinations.emplace_back(all->integer(0), std::move(name));
        }
        return {};
    });
    if (!listed) return pass_on(listed.error());

    std::optional<std::int64_t> only_item;
    if (query.items.size() == 1) {
        const auto item = find_item(file_, query.items.front());
        if (!item) return pass_on(item.error());
        if (!*item) return receipts;
        only_item = **item;
    }
    auto rows = file_.prepare(
        text({kRecord, ", w.line, w.times, w.last_at, a.outcome, a.words, a.at", " FROM receipts", kRecordOf,
              kItsAnswer, kFrom, kLineAfter, only_item ? kOfItem : std::string_view{}, kInOrder}));
    if (!rows) return pass_on(rows.error());
    for (const auto& [destination, name] : destinations) {
        for (const StatType type : kTypes) {
            if (query.type && *query.type != type) continue;
            Result<Behind> place = Behind{.start = number(query.from)};
            if (query.after && query.after->uplink == name) {
                if (type < query.after->record.period.type) continue;
                if (type == query.after->record.period.type) {
                    place = behind(file_, query.after->record, query.from);
                    if (!place) return pass_on(place.error());
                    place->revision = query.after->revision;
                    place->line = query.after->line;
                }
            }
            rows->bind(1, bucket_length(type).count())
                .bind(2, destination)
                .bind(3, code(type))
                .bind(4, place->start)
                .bind(5, number(query.to))
                .bind(6, place->item)
                .bind(7, place->length)
                .bind(8, place->revision)
                .bind(9, place->line);
            if (only_item) rows->bind(10, *only_item);
            while (true) {
                const auto row = rows->step();
                if (!row) return pass_on(row.error());
                if (!*row) break;
                if (query.items.size() > 1 &&
                    std::ranges::find(query.items, rows->text(0)) == query.items.end()) {
                    continue;
                }
                auto record = record_in(*rows, type);
                if (!record) return pass_on(record.error());
                const UtcTime at = time(rows->integer(kAfterRecord + 5));
                const int last_at = kAfterRecord + 2;
                receipts.push_back({.uplink = name,
                                    .record = std::move(*record),
                                    .line = static_cast<std::uint32_t>(rows->integer(kAfterRecord)),
                                    .outcome = static_cast<RecordOutcome>(rows->integer(kAfterRecord + 3)),
                                    .words = std::string(rows->text(kAfterRecord + 4)),
                                    .at = at,
                                    .last_at = rows->is_null(last_at) ? at : time(rows->integer(last_at)),
                                    .times = static_cast<std::uint32_t>(rows->integer(kAfterRecord + 1))});
                if (receipts.size() >= query.most) return receipts;
            }
        }
    }
    return receipts;
}

Result<bool> SqliteOutbox::was_accepted(const RecordName& record, const std::optional<UplinkId>& uplink) {
    const std::scoped_lock lock{mutex_};
    const auto item = find_item(file_, record.item);
    if (!item) return pass_on(item.error());
    if (!*item) return false;
    std::int64_t its = 0;
    if (uplink) {
        const auto found = find_destination(*uplink);
        if (!found) return pass_on(found.error());
        if (!*found) return false;
        its = **found;
    }
    const RecordKey key = key_of(**item, record.period);
    auto any = file_.prepare(kAnyAccepted);
    if (!any) return pass_on(any.error());
    any->bind(1, key.type).bind(2, key.start).bind(3, key.item).bind(4, key.length).bind(5, its);
    const auto row = any->step();
    if (!row) return pass_on(row.error());
    const bool accepted = any->integer(0) != 0;
    any->reset();
    return accepted;
}

Result<std::vector<StatPeriod>> SqliteOutbox::reported_periods(StatType type, UtcTime from, UtcTime to) {
    const std::scoped_lock lock{mutex_};
    Transaction transaction{file_};
    if (auto begun = transaction.begin_reading(); !begun) return pass_on(begun.error());
    std::set<StatPeriod> reported;
    auto destinations = file_.prepare(kAllDestinations);
    if (!destinations) return pass_on(destinations.error());
    auto periods = file_.prepare(kReported);
    if (!periods) return pass_on(periods.error());
    const auto read = each_row(*destinations, [&]() -> Result<> {
        periods->bind(1, destinations->integer(0)).bind(2, code(type));
        periods->bind(3, number(from)).bind(4, number(to));
        return each_row(*periods, [&]() -> Result<> {
            const UtcTime begin = time(periods->integer(0));
            reported.insert({type, begin, begin + milliseconds{periods->integer(1)}});
            return {};
        });
    });
    if (!read) return pass_on(read.error());
    return std::vector<StatPeriod>{reported.begin(), reported.end()};
}

}  // namespace mg
