#include "tests/faults/buffer/kill_trial.h"

#include <array>
#include <atomic>
#include <csignal>
#include <new>
#include <set>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/buffer/store_fixture.h"

namespace mg::test {
namespace {

constexpr int kMostThreads = 32;
constexpr int kBoundaryEvery = 10;
constexpr std::chrono::seconds kLongestStart{20};

UtcTime slot_of(std::int64_t round) {
    return kMorning + milliseconds{round};
}

}  // namespace

/// Shared with the process that dies.
struct KillTrial::Told {
    std::atomic<bool> ready{false};
    std::atomic<Sequence> newest{0};
    std::array<std::atomic<std::int64_t>, kMostThreads> handed_over{};
    std::array<std::atomic<std::int64_t>, kMostThreads> visible{};
};

KillTrial::KillTrial(std::filesystem::path folder, Rules rules, std::uint64_t seed)
    : folder_{std::move(folder)},
      rules_{rules},
      random_{seed},
      next_round_(static_cast<std::size_t>(rules.threads), 0) {}

void KillTrial::complain(std::string what) {
    constexpr std::size_t kEnough = 20;
    if (figures_.complaints.size() < kEnough)
        figures_.complaints.push_back(fmt::format("kill {}: {}", figures_.kills, what));
}

StorageOptions KillTrial::storage() const {
    auto options = storage_in(folder_);
    options.commit_interval = rules_.commit_interval;
    return options;
}

KillTrial::Life KillTrial::live_and_die() {
    void* page = ::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw std::runtime_error("mmap");
    auto& told = *new (page) Told;
    const auto meters = static_cast<std::size_t>(rules_.threads);
    for (std::size_t meter = 0; meter < meters; ++meter)
        told.handed_over[meter] = told.visible[meter] = next_round_[meter];

    const pid_t parent = ::getpid();
    const pid_t writer = ::fork();
    if (writer < 0) throw std::runtime_error("fork");
    if (writer == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) std::_Exit(1);
        SystemClock clock;
        auto store = open_or_fail(storage(), clock);
        Signal committed;
        store->notify(committed);
        std::vector<std::jthread> threads;
        for (std::size_t meter = 0; meter < meters; ++meter) {
            threads.emplace_back([&, meter] {
                const auto of = layout(fmt::format("m{}", meter));
                for (std::int64_t round = next_round_[meter];; ++round) {
                    Sample one = sample(of, slot_of(round), static_cast<std::uint64_t>(round),
                                        round % kBoundaryEvery == 0);
                    one.taken_at = clock.utc();
                    store->append(std::move(one));
                    told.handed_over[meter] = round + 1;
                    std::this_thread::sleep_for(rules_.pause);
                }
            });
        }
        told.ready = true;
        const UplinkId cloud{"cloud"};
        Sequence cursor = store->newest();
        while (true) {
            static_cast<void>(clock.wait(clock.steady() + std::chrono::seconds{1}, {}, committed));
            while (true) {
                const auto peeked = store->peek(cursor, 1000);
                if (!peeked) std::_Exit(1);
                for (const StoredItem& item : peeked->items) {
                    const Sample& one = std::get<StoredSample>(item).sample;
                    const auto meter = static_cast<std::size_t>(std::stoi(one.meter().text.substr(1)));
                    told.visible[meter] = static_cast<std::int64_t>(one.readings.front().bits) + 1;
                }
                if (peeked->through == cursor) break;
                cursor = peeked->through;
                told.newest = cursor;
            }
            if (!rules_.outage) store->ack(cloud, cursor);
        }
    }
    SystemClock clock;
    const auto last_start = clock.steady() + kLongestStart;
    while (!told.ready && clock.steady() < last_start) clock.wait_until(clock.steady() + milliseconds{1}, {});
    const auto span = static_cast<std::uint64_t>((rules_.longest_life - rules_.shortest_life).count());
    const milliseconds life{static_cast<std::int64_t>(random_() % (span + 1))};
    clock.wait_until(clock.steady() + rules_.shortest_life + life, {});
    ::kill(writer, SIGKILL);
    int status = 0;
    ::waitpid(writer, &status, 0);
    if (!WIFSIGNALED(status)) complain("the writer ended by itself");
    if (!told.ready) complain("the writer never began");
    Life lived{.handed_over = {}, .visible = {}, .newest = told.newest, .killed_at = clock.utc()};
    for (std::size_t meter = 0; meter < meters; ++meter) {
        lived.handed_over.push_back(told.handed_over[meter]);
        lived.visible.push_back(told.visible[meter]);
    }
    ::munmap(page, sizeof(Told));
    return lived;
}

void KillTrial::kill_once() {
    ++figures_.kills;
    const Life life = live_and_die();
    verify(life);
    // What was lost stays lost: the next life goes on with new rounds.
    next_round_ = life.handed_over;
}

void KillTrial::verify(const Life& life) {
    SystemClock clock;
    const auto begun = clock.steady();
    auto store = open_or_fail(storage(), clock);
    const auto took = std::chrono::duration_cast<milliseconds>(clock.steady() - begun);
    figures_.slowest_start = std::max(figures_.slowest_start, took);

    std::vector<std::set<std::int64_t>> rounds(next_round_.size());
    std::vector<UtcTime> last_taken(next_round_.size());
    Sequence after = verified_;
    while (true) {
        const auto peeked = store->peek(after, 1000);
        if (!peeked) throw std::runtime_error(peeked.error().what);
        for (const StoredItem& item : peeked->items) {
            const auto& stored = std::get<StoredSample>(item);
            const Sample& one = stored.sample;
            const auto meter = static_cast<std::size_t>(std::stoi(one.meter().text.substr(1)));
            const auto round = static_cast<std::int64_t>(one.readings.front().bits);
            if (one.slot.at != slot_of(round) || one.boundary != (round % kBoundaryEvery == 0) ||
                stored.revision != 0 || one.readings.back() != one.readings.front())
                complain("not as it was handed over: " + text_of(item));
            if (round < next_round_[meter] || round >= life.handed_over[meter] ||
                !rounds[meter].insert(round).second)
                complain("twice, or from nowhere: " + text_of(item));
            last_taken[meter] = std::max(last_taken[meter], one.taken_at);
            const auto at = static_cast<std::size_t>(stored.sequence);
            if (by_sequence_.size() <= at) by_sequence_.resize(at + 1);
            if (!by_sequence_[at].empty() && by_sequence_[at] != text_of(item)) ++figures_.reused;
            by_sequence_[at] = text_of(item);
        }
        if (peeked->through == after) break;
        after = peeked->through;
    }
    if (store->newest() < life.newest) complain("newest() went back");
    if (store->progress(UplinkId{"cloud"}) > life.newest && life.newest > 0)
        complain("progress beyond what was acked");

    std::uint64_t lost = 0;
    for (std::size_t meter = 0; meter < rounds.size(); ++meter) {
        const auto handed = static_cast<std::uint64_t>(life.handed_over[meter] - next_round_[meter]);
        const auto visible = static_cast<std::uint64_t>(life.visible[meter] - next_round_[meter]);
        const auto kept = static_cast<std::uint64_t>(
            std::distance(rounds[meter].begin(), rounds[meter].lower_bound(life.visible[meter])));
        figures_.handed_over += handed;
        figures_.visible += visible;
        figures_.found += rounds[meter].size();
        figures_.stored_lost += visible - std::min(kept, visible);
        lost += handed - rounds[meter].size();
        if (last_taken[meter] != UtcTime{}) {
            figures_.worst_stretch =
                std::max(figures_.worst_stretch, milliseconds{life.killed_at - last_taken[meter]});
        }
    }
    if (figures_.stored_lost > 0) complain("something visible is gone");
    figures_.lost += lost;
    figures_.worst_loss = std::max(figures_.worst_loss, lost);
    verified_ = store->newest();
}

void KillTrial::check_all() {
    SystemClock clock;
    auto store = open_or_fail(storage(), clock);
    std::size_t before = 0;
    for (const StoredItem& item : everything(*store)) {
        const auto at = static_cast<std::size_t>(sequence_of(item));
        // Everything that was ever there, in order, and nothing else.
        for (++before; before < at; ++before) {
            if (before < by_sequence_.size() && !by_sequence_[before].empty())
                complain(fmt::format("{} is gone: {}", before, by_sequence_[before]));
        }
        if (at >= by_sequence_.size() || by_sequence_[at] != text_of(item))
            complain(fmt::format("{} is {} now", at, text_of(item)));
    }
}

}  // namespace mg::test
