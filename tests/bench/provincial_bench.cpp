// What the uplink to a provincial platform costs, against metergate-platform-sim over TLS, with real books.
//   provincial_bench catch-up PROFILE [items] [days] [delay ms]   an outage is made up for: wall, CPU, RSS
//   provincial_bench day PROFILE [items]                          a day as it comes, quarter by quarter, each
//   on
//                                                                 a new connection: bytes on the line
// PROFILE: p1 national, p2 Shandong, p3 Yunnan. Bytes are those of the loopback interface, headers of TCP and
// IP included: for figures of a real line run it alone on one with its MTU:
//   unshare -n sh -c 'ip link set lo mtu 1500 up; build/release/tests/bench/provincial_bench day p1'
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "tests/bench/own_use.h"
#include "tests/integration/uplink/provincial_plant.h"
#include "tests/support/child_process.h"
#include "tests/support/simulated_platform.h"

namespace {

using namespace mg;
using mg::test::ProvincialPlant;
using mg::test::SimulatedPlatform;
using std::chrono::steady_clock;

constexpr std::size_t kQuartersADay = 96;
constexpr std::size_t kDaysAMonth = 30;

/// Through the loopback interface so far, both ways once.
std::uint64_t bytes_on_the_line() {
    std::ifstream devices{"/proc/net/dev"};
    for (std::string line; std::getline(devices, line);) {
        std::istringstream fields{line};
        std::string name;
        std::uint64_t received = 0;
        if (fields >> name >> received && name == "lo:") return received;
    }
    return 0;
}

double peak_mib() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_maxrss) / 1024;
}

bool drained(const ProvincialPlant& plant, const ProvincialUplink& uplink, std::size_t records) {
    return eventually([&] { return uplink.status().accepted >= records && plant.waiting() == 0; },
                      std::chrono::hours{1});
}

int catch_up(const std::string& profile, std::size_t items, std::size_t days, int delay_ms) {
    SimulatedPlatform platform{profile};
    ProvincialPlant plant{items};
    plant.connect(platform, profile).connections = 8;
    plant.keep_records(days * kQuartersADay, days);
    if (delay_ms > 0) platform.misbehave({{"fault", "slow"}, {"delay", delay_ms / 1000.0}});
    const std::size_t owed = items * days * (kQuartersADay + 1);
    const double rss_before = peak_mib();
    const double cpu_before = cpu_seconds();
    const auto begun = steady_clock::now();

    auto uplink = plant.start();
    const bool done = drained(plant, *uplink, owed);

    const double seconds = seconds_since(begun);
    const auto status = uplink->status();
    uplink.reset();
    fmt::print(
        "{}: {} of {} records in {:.1f} s ({:.0f}/s), {:.1f} CPU-s, RSS peak {:.0f} MiB ({:.0f} before), "
        "{} ms delay, set aside {}, waiting {}\n",
        profile, status.accepted, owed, seconds, static_cast<double>(status.accepted) / seconds,
        cpu_seconds() - cpu_before, peak_mib(), rss_before, delay_ms, status.outbox.set_aside,
        plant.waiting());
    return done && status.accepted == owed ? EXIT_SUCCESS : EXIT_FAILURE;
}

int one_day(const std::string& profile, std::size_t items) {
    SimulatedPlatform platform{profile, {"--keep-alive", "0.05"}};
    ProvincialPlant plant{items};
    plant.connect(platform, profile);
    plant.keep_records(1, 0);
    auto uplink = plant.start();
    if (!drained(plant, *uplink, items)) return EXIT_FAILURE;
    const std::uint64_t begin = bytes_on_the_line();
    for (std::size_t quarter = 1; quarter < kQuartersADay; ++quarter) {
        // The connection has been closed by then, as it is after a quarter of an hour.
        SystemClock{}.wait_until(steady_clock::now() + std::chrono::milliseconds{120}, {});
        plant.keep_older_quarter(quarter);
        uplink->try_now();
        if (!eventually([&] { return plant.waiting() == 0; })) return EXIT_FAILURE;
    }
    const double a_day =
        static_cast<double>(bytes_on_the_line() - begin) * kQuartersADay / (kQuartersADay - 1);
    fmt::print("{}: {} items, {:.0f} bytes a record as they come, {:.2f} MB an item and month\n", profile,
               items, a_day / static_cast<double>(kQuartersADay * items),
               a_day * kDaysAMonth / static_cast<double>(items) / 1e6);
    return EXIT_SUCCESS;
}

std::size_t number(int count, char** words, int which, std::size_t otherwise) {
    return which < count ? static_cast<std::size_t>(std::atoll(words[which])) : otherwise;
}

}  // namespace

int main(int count, char** words) {
    const std::string what = count > 1 ? words[1] : "";
    const std::string profile = count > 2 ? words[2] : "p1";
    if (what == "catch-up") {
        return catch_up(profile, number(count, words, 3, 200), number(count, words, 4, 30),
                        static_cast<int>(number(count, words, 5, profile == "p3" ? 20 : 0)));
    }
    if (what == "day") return one_day(profile, number(count, words, 3, 200));
    fmt::print(stderr, "usage: provincial_bench catch-up|day p1|p2|p3 [items] [days] [delay ms]\n");
    return EXIT_FAILURE;
}
