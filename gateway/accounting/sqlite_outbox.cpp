#include "gateway/accounting/sqlite_outbox.h"

#include <algorithm>

#include "gateway/accounting/books_rows.h"
#include "gateway/base/language.h"

// Destinations and what each remembers, and which records wait where.
namespace mg {
namespace {

using namespace books;

constexpr std::string_view kFindDestination =
    "SELECT number, start IS NOT NULL FROM destinations WHERE name = ?";
constexpr std::string_view kAddDestination = "INSERT INTO destinations(name) VALUES(?) RETURNING number";
constexpr std::string_view kDestinations = "SELECT name FROM destinations ORDER BY number";
constexpr std::string_view kReadState = "SELECT key, value FROM destination_state WHERE destination = ?";
constexpr std::string_view kPutState =
    "INSERT OR REPLACE INTO destination_state(destination, key, value) VALUES(?, ?, ?)";
constexpr std::string_view kEndState = "DELETE FROM destination_state WHERE destination = ? AND key = ?";

constexpr std::string_view kOfPlace =
    " WHERE destination = ?1 AND type = ?2 AND start = ?3 AND item = ?4 AND length = ?5";
constexpr std::string_view kRenew = "UPDATE waiting SET revision = ?6";
constexpr std::string_view kLetWait =
    "INSERT INTO waiting(destination, type, start, item, length, revision) VALUES(?, ?, ?, ?, ?, ?)";
constexpr std::string_view kStopWaiting = "DELETE FROM waiting";
constexpr std::string_view kEndSetAside = "DELETE FROM set_aside";
constexpr std::string_view kUpToRevision = " AND revision <= ?6";

constexpr std::string_view kCountWaiting =
    "SELECT type, count(*) FROM waiting WHERE destination = ? GROUP BY type";
constexpr std::string_view kCountSetAside = "SELECT count(*) FROM set_aside WHERE destination = ?";
constexpr std::string_view kOldest =
    "SELECT start FROM waiting WHERE destination = ? AND type = ? ORDER BY start LIMIT 1";

std::string of_place(std::string_view what, std::string_view more = {}) {
    return std::string{what}.append(kOfPlace).append(more);
}

}  // namespace

void SqliteOutbox::begin() {
    counts_if_done_ = std::move(counts_);
    counts_.clear();
    answers_.clear();
    item_numbers_.clear();
}

void SqliteOutbox::committed() {
    counts_ = std::move(counts_if_done_);
    counts_if_done_.clear();
}

void SqliteOutbox::Place::bind_name_to(sqlite::Statement& statement) const {
    statement.bind(1, destination).bind(2, key.type).bind(3, key.start).bind(4, key.item).bind(5, key.length);
}

// ---- destinations ----

Result<std::optional<std::int64_t>> SqliteOutbox::find_destination(const UplinkId& uplink) {
    auto find = file_.prepare(kFindDestination);
    if (!find) return pass_on(find.error());
    const auto row = find->bind(1, std::string_view{uplink.text}).step();
    if (!row) return pass_on(row.error());
    if (!*row) return std::nullopt;
    return find->integer(0);
}

Result<std::int64_t> SqliteOutbox::destination(const UplinkId& uplink) {
    return find_or_add(file_, kFindDestination, kAddDestination, [&](sqlite::Statement& statement) {
        statement.bind(1, std::string_view{uplink.text});
    });
}

Result<std::int64_t> SqliteOutbox::enrolled(const UplinkId& uplink) {
    const auto found = find_destination(uplink);
    if (!found) return pass_on(found.error());
    const auto known = plans();
    if (!known) return pass_on(known.error());
    if (!*found || !(*known)->at(**found).enrolled) {
        return fail(Failure::rejected,
                    trf("nothing is enrolled for uplink {}", "上传目标 {} 尚未登记上传内容", uplink.text));
    }
    return **found;
}

Result<std::vector<UplinkId>> SqliteOutbox::destinations() {
    const std::scoped_lock lock{mutex_};
    auto rows = file_.prepare(kDestinations);
    if (!rows) return pass_on(rows.error());
    std::vector<UplinkId> names;
    const auto read = each_row(*rows, [&]() -> Result<> {
        names.push_back({std::string(rows->text(0))});
        return {};
    });
    if (!read) return pass_on(read.error());
    return names;
}

Result<DestinationState> SqliteOutbox::state(const UplinkId& uplink) {
    const std::scoped_lock lock{mutex_};
    const auto its = find_destination(uplink);
    if (!its) return pass_on(its.error());
    DestinationState state;
    if (!*its) return state;
    auto rows = file_.prepare(kReadState);
    if (!rows) return pass_on(rows.error());
    rows->bind(1, **its);
    const auto read = each_row(*rows, [&]() -> Result<> {
        state.emplace(rows->text(0), rows->text(1));
        return {};
    });
    if (!read) return pass_on(read.error());
    return state;
}

Result<> SqliteOutbox::put_state(const UplinkId& uplink, const DestinationState& changes) {
    const std::scoped_lock lock{mutex_};
    begin();
    Transaction transaction{file_};
    if (auto begun = transaction.begin(); !begun) return begun;
    // A new destination is in no plan that is known.
    plans_.reset();
    const auto its = destination(uplink);
    if (!its) return pass_on(its.error());
    if (auto written = write_state(*its, changes); !written) return written;
    if (auto done = transaction.commit(); !done) return done;
    committed();
    tidy(file_);
    return {};
}

Result<> SqliteOutbox::write_state(std::int64_t destination, const DestinationState& changes) {
    for (const auto& [key, value] : changes) {
        if (key.size() + value.size() > kMostStateBytes) {
            return fail(Failure::rejected,
                        trf("{0}: longer than {1} bytes", "{0}：超过 {1} 字节", key, kMostStateBytes));
        }
        auto write = file_.prepare(value.empty() ? kEndState : kPutState);
        if (!write) return pass_on(write.error());
        write->bind(1, destination).bind(2, std::string_view{key});
        if (!value.empty()) write->bind(3, std::string_view{value});
        if (auto written = write->run(); !written) return written;
    }
    return {};
}

// ---- what waits ----

Result<> SqliteOutbox::take(const RecordKey& key, const ItemRecord& revision) {
    const auto known = plans();
    if (!known) return pass_on(known.error());
    for (const auto& [number, plan] : **known) {
        if (!plan.enrolled || !plan.covers(key)) continue;
        const Place place{number, key, revision.revision};
        if (!plan.carries(key)) {
            // From before the start: only where it was asked for once.
            const auto answered = was_answered(place);
            if (!answered) return pass_on(answered.error());
            if (!*answered) continue;
        }
        if (revision.revision > 0) {
            if (auto ended = end_set_aside(place); !ended) return pass_on(ended.error());
        }
        if (revision.value) {
            // The first revision of a record is nowhere yet.
            const auto waits = place.revision > 0 ? let_wait(place) : add_waiting(place);
            if (!waits) return pass_on(waits.error());
            continue;
        }
        if (auto stopped = stop_waiting(place); !stopped) return pass_on(stopped.error());
        if (auto noted = note_no_value(place, revision.computed_at); !noted) return noted;
    }
    return {};
}

Result<bool> SqliteOutbox::let_wait(const Place& place) {
    auto renew = file_.prepare(of_place(kRenew));
    if (!renew) return pass_on(renew.error());
    place.bind_name_to(*renew);
    if (auto renewed = renew->bind(6, place.revision).run(); !renewed) return pass_on(renewed.error());
    if (file_.changes() > 0) return false;
    return add_waiting(place);
}

Result<bool> SqliteOutbox::add_waiting(const Place& place) {
    auto add = file_.prepare(kLetWait);
    if (!add) return pass_on(add.error());
    place.bind_name_to(*add);
    if (auto added = add->bind(6, place.revision).run(); !added) return pass_on(added.error());
    count_waiting(place, 1);
    return true;
}

Result<bool> SqliteOutbox::take_out(std::string_view remove, const Place& place) {
    auto statement = file_.prepare(of_place(remove, kUpToRevision));
    if (!statement) return pass_on(statement.error());
    place.bind_name_to(*statement);
    if (auto removed = statement->bind(6, place.revision).run(); !removed) return pass_on(removed.error());
    return file_.changes() > 0;
}

Result<bool> SqliteOutbox::stop_waiting(const Place& place) {
    const auto stopped = take_out(kStopWaiting, place);
    if (stopped && *stopped) count_waiting(place, -1);
    return stopped;
}

Result<bool> SqliteOutbox::end_set_aside(const Place& place) {
    const auto ended = take_out(kEndSetAside, place);
    if (ended && *ended) count_set_aside(place, -1);
    return ended;
}

// ---- how much waits ----

void SqliteOutbox::count_waiting(const Place& place, int change) {
    const auto known = counts_if_done_.find(place.destination);
    if (known != counts_if_done_.end())
        known->second.waiting.at(static_cast<std::size_t>(place.key.type)) += change;
}

void SqliteOutbox::count_set_aside(const Place& place, int change) {
    const auto known = counts_if_done_.find(place.destination);
    if (known != counts_if_done_.end()) known->second.set_aside += change;
}

Result<SqliteOutbox::Counts> SqliteOutbox::counted(std::int64_t destination) {
    if (const auto known = counts_.find(destination); known != counts_.end()) return known->second;
    Counts counts;
    auto rows = file_.prepare(kCountWaiting);
    if (!rows) return pass_on(rows.error());
    rows->bind(1, destination);
    const auto read = each_row(*rows, [&]() -> Result<> {
        counts.waiting.at(static_cast<std::size_t>(rows->integer(0))) = rows->integer(1);
        return {};
    });
    if (!read) return pass_on(read.error());
    auto set_aside = file_.prepare(kCountSetAside);
    if (!set_aside) return pass_on(set_aside.error());
    const auto row = set_aside->bind(1, destination).step();
    if (!row) return pass_on(row.error());
    counts.set_aside = set_aside->integer(0);
    counts_[destination] = counts;
    return counts;
}

Result<OutboxStatus> SqliteOutbox::status(const UplinkId& uplink) {
    const std::scoped_lock lock{mutex_};
    OutboxStatus status;
    const auto its = find_destination(uplink);
    if (!its) return pass_on(its.error());
    if (!*its) return status;
    const auto counts = counted(**its);
    if (!counts) return pass_on(counts.error());
    status.set_aside = static_cast<std::size_t>(counts->set_aside);
    auto oldest = file_.prepare(kOldest);
    if (!oldest) return pass_on(oldest.error());
    for (const StatType type : kTypes) {
        const auto place = static_cast<std::size_t>(code(type));
        status.waiting.at(place) = static_cast<std::size_t>(counts->waiting.at(place));
        const auto row = oldest->bind(1, **its).bind(2, code(type)).step();
        if (!row) return pass_on(row.error());
        if (*row) status.oldest_from.at(place) = time(oldest->integer(0));
        oldest->reset();
    }
    return status;
}

}  // namespace mg
