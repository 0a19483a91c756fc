#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/reading/sample.h"

namespace mg::test {

struct KillFigures {
    int kills{0};
    std::uint64_t handed_over{0};   ///< samples given to append()
    std::uint64_t visible{0};       ///< of these, seen by a consumer before the kill
    std::uint64_t found{0};         ///< of these, there after the kill
    std::uint64_t lost{0};          ///< handed over and not there
    std::uint64_t stored_lost{0};   ///< visible and not there, or not the same: must be 0
    std::uint64_t reused{0};        ///< sequences that had belonged to something else: must be 0
    std::uint64_t worst_loss{0};    ///< samples, at one kill
    milliseconds worst_stretch{0};  ///< from the last stored sample of a meter to the kill
    milliseconds slowest_start{0};  ///< opening the store after a kill
    std::vector<std::string> complaints;
};

/// Kills a process that writes a store, again and again: SIGKILL at a random moment, under load from several
/// threads, each with a meter of its own; then the store is opened and compared with what the process had
/// said (in memory that outlives it) a moment before. A consumer follows, and acks unless there is an outage.
///
/// SIGKILL tests the order of our writes and what a start makes of them, not power cuts: what the process
/// wrote stays in the page cache whether it was synced or not.
class KillTrial {
public:
    struct Rules {
        int threads{4};
        milliseconds commit_interval{20};
        milliseconds shortest_life{5};
        milliseconds longest_life{120};
        std::chrono::microseconds pause{300};  ///< of each thread, between two samples
        bool outage{false};
    };
    KillTrial(std::filesystem::path folder, Rules rules, std::uint64_t seed);

    /// One life and its end. The figures add up.
    void kill_once();
    /// Reads everything again from the start.
    void check_all();
    [[nodiscard]] const KillFigures& figures() const { return figures_; }

private:
    struct Told;
    struct Life {
        std::vector<std::int64_t> handed_over;  ///< rounds, by meter
        std::vector<std::int64_t> visible;
        Sequence newest{0};
        UtcTime killed_at{};
    };
    [[nodiscard]] StorageOptions storage() const;
    [[nodiscard]] Life live_and_die();
    void verify(const Life& life);
    void complain(std::string what);

    std::filesystem::path folder_;
    Rules rules_;
    std::mt19937_64 random_;
    KillFigures figures_;
    std::vector<std::int64_t> next_round_;
    std::vector<std::string> by_sequence_;  ///< what each sequence was, as far as it was ever seen
    Sequence verified_{0};
};

}  // namespace mg::test
