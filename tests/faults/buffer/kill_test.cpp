#include <array>
#include <csignal>
#include <map>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/unique_fd.h"
#include "tests/unit/buffer/store_fixture.h"

// SIGKILL tests the order of our writes, not power cuts: what the process wrote stays in the page cache and
// reaches the disk whether or not it was synced.
namespace mg::test {
namespace {

using std::chrono::seconds;

constexpr int kMeters = 8;
constexpr int kRounds = 25;

/// What the writer says about itself through the pipe, after each flush: all rounds below this were
/// committed, and how far the sequences had come.
struct Report {
    std::int64_t rounds_done;
    Sequence newest;
};

[[noreturn]] void write_until_killed(const std::filesystem::path& folder, int first_round, int pipe) {
    SetClock clock{kMorning};
    auto store = open_or_fail(storage_in(folder), clock);
    std::vector<LayoutRef> layouts;
    for (int meter = 0; meter < kMeters; ++meter) layouts.push_back(layout(fmt::format("m{}", meter)));
    for (int round = first_round;; ++round) {
        const bool boundary = round % 3 == 0;
        for (const auto& each : layouts) {
            // Within a round some meters are at a boundary and some are not, so that each group has both
            // halves.
            const bool half = each->meter.text.back() % 2 == 0;
            store->append(
                sample(each, kMorning + seconds{round}, static_cast<std::uint64_t>(round), boundary == half));
        }
        if (!store->flush(clock.steady() + seconds{10})) std::_Exit(1);
        const Report report{round + 1, store->newest()};
        if (::write(pipe, &report, sizeof report) != sizeof report) std::_Exit(1);
    }
}

Report last_report(int pipe, Report before) {
    Report report = before;
    while (::read(pipe, &report, sizeof report) == static_cast<ssize_t>(sizeof report)) before = report;
    return before;
}

TEST(Kill, NothingCommittedIsLostAndNoSequenceComesTwice) {
    const TemporaryFolder folder;
    std::mt19937 random{20261122};
    Report sure{0, 0};
    int next_round = 0;
    std::map<Sequence, std::string> known;
    for (int kill = 0; kill < kRounds; ++kill) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        UniqueFd from{ends[0]};
        UniqueFd to{ends[1]};
        const pid_t writer = ::fork();
        ASSERT_GE(writer, 0);
        if (writer == 0) write_until_killed(folder.path(), next_round, to.get());
        to.reset();
        SystemClock real;
        real.wait_until(real.steady() + milliseconds{30 + random() % 300}, {});
        ::kill(writer, SIGKILL);
        int status = 0;
        ::waitpid(writer, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status));
        sure = last_report(from.get(), sure);

        SetClock clock{kMorning};
        auto store = open_or_fail(storage_in(folder.path()), clock);
        std::map<std::string, int> last_round;
        std::map<int, int> meters_in_round;
        std::map<Sequence, std::string> now;
        Sequence before = 0;
        for (const StoredItem& item : everything(*store, 50)) {
            const auto& stored = std::get<StoredSample>(item);
            ASSERT_GT(stored.sequence, before);
            before = stored.sequence;
            ASSERT_EQ(stored.revision, 0U);
            const int round = static_cast<int>(stored.sample.readings.front().bits);
            ASSERT_EQ(stored.sample.slot, Slot{kMorning + seconds{round}});
            ++meters_in_round[round];
            auto& last = last_round.try_emplace(stored.sample.meter().text, -1).first->second;
            ASSERT_GT(round, last);
            last = round;
            now[stored.sequence] = text_of(item);
        }
        for (int round = 0; round < sure.rounds_done; ++round) {
            ASSERT_EQ(meters_in_round[round], kMeters) << "round " << round << " after kill " << kill;
        }
        // What was there keeps its sequence; what is new lies above all that had been said to be there.
        for (const auto& [sequence, text] : known) ASSERT_EQ(now[sequence], text);
        for (const auto& [meter, round] : last_round) {
            ASSERT_EQ(store->last_slot(MeterId{meter}), Slot{kMorning + seconds{round}});
        }
        ASSERT_GE(store->newest(), sure.newest);
        known = std::move(now);
        // A round that was torn is filled up by the next writer; what is there already is ignored.
        next_round = static_cast<int>(sure.rounds_done);
    }
    EXPECT_GT(sure.rounds_done, kRounds);
}

}  // namespace
}  // namespace mg::test
