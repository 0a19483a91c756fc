#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <set>

#include "gateway/accounting/books_rows.h"
#include "gateway/accounting/sqlite_outbox.h"
#include "gateway/base/language.h"

// What a destination carries, and bringing in what lies in the books already.
namespace mg {
namespace {

using namespace books;
using std::chrono::days;

constexpr std::size_t kPage = 10'000;

constexpr std::string_view kReadDestinations =
    "SELECT number, start IS NOT NULL, start FROM destinations ORDER BY number";
constexpr std::string_view kReadEnrolled =
    "SELECT destination, item, \"from\", \"to\", types FROM enrolled ORDER BY destination, item, \"from\", "
    "\"to\", types";
constexpr std::string_view kStart = "UPDATE destinations SET start = ?2 WHERE number = ?1";
constexpr std::string_view kClearEnrolled = "DELETE FROM enrolled WHERE destination = ?";
constexpr std::string_view kAddEnrolled =
    "INSERT INTO enrolled(destination, item, \"from\", \"to\", types) VALUES(?, ?, ?, ?, ?)";
constexpr std::string_view kNewestOf =
    "SELECT start, length, revision, value IS NOT NULL, computed_at FROM records "
    "WHERE type = ? AND bucket = ? AND item = ? AND start >= ? AND start < ? ORDER BY start, length, "
    "revision";
constexpr std::string_view kNames =
    " WHERE destination = ?1 AND type = ?2 AND (start, item, length) > (?3, ?4, ?5) "
    "ORDER BY start, item, length LIMIT ?6";
constexpr std::string_view kWaitingNames = "SELECT start, item, length, revision FROM waiting";
constexpr std::string_view kSetAsideNames = "SELECT start, item, length, revision FROM set_aside";

/// A period that ends after some instant begins at most so long before it.
milliseconds longest(StatType type) {
    switch (type) {
        case StatType::real_time:
            return std::chrono::hours{1};
        case StatType::day:
            return days{1};
        case StatType::month:
            return days{31};
        case StatType::year:
            break;
    }
    return days{366};
}

UtcTime before(std::int64_t instant, milliseconds length) {
    const bool ever = instant < std::numeric_limits<std::int64_t>::min() + length.count();
    return ever ? UtcTime::min() : time(instant - length.count());
}

}  // namespace

Result<const SqliteOutbox::Plans*> SqliteOutbox::plans() {
    if (plans_) return &*plans_;
    Plans plans;
    auto destinations = file_.prepare(kReadDestinations);
    if (!destinations) return pass_on(destinations.error());
    auto read = each_row(*destinations, [&]() -> Result<> {
        DestinationPlan& plan = plans[destinations->integer(0)];
        plan.enrolled = destinations->integer(1) != 0;
        plan.start = destinations->integer(2);
        return {};
    });
    if (!read) return pass_on(read.error());
    auto items = file_.prepare(kReadEnrolled);
    if (!items) return pass_on(items.error());
    read = each_row(*items, [&]() -> Result<> {
        plans[items->integer(0)].items[items->integer(1)].push_back(
            {.from = items->integer(2), .to = items->integer(3), .types = items->integer(4)});
        return {};
    });
    if (!read) return pass_on(read.error());
    plans_ = std::move(plans);
    return &*plans_;
}

Result<DestinationPlan> SqliteOutbox::in_numbers(const OutboxPlan& plan) {
    DestinationPlan numbers;
    numbers.enrolled = true;
    numbers.start = number(plan.start);
    std::map<std::int64_t, std::set<DestinationPlan::Span>> spans;
    for (const EnrolledItem& each : plan.items) {
        if (each.to && *each.to <= each.from) {
            return fail(Failure::rejected,
                        trf("{}: its end is not after its begin", "{}：终止时间不晚于起始时间", each.item));
        }
        DestinationPlan::Span span{.from = number(each.from)};
        if (each.to) span.to = number(*each.to);
        for (const StatType type : each.types) span.types |= std::int64_t{1} << static_cast<unsigned>(type);
        if (span.types == 0) continue;
        const auto item = item_number(file_, each.item);
        if (!item) return pass_on(item.error());
        spans[*item].insert(span);
    }
    for (const auto& [item, its] : spans) numbers.items[item] = {its.begin(), its.end()};
    return numbers;
}

Result<> SqliteOutbox::write_plan(std::int64_t destination, const DestinationPlan& plan) {
    auto clear = file_.prepare(kClearEnrolled);
    if (!clear) return pass_on(clear.error());
    if (auto cleared = clear->bind(1, destination).run(); !cleared) return cleared;
    auto add = file_.prepare(kAddEnrolled);
    if (!add) return pass_on(add.error());
    for (const auto& [item, spans] : plan.items) {
        for (const auto& span : spans) {
            add->bind(1, destination).bind(2, item).bind(3, span.from).bind(4, span.to).bind(5, span.types);
            if (auto added = add->run(); !added) return added;
        }
    }
    return {};
}

Result<Enrolment> SqliteOutbox::enrol(const UplinkId& uplink, const OutboxPlan& plan) {
    const std::scoped_lock lock{mutex_};
    begin();
    plans_.reset();
    Transaction transaction{file_};
    if (auto begun = transaction.begin(); !begun) return pass_on(begun.error());
    const auto its = destination(uplink);
    if (!its) return pass_on(its.error());
    const auto known = plans();
    if (!known) return pass_on(known.error());
    const DestinationPlan old = (*known)->at(*its);
    plans_.reset();  // of this transaction, which may be undone
    auto now = in_numbers(plan);
    if (!now) return pass_on(now.error());
    Enrolment enrolment{.is_new = !old.enrolled};
    if (old.enrolled) now->start = old.start;
    if (!enrolment.is_new && DestinationPlan::changed(old, *now).empty()) {
        committed();
        return enrolment;
    }
    if (enrolment.is_new) {
        auto start = file_.prepare(kStart);
        if (!start) return pass_on(start.error());
        if (auto set = start->bind(1, *its).bind(2, now->start).run(); !set) return pass_on(set.error());
    }
    const auto left = drop_uncovered(*its, *now);
    if (!left) return pass_on(left.error());
    const auto added = fill(*its, old, *now);
    if (!added) return pass_on(added.error());
    if (auto written = write_plan(*its, *now); !written) return pass_on(written.error());
    if (auto done = transaction.commit(); !done) return pass_on(done.error());
    committed();
    tidy(file_);
    enrolment.added = *added;
    enrolment.left = *left;
    return enrolment;
}

Result<std::size_t> SqliteOutbox::drop_uncovered(std::int64_t destination, const DestinationPlan& plan) {
    std::size_t dropped = 0;
    for (const bool waits : {true, false}) {
        auto names = file_.prepare(std::string{waits ? kWaitingNames : kSetAsideNames}.append(kNames));
        if (!names) return pass_on(names.error());
        for (const StatType type : kTypes) {
            RecordKey last{code(type), 0, -1, std::numeric_limits<std::int64_t>::min(), 0};
            std::size_t seen = kPage;
            while (seen == kPage) {
                seen = 0;
                std::vector<Place> uncovered;
                names->bind(1, destination)
                    .bind(2, code(type))
                    .bind(3, last.start)
                    .bind(4, last.item)
                    .bind(5, last.length)
                    .bind(6, std::int64_t{kPage});
                const auto read = each_row(*names, [&]() -> Result<> {
                    ++seen;
                    last.start = names->integer(0);
                    last.item = names->integer(1);
                    last.length = names->integer(2);
                    if (!plan.covers(last)) uncovered.push_back({destination, last, names->integer(3)});
                    return {};
                });
                if (!read) return pass_on(read.error());
                for (const Place& place : uncovered) {
                    const auto gone = waits ? stop_waiting(place) : end_set_aside(place);
                    if (!gone) return pass_on(gone.error());
                    ++dropped;
                }
            }
        }
    }
    return dropped;
}

Result<std::size_t> SqliteOutbox::fill(std::int64_t destination, const DestinationPlan& before_it,
                                       const DestinationPlan& now) {
    std::size_t added = 0;
    const auto items = DestinationPlan::changed(before_it, now);
    std::int64_t first = std::numeric_limits<std::int64_t>::max();
    for (const std::int64_t item : items) {
        const auto spans = now.items.find(item);
        if (spans == now.items.end()) continue;
        for (const auto& span : spans->second) first = std::min(first, std::max(span.from, now.start));
    }
    for (const StatType type : kTypes) {
        const auto filled = each_newest(
            type, before(first, longest(type)), UtcTime::max(), items, [&](const Newest& newest) -> Result<> {
                if (!now.carries(newest.key) || before_it.carries(newest.key)) return {};
                const Place place{destination, newest.key, newest.revision};
                if (!newest.has_value) return note_no_value(place, newest.computed_at);
                if (before_it.enrolled) {
                    const auto accepted = was_accepted_as_it_is(place);
                    if (!accepted) return pass_on(accepted.error());
                    if (*accepted) return {};
                }
                const auto waits = before_it.enrolled ? let_wait(place) : add_waiting(place);
                if (!waits) return pass_on(waits.error());
                added += *waits ? 1 : 0;
                return {};
            });
        if (!filled) return pass_on(filled.error());
    }
    return added;
}

Result<> SqliteOutbox::each_newest(StatType type, UtcTime from, UtcTime to,
                                   const std::vector<std::int64_t>& items,
                                   const std::function<Result<>(const Newest&)>& use) {
    const auto buckets = buckets_of(file_, type, from, to);
    if (!buckets) return pass_on(buckets.error());
    auto rows = file_.prepare(kNewestOf);
    if (!rows) return pass_on(rows.error());
    // Bucket by bucket: what waits lies by time.
    for (const std::int64_t bucket : *buckets) {
        for (const std::int64_t item : items) {
            std::vector<Newest> newest;
            rows->bind(1, code(type)).bind(2, bucket).bind(3, item);
            rows->bind(4, number(from)).bind(5, number(to));
            const auto read = each_row(*rows, [&]() -> Result<> {
                const RecordKey key{code(type), bucket, item, rows->integer(0), rows->integer(1)};
                const bool later_revision = !newest.empty() && newest.back().key.start == key.start &&
                                            newest.back().key.length == key.length;
                if (later_revision) newest.pop_back();
                newest.push_back({key, rows->integer(2), rows->integer(3) != 0, time(rows->integer(4))});
                return {};
            });
            if (!read) return read;
            for (const Newest& each : newest) {
                if (auto used = use(each); !used) return used;
            }
        }
    }
    return {};
}

Result<std::size_t> SqliteOutbox::resend(const UplinkId& uplink, const ResendQuery& query) {
    if (query.from >= query.to) return 0;
    const std::scoped_lock lock{mutex_};
    begin();
    Transaction transaction{file_};
    if (auto begun = transaction.begin(); !begun) return pass_on(begun.error());
    const auto its = enrolled(uplink);
    if (!its) return pass_on(its.error());
    const auto known = plans();
    if (!known) return pass_on(known.error());
    const DestinationPlan& plan = (*known)->at(*its);
    std::vector<std::int64_t> items;
    for (const auto& [item, spans] : plan.items) items.push_back(item);
    if (!query.items.empty()) {
        std::vector<std::int64_t> asked;
        for (const std::string& name : query.items) {
            const auto item = find_item(file_, name);
            if (!item) return pass_on(item.error());
            if (*item && plan.items.contains(**item)) asked.push_back(**item);
        }
        items = std::move(asked);
    }
    std::size_t added = 0;
    for (const StatType type : kTypes) {
        if (query.type && *query.type != type) continue;
        const auto done =
            each_newest(type, query.from, query.to, items, [&](const Newest& newest) -> Result<> {
                if (!newest.has_value || !plan.covers(newest.key)) return {};
                const Place place{*its, newest.key, newest.revision};
                if (auto ended = end_set_aside(place); !ended) return pass_on(ended.error());
                const auto waits = let_wait(place);
                if (!waits) return pass_on(waits.error());
                added += *waits ? 1 : 0;
                return {};
            });
        if (!done) return pass_on(done.error());
    }
    if (auto done = transaction.commit(); !done) return pass_on(done.error());
    committed();
    tidy(file_);
    return added;
}

}  // namespace mg
