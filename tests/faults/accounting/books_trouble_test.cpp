#include <algorithm>
#include <cstdlib>
#include <functional>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/crash_vfs.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/accounting/books_fixture.h"

// The power fails before any operation of a life of the books, or an operation fails. After it the books are
// what they were before the write in question, or after it, and nothing else; with the power on only before.
namespace mg::test {
namespace {

using Step = std::function<Result<>(Books&)>;

template <class T>
Result<> without_answer(Result<T> result) {
    if (!result) return tl::unexpected<Error>(result.error());
    return {};
}

/// What people and the accounting do with the books, the same every time. Steps that are rejected by the
/// rules of the books are no trouble.
std::vector<Step> scripted_life(std::uint64_t seed, std::size_t length) {
    std::vector<Step> life;
    Inventor invent{seed};
    for (std::size_t step = 0; step < length; ++step) {
        const auto id = static_cast<DatedId>(1 + invent.below(6));
        switch (invent.below(8)) {
            case 0: {
                const std::vector<DatedRecord> records{invent.record(), invent.record(), invent.record()};
                life.emplace_back([=](Books& books) { return without_answer(books.put_all(records)); });
                break;
            }
            case 5:
            case 6:
            case 7: {
                const OutboxStep outbox_step = invent_outbox_step(invent);
                life.emplace_back([=](Books& books) -> Result<> {
                    const auto done = outbox_step(books);
                    if (done || done.error().kind == Failure::rejected) return {};
                    return tl::unexpected<Error>(done.error());
                });
                break;
            }
            case 1:
                life.emplace_back([=](Books& books) {
                    const auto confirmed = books.confirm(id, "chen", kMidnight);
                    return confirmed || confirmed.error().kind != Failure::rejected ? confirmed : Result<>{};
                });
                break;
            case 2:
                life.emplace_back([=](Books& books) {
                    const auto revoked = books.revoke(id, "chen", "why", kMidnight);
                    return revoked || revoked.error().kind != Failure::rejected ? revoked : Result<>{};
                });
                break;
            default: {
                // `done` names work that may exist; that it does not is no matter.
                const BooksChange change = invent.change({{.id = 1}, {.id = 2}, {.id = 5}});
                life.emplace_back([=](Books& books) { return without_answer(books.commit(change)); });
            }
        }
    }
    return life;
}

/// Commits that fill the log until it is moved into the file.
std::vector<Step> long_life() {
    std::vector<Step> life;
    // Two times over: few records of several pages each, because all of them are compared again and again.
    constexpr int kRecords = 100;
    constexpr std::size_t kFourPages = 16'000;
    for (int day = 0; day < 6; ++day) {
        BooksChange change;
        for (int quarter = 0; quarter < kRecords; ++quarter) {
            const UtcTime from = kMidnight + (quarter + kRecords * day) * kQuarter;
            change.records.push_back({.item = "elec",
                                      .period = {StatType::real_time, from, from + kQuarter},
                                      .value = Decimal{quarter, -2},
                                      .marks = {},
                                      .exact = std::string(kFourPages, '1'),
                                      .total = {},
                                      .item_version = {},
                                      .cause = {}});
        }
        change.cursor = BooksCursor{"store", day};
        life.emplace_back([=](Books& books) { return without_answer(books.commit(change)); });
    }
    return life;
}

/// Rejected is what the rules of the books say, as after a step that a power cut undid: no trouble. Somebody
/// looked at the status before, so that what is remembered of it must be right.
Step unless_rejected(const Step& step) {
    return [=](Books& books) -> Result<> {
        for (const char* uplink : {"province", "group"}) static_cast<void>(books.outbox().status({uplink}));
        const auto done = step(books);
        return done || done.error().kind != Failure::rejected ? done : Result<>{};
    };
}

/// Records go to two destinations, and come back in every way there is.
std::vector<Step> outbox_life() {
    const UplinkId first{"province"};
    const UplinkId second{"group"};
    const auto step = [](auto use) {
        return Step{[use](Books& books) { return without_answer(use(books.outbox())); }};
    };
    const auto figures = [](int value, int count) {
        return Step{[=](Books& books) {
            BooksChange change{.cursor = BooksCursor{"store", value}};
            for (int n = 0; n < count; ++n) {
                const UtcTime from = kMidnight + n * kQuarter;
                change.records.push_back({.item = n % 2 == 0 ? "elec" : "coal",
                                          .period = {StatType::real_time, from, from + kQuarter},
                                          .value = Decimal{value, 0},
                                          .computed_at = from + kQuarter});
                if (n % 5 == 4) change.records.back().value.reset();
            }
            return without_answer(books.commit(change));
        }};
    };
    const auto answers = [](const UplinkId& uplink, std::size_t count, RecordOutcome outcome) {
        return Step{[=](Books& books) -> Result<> {
            const auto records = books.outbox().waiting(uplink, {.most = count});
            if (!records) return tl::unexpected<Error>(records.error());
            std::vector<Settlement> settlements;
            for (const ItemRecord& each : *records) {
                settlements.push_back({.record = {each.item, each.period},
                                       .revision = each.revision,
                                       .outcome = outcome,
                                       .words = "说",
                                       .at = kMidnight});
            }
            return books.outbox().settle(uplink, settlements, {{"answered", std::to_string(count)}});
        }};
    };
    const EnrolledItem elec{.item = "elec", .types = {StatType::real_time}};
    const EnrolledItem coal{.item = "coal", .types = {StatType::real_time, StatType::day}};
    std::vector<Step> life{
        figures(1, 6),
        step([=](Outbox& outbox) { return outbox.enrol(first, {.items = {elec, coal}}); }),
        step([=](Outbox& outbox) { return outbox.put_state(second, {{"deviceId", "370800123"}}); }),
        step([=](Outbox& outbox) {
            return outbox.enrol(second, {.start = kMidnight + kQuarter, .items = {elec}});
        }),
        answers(first, 3, RecordOutcome::accepted),
        figures(1, 12),
        answers(first, 4, RecordOutcome::set_aside),
        answers(second, 4, RecordOutcome::kept),
        figures(2, 5),
        answers(first, 2, RecordOutcome::set_aside),
        step([=](Outbox& outbox) { return outbox.enrol(first, {.items = {coal}}); }),
        step([=](Outbox& outbox) { return outbox.release(first, std::nullopt); }),
        answers(first, 50, RecordOutcome::accepted),
        step([=](Outbox& outbox) { return outbox.enrol(first, {.items = {coal, elec}}); }),
        step([=](Outbox& outbox) { return outbox.resend(first, {.items = {"coal"}}); }),
        answers(first, 3, RecordOutcome::accepted),
        answers(second, 50, RecordOutcome::accepted),
        figures(3, 3),
    };
    std::ranges::transform(life, life.begin(), unless_rejected);
    return life;
}

/// The books on a disk that may fail, and beside them what they ought to be.
class BooksTrial {
public:
    BooksTrial() { disk_.watch(folder_.path()); }

    CrashVfs& disk() { return disk_; }
    /// First and last operation of the steps lived through.
    using Operations = std::pair<std::uint64_t, std::uint64_t>;
    [[nodiscard]] const std::vector<Operations>& steps() const { return steps_; }
    /// False: they could not be opened, which only a disk in trouble excuses.
    bool open() {
        books_.reset();
        auto opened = Books::open(folder_.path() / kBooksFile);
        if (opened) {
            books_ = std::move(*opened);
            return true;
        }
        EXPECT_TRUE(disk_.has_failed() || !disk_.powered()) << opened.error().what;
        EXPECT_NE(opened.error().kind, Failure::corrupt) << opened.error().what;
        return false;
    }
    /// With the power coming back as often as it takes. In the middle they are closed and opened.
    void live_through_cuts(const std::vector<Step>& life) {
        ASSERT_NO_FATAL_FAILURE(open_after_cuts(nullptr));
        for (const Step& step : life) {
            if (&step == &life[life.size() / 2]) {
                books_.reset();
                ASSERT_NO_FATAL_FAILURE(open_after_cuts(nullptr));
                expect_same();
            }
            const NaiveBooks before = naive_;
            const std::uint64_t first = disk_.operations() + 1;
            const auto done = step(*books_);
            steps_.emplace_back(first, disk_.operations());
            ASSERT_TRUE(step(naive_));
            if (done) continue;
            ASSERT_FALSE(disk_.powered()) << done.error().what;
            ASSERT_NO_FATAL_FAILURE(open_after_cuts(&before));
        }
        expect_same();
        books_.reset();
        ASSERT_NO_FATAL_FAILURE(open_after_cuts(nullptr));
        expect_same();
    }
    /// Nothing is done by halves, everything is done once the disk allows it.
    void live_through_failures(const std::vector<Step>& life) {
        while (!open()) disk_.heal();
        for (const Step& step : life) {
            if (&step == &life[life.size() / 2]) {
                while (!open()) disk_.heal();
            }
            auto done = step(*books_);
            if (!done) {
                ASSERT_TRUE(disk_.has_failed()) << done.error().what;
                ASSERT_NE(done.error().kind, Failure::corrupt) << done.error().what;
                disk_.heal();
                expect_same();
                done = step(*books_);
                ASSERT_TRUE(done) << done.error().what;
            }
            ASSERT_TRUE(step(naive_));
        }
        disk_.heal();
        expect_same();
        ASSERT_TRUE(open());
        expect_same();
    }

private:
    /// `before`: the last write is in doubt; the books may be as before it.
    void open_after_cuts(const NaiveBooks* before) {
        while (!books_ || !disk_.powered()) {
            books_.reset();
            if (!disk_.powered()) disk_.power_on();
            if (open() || !disk_.powered()) continue;
            FAIL() << "the books do not open";
        }
        if (before == nullptr) return;
        NaiveBooks as_before = *before;
        const std::string found = contents(*books_);
        if (found == contents(as_before)) naive_ = as_before;
        EXPECT_EQ(found, contents(naive_));
    }
    /// The cut may come while one looks: then one looks again once the power is back.
    void expect_same() {
        std::string found = contents(*books_);
        if (!disk_.powered()) {
            ASSERT_NO_FATAL_FAILURE(open_after_cuts(nullptr));
            found = contents(*books_);
        }
        EXPECT_EQ(found, contents(naive_));
    }

    CrashVfs& disk_ = CrashVfs::install();
    TemporaryFolder folder_{"/dev/shm"};
    NaiveBooks naive_;
    std::unique_ptr<Books> books_;
    std::vector<Operations> steps_;
};

/// MG_SWEEP=20 makes the sweeps twenty times as long.
std::uint64_t times_longer() {
    const char* said = std::getenv("MG_SWEEP");
    return said != nullptr ? std::strtoull(said, nullptr, 10) : 1;
}

void cut_everywhere(const std::vector<Step>& life, std::uint64_t round) {
    std::uint64_t operations = 0;
    {
        BooksTrial trial;
        trial.live_through_cuts(life);
        operations = trial.disk().operations();
    }
    ASSERT_GT(operations, 100U);
    for (std::uint64_t operation = 1; operation <= operations && !::testing::Test::HasFailure();
         ++operation) {
        SCOPED_TRACE(fmt::format("round {}, cut before operation {}", round, operation));
        BooksTrial trial;
        trial.disk().cut_before(operation, round * 10'000 + operation);
        trial.live_through_cuts(life);
    }
}

TEST(BooksPowerCut, AtEveryOperationEachWriteIsThereWholeOrNotAtAll) {
    for (std::uint64_t round = 0; round < times_longer(); ++round)
        cut_everywhere(scripted_life(round, 25), round);
}

TEST(BooksPowerCut, RecordsWhatWaitsAndWhatWasAcceptedAgree) {
    cut_everywhere(outbox_life(), 0);
}

TEST(BooksPowerCut, WhileALongLogIsMovedIntoTheFileNothingIsLost) {
    const auto life = long_life();
    std::vector<BooksTrial::Operations> steps;
    {
        BooksTrial trial;
        trial.live_through_cuts(life);
        steps = trial.steps();
    }
    // The commits that move the log do that on top of what the others do.
    std::ranges::sort(steps, std::greater{}, [](const auto& step) { return step.second - step.first; });
    ASSERT_GT(2 * (steps[1].second - steps[1].first), 3 * (steps[2].second - steps[2].first))
        << "nothing was moved";
    std::mt19937_64 random{20261123};
    for (std::uint64_t round = 0; round < 12 * times_longer() && !HasFailure(); ++round) {
        const auto& [first, last] = steps[round % 2];
        const std::uint64_t operation = first + random() % (last - first + 1);
        SCOPED_TRACE(fmt::format("cut before operation {}", operation));
        BooksTrial trial;
        trial.disk().cut_before(operation, random());
        trial.live_through_cuts(life);
    }
}

std::uint64_t count_of(DiskOp op, const std::vector<Step>& life) {
    BooksTrial trial;
    trial.live_through_failures(life);
    return trial.disk().count(op);
}

void fail_everywhere(DiskFault fault, const std::vector<Step>& life = scripted_life(3, 25)) {
    const auto operations = count_of(fault.op, life);
    std::uint64_t hits = 0;
    for (fault.nth = 1; fault.nth <= operations && !::testing::Test::HasFailure(); ++fault.nth) {
        SCOPED_TRACE(fmt::format("{} {}{}{}", to_string(fault.op), fault.nth,
                                 fault.lasting ? " and later ones" : "", fault.full ? ", full" : ""));
        BooksTrial trial;
        trial.disk().fail(fault);
        trial.live_through_failures(life);
        hits += trial.disk().has_failed() ? 1 : 0;
    }
    // What comes after the last step finds a disk that was put right.
    EXPECT_GE(hits * 2, operations) << "the sweep aims at operations that do not come";
}

TEST(BooksDiskError, OneOperationThatFailsLosesNothingAndDoesNothingByHalves) {
    for (const DiskOp op : {DiskOp::open, DiskOp::read, DiskOp::write, DiskOp::truncate, DiskOp::sync,
                            DiskOp::remove, DiskOp::shared_memory}) {
        fail_everywhere({.op = op});
    }
}

TEST(BooksDiskError, RecordsWhatWaitsAndWhatWasAcceptedAgree) {
    for (const DiskOp op : {DiskOp::read, DiskOp::write, DiskOp::sync}) {
        fail_everywhere({.op = op}, outbox_life());
        fail_everywhere({.op = op, .lasting = true}, outbox_life());
    }
}

TEST(BooksDiskError, ADiskThatFailsFromSomeMomentOnLosesNothingOnceItIsPutRight) {
    for (const DiskOp op : {DiskOp::read, DiskOp::write, DiskOp::sync})
        fail_everywhere({.op = op, .lasting = true});
    fail_everywhere({.op = DiskOp::write, .lasting = true, .full = true});
}

}  // namespace
}  // namespace mg::test
