#include "gateway/accounting/sqlite_books.h"

#include <fstream>

#include <gtest/gtest.h>

#include "gateway/accounting/outbox.h"
#include "gateway/base/sqlite.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;

class BooksTest : public ::testing::Test {
protected:
    void open() { books_ = open_books_or_fail(file_); }
    void close() { books_.reset(); }
    Books& books() { return *books_; }

    static StatPeriod quarter(int n) {
        return {StatType::real_time, kMidnight + n * kQuarter, kMidnight + (n + 1) * kQuarter};
    }
    static ItemRecord record(const std::string& item, const StatPeriod& period, const Decimal& value) {
        ItemRecord record;
        record.item = item;
        record.period = period;
        record.value = value;
        record.exact = value.to_string();
        record.total = "100/3";
        record.computed_at = period.to;
        return record;
    }
    std::size_t commit(const std::vector<ItemRecord>& records) {
        const auto made = books().commit({.records = records});
        EXPECT_TRUE(made) << made.error().what;
        return made ? made->size() : 0;
    }
    std::vector<std::string> texts(const RecordQuery& query) {
        std::vector<std::string> all;
        const auto found = books().records(query);
        EXPECT_TRUE(found) << found.error().what;
        for (const ItemRecord& each : *found) all.push_back(text_of(each));
        return all;
    }
    static DatedRecord entry(const std::string& author, bool needs_confirmation = false) {
        DatedRecord record;
        record.body =
            EnteredValue{"coal_in", {StatType::day, kMidnight, kMidnight + days{1}}, Decimal{325, -1}, 5, ""};
        record.author = author;
        record.needs_confirmation = needs_confirmation;
        return record;
    }
    std::vector<std::string> causes() {
        std::vector<std::string> all;
        const auto to_do = books().to_do();
        for (const Recomputation& work : *to_do) all.push_back(work.cause);
        return all;
    }
    using Texts = std::vector<std::string>;

    TemporaryFolder folder_;
    fs::path file_ = folder_.path() / "books.db";
    std::unique_ptr<Books> books_ = open_books_or_fail(file_);
};

// ---- records and revisions ----

TEST_F(BooksTest, AChangedFigureIsANewRevisionAndTheOldOneStays) {
    EXPECT_EQ(commit({record("elec", quarter(0), Decimal{12, -1})}), 1U);
    ItemRecord corrected = record("elec", quarter(0), Decimal{13, -1});
    corrected.cause = "replacement 17";

    const auto made = books().commit({.records = {corrected}});

    ASSERT_TRUE(made) << made.error().what;
    ASSERT_EQ(made->size(), 1U);
    EXPECT_EQ(made->front().revision, 1U);
    corrected.revision = 1;
    EXPECT_EQ(texts({}), Texts{text_of(corrected)});
    EXPECT_EQ(texts({.all_revisions = true}).size(), 2U);
}

TEST_F(BooksTest, AMarkOrAnotherInputTypeOrALostValueIsARevisionToo) {
    ItemRecord figure = record("elec", quarter(0), Decimal{12, -1});
    EXPECT_EQ(commit({figure}), 1U);
    figure.marks = Mark::end_bridged;
    EXPECT_EQ(commit({figure}), 1U);
    figure.input_type = 5;
    EXPECT_EQ(commit({figure}), 1U);
    figure.value.reset();
    EXPECT_EQ(commit({figure}), 1U);
    EXPECT_EQ(commit({figure}), 0U);
    EXPECT_EQ(texts({.all_revisions = true}).size(), 4U);
}

TEST_F(BooksTest, ACarryThatMovesOnlyTheTotalMakesNoRevisionButIsKept) {
    ItemRecord figure = record("elec", quarter(0), Decimal{120, -2});
    figure.cause = "late readings of hv_kiln";
    commit({figure});
    ItemRecord carried = figure;
    carried.value = Decimal{12, -1};
    carried.total = "200/3";
    carried.exact = "6/5";
    carried.item_version = kMidnight;
    carried.cause = "replacement 17";
    carried.computed_at += days{1};

    EXPECT_EQ(commit({carried}), 0U);

    const auto kept = books().records({.all_revisions = true});
    ASSERT_EQ(kept->size(), 1U);
    EXPECT_EQ(kept->front().revision, 0U);
    EXPECT_EQ(kept->front().total, "200/3");
    EXPECT_EQ(kept->front().exact, "6/5");
    EXPECT_EQ(kept->front().item_version, kMidnight);
    EXPECT_EQ(kept->front().cause, "late readings of hv_kiln") << "what made the revision";
    EXPECT_EQ(kept->front().computed_at, figure.computed_at);
}

TEST_F(BooksTest, APeriodOfAnotherLengthIsAnotherRecord) {
    const StatPeriod half_hour{StatType::real_time, kMidnight, kMidnight + 2 * kQuarter};
    EXPECT_EQ(commit({record("elec", quarter(0), Decimal{1, 0}), record("elec", half_hour, Decimal{2, 0})}),
              2U);
    EXPECT_EQ(texts({}).size(), 2U);
}

TEST_F(BooksTest, AQueryGivesItsItemsTypesAndTimesInOrder) {
    const StatPeriod day{StatType::day, kMidnight, kMidnight + days{1}};
    const ItemRecord b0 = record("b", quarter(0), Decimal{1, 0});
    const ItemRecord b40 = record("b", quarter(40), Decimal{2, 0});
    const ItemRecord a1 = record("a", quarter(1), Decimal{3, 0});
    const ItemRecord a_day = record("a", day, Decimal{4, 0});
    commit({b40, a_day, b0, a1});

    EXPECT_EQ(texts({}), (Texts{text_of(a1), text_of(a_day), text_of(b0), text_of(b40)}));
    EXPECT_EQ(texts({.items = {"b"}}), (Texts{text_of(b0), text_of(b40)}));
    EXPECT_EQ(texts({.items = {"nobody"}}), Texts{});
    EXPECT_EQ(texts({.items = {}, .type = StatType::day}), Texts{text_of(a_day)});
    EXPECT_EQ(texts({.items = {}, .type = {}, .from = quarter(1).from, .to = quarter(40).from}),
              Texts{text_of(a1)});
    EXPECT_EQ(texts({.items = {}, .type = {}, .from = quarter(1).from}), (Texts{text_of(a1), text_of(b40)}));
    EXPECT_EQ(texts({.items = {}, .type = {}, .from = kMidnight, .to = kMidnight}), Texts{});
    EXPECT_EQ(texts({.most = 3}), (Texts{text_of(a1), text_of(a_day), text_of(b0)}));
    EXPECT_EQ(texts({.most = 0}), Texts{});
}

TEST_F(BooksTest, TheLimitNeverGivesAnOldRevisionForTheNewest) {
    commit({record("a", quarter(0), Decimal{1, 0})});
    commit({record("a", quarter(0), Decimal{2, 0}), record("a", quarter(1), Decimal{3, 0})});

    const auto first = books().records({.most = 1});

    ASSERT_EQ(first->size(), 1U);
    EXPECT_EQ(first->front().revision, 1U);
}

TEST_F(BooksTest, WhatWasCommittedIsThereAfterARestart) {
    Inventor invent{7};
    NaiveBooks naive;
    for (int step = 0; step < 30; ++step) {
        const BooksChange change = invent.change(*naive.to_do());
        ASSERT_TRUE(books().commit(change));
        ASSERT_TRUE(naive.commit(change));
    }
    close();
    open();
    EXPECT_EQ(contents(books()), contents(naive));
}

TEST_F(BooksTest, OnlyTheirOwnerCanReadThemTheirLogAndTheirCopiesAlsoWhenTheyWereWiderBefore) {
    constexpr auto kOthers = fs::perms::group_all | fs::perms::others_all;
    const auto seen_by_others = [](const fs::path& file) { return fs::status(file).permissions() & kOthers; };
    ASSERT_TRUE(books().outbox().put_state({"province"}, {{"secret_key", "k"}}));
    ASSERT_TRUE(books().copy_to(folder_.path() / "copy.db"));

    EXPECT_EQ(seen_by_others(file_), fs::perms::none);
    EXPECT_EQ(seen_by_others(file_.native() + "-wal"), fs::perms::none);
    EXPECT_EQ(seen_by_others(folder_.path() / "copy.db"), fs::perms::none);

    close();
    fs::permissions(file_, fs::perms::group_read | fs::perms::others_read, fs::perm_options::add);
    open();
    EXPECT_EQ(seen_by_others(file_), fs::perms::none);
}

// ---- what people put on record ----

TEST_F(BooksTest, ARecordStandsUnderItsOwnIdWithWhoAndWhy) {
    DatedRecord given = entry("li");
    given.id = 99;
    given.remark = "盘库";
    given.revoked_by = "nobody";
    given.revoked_at = kMidnight;

    const auto id = books().put(given);

    ASSERT_TRUE(id) << id.error().what;
    const auto kept = books().dated(*id);
    EXPECT_EQ((*kept)->id, *id);
    EXPECT_EQ((*kept)->body, given.body);
    EXPECT_EQ((*kept)->remark, "盘库");
    EXPECT_TRUE((*kept)->in_force()) << "nobody is born revoked";
    EXPECT_EQ(*books().dated(DatedId{4711}), std::nullopt);
}

TEST_F(BooksTest, OfSeveralRecordsAllOrNoneArePut) {
    DatedRecord unsigned_one = entry("");
    const auto refused = books().put_all({entry("li"), unsigned_one});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Failure::rejected);
    EXPECT_TRUE(books().dated(DatedQuery{})->empty());
    EXPECT_EQ(books().put_all({entry("li"), entry("wang")})->size(), 2U);
}

TEST_F(BooksTest, ASecondPersonConfirmsAndOnlyThenItCounts) {
    const DatedId id = *books().put(entry("li", true));
    EXPECT_TRUE(books().dated(DatedQuery{})->empty());
    EXPECT_TRUE(causes().empty());

    const auto by_the_author = books().confirm(id, "li", kMidnight);
    ASSERT_FALSE(by_the_author);
    EXPECT_EQ(by_the_author.error().kind, Failure::rejected);
    EXPECT_FALSE(books().confirm(id, "", kMidnight));
    ASSERT_TRUE(books().confirm(id, "wang", kMidnight));

    EXPECT_TRUE((*books().dated(id))->in_force());
    EXPECT_EQ((*books().dated(id))->confirmed_by, "wang");
    EXPECT_EQ(causes(), Texts{"entry 1"});
    EXPECT_FALSE(books().confirm(id, "zhang", kMidnight)) << "confirmed already";
    const DatedId other = *books().put(entry("li"));
    EXPECT_FALSE(books().confirm(other, "wang", kMidnight)) << "nothing to confirm";
    EXPECT_FALSE(books().confirm(4711, "wang", kMidnight)) << "no such record";
}

TEST_F(BooksTest, ARevokedRecordStaysButDoesNotCount) {
    const DatedId id = *books().put(entry("li"));
    ASSERT_TRUE(books().revoke(id, "wang", "wrong month", kMidnight));

    EXPECT_TRUE(books().dated(DatedQuery{})->empty());
    const auto all = books().dated({.kind = {}, .subject = {}, .also_void = true});
    ASSERT_EQ(all->size(), 1U);
    EXPECT_EQ(all->front().revoke_remark, "wrong month");
    EXPECT_EQ(causes(), (Texts{"entry 1", "entry 1 revoked"}));
    EXPECT_FALSE(books().revoke(id, "wang", "", kMidnight)) << "revoked already";
    EXPECT_FALSE(books().revoke(4711, "wang", "", kMidnight)) << "no such record";
    EXPECT_FALSE(books().revoke(*books().put(entry("li")), "", "", kMidnight)) << "by nobody";
    const DatedId unconfirmed = *books().put(entry("li", true));
    ASSERT_TRUE(books().revoke(unconfirmed, "li", "", kMidnight));
    EXPECT_FALSE(books().confirm(unconfirmed, "wang", kMidnight)) << "revoked";
}

TEST_F(BooksTest, WhatComesIntoForceIsToBeComputedAgainAndNoCrashCanForgetIt) {
    const DatedId id = *books().put(entry("li"));
    DatedRecord lock = entry("li");
    lock.body = PeriodLock{{StatType::day, kMidnight, kMidnight + days{1}}};
    const DatedId locked = *books().put(lock);

    close();
    open();

    const auto work = *books().to_do();
    ASSERT_EQ(work.size(), 1U) << "a lock changes no figure";
    EXPECT_EQ(work.front().cause, "entry " + std::to_string(id));
    EXPECT_EQ(work.front().from, kMidnight);
    EXPECT_EQ(work.front().to, kMidnight + days{1});
    EXPECT_EQ(work.front().items, Texts{"coal_in"});
    ASSERT_TRUE(books().commit({.done = {work.front().id}}));
    EXPECT_TRUE(causes().empty());
    ASSERT_TRUE(books().revoke(locked, "li", "", kMidnight));
    EXPECT_EQ(causes(), Texts{"lock 2 revoked"});
}

TEST_F(BooksTest, DatedRecordsAreFoundByKindSubjectTimeAndPage) {
    DatedRecord stop = entry("li");
    stop.body = ProductionStop{{{"hv_kiln"}, {"hv_raw"}}, kMidnight, {}};
    DatedRecord out = entry("li");
    out.body = OutOfService{{"hv_kiln"}, kMidnight + days{3}, {}};
    ASSERT_TRUE(books().put_all({entry("li"), stop, out, entry("wang")}));
    const auto ids = [&](const DatedQuery& query) {
        std::vector<DatedId> all;
        const auto found = books().dated(query);
        for (const DatedRecord& each : *found) all.push_back(each.id);
        return all;
    };
    using Ids = std::vector<DatedId>;

    EXPECT_EQ(ids({}), (Ids{1, 2, 3, 4}));
    EXPECT_EQ(ids({.kind = "entry", .subject = {}}), (Ids{1, 4}));
    EXPECT_EQ(ids({.kind = {}, .subject = "hv_kiln"}), (Ids{2, 3}));
    EXPECT_EQ(ids({.kind = {}, .subject = "hv"}), Ids{});
    EXPECT_EQ(ids({.kind = "production_stop", .subject = "hv_raw"}), Ids{2});
    EXPECT_EQ(ids({.kind = {}, .subject = {}, .from = kMidnight + days{1}}), Ids{3});
    EXPECT_EQ(ids({.kind = {}, .subject = {}, .to = kMidnight + days{1}}), (Ids{1, 2, 4}));
    EXPECT_EQ(ids({.kind = {}, .subject = {}, .after = 1, .most = 2}), (Ids{2, 3}));
}

// ---- the state of the accounting ----

TEST_F(BooksTest, TheNewestCheckpointBeforeAnInstantIsGivenAndOldOnesAreForgottenButTheLast) {
    const auto at = [](int day, const std::string& state) {
        return LifeCheckpoint{{"hv_kiln"}, {"energy_import"}, kMidnight + days{day}, state};
    };
    ASSERT_TRUE(books().commit({.checkpoints = {at(1, "one"), at(2, "two"), at(3, "three")}}));
    const auto state = [&](int day) {
        const auto found = *books().checkpoints(kMidnight + days{day});
        return found.empty() ? "none" : found.front().state;
    };
    EXPECT_EQ(state(0), "none");
    EXPECT_EQ(state(2), "two");
    EXPECT_EQ(state(9), "three");

    ASSERT_TRUE(books().commit({.forget_checkpoints_before = kMidnight + days{3}}));
    EXPECT_EQ(state(1), "none");
    EXPECT_EQ(state(2), "two") << "the newest before it stays";
    ASSERT_TRUE(books().commit({.checkpoints = {at(2, "two again")}}));
    EXPECT_EQ(state(2), "two again");
}

TEST_F(BooksTest, ABreakStandsUntilItIsEnded) {
    const IndexBreak found{{"hv_kiln"},   {"energy_import"}, kMidnight, kMidnight + kQuarter,
                           Decimal{9, 0}, Decimal{1, -1},    kMidnight};
    IndexBreak again = found;
    again.found_at += days{1};
    ASSERT_TRUE(books().commit({.new_breaks = {found}}));
    ASSERT_TRUE(books().commit({.new_breaks = {again}}));
    EXPECT_EQ(*books().breaks(), std::vector{found}) << "found again is the same";

    ASSERT_TRUE(books().commit({.ended_breaks = {again}}));
    EXPECT_TRUE(books().breaks()->empty());
    ASSERT_TRUE(books().commit({.ended_breaks = {again}, .new_breaks = {again}}));
    EXPECT_EQ(*books().breaks(), std::vector{again});
}

TEST_F(BooksTest, ARecordOfAClosedPeriodStaysAndTheChangeWaitsAcrossARestart) {
    const StatPeriod day{StatType::day, kMidnight, kMidnight + days{1}};
    commit({record("coal_in", day, Decimal{7, 0})});
    const DatedId lock = books().put({.body = PeriodLock{day}, .author = "li"}).value();
    EXPECT_TRUE(*books().is_closed(day));
    EXPECT_TRUE(*books().is_closed(quarter(95)));
    EXPECT_FALSE(*books().is_closed(quarter(96)));
    EXPECT_FALSE(*books().is_closed({StatType::month, kMidnight, kMidnight + days{30}}));

    ItemRecord change = record("coal_in", day, Decimal{9, 0});
    change.cause = "entry 4";
    EXPECT_EQ(commit({change}), 0U);
    close();
    open();

    EXPECT_EQ(books().records({})->front().value, (Decimal{7, 0}));
    const auto asked = books().requests({}).value();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked.front().wanted.value, (Decimal{9, 0}));
    EXPECT_EQ(asked.front().stands->value, (Decimal{7, 0}));
    EXPECT_EQ(asked.front().wanted.cause, "entry 4");

    ASSERT_TRUE(books().revoke(lock, "li", "why", kMidnight));
    EXPECT_FALSE(*books().is_closed(day));
    change.cause = "lock 1 revoked";
    EXPECT_EQ(commit({change}), 1U);
    EXPECT_EQ(books().records({})->front().cause, "entry 4; lock 1 revoked");
    EXPECT_TRUE(books().requests({})->empty());
    EXPECT_FALSE(*books().wanted("coal_in", day));
}

TEST_F(BooksTest, ALockThatWaitsForASecondPersonClosesNothing) {
    const StatPeriod day{StatType::day, kMidnight, kMidnight + days{1}};
    const DatedId lock =
        books().put({.body = PeriodLock{day}, .author = "li", .needs_confirmation = true}).value();
    EXPECT_FALSE(*books().is_closed(day));
    ASSERT_TRUE(books().confirm(lock, "wang", kMidnight));
    EXPECT_TRUE(*books().is_closed(day));
}

// ---- the file ----

std::string bytes_of(const fs::path& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

TEST_F(BooksTest, DatedRecordsAreReadFromBooksThatAreOpenElsewhere) {
    const auto id =
        books_->put(DatedRecord{.body = InitialInstrument{{"hv_kiln"}, "SN-A", {}}, .author = "meters.csv"});
    ASSERT_TRUE(id);

    const auto records = Books::dated_in(file_);

    ASSERT_TRUE(records) << records.error().what;
    ASSERT_EQ(records->size(), 1U);
    EXPECT_EQ(records->front().id, *id);
    EXPECT_TRUE(Books::dated_in(file_.native() + ".absent")->empty());
    EXPECT_FALSE(fs::exists(file_.native() + ".absent"));
}

TEST_F(BooksTest, BooksOfALaterVersionAreRefusedInOneLine) {
    close();
    {
        auto file = sqlite::Database::open(file_, sqlite::Access::write);
        ASSERT_TRUE(file->execute("UPDATE books SET value = 99 WHERE key = 'format'"));
    }
    const auto opened = Books::open(file_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, Failure::invalid_config);
    EXPECT_NE(opened.error().what.find("later version (format 99"), std::string::npos) << opened.error().what;
}

TEST_F(BooksTest, DamagedBooksAreSaidToBeSoAndNotTouched) {
    for (int n = 0; n < 400; ++n) commit({record("elec", quarter(n), Decimal{n, 0})});
    close();
    const std::string sound = bytes_of(file_);
    struct Case {
        std::string name;
        std::string bytes;
    };
    std::string page = sound;
    page.replace(page.size() / 2, 4096, std::string(4096, 'x'));
    for (const Case& damage :
         {Case{"empty", ""}, Case{"text", "hello, this is no database at all, not even nearly"},
          Case{"a page", page}, Case{"half", sound.substr(0, sound.size() / 2)}}) {
        std::ofstream{file_, std::ios::binary | std::ios::trunc} << damage.bytes;
        const auto opened = Books::open(file_);
        ASSERT_FALSE(opened) << damage.name;
        EXPECT_EQ(opened.error().kind, Failure::corrupt) << damage.name << ": " << opened.error().what;
        EXPECT_EQ(opened.error().what.find('\n'), std::string::npos) << opened.error().what;
        EXPECT_EQ(bytes_of(file_), damage.bytes) << damage.name;
    }
    // Another program's database.
    fs::remove(file_);
    {
        auto other = sqlite::Database::open(file_, sqlite::Access::create);
        ASSERT_TRUE(other->execute("CREATE TABLE t(x)"));
    }
    EXPECT_EQ(Books::open(file_).error().kind, Failure::corrupt);
    // The file is gone, its log is there.
    fs::remove(file_);
    std::ofstream{file_.native() + "-wal"} << "frames";
    EXPECT_EQ(Books::open(file_).error().kind, Failure::corrupt);
    EXPECT_FALSE(fs::exists(file_));
}

TEST_F(BooksTest, ACopyIsTheBooksAsOfThenAndOpens) {
    commit({record("elec", quarter(0), Decimal{1, 0})});
    ASSERT_TRUE(books().put(entry("li")));
    const std::string then = contents(books());

    ASSERT_TRUE(books().copy_to(folder_.path() / "copy.db"));
    commit({record("elec", quarter(1), Decimal{1, 0})});

    EXPECT_EQ(contents(*open_books_or_fail(folder_.path() / "copy.db")), then);
    EXPECT_TRUE(books().check());
}

}  // namespace
}  // namespace mg::test
