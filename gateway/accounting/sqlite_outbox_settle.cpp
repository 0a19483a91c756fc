#include <algorithm>

#include "gateway/accounting/books_rows.h"
#include "gateway/accounting/sqlite_outbox.h"
#include "gateway/base/check.h"
#include "gateway/base/language.h"

// What destinations answer, and the receipts of it.
namespace mg {
namespace {

using namespace books;

constexpr std::string_view kOfRevision =
    " WHERE destination = ?1 AND type = ?2 AND start = ?3 AND item = ?4 AND length = ?5 AND revision = ?6";
constexpr std::string_view kFirstLine =
    "INSERT OR IGNORE INTO receipts(destination, type, start, item, length, revision, line, answer, times) "
    "VALUES(?, ?, ?, ?, ?, ?, 0, ?, 1)";
constexpr std::string_view kAddLine =
    "INSERT INTO receipts(destination, type, start, item, length, revision, line, answer, times) "
    "VALUES(?, ?, ?, ?, ?, ?, ?, ?, 1)";
constexpr std::string_view kNewestLine =
    "SELECT line, outcome, words, answer FROM receipts CROSS JOIN answers ON number = answer";
constexpr std::string_view kLast = " ORDER BY line DESC LIMIT 1";
constexpr std::string_view kOnceMore = "UPDATE receipts SET times = times + 1, last_at = ?8, answer = ?9";
constexpr std::string_view kOfLine = " AND line = ?7";
constexpr std::string_view kAddAnswer =
    "INSERT INTO answers(outcome, words, at) VALUES(?, ?, ?) RETURNING number";
constexpr std::string_view kIsOnRecord =
    "SELECT EXISTS(SELECT 1 FROM records WHERE type = ? AND bucket = ? AND item = ? AND start = ? "
    "AND length = ? AND revision = ?)";
constexpr std::string_view kWasAnswered =
    "SELECT EXISTS(SELECT 1 FROM receipts WHERE destination = ? AND type = ? AND start = ? AND item = ? "
    "AND length = ?)";
constexpr std::string_view kWasNoted =
    "SELECT EXISTS(SELECT 1 FROM receipts WHERE destination = ? AND type = ? AND start = ? AND item = ? "
    "AND length = ? AND revision = ?)";
constexpr std::string_view kWasAccepted =
    "SELECT EXISTS(SELECT 1 FROM receipts CROSS JOIN answers ON number = answer WHERE destination = ? "
    "AND type = ? AND start = ? AND item = ? AND length = ? AND revision = ? AND outcome = 0)";
constexpr std::string_view kPutAside =
    "INSERT OR REPLACE INTO set_aside(destination, type, start, item, length, revision, answer) "
    "VALUES(?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view kNamesAside =
    "SELECT type, start, item, length, revision FROM set_aside WHERE destination = ?";

/// At most `most` bytes, whole characters of UTF-8.
std::string_view first_bytes(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
    return text.substr(0, most);
}

Result<bool> is_there(sqlite::Statement& exists) {
    const auto row = exists.step();
    if (!row) return pass_on(row.error());
    const bool there = exists.integer(0) != 0;
    exists.reset();
    return there;
}

}  // namespace

// ---- receipts ----

Result<std::int64_t> SqliteOutbox::number_of(const Answer& answer) {
    if (const auto known = answers_.find(answer); known != answers_.end()) return known->second;
    auto add = file_.prepare(kAddAnswer);
    if (!add) return pass_on(add.error());
    add->bind(1, static_cast<std::int64_t>(answer.outcome))
        .bind(2, std::string_view{answer.words})
        .bind(3, number(answer.at));
    const auto number = returned(*add);
    if (number) answers_.emplace(answer, *number);
    return number;
}

Result<std::int64_t> SqliteOutbox::note_answer(const Place& place, const Answer& answer) {
    const auto its = number_of(answer);
    if (!its) return its;
    auto first = file_.prepare(kFirstLine);
    if (!first) return pass_on(first.error());
    place.bind_name_to(*first);
    if (auto added = first->bind(6, place.revision).bind(7, *its).run(); !added)
        return pass_on(added.error());
    if (file_.changes() > 0) return its;

    auto newest = file_.prepare(std::string{kNewestLine}.append(kOfRevision).append(kLast));
    if (!newest) return pass_on(newest.error());
    place.bind_name_to(*newest);
    const auto row = newest->bind(6, place.revision).step();
    if (!row) return pass_on(row.error());
    MG_CHECK(*row);
    const std::int64_t line = newest->integer(0);
    const bool same =
        newest->integer(1) == static_cast<std::int64_t>(answer.outcome) && newest->text(2) == answer.words;
    const std::int64_t before = newest->integer(3);
    newest->reset();

    if (same || line + 1 >= kMostAnswers) {
        auto more = file_.prepare(std::string{kOnceMore}.append(kOfRevision).append(kOfLine));
        if (!more) return pass_on(more.error());
        place.bind_name_to(*more);
        more->bind(6, place.revision).bind(7, line).bind(8, number(answer.at)).bind(9, same ? before : *its);
        if (auto counted = more->run(); !counted) return pass_on(counted.error());
        return same ? before : *its;
    }
    auto add = file_.prepare(kAddLine);
    if (!add) return pass_on(add.error());
    place.bind_name_to(*add);
    add->bind(6, place.revision).bind(7, line + 1).bind(8, *its);
    if (auto added = add->run(); !added) return pass_on(added.error());
    return its;
}

Result<> SqliteOutbox::note_no_value(const Place& place, UtcTime at) {
    // Once: of a revision without a value nothing else can be said.
    const auto answered = was_noted(place);
    if (!answered) return pass_on(answered.error());
    if (*answered) return {};
    return note_answer(place, {RecordOutcome::no_value, {}, at}).map([](std::int64_t) {});
}

Result<bool> SqliteOutbox::is_on_record(const Place& place) {
    auto exists = file_.prepare(kIsOnRecord);
    if (!exists) return pass_on(exists.error());
    place.key.bind_to(*exists, 1);
    exists->bind(6, place.revision);
    return is_there(*exists);
}

Result<bool> SqliteOutbox::was_answered(const Place& place) {
    auto exists = file_.prepare(kWasAnswered);
    if (!exists) return pass_on(exists.error());
    place.bind_name_to(*exists);
    return is_there(*exists);
}

Result<bool> SqliteOutbox::was_noted(const Place& place) {
    auto exists = file_.prepare(kWasNoted);
    if (!exists) return pass_on(exists.error());
    place.bind_name_to(*exists);
    exists->bind(6, place.revision);
    return is_there(*exists);
}

Result<bool> SqliteOutbox::was_accepted_as_it_is(const Place& place) {
    auto exists = file_.prepare(kWasAccepted);
    if (!exists) return pass_on(exists.error());
    place.bind_name_to(*exists);
    exists->bind(6, place.revision);
    return is_there(*exists);
}

// ---- settling ----

Result<> SqliteOutbox::settle(const UplinkId& uplink, const std::vector<Settlement>& settlements,
                              const DestinationState& state) {
    const std::scoped_lock lock{mutex_};
    begin();
    Transaction transaction{file_};
    if (auto begun = transaction.begin(); !begun) return begun;
    const auto its = enrolled(uplink);
    if (!its) return pass_on(its.error());
    for (const Settlement& each : settlements) {
        if (auto settled = settle_one(*its, each); !settled) return settled;
    }
    if (auto written = write_state(*its, state); !written) return written;
    if (auto done = transaction.commit(); !done) return done;
    committed();
    tidy(file_);
    return {};
}

Result<> SqliteOutbox::settle_one(std::int64_t destination, const Settlement& settlement) {
    MG_CHECK(settlement.outcome != RecordOutcome::no_value);
    const RecordName& name = settlement.record;
    const auto not_there = [&] {
        return fail(Failure::rejected,
                    trf("{0}: there is no such record to settle", "{0}：没有这条上报记录", name.item));
    };
    auto known = item_numbers_.find(name.item);
    if (known == item_numbers_.end()) {
        const auto item = find_item(file_, name.item);
        if (!item) return pass_on(item.error());
        if (!*item) return not_there();
        known = item_numbers_.emplace(name.item, **item).first;
    }
    const Place place{destination, key_of(known->second, name.period), settlement.revision};
    // In most cases it waits, which is proof enough that it exists.
    const auto waited = settlement.outcome == RecordOutcome::kept ? Result<bool>{false} : stop_waiting(place);
    if (!waited) return pass_on(waited.error());
    if (!*waited) {
        const auto there = is_on_record(place);
        if (!there) return pass_on(there.error());
        if (!*there) return not_there();
    }
    std::int64_t answer = 0;
    if (settlement.outcome != RecordOutcome::kept || !settlement.words.empty()) {
        const auto noted = note_answer(
            place,
            {settlement.outcome, std::string(first_bytes(settlement.words, kMostWords)), settlement.at});
        if (!noted) return pass_on(noted.error());
        answer = *noted;
    }
    switch (settlement.outcome) {
        case RecordOutcome::accepted:
            return end_set_aside(place).map([](bool) {});
        case RecordOutcome::set_aside:
            return *waited ? put_aside(place, answer) : Result<>{};
        case RecordOutcome::kept: {
            const auto ended = end_set_aside(place);
            if (!ended || !*ended) return ended.map([](bool) {});
            return let_wait(place).map([](bool) {});
        }
        case RecordOutcome::no_value:
            break;
    }
    return {};
}

Result<> SqliteOutbox::put_aside(const Place& place, std::int64_t answer) {
    auto put = file_.prepare(kPutAside);
    if (!put) return pass_on(put.error());
    place.bind_name_to(*put);
    if (auto done = put->bind(6, place.revision).bind(7, answer).run(); !done) return done;
    count_set_aside(place, 1);
    return {};
}

Result<std::size_t> SqliteOutbox::release(const UplinkId& uplink, const std::optional<RecordName>& record) {
    const std::scoped_lock lock{mutex_};
    begin();
    Transaction transaction{file_};
    if (auto begun = transaction.begin(); !begun) return pass_on(begun.error());
    const auto its = enrolled(uplink);
    if (!its) return pass_on(its.error());
    std::vector<Place> places;
    auto names = file_.prepare(kNamesAside);
    if (!names) return pass_on(names.error());
    names->bind(1, *its);
    std::optional<RecordKey> only;
    if (record) {
        const auto item = find_item(file_, record->item);
        if (!item) return pass_on(item.error());
        if (!*item) return 0;
        only = key_of(**item, record->period);
    }
    const auto read = each_row(*names, [&]() -> Result<> {
        const RecordKey key{names->integer(0), 0, names->integer(2), names->integer(1), names->integer(3)};
        if (!only || only->same_record(key)) places.push_back({*its, key, names->integer(4)});
        return {};
    });
    if (!read) return pass_on(read.error());
    for (const Place& place : places) {
        if (auto ended = end_set_aside(place); !ended) return pass_on(ended.error());
        if (auto waits = let_wait(place); !waits) return pass_on(waits.error());
    }
    if (auto done = transaction.commit(); !done) return pass_on(done.error());
    committed();
    tidy(file_);
    return places.size();
}

}  // namespace mg
