// Kills a writing gateway store many times during an outage of the destination and counts what is missing
// afterwards: lost must be no more than the open commit group, stored and lost nothing at all.
//
//   kill_bench [--kills 500] [--interval-ms 100] [--threads 8]

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/faults/buffer/kill_trial.h"
#include "tests/support/temporary_folder.h"

int main(int argc, char** argv) {
    int kills = 500;
    int interval = 100;
    int threads = 8;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        const int value = std::atoi(argv[i + 1]);
        if (name == "--kills") kills = value;
        if (name == "--interval-ms") interval = value;
        if (name == "--threads") threads = value;
    }
    constexpr int kKillsInAFolder = 50;
    mg::test::KillFigures sum;
    for (int done = 0; done < kills; done += kKillsInAFolder) {
        const mg::TemporaryFolder folder;
        mg::test::KillTrial trial{folder.path(),
                                  {.threads = threads,
                                   .commit_interval = mg::milliseconds{interval},
                                   .shortest_life = mg::milliseconds{interval / 4},
                                   .longest_life = mg::milliseconds{interval * 4},
                                   .pause = std::chrono::microseconds{1000},
                                   .outage = true},
                                  static_cast<std::uint64_t>(done)};
        for (int kill = 0; kill < kKillsInAFolder && done + kill < kills; ++kill) trial.kill_once();
        trial.check_all();
        const auto& figures = trial.figures();
        sum.kills += figures.kills;
        sum.handed_over += figures.handed_over;
        sum.visible += figures.visible;
        sum.found += figures.found;
        sum.lost += figures.lost;
        sum.stored_lost += figures.stored_lost;
        sum.reused += figures.reused;
        sum.worst_loss = std::max(sum.worst_loss, figures.worst_loss);
        sum.worst_stretch = std::max(sum.worst_stretch, figures.worst_stretch);
        sum.slowest_start = std::max(sum.slowest_start, figures.slowest_start);
        for (const auto& what : figures.complaints) std::printf("COMPLAINT %s\n", what.c_str());
    }
    std::printf("kills                        %d (commit interval %d ms, %d threads)\n", sum.kills, interval,
                threads);
    std::printf("samples handed over          %llu\n", static_cast<unsigned long long>(sum.handed_over));
    std::printf("visible before the kill      %llu\n", static_cast<unsigned long long>(sum.visible));
    std::printf("there after the kill         %llu\n", static_cast<unsigned long long>(sum.found));
    std::printf("lost (never committed)       %llu, at one kill %llu at most\n",
                static_cast<unsigned long long>(sum.lost), static_cast<unsigned long long>(sum.worst_loss));
    std::printf("longest stretch without      %lld ms\n", static_cast<long long>(sum.worst_stretch.count()));
    std::printf("stored but lost              %llu\n", static_cast<unsigned long long>(sum.stored_lost));
    std::printf("sequences used twice         %llu\n", static_cast<unsigned long long>(sum.reused));
    std::printf("slowest start after a kill   %lld ms\n", static_cast<long long>(sum.slowest_start.count()));
    return sum.stored_lost == 0 && sum.reused == 0 ? 0 : 1;
}
