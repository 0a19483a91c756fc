#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "tests/faults/buffer/kill_trial.h"
#include "tests/support/temporary_folder.h"

namespace mg::test {
namespace {

constexpr int kFolders = 8;
constexpr int kKillsInAFolder = 25;

TEST(Kill, NothingCommittedIsLostAndNoSequenceComesTwice) {
    int kills = 0;
    std::uint64_t visible = 0;
    for (int folder = 0; folder < kFolders; ++folder) {
        const TemporaryFolder place;
        KillTrial trial{place.path(), {.outage = folder % 2 == 0}, 20261122U + static_cast<unsigned>(folder)};
        for (int kill = 0; kill < kKillsInAFolder; ++kill) trial.kill_once();
        trial.check_all();
        const KillFigures& figures = trial.figures();
        ASSERT_EQ(fmt::format("{}", fmt::join(figures.complaints, "\n")), "");
        EXPECT_EQ(figures.stored_lost, 0U);
        EXPECT_EQ(figures.reused, 0U);
        kills += figures.kills;
        visible += figures.visible;
    }
    EXPECT_EQ(kills, 200);
    EXPECT_GT(visible, 2000U) << "a writer that stores nothing proves nothing";
}

}  // namespace
}  // namespace mg::test
