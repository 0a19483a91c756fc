// What three days without a broker cost when it is back: a store on disk with 72 h of minute readings is
// drained to a local mosquitto. Prints speed and resident memory, and ends with 1 when memory grew beyond its
// bound.
//   outage_bench [meters] [folder]     default 32 meters of 20 points; the folder must lie on a real disk
#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/buffer/open_store.h"
#include "gateway/uplink/mqtt_uplink.h"
#include "tests/support/mosquitto_broker.h"
#include "tests/support/uplink_plant.h"

namespace {

using namespace mg;

constexpr int kPoints = 20;
constexpr int kMinutes = 72 * 60;
constexpr long kMostGrowthKib = 64 * 1024;

long resident_kib() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
    }
    return 0;
}

Sample sample_of(const LayoutRef& layout, int meter, int minute) {
    Sample sample{.layout = layout,
                  .slot = plant_slot(minute * 60),
                  .taken_at = plant_slot(minute * 60).at + milliseconds{200},
                  .boundary = minute % 15 == 0};
    for (int point = 0; point < kPoints; ++point) {
        const auto number = static_cast<std::uint32_t>(minute * 31 + meter * 7 + point);
        const auto value = 220.0F + static_cast<float>(number % 977) * 0.013F;
        sample.readings.push_back(
            {point % 4 == 0 ? number : std::bit_cast<std::uint32_t>(value), Quality::good});
    }
    return sample;
}

int fill_store(const Options& plant) {
    SystemClock clock;
    const auto store = open_store(plant.storage, plant.site, clock);
    if (!store) {
        fmt::print("{}\n", store.error().what);
        return 1;
    }
    std::vector<LayoutRef> layouts;
    for (const MeterOptions& meter : plant.meters) layouts.push_back(wide_layout(meter.id.text, kPoints));
    std::size_t waiting = 0;
    for (int minute = 0; minute < kMinutes; ++minute) {
        for (std::size_t i = 0; i < layouts.size(); ++i)
            (*store)->append(sample_of(layouts[i], static_cast<int>(i), minute));
        waiting += layouts.size();
        const bool last = minute + 1 == kMinutes;
        if (waiting < 5000 && !last) continue;
        waiting = 0;
        (*store)->commit_soon();
        if (!(*store)->flush(clock.steady() + std::chrono::seconds{60})) return 1;
    }
    return (*store)->stats().lost == 0 ? 0 : 1;
}

int drain(const Options& plant) {
    SystemClock clock;
    const auto store = open_store(plant.storage, plant.site, clock);
    if (!store) return 1;
    const auto backlog = static_cast<double>((*store)->backlog({"broker"}));
    const long before = resident_kib();
    long most = before;
    const auto begin = clock.steady();
    const auto uplink = make_mqtt_uplink(plant.uplinks.front(), plant, **store, clock);
    const bool done = eventually(
        [&] {
            most = std::max(most, resident_kib());
            return (*store)->progress({"broker"}) >= (*store)->newest();
        },
        std::chrono::minutes{10});
    const double took = std::chrono::duration<double>(clock.steady() - begin).count();
    const auto status = uplink->status();
    if (!done) fmt::print("not finished: {}\n", status.last_error);
    fmt::print("{:.0f} samples of {} points in {:.1f} s: {:.0f} readings/s\n", backlog, kPoints, took,
               backlog * kPoints / took);
    fmt::print("resident: {} KiB before, {} KiB at most, bound {} KiB more\n", before, most, kMostGrowthKib);
    const bool complete =
        done && status.delivered_samples >= static_cast<std::uint64_t>(backlog) && status.set_aside == 0;
    return complete && most - before <= kMostGrowthKib ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const int meters = argc > 1 ? std::atoi(argv[1]) : 32;
    const TemporaryFolder temporary;
    Options plant = plant_with_uplink(meters, 0);
    plant.storage.path = argc > 2 ? std::filesystem::path{argv[2]} : temporary.path() / "data";
    plant.storage.allow_tmpfs = true;
    // In a process of its own: what filling takes is not what draining needs.
    const pid_t filler = ::fork();
    if (filler == 0) ::_exit(fill_store(plant));
    int filled = 1;
    ::waitpid(filler, &filled, 0);
    if (filled != 0) {
        fmt::print("the store was not filled\n");
        return 1;
    }
    MosquittoBroker broker{{.more = "log_type none\n"}};
    plant.uplinks[0].mqtt.brokers = {{.host = "127.0.0.1", .port = broker.port()}};
    return drain(plant);
}
