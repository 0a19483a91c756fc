#include <algorithm>
#include <cstdlib>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "tests/faults/buffer/store_trial.h"

// Every operation of a kind fails once, or from then on until somebody puts the disk right. The power stays
// on, so memory keeps what the disk refuses: nothing at all may be missing afterwards.
namespace mg::test {
namespace {

using std::chrono::days;

bool thorough() {
    return std::getenv("MG_SWEEP") != nullptr;
}

Scenario everything_that_happens() {
    Scenario all = ordinary_day();
    std::ranges::move(days_go_by(), std::back_inserter(all));
    return all;
}

StorageOptions short_keeping() {
    return {.commit_interval = milliseconds{1000}, .keep_boundary = days{4}, .keep_other = days{1}};
}

std::uint64_t count_of(DiskOp op) {
    StoreTrial trial{short_keeping()};
    live_through(trial, everything_that_happens());
    return trial.disk().count(op);
}

/// True: it held, or the fault was never reached.
bool fail_at(const DiskFault& fault, bool& reached) {
    StoreTrial trial{short_keeping()};
    trial.disk().fail(fault);
    live_through(trial, everything_that_happens());
    reached = trial.disk().has_failed();
    EXPECT_TRUE(trial.complaints().empty())
        << to_string(fault.op) << " " << fault.nth << (fault.lasting ? " and all later ones" : "")
        << (fault.full ? ", full" : "") << ":\n"
        << fmt::format("{}", fmt::join(trial.complaints(), "\n"));
    return trial.complaints().empty();
}

/// In a plain run at most so many places, spread over the whole story; all of them with MG_SWEEP.
void fail_everywhere(DiskFault fault, std::uint64_t most) {
    const auto operations = count_of(fault.op);
    ASSERT_GT(operations, 0U);
    const auto stride = thorough() ? 1 : std::max<std::uint64_t>(1, operations / most);
    bool reached = false;
    std::uint64_t hits = 0;
    for (fault.nth = 1; fault.nth <= operations; fault.nth += stride) {
        ASSERT_TRUE(fail_at(fault, reached));
        hits += reached ? 1 : 0;
    }
    // The housekeeping works beside, so that no two lives have the same number of operations.
    EXPECT_GT(hits * 10, operations / stride * 7) << "the sweep aims at operations that do not come";
}

TEST(DiskError, OneSyncThatFailsLosesNothing) {
    fail_everywhere({.op = DiskOp::sync}, 100);
}
TEST(DiskError, OneWriteThatFailsLosesNothing) {
    fail_everywhere({.op = DiskOp::write}, 60);
}
TEST(DiskError, OneReadThatFailsLosesNothing) {
    fail_everywhere({.op = DiskOp::read}, 50);
}
TEST(DiskError, OneOpenThatFailsLosesNothing) {
    fail_everywhere({.op = DiskOp::open}, 50);
}
TEST(DiskError, OneTruncationRemovalOrMappingThatFailsLosesNothing) {
    fail_everywhere({.op = DiskOp::truncate}, 25);
    fail_everywhere({.op = DiskOp::remove}, 25);
    fail_everywhere({.op = DiskOp::shared_memory}, 25);
}
TEST(DiskError, ADiskThatIsFullFromSomeMomentOnLosesNothingOnceThereIsRoom) {
    fail_everywhere({.op = DiskOp::write, .lasting = true, .full = true}, 40);
}
TEST(DiskError, ADiskThatNoLongerSyncsLosesNothingOnceItDoes) {
    fail_everywhere({.op = DiskOp::sync, .lasting = true}, 40);
}
TEST(DiskError, ADiskThatNoLongerReadsLosesNothingOnceItDoes) {
    fail_everywhere({.op = DiskOp::read, .lasting = true}, 30);
}

}  // namespace
}  // namespace mg::test
