// What repacked history costs: bytes per reading, time and memory to pack, and reading back beside the files
// as they were. One day of a made-up plant (plant_signals.h), read once a minute, through the real store.
// Usage: pack_bench [meters] [folder on a real disk]
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "gateway/buffer/repacker.h"
#include "tests/bench/own_use.h"
#include "tests/bench/plant_signals.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/buffer/store_fixture.h"

namespace {

using namespace mg;
using std::chrono::minutes;

constexpr UtcTime kMidnight{milliseconds{1'795'276'800'000}};  // 2026-11-22 at the site, +08:00
constexpr int kMinutesADay = 1440;
constexpr double kDaysOther = 183;     // six months
constexpr double kDaysBoundary = 792;  // 26 months

/// KiB: now, or at most since clear_peak().
long resident(const char* which) {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(which)) return std::stol(line.substr(std::string(which).size()));
    }
    return 0;
}
void clear_peak() {
    std::ofstream{"/proc/self/clear_refs"} << "5";
}

struct Readings {
    double boundary{0};
    double other{0};
};

Readings fill(const std::filesystem::path& folder, SetClock& clock, bench::SiteKind kind, int meters) {
    bench::PlantSignals plant{kind, meters, 1};
    Readings readings;
    clock.set(kMidnight);
    auto store = test::open_or_fail(test::storage_in(folder), clock);
    for (int minute = 0; minute < kMinutesADay; ++minute) {
        const bool boundary = minute % 15 == 0;
        const Slot slot{kMidnight + minutes{minute}};
        clock.set(slot.at);
        for (Sample& sample : plant.at(slot, boundary)) {
            (boundary ? readings.boundary : readings.other) += static_cast<double>(sample.readings.size());
            store->append(std::move(sample));
        }
        if (minute % 4 == 3) test::settle(*store, clock);
    }
    // The next day's first samples close the files.
    clock.set(kMidnight + std::chrono::days{1});
    for (const bool boundary : {true, false}) {
        store->append(test::sample(test::layout("next_day"), kMidnight + std::chrono::days{1}, 1, boundary));
    }
    test::settle(*store, clock);
    return readings;
}

void read_all(const std::filesystem::path& folder, SetClock& clock, const char* what, std::size_t most) {
    auto store = test::open_or_fail(test::storage_in(folder), clock);
    clear_peak();
    const long before = resident("VmRSS:");
    const double cpu = cpu_seconds();
    const auto begun = std::chrono::steady_clock::now();
    double readings = 0;
    Sequence after = 0;
    while (true) {
        const auto peeked = store->peek(after, most);
        if (!peeked || peeked->through == after) break;
        for (const StoredItem& item : peeked->items) {
            if (const auto* stored = std::get_if<StoredSample>(&item)) {
                readings += static_cast<double>(stored->sample.readings.size());
            }
        }
        after = peeked->through;
    }
    const double took = seconds_since(begun);
    fmt::print(
        "  peek {} ({:4} at a time): {:5.1f} million readings/s of wall, {:5.1f} of CPU; RSS at most +{} "
        "KiB\n",
        what, most, readings / took / 1e6, readings / (cpu_seconds() - cpu) / 1e6,
        resident("VmHWM:") - before);
}

std::vector<FileEntry> closed_files(const std::filesystem::path& folder) {
    std::vector<FileEntry> closed;
    for (const auto& each : std::filesystem::directory_iterator(folder)) {
        const auto name = FileName::from(each.path().filename().native());
        if (!name) continue;
        const auto found = inspect_at_start(each.path(), *name);
        if (found && found->summary.closed) closed.push_back({*name, found->summary});
    }
    return closed;
}

void pack(const std::filesystem::path& folder, const Readings& readings) {
    for (const FileEntry& entry : closed_files(folder)) {
        const auto path = folder / entry.name.text();
        const bool boundary = entry.name.kind == FileKind::boundary;
        const double count = boundary ? readings.boundary : readings.other;
        const auto before = static_cast<double>(std::filesystem::file_size(path));
        LayoutCache layouts;
        clear_peak();
        const long resident_before = resident("VmRSS:");
        const auto begun = std::chrono::steady_clock::now();
        const auto packed = repack(folder, entry, layouts);
        const double took = seconds_since(begun);
        if (!packed) {
            fmt::print("{}\n", packed.error().what);
            continue;
        }
        const auto after = static_cast<double>(std::filesystem::file_size(path));
        const double days = boundary ? kDaysBoundary : kDaysOther;
        fmt::print(
            "  {:8}: {:9.0f} readings, {:.2f} bytes each before, {:.3f} packed; {} days: {:.2f} GB; packed "
            "and "
            "compared in {:.2f} s, {:.1f} million readings/s, RSS at most +{} KiB\n",
            to_string(entry.name.kind), count, before / count, after / count, days, days * after / 1e9, took,
            count / took / 1e6, resident("VmHWM:") - resident_before);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int meters = argc > 1 ? std::stoi(argv[1]) : 500;
    const std::filesystem::path parent = argc > 2 ? argv[2] : "/var/tmp";
    for (const auto kind : {bench::SiteKind::floats, bench::SiteKind::integers}) {
        const TemporaryFolder folder{parent};
        SetClock clock{kMidnight};
        fmt::print("{} site, {} meters of 20 points, one day at 1 minute\n",
                   kind == bench::SiteKind::floats ? "float" : "integer", meters);
        const Readings readings = fill(folder.path(), clock, kind, meters);
        for (const std::size_t most : {1000U, 100U}) read_all(folder.path(), clock, "hot   ", most);
        pack(folder.path(), readings);
        for (const std::size_t most : {1000U, 100U}) read_all(folder.path(), clock, "packed", most);
    }
    return 0;
}
