// What the buffer costs: CPU and device bytes per reading at the plant load, and how fast it reads back.
// Usage: buffer_bench [seconds] [folder]. The folder must lie on a real disk; each second 512 meters of 20
// points are appended as their lines would, spread over the second.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway/buffer/open_store.h"
#include "tests/bench/own_use.h"

namespace {

using mg::LayoutRef;
using mg::milliseconds;
using mg::UtcTime;

constexpr int kMeters = 512;
constexpr int kPoints = 20;
constexpr int kPartsPerSecond = 16;
constexpr UtcTime kStart{milliseconds{1'795'312'800'000}};

double written_bytes() {
    std::ifstream io{"/proc/self/io"};
    for (std::string line; std::getline(io, line);) {
        if (line.starts_with("write_bytes:")) return std::stod(line.substr(12));
    }
    return 0;
}

long resident_kib() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss;
}

std::vector<LayoutRef> make_layouts() {
    std::vector<LayoutRef> layouts;
    for (int meter = 0; meter < kMeters; ++meter) {
        mg::Layout layout{.meter = {fmt::format("meter_{:03}", meter)}, .model = "bench", .points = {}};
        for (int point = 0; point < kPoints; ++point) {
            layout.points.push_back(
                {.id = {fmt::format("point_{:02}", point)}, .type = mg::WireType::f32, .unit = "kWh"});
        }
        layouts.push_back(std::make_shared<const mg::Layout>(std::move(layout)));
    }
    return layouts;
}

mg::Sample make_sample(const LayoutRef& layout, int second, int meter) {
    const UtcTime slot = kStart + std::chrono::seconds{second};
    mg::Sample sample{.layout = layout,
                      .slot = {slot},
                      .taken_at = slot + milliseconds{meter % 900},
                      .epoch = 0,
                      .boundary = second % 900 == 0,
                      .readings = {}};
    sample.readings.resize(kPoints);
    for (int point = 0; point < kPoints; ++point) {
        sample.readings[static_cast<std::size_t>(point)] = {
            static_cast<std::uint64_t>(0x43660000 + 7919 * second + 131 * meter + point), mg::Quality::good};
    }
    return sample;
}

void measure_append(mg::SampleStore& store, mg::Clock& clock, const std::vector<LayoutRef>& layouts,
                    int seconds) {
    const double cpu = mg::cpu_seconds();
    const double bytes = written_bytes();
    auto due = clock.steady();
    for (int second = 0; second < seconds; ++second) {
        for (int part = 0; part < kPartsPerSecond; ++part) {
            for (int meter = part; meter < kMeters; meter += kPartsPerSecond) {
                store.append(make_sample(layouts[static_cast<std::size_t>(meter)], second, meter));
            }
            due += milliseconds{1000 / kPartsPerSecond};
            clock.wait_until(due, {});
        }
    }
    store.flush(clock.steady() + std::chrono::seconds{30});
    const double readings = 1.0 * seconds * kMeters * kPoints;
    const auto stats = store.stats();
    fmt::print(
        "append   {:.0f} readings in {} s, {} commits: {:.3f} CPU-s per million readings, {:.1f} bytes "
        "written per reading\n",
        readings, seconds, stats.commits, (mg::cpu_seconds() - cpu) / readings * 1e6,
        (written_bytes() - bytes) / readings);
    fmt::print("         {:.1f} bytes on disk per reading, {} KiB resident at most\n",
               static_cast<double>(stats.bytes_on_disk) / readings, resident_kib());
}

void measure_peek(mg::SampleStore& store, const char* what, std::size_t most) {
    const double cpu = mg::cpu_seconds();
    double readings = 0;
    mg::Sequence after = 0;
    const auto begun = std::chrono::steady_clock::now();
    while (true) {
        const auto peeked = store.peek(after, most);
        if (!peeked || peeked->through == after) break;
        for (const auto& item : peeked->items) {
            if (const auto* stored = std::get_if<mg::StoredSample>(&item)) {
                readings += static_cast<double>(stored->sample.readings.size());
            }
        }
        after = peeked->through;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    const double used = mg::cpu_seconds() - cpu;
    fmt::print(
        "peek     {} ({} at a time): {:.0f} readings, {:.2f} million/s of CPU, {:.2f} million/s of wall\n",
        what, most, readings, readings / used / 1e6, readings / took.count() / 1e6);
}

}  // namespace

int main(int argc, char** argv) {
    const int seconds = argc > 1 ? std::stoi(argv[1]) : 30;
    const std::filesystem::path folder = std::filesystem::path{argc > 2 ? argv[2] : "/var/tmp"} /
                                         fmt::format("metergate-bench-{}", ::getpid());
    mg::SystemClock clock;
    const mg::StorageOptions options{.path = folder};
    const auto layouts = make_layouts();
    {
        auto store = mg::open_store(options, {}, clock);
        if (!store) {
            fmt::print(stderr, "{}\n", store.error().what);
            return 1;
        }
        measure_append(**store, clock, layouts, seconds);
        measure_peek(**store, "written by this process", 1000);
        measure_peek(**store, "written by this process", 100);
    }
    {
        const auto begun = std::chrono::steady_clock::now();
        auto store = mg::open_store(options, {}, clock);
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
        fmt::print("open     {:.0f} ms\n", took.count());
        measure_peek(**store, "after a restart", 1000);
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return 0;
}
