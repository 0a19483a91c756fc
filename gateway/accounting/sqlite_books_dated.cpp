#include <algorithm>

#include <fmt/ranges.h>

#include "gateway/accounting/books_rows.h"
#include "gateway/accounting/dated_record_json.h"
#include "gateway/accounting/sqlite_books.h"
#include "gateway/base/language.h"

// What people put on record, and the work that follows from it.
namespace mg {
namespace {

using namespace books;

constexpr std::string_view kPut =
    "INSERT INTO dated(kind, subject, begin, body, author, remark, entered_at, needs_confirmation) "
    "VALUES(?, ?, ?, ?, ?, ?, ?, ?) RETURNING id";
constexpr std::string_view kConfirm = "UPDATE dated SET confirmed_by = ?, confirmed_at = ? WHERE id = ?";
constexpr std::string_view kRevoke =
    "UPDATE dated SET revoked_by = ?, revoked_at = ?, revoke_remark = ? WHERE id = ?";
constexpr std::string_view kRead =
    "SELECT id, kind, body, author, remark, entered_at, needs_confirmation, confirmed_by, confirmed_at, "
    "revoked_by, revoked_at, revoke_remark FROM dated WHERE ";
constexpr std::string_view kById = "id = ?";
constexpr std::string_view kByTime = "id > ?1 AND begin >= ?2 AND begin < ?3";
constexpr std::string_view kOfKind = " AND kind = ?4";
// Only a production stop is about several meters.
constexpr std::string_view kOfSubject =
    " AND (subject = ?5 OR (kind = 'production_stop' "
    "AND instr(' ' || subject || ' ', ' ' || ?5 || ' ') > 0))";
constexpr std::string_view kInForce =
    " AND revoked_at IS NULL AND (needs_confirmation = 0 OR confirmed_at IS NOT NULL)";
constexpr std::string_view kInOrder = " ORDER BY id LIMIT ?6";
constexpr std::string_view kNote = "INSERT INTO work(\"from\", \"to\", items, cause) VALUES(?, ?, ?, ?)";
constexpr std::string_view kReadWork = "SELECT id, \"from\", \"to\", items, cause FROM work ORDER BY id";
constexpr std::string_view kDone = "DELETE FROM work WHERE id = ?";

tl::unexpected<Error> rejected(std::string_view en, std::string_view zh) {
    return fail(Failure::rejected, std::string(tr(en, zh)));
}

tl::unexpected<Error> unknown(DatedId id) {
    return fail(Failure::rejected, trf("there is no record {}", "没有编号为 {} 的记录", id));
}

std::optional<UtcTime> optional_time(const sqlite::Statement& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return time(row.integer(column));
}

/// Ids have no spaces.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

}  // namespace

Result<DatedRecord> SqliteBooks::dated_row(const sqlite::Statement& row) const {
    auto body = dated_body_from_json(row.text(1), row.text(2));
    if (!body) {
        return tl::unexpected<Error>(damaged(trf("record {0} cannot be read: {1}", "记录 {0} 无法读取：{1}",
                                                 row.integer(0), body.error().what)));
    }
    return DatedRecord{.id = row.integer(0),
                       .body = std::move(*body),
                       .author = std::string(row.text(3)),
                       .remark = std::string(row.text(4)),
                       .entered_at = time(row.integer(5)),
                       .needs_confirmation = row.integer(6) != 0,
                       .confirmed_by = std::string(row.text(7)),
                       .confirmed_at = optional_time(row, 8),
                       .revoked_by = std::string(row.text(9)),
                       .revoked_at = optional_time(row, 10),
                       .revoke_remark = std::string(row.text(11))};
}

Result<std::optional<DatedRecord>> SqliteBooks::find(DatedId id) {
    auto found = file_.prepare(std::string{kRead}.append(kById));
    if (!found) return pass_on(found.error());
    const auto row = found->bind(1, id).step();
    if (!row) return pass_on(row.error());
    if (!*row) return std::nullopt;
    auto record = dated_row(*found);
    if (!record) return pass_on(record.error());
    return std::move(*record);
}

Result<> SqliteBooks::note(const Recomputation& work) {
    auto insert = file_.prepare(kNote);
    if (!insert) return pass_on(insert.error());
    const std::string items = fmt::format("{}", fmt::join(work.items, " "));
    insert->bind(1, number(work.from)).bind(3, std::string_view{items}).bind(4, std::string_view{work.cause});
    if (work.to) insert->bind(2, number(*work.to));
    return insert->run();
}

Result<> SqliteBooks::note_effect(const DatedRecord& record, bool revoked) {
    const bool changes_no_figure = std::holds_alternative<PeriodLock>(record.body) ||
                                   std::holds_alternative<InitialInstrument>(record.body);
    if (!concerns_figures(record.body) || (changes_no_figure && !revoked)) return {};
    const bool one_item = std::holds_alternative<OpeningAmount>(record.body) ||
                          std::holds_alternative<EnteredValue>(record.body);
    return note(
        {.id = 0,
         .from = begin_of(record.body),
         .to = end_of(record.body),
         .items = one_item ? std::vector{subject_of(record.body)} : std::vector<std::string>{},
         .cause = fmt::format("{} {}{}", kind_of(record.body), record.id, revoked ? " revoked" : "")});
}

Result<std::vector<DatedId>> SqliteBooks::put_all(const std::vector<DatedRecord>& records) {
    for (const DatedRecord& record : records) {
        if (auto checked = sound(record); !checked) return pass_on(checked.error());
    }
    const std::scoped_lock lock{mutex_};
    Transaction transaction{file_};
    if (auto begun = transaction.begin(); !begun) return pass_on(begun.error());
    auto put = file_.prepare(kPut);
    if (!put) return pass_on(put.error());
    std::vector<DatedId> ids;
    for (DatedRecord record : records) {
        const std::string subject = subject_of(record.body);
        const std::string body = json_of(record.body);
        put->bind(1, kind_of(record.body))
            .bind(2, std::string_view{subject})
            .bind(3, number(begin_of(record.body)))
            .bind(4, std::string_view{body})
            .bind(5, std::string_view{record.author})
            .bind(6, std::string_view{record.remark})
            .bind(7, number(record.entered_at))
            .bind(8, std::int64_t{record.needs_confirmation});
        const auto id = returned(*put);
        if (!id) return pass_on(id.error());
        record.id = *id;
        if (!record.needs_confirmation) {
            if (auto noted = note_effect(record, false); !noted) return pass_on(noted.error());
        }
        ids.push_back(*id);
    }
    if (auto committed = transaction.commit(); !committed) return pass_on(committed.error());
    locks_.reset();
    tidy(file_);
    return ids;
}

Result<> SqliteBooks::confirm(DatedId id, const std::string& person, UtcTime at) {
    if (person.empty()) return rejected("nobody confirms", "没有确认人");
    const std::scoped_lock lock{mutex_};
    Transaction transaction{file_};
    if (auto begun = transaction.begin(); !begun) return begun;
    auto record = find(id);
    if (!record) return pass_on(record.error());
    if (!*record) return unknown(id);
    if (!(*record)->needs_confirmation) return rejected("it needs no confirmation", "此记录无须确认");
    if ((*record)->revoked_at) return rejected("it is revoked", "此记录已撤销");
    if ((*record)->confirmed_at) return rejected("it is confirmed already", "此记录已确认");
    if ((*record)->author == person) {
        return rejected("the author himself cannot confirm it", "不能由录入人本人确认");
    }
    auto update = file_.prepare(kConfirm);
    if (!update) return pass_on(update.error());
    update->bind(1, std::string_view{person}).bind(2, number(at)).bind(3, id);
    if (auto updated = update->run(); !updated) return updated;
    if (auto noted = note_effect(**record, false); !noted) return noted;
    if (auto committed = transaction.commit(); !committed) return committed;
    locks_.reset();
    tidy(file_);
    return {};
}

Result<> SqliteBooks::revoke(DatedId id, const std::string& person, const std::string& remark, UtcTime at) {
    if (person.empty()) return rejected("nobody revokes", "没有撤销人");
    const std::scoped_lock lock{mutex_};
    Transaction transaction{file_};
    if (auto begun = transaction.begin(); !begun) return begun;
    auto record = find(id);
    if (!record) return pass_on(record.error());
    if (!*record) return unknown(id);
    if ((*record)->revoked_at) return rejected("it is revoked already", "此记录已撤销");
    auto update = file_.prepare(kRevoke);
    if (!update) return pass_on(update.error());
    update->bind(1, std::string_view{person})
        .bind(2, number(at))
        .bind(3, std::string_view{remark})
        .bind(4, id);
    if (auto updated = update->run(); !updated) return updated;
    if ((*record)->in_force()) {
        if (auto noted = note_effect(**record, true); !noted) return noted;
    }
    if (auto committed = transaction.commit(); !committed) return committed;
    locks_.reset();
    tidy(file_);
    return {};
}

Result<std::optional<DatedRecord>> SqliteBooks::dated(DatedId id) {
    const std::scoped_lock lock{mutex_};
    return find(id);
}

Result<std::vector<DatedRecord>> SqliteBooks::dated(const DatedQuery& query) {
    const std::scoped_lock lock{mutex_};
    // Put together from what is asked, so that the indexes are used.
    std::string sql = std::string{kRead}.append(kByTime);
    if (!query.kind.empty()) sql += kOfKind;
    if (!query.subject.empty()) sql += kOfSubject;
    if (!query.also_void) sql += kInForce;
    auto rows = file_.prepare(sql.append(kInOrder));
    if (!rows) return pass_on(rows.error());
    constexpr std::size_t kUnlimited = std::numeric_limits<std::int64_t>::max();
    rows->bind(1, query.after)
        .bind(2, number(query.from))
        .bind(3, number(query.to))
        .bind(4, std::string_view{query.kind})
        .bind(5, std::string_view{query.subject})
        .bind(6, static_cast<std::int64_t>(std::min(query.most, kUnlimited)));
    std::vector<DatedRecord> records;
    const auto read = each_row(*rows, [&]() -> Result<> {
        auto record = dated_row(*rows);
        if (!record) return pass_on(record.error());
        records.push_back(std::move(*record));
        return {};
    });
    if (!read) return pass_on(read.error());
    return records;
}

Result<> SqliteBooks::write_work(const BooksChange& change) {
    for (const Recomputation& work : change.to_do) {
        if (auto noted = note(work); !noted) return noted;
    }
    auto done = file_.prepare(kDone);
    if (!done) return pass_on(done.error());
    for (const std::int64_t id : change.done) {
        if (auto removed = done->bind(1, id).run(); !removed) return removed;
    }
    return {};
}

Result<std::vector<Recomputation>> SqliteBooks::to_do() {
    const std::scoped_lock lock{mutex_};
    auto rows = file_.prepare(kReadWork);
    if (!rows) return pass_on(rows.error());
    std::vector<Recomputation> work;
    const auto read = each_row(*rows, [&]() -> Result<> {
        work.push_back({.id = rows->integer(0),
                        .from = time(rows->integer(1)),
                        .to = optional_time(*rows, 2),
                        .items = words_of(rows->text(3)),
                        .cause = std::string(rows->text(4))});
        return {};
    });
    if (!read) return pass_on(read.error());
    return work;
}

}  // namespace mg
