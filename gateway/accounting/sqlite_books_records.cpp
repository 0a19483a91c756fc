#include <algorithm>
#include <limits>
#include <set>

#include "gateway/accounting/books_rows.h"
#include "gateway/accounting/record_key.h"
#include "gateway/accounting/sqlite_books.h"
#include "gateway/accounting/strip_writer.h"
#include "gateway/base/check.h"

// Records and their revisions.
namespace mg {
namespace {

using namespace books;

constexpr std::string_view kAllItems = "SELECT name, number FROM items";
constexpr std::string_view kOneItem = "SELECT number FROM items WHERE name = ?";
constexpr std::string_view kNewest =
    "SELECT revision, value, marks, input_type, exact, total, item_version FROM records "
    "WHERE type = ? AND bucket = ? AND item = ? AND start = ? AND length = ? ORDER BY revision DESC LIMIT 1";
constexpr std::string_view kCarry =
    "UPDATE records SET exact = ?, total = ?, item_version = ? "
    "WHERE type = ? AND bucket = ? AND item = ? AND start = ? AND length = ? AND revision = ?";
constexpr std::string_view kAddRecord =
    "INSERT INTO records(type, bucket, item, start, length, revision, value, marks, input_type, exact, "
    "total, "
    "item_version, cause, computed_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view kBucketBefore =
    "SELECT bucket FROM records WHERE type = ? AND bucket <= ? ORDER BY bucket DESC LIMIT 1";
constexpr std::string_view kPeriods =
    "SELECT DISTINCT start, length FROM records WHERE type = ? AND bucket = ? AND start >= ? AND start < ?";
constexpr std::string_view kReadRecords =
    "SELECT start, length, revision, value, marks, input_type, exact, total, item_version, cause, "
    "computed_at "
    "FROM records WHERE type = ? AND bucket = ? AND item = ? AND start >= ? AND start < ? "
    "ORDER BY start, length, revision";

bool same_ground(const ItemRecord& a, const ItemRecord& b) {
    return a.exact == b.exact && a.total == b.total && a.item_version == b.item_version;
}

/// The three statements that one commit needs again and again.
class RecordWriter {
public:
    explicit RecordWriter(sqlite::Database& file) : file_{file} {}

    Result<> prepare() {
        for (const auto& [statement, sql] :
             {std::pair{&newest_, kNewest}, std::pair{&carry_, kCarry}, std::pair{&add_, kAddRecord}}) {
            auto prepared = file_.prepare(sql);
            if (!prepared) return pass_on(prepared.error());
            *statement = std::move(*prepared);
        }
        return {};
    }

    /// What a later figure is compared with; none: there is no record of this period.
    Result<std::optional<ItemRecord>> newest(const RecordKey& key) {
        key.bind_to(newest_, 1);
        const auto row = newest_.step();
        if (!row) return pass_on(row.error());
        if (!*row) return std::nullopt;
        ItemRecord newest;
        newest.revision = static_cast<std::uint32_t>(newest_.integer(0));
        const auto read = read_figures(newest_, 1, newest);
        newest_.reset();
        if (!read) return pass_on(read.error());
        return newest;
    }

    /// True: it is a new revision, whose number is in the record now.
    Result<bool> write(const RecordKey& key, ItemRecord& record, const std::optional<ItemRecord>& newest) {
        record.revision = newest ? newest->revision + 1 : 0;
        if (!newest || !same_figure(record, *newest)) return add(key, record);
        if (!same_ground(record, *newest)) {
            if (auto carried = carry(key, newest->revision, record); !carried)
                return pass_on(carried.error());
        }
        return false;
    }

private:
    Result<bool> add(const RecordKey& key, const ItemRecord& record) {
        const std::string value = record.value ? record.value->to_string() : std::string{};
        key.bind_to(add_, 1);
        add_.bind(6, std::int64_t{record.revision}).bind(7, std::string_view{value});
        if (!record.value) add_.bind_null(7);
        add_.bind(8, std::int64_t{record.marks.bits()})
            .bind(9, std::int64_t{record.input_type})
            .bind(10, std::string_view{record.exact})
            .bind(11, std::string_view{record.total})
            .bind(12, number(record.item_version))
            .bind(13, std::string_view{record.cause})
            .bind(14, number(record.computed_at));
        if (auto added = add_.run(); !added) return pass_on(added.error());
        return true;
    }
    Result<> carry(const RecordKey& key, std::uint32_t revision, const ItemRecord& record) {
        carry_.bind(1, std::string_view{record.exact})
            .bind(2, std::string_view{record.total})
            .bind(3, number(record.item_version));
        key.bind_to(carry_, 4);
        return carry_.bind(9, std::int64_t{revision}).run();
    }

    sqlite::Database& file_;
    sqlite::Statement newest_;
    sqlite::Statement carry_;
    sqlite::Statement add_;
};

/// Reads the records of one item in one bucket.
class RecordReader {
public:
    static Result<RecordReader> open(sqlite::Database& file) {
        auto rows = file.prepare(kReadRecords);
        if (!rows) return pass_on(rows.error());
        return RecordReader{std::move(*rows)};
    }

    /// Stops when `records` has `most`.
    Result<> read(std::string_view item, std::int64_t item_number, StatType type, std::int64_t bucket,
                  const RecordQuery& query, std::vector<ItemRecord>& records) {
        rows_.bind(1, code(type)).bind(2, bucket).bind(3, item_number);
        rows_.bind(4, number(query.from)).bind(5, number(query.to));
        const std::size_t before = records.size();
        return each_row(rows_, [&]() -> Result<> {
            const UtcTime from = time(rows_.integer(0));
            const StatPeriod period{type, from, from + milliseconds{rows_.integer(1)}};
            const bool later_revision = records.size() > before && records.back().period == period;
            if (!later_revision || query.all_revisions) {
                if (records.size() >= query.most) return {};
                records.emplace_back();
            }
            ItemRecord& record = records.back();
            record.item = item;
            record.period = period;
            record.revision = static_cast<std::uint32_t>(rows_.integer(2));
            record.cause = rows_.text(9);
            record.computed_at = time(rows_.integer(10));
            return read_figures(rows_, 3, record);
        });
    }

private:
    explicit RecordReader(sqlite::Statement rows) : rows_{std::move(rows)} {}
    sqlite::Statement rows_;
};

}  // namespace

Result<std::vector<ItemRecord>> SqliteBooks::write_records(const std::vector<ItemRecord>& records,
                                                           StripWriter& strips) {
    RecordWriter writer{file_};
    if (auto prepared = writer.prepare(); !prepared) return pass_on(prepared.error());
    const auto closed = locks();
    if (!closed) return pass_on(closed.error());
    const auto asked_before = any_request();
    if (!asked_before) return pass_on(asked_before.error());
    ItemNumbers numbers;  // a day of an item has a hundred records
    std::vector<ItemRecord> revisions;
    for (const ItemRecord& given : records) {
        const StatPeriod& period = given.period;
        MG_CHECK(period.from < period.to);
        const auto known = numbers.find(given.item);
        const auto item =
            known == numbers.end() ? item_number(file_, given.item) : Result<std::int64_t>{known->second};
        if (!item) return pass_on(item.error());
        if (known == numbers.end()) numbers.emplace(given.item, *item);
        const RecordKey key = key_of(*item, period);
        const auto newest = writer.newest(key);
        if (!newest) return pass_on(newest.error());
        if ((*closed)->is_closed(period)) {
            if (auto noted = request(*item, given, *newest); !noted) return pass_on(noted.error());
            continue;
        }
        const bool is_same = *newest && same_figure(given, **newest) && same_ground(given, **newest);
        if (is_same && !*asked_before) continue;
        ItemRecord record = given;
        if (*asked_before) {
            const auto cause = end_request(*item, period);
            if (!cause) return pass_on(cause.error());
            if (!cause->empty()) record.cause = record.cause.empty() ? *cause : *cause + "; " + record.cause;
        }
        const auto made = writer.write(key, record, *newest);
        if (!made) return pass_on(made.error());
        if (!*made) continue;
        if (auto taken = outbox_.take(key, record); !taken) return pass_on(taken.error());
        if (auto taken = strips.take(record); !taken) return pass_on(taken.error());
        revisions.push_back(std::move(record));
    }
    return revisions;
}

Result<std::optional<ItemRecord>> SqliteBooks::newest_revision(const std::string& item,
                                                               std::int64_t item_number,
                                                               const StatPeriod& period) {
    auto reader = RecordReader::open(file_);
    if (!reader) return pass_on(reader.error());
    std::vector<ItemRecord> found;
    const RecordQuery query{
        .items = {}, .type = period.type, .from = period.from, .to = period.from + milliseconds{1}};
    const auto read =
        reader->read(item, item_number, period.type, bucket_of(period.type, period.from), query, found);
    if (!read) return pass_on(read.error());
    const auto same = std::ranges::find(found, period, &ItemRecord::period);
    return same == found.end() ? std::nullopt : std::optional{std::move(*same)};
}

Result<SqliteBooks::ItemNumbers> SqliteBooks::numbers_of(const std::vector<std::string>& items) {
    ItemNumbers numbers;
    if (items.size() == 1) {
        auto row = file_.prepare(kOneItem);
        if (!row) return pass_on(row.error());
        const auto found = row->bind(1, std::string_view{items.front()}).step();
        if (!found) return pass_on(found.error());
        if (*found) numbers.emplace(items.front(), row->integer(0));
        return numbers;
    }
    auto rows = file_.prepare(kAllItems);
    if (!rows) return pass_on(rows.error());
    const auto read = each_row(*rows, [&]() -> Result<> {
        const auto name = rows->text(0);
        if (items.empty() || std::ranges::find(items, name) != items.end()) {
            numbers.emplace(name, rows->integer(1));
        }
        return {};
    });
    if (!read) return pass_on(read.error());
    return numbers;
}

Result<std::vector<ItemRecord>> SqliteBooks::records(const RecordQuery& query) {
    std::vector<ItemRecord> records;
    if (query.from >= query.to) return records;
    const std::scoped_lock lock{mutex_};
    Transaction transaction{file_};
    if (auto begun = transaction.begin_reading(); !begun) return pass_on(begun.error());
    const auto items = numbers_of(query.items);
    if (!items) return pass_on(items.error());
    auto reader = RecordReader::open(file_);
    if (!reader) return pass_on(reader.error());
    std::map<StatType, std::vector<std::int64_t>> buckets;
    for (const StatType type : kTypes) {
        if (query.type && *query.type != type) continue;
        auto found = buckets_of(file_, type, query.from, query.to);
        if (!found) return pass_on(found.error());
        buckets[type] = std::move(*found);
    }
    for (const auto& [item, item_number] : *items) {
        for (const auto& [type, its_buckets] : buckets) {
            for (const std::int64_t bucket : its_buckets) {
                const auto read = reader->read(item, item_number, type, bucket, query, records);
                if (!read) return pass_on(read.error());
                if (records.size() >= query.most) return records;
            }
        }
    }
    return records;
}

Result<std::vector<StatPeriod>> SqliteBooks::periods(StatType type, UtcTime from, UtcTime to) {
    const std::scoped_lock lock{mutex_};
    Transaction transaction{file_};
    if (auto begun = transaction.begin_reading(); !begun) return pass_on(begun.error());
    const auto buckets = from < to ? buckets_of(file_, type, from, to) : Result<std::vector<std::int64_t>>{};
    if (!buckets) return pass_on(buckets.error());
    auto rows = file_.prepare(kPeriods);
    if (!rows) return pass_on(rows.error());
    std::set<StatPeriod> periods;
    for (const std::int64_t bucket : *buckets) {
        rows->bind(1, code(type)).bind(2, bucket).bind(3, number(from)).bind(4, number(to));
        const auto read = each_row(*rows, [&]() -> Result<> {
            const UtcTime begin = time(rows->integer(0));
            periods.insert({type, begin, begin + milliseconds{rows->integer(1)}});
            return {};
        });
        if (!read) return pass_on(read.error());
    }
    return std::vector<StatPeriod>{periods.begin(), periods.end()};
}

Result<std::optional<ItemRecord>> SqliteBooks::newest(const std::string& item, StatType type, UtcTime until) {
    const std::scoped_lock lock{mutex_};
    const auto items = numbers_of({item});
    if (!items) return pass_on(items.error());
    if (items->empty()) return std::nullopt;
    auto reader = RecordReader::open(file_);
    if (!reader) return pass_on(reader.error());
    auto before = file_.prepare(kBucketBefore);
    if (!before) return pass_on(before.error());
    const auto latest = until == UtcTime::max() ? std::numeric_limits<std::int64_t>::max()
                                                : bucket_of(type, until - milliseconds{1});
    for (std::int64_t bucket = latest;; --bucket) {
        const auto row = before->bind(1, code(type)).bind(2, bucket).step();
        if (!row) return pass_on(row.error());
        if (!*row) return std::nullopt;
        bucket = before->integer(0);
        before->reset();
        std::vector<ItemRecord> found;
        const RecordQuery all{.items = {item}, .type = type, .to = until};
        const auto read = reader->read(item, items->at(item), type, bucket, all, found);
        if (!read) return pass_on(read.error());
        std::erase_if(found, [&](const ItemRecord& record) { return record.period.to > until; });
        if (!found.empty()) return std::move(found.back());
    }
}

}  // namespace mg
