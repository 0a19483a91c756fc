#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "gateway/accounting/books.h"
#include "tests/unit/accounting/outbox_fixture.h"

namespace mg::test {

/// 2026-11-22 00:00 at a site at +08:00.
inline constexpr UtcTime kMidnight{milliseconds{1'795'276'800'000}};
inline constexpr milliseconds kQuarter{std::chrono::minutes{15}};

/// Made-up contents of books; the same seed gives the same.
class Inventor {
public:
    explicit Inventor(std::uint64_t seed) : random_{seed} {}

    std::size_t below(std::size_t limit) { return random_() % limit; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    Decimal decimal();
    UtcTime time();
    std::string text();
    /// Each kind as often; sound.
    DatedBody body();
    DatedBody body(std::size_t kind);
    /// As somebody hands it in: sound, neither confirmed nor revoked, id 0.
    DatedRecord record();
    /// Of a few items and periods, so that many are revisions of others.
    ItemRecord item_record();
    BooksChange change(const std::vector<Recomputation>& to_do);

private:
    std::mt19937_64 random_;
};

/// What Books promise, kept in maps. Copies are what the books were.
class NaiveBooks final : public Books {
public:
    Result<std::vector<DatedId>> put_all(const std::vector<DatedRecord>& records) override;
    Result<> revoke(DatedId id, const std::string& person, const std::string& remark, UtcTime at) override;
    Result<> confirm(DatedId id, const std::string& person, UtcTime at) override;
    Result<std::optional<DatedRecord>> dated(DatedId id) override;
    Result<std::vector<DatedRecord>> dated(const DatedQuery& query) override;
    Result<std::vector<ItemRecord>> commit(const BooksChange& change) override;
    Result<std::optional<BooksCursor>> cursor() override { return cursor_; }
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
    /// Of items anew from all revisions, each time.
    Result<> strips(const StripQuery& query, const std::function<void(const DayStrip&)>& use) override;
    Result<std::map<std::string, UtcTime>> strips_begin(StripKind kind) override;
    Result<std::optional<BooksCursor>> boundary_cursor() override { return boundary_cursor_; }
    Outbox& outbox() override { return outbox_; }
    Result<> copy_to(const std::filesystem::path& /*file*/) override { return {}; }
    Result<> check() override { return {}; }

private:
    using Register = std::pair<MeterId, PointId>;
    using Strips = std::map<std::tuple<UtcTime, std::string, milliseconds>, DayStrip>;
    [[nodiscard]] Strips all_strips(StripKind kind) const;
    void note_effect(const DatedRecord& record, bool revoked);

    std::map<DatedId, DatedRecord> dated_;
    std::map<std::tuple<std::string, StatPeriod>, std::vector<ItemRecord>> records_;
    std::map<std::tuple<std::string, StatPeriod>, ItemRecord> wanted_;
    std::map<Register, std::map<UtcTime, std::string>> checkpoints_;
    std::map<std::tuple<Register, UtcTime>, IndexBreak> breaks_;
    std::map<std::int64_t, Recomputation> work_;
    std::int64_t last_work_{0};
    std::set<BasisLine> basis_;
    std::optional<BooksCursor> cursor_;
    std::map<std::tuple<std::string, UtcTime>, std::uint8_t> boundaries_;  ///< of quarter-hours
    std::map<std::string, UtcTime> boundaries_begin_;
    std::optional<BooksCursor> boundary_cursor_;
    NaiveOutbox outbox_;
};

std::string text_of(const ItemRecord& record);
/// All that can be read from books, a line each; an error is a line too.
std::string contents(Books& books);
/// What became of each period and boundary.
std::string strips_of(Books& books);
/// Which days, months and years stand in them, and which are reported.
std::string states(Books& books);

std::unique_ptr<Books> open_books_or_fail(const std::filesystem::path& file);

}  // namespace mg::test
