#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "tests/faults/buffer/store_trial.h"

namespace mg::test {
namespace {

using std::chrono::days;

/// MG_SWEEP=20 makes the sweeps twenty times as long.
std::uint64_t times_longer() {
    const char* said = std::getenv("MG_SWEEP");
    return said != nullptr ? std::strtoull(said, nullptr, 10) : 1;
}

StorageOptions short_keeping() {
    return {.commit_interval = milliseconds{1000}, .keep_boundary = days{4}, .keep_other = days{1}};
}

std::uint64_t operations_of(const Scenario& scenario) {
    StoreTrial trial{short_keeping()};
    live_through(trial, scenario);
    EXPECT_EQ(fmt::format("{}", fmt::join(trial.complaints(), "\n")), "") << "without any trouble";
    return trial.disk().operations();
}

/// True: it held.
bool cut_once(const Scenario& scenario, std::uint64_t operation, std::uint64_t seed) {
    StoreTrial trial{short_keeping()};
    trial.disk().cut_before(operation, seed);
    live_through(trial, scenario);
    EXPECT_TRUE(trial.complaints().empty())
        << "cut before operation " << operation << ", seed " << seed << ":\n"
        << fmt::format("{}", fmt::join(trial.complaints(), "\n"));
    return trial.complaints().empty();
}

void cut_everywhere(const Scenario& scenario, std::uint64_t stride) {
    const auto operations = operations_of(scenario);
    ASSERT_GT(operations, 100U);
    for (std::uint64_t round = 0; round < times_longer(); ++round) {
        for (std::uint64_t operation = 1 + round % stride; operation <= operations; operation += stride)
            ASSERT_TRUE(cut_once(scenario, operation, round * 10'000 + operation));
    }
}

TEST(PowerCut, AtEveryOperationOfADayWhatWasVisibleIsKeptAndTheRestIsInGaps) {
    cut_everywhere(ordinary_day(), 1);
}

TEST(PowerCut, WhileDaysChangeAndFilesAreMadeClosedAndRemovedNothingElseIsLost) {
    cut_everywhere(days_go_by(), 3);
}

TEST(PowerCut, WhileALongLogIsMovedIntoItsFileNothingIsLost) {
    const auto scenario = long_log();
    const auto operations = operations_of(scenario);
    std::mt19937_64 random{20261122};
    for (std::uint64_t round = 0; round < 12 * times_longer(); ++round)
        ASSERT_TRUE(cut_once(scenario, 1 + random() % operations, random()));
}

TEST(PowerCut, AgainAndAgainInOneLife) {
    std::mt19937_64 random{11};
    Scenario scenario = ordinary_day();
    std::ranges::move(days_go_by(), std::back_inserter(scenario));
    for (std::uint64_t round = 0; round < 60 * times_longer(); ++round) {
        StoreTrial trial{short_keeping()};
        trial.start();
        for (const Step& step : scenario) {
            // A third of the steps goes well; some recoveries are cut as well.
            if (random() % 3 != 0) trial.disk().cut_before(1 + random() % 40, random());
            step.act(trial);
            trial.recover();
        }
        trial.final_law();
        ASSERT_TRUE(trial.complaints().empty()) << "round " << round << ", " << trial.cuts() << " cuts:\n"
                                                << fmt::format("{}", fmt::join(trial.complaints(), "\n"));
    }
}

}  // namespace
}  // namespace mg::test
