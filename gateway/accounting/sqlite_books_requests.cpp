#include <algorithm>

#include "gateway/accounting/books_rows.h"
#include "gateway/accounting/dated_record_json.h"
#include "gateway/accounting/record_key.h"
#include "gateway/accounting/sqlite_books.h"

// Which periods are closed, and what their records would be if they were not.
namespace mg {
namespace {

using namespace books;

constexpr std::size_t kLongestCause = 400;

constexpr std::string_view kReadLocks =
    "SELECT body FROM dated WHERE kind = 'lock' AND revoked_at IS NULL "
    "AND (needs_confirmation = 0 OR confirmed_at IS NOT NULL)";
constexpr std::string_view kAnyRequest = "SELECT EXISTS(SELECT 1 FROM requests)";
constexpr std::string_view kFind =
    "SELECT cause, asked_at, is_figure, value, marks, input_type FROM requests "
    "WHERE item = ? AND type = ? AND start = ? AND length = ?";
constexpr std::string_view kEnd =
    "DELETE FROM requests WHERE item = ? AND type = ? AND start = ? AND length = ?";
constexpr std::string_view kAsk =
    "INSERT OR REPLACE INTO requests(item, type, start, length, is_figure, value, marks, input_type, exact, "
    "total, item_version, cause, asked_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view kRead =
    "SELECT name, type, start, length, value, marks, input_type, exact, total, item_version, cause, "
    "asked_at, "
    "item FROM requests JOIN items ON item = number WHERE ";
constexpr std::string_view kFigures =
    "is_figure = 1 AND start >= ? AND start < ? ORDER BY name, type, start, length";
constexpr std::string_view kOne = "name = ? AND type = ? AND start = ? AND length = ?";

void bind_key(sqlite::Statement& statement, std::int64_t item, const StatPeriod& period) {
    statement.bind(1, item)
        .bind(2, code(period.type))
        .bind(3, number(period.from))
        .bind(4, (period.to - period.from).count());
}

/// Whether only the running total moved: by what came before, and not by anything in the period.
bool same_amount(const ItemRecord& a, const ItemRecord& b) {
    return a.exact == b.exact && a.item_version == b.item_version;
}

std::string both_causes(const std::string& before, const std::string& now) {
    if (before.empty() || now.empty()) return before.empty() ? now : before;
    if (before.find(now) != std::string::npos || before.size() + now.size() > kLongestCause) return before;
    return before + "; " + now;
}

Result<ItemRecord> wanted_in(const sqlite::Statement& row) {
    ItemRecord record;
    record.item = row.text(0);
    const UtcTime from = time(row.integer(2));
    record.period = {static_cast<StatType>(row.integer(1)), from, from + milliseconds{row.integer(3)}};
    const auto value = value_in(row, 4);
    if (!value) return pass_on(value.error());
    record.value = *value;
    record.marks = Marks{static_cast<std::uint32_t>(row.integer(5))};
    record.input_type = static_cast<int>(row.integer(6));
    record.exact = row.text(7);
    record.total = row.text(8);
    record.item_version = time(row.integer(9));
    record.cause = row.text(10);
    record.computed_at = time(row.integer(11));
    return record;
}

}  // namespace

Result<const PeriodLocks*> SqliteBooks::locks() {
    if (locks_) return &*locks_;
    auto rows = file_.prepare(kReadLocks);
    if (!rows) return pass_on(rows.error());
    std::vector<DatedRecord> records;
    const auto read = each_row(*rows, [&]() -> Result<> {
        auto body = dated_body_from_json("lock", rows->text(0));
        if (!body) return pass_on(damaged(body.error().what));
        records.push_back({.body = std::move(*body)});
        return {};
    });
    if (!read) return pass_on(read.error());
    locks_.emplace(records);
    return &*locks_;
}

Result<bool> SqliteBooks::is_closed(const StatPeriod& period) {
    const std::scoped_lock lock{mutex_};
    return locks().map([&](const PeriodLocks* known) { return known->is_closed(period); });
}

Result<bool> SqliteBooks::any_request() {
    if (any_request_) return *any_request_;
    const auto any = file_.integer(kAnyRequest);
    if (!any) return pass_on(any.error());
    any_request_ = *any != 0;
    return *any_request_;
}

Result<> SqliteBooks::request(std::int64_t item, const ItemRecord& wanted,
                              const std::optional<ItemRecord>& stands) {
    const bool is_figure = !stands || !same_figure(wanted, *stands);
    // Quarter-hours behind a change carry another total, and that is all: it follows from their day's.
    const bool only_carries = stands && same_amount(wanted, *stands) &&
                              (wanted.period.type == StatType::real_time || wanted.total == stands->total);
    if (!is_figure && only_carries) return end_request(item, wanted.period).map([](const std::string&) {});

    auto find = file_.prepare(kFind);
    if (!find) return pass_on(find.error());
    bind_key(*find, item, wanted.period);
    const auto row = find->step();
    if (!row) return pass_on(row.error());
    std::string cause = wanted.cause;
    UtcTime asked_at = wanted.computed_at;
    if (*row && find->integer(2) != 0) {
        const auto value = value_in(*find, 3);
        if (!value) return pass_on(value.error());
        const bool is_asked_already = *value == wanted.value &&
                                      find->integer(4) == std::int64_t{wanted.marks.bits()} &&
                                      find->integer(5) == wanted.input_type;
        cause = both_causes(std::string(find->text(0)), is_asked_already ? std::string{} : wanted.cause);
        asked_at = time(find->integer(1));
    }
    find->reset();
    auto ask = file_.prepare(kAsk);
    if (!ask) return pass_on(ask.error());
    const std::string value = wanted.value ? wanted.value->to_string() : std::string{};
    bind_key(*ask, item, wanted.period);
    ask->bind(5, std::int64_t{is_figure}).bind(6, std::string_view{value});
    if (!wanted.value) ask->bind_null(6);
    ask->bind(7, std::int64_t{wanted.marks.bits()})
        .bind(8, std::int64_t{wanted.input_type})
        .bind(9, std::string_view{wanted.exact})
        .bind(10, std::string_view{wanted.total})
        .bind(11, number(wanted.item_version))
        .bind(12, std::string_view{cause})
        .bind(13, number(asked_at));
    return ask->run();
}

Result<std::string> SqliteBooks::end_request(std::int64_t item, const StatPeriod& period) {
    auto find = file_.prepare(kFind);
    if (!find) return pass_on(find.error());
    bind_key(*find, item, period);
    const auto row = find->step();
    if (!row) return pass_on(row.error());
    if (!*row) return std::string{};
    std::string cause = find->integer(2) != 0 ? std::string(find->text(0)) : std::string{};
    find->reset();
    auto end = file_.prepare(kEnd);
    if (!end) return pass_on(end.error());
    bind_key(*end, item, period);
    if (auto ended = end->run(); !ended) return pass_on(ended.error());
    return cause;
}

Result<std::vector<ChangeRequest>> SqliteBooks::requests(const RecordQuery& query) {
    const std::scoped_lock lock{mutex_};
    Transaction transaction{file_};
    if (auto begun = transaction.begin_reading(); !begun) return pass_on(begun.error());
    std::vector<ChangeRequest> requests;
    std::vector<std::int64_t> items;
    {
        auto rows = file_.prepare(std::string{kRead}.append(kFigures));
        if (!rows) return pass_on(rows.error());
        rows->bind(1, number(query.from)).bind(2, number(query.to));
        const auto read = each_row(*rows, [&]() -> Result<> {
            auto wanted = wanted_in(*rows);
            if (!wanted) return pass_on(wanted.error());
            if (requests.size() >= query.most) return {};
            if (query.type && wanted->period.type != *query.type) return {};
            if (!query.items.empty() && std::ranges::find(query.items, wanted->item) == query.items.end()) {
                return {};
            }
            requests.push_back({std::move(*wanted), std::nullopt});
            items.push_back(rows->integer(12));
            return {};
        });
        if (!read) return pass_on(read.error());
    }
    for (std::size_t i = 0; i < requests.size(); ++i) {
        auto stands = newest_revision(requests[i].wanted.item, items[i], requests[i].wanted.period);
        if (!stands) return pass_on(stands.error());
        requests[i].stands = std::move(*stands);
    }
    return requests;
}

Result<std::optional<ItemRecord>> SqliteBooks::wanted(const std::string& item, const StatPeriod& period) {
    const std::scoped_lock lock{mutex_};
    const auto any = any_request();
    if (!any) return pass_on(any.error());
    if (!*any) return std::nullopt;
    auto find = file_.prepare(std::string{kRead}.append(kOne));
    if (!find) return pass_on(find.error());
    find->bind(1, std::string_view{item})
        .bind(2, code(period.type))
        .bind(3, number(period.from))
        .bind(4, (period.to - period.from).count());
    const auto row = find->step();
    if (!row) return pass_on(row.error());
    if (!*row) return std::nullopt;
    auto record = wanted_in(*find);
    if (!record) return pass_on(record.error());
    return std::move(*record);
}

}  // namespace mg
