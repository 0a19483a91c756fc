// What the buffer writes to the device for each reading, and how fast it appends beside a bare SQLite loop.
// Usage: wear_bench [folder] [append|wear]. The folder must lie on a real disk.
//
// Time is not waited for: what comes within one commit interval is handed over at once and committed as one
// group, which is what the buffer's thread does with it. Each figure is of a whole run in a store of its own.
//  - plant: 32 lines of 16 meters with 20 points (f32), read once a second; 10 minutes.
//  - small site: 30 meters with 20 points on one line, read once a minute within 3 s; one day.
// "written" is what the process passed to write(), log and checkpoints together; "to the device" is
// write_bytes of /proc/self/io, which counts whole pages.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "gateway/buffer/open_store.h"

namespace {

namespace fs = std::filesystem;
using mg::LayoutRef;
using mg::milliseconds;
using mg::UtcTime;
using std::chrono::seconds;

constexpr int kPoints = 20;
// 2026-11-22 00:00:00 at the site.
constexpr UtcTime kStart{milliseconds{1'795'276'800'000}};

/// The wall clock of the simulated time; waiting is real.
class ShiftedClock final : public mg::Clock {
public:
    [[nodiscard]] UtcTime utc() const override { return now_; }
    [[nodiscard]] mg::SteadyTime steady() const override { return real_.steady(); }
    [[nodiscard]] bool synchronised() const override { return true; }
    bool wait_until(mg::SteadyTime due, std::stop_token stop) override {
        return real_.wait_until(due, std::move(stop));
    }
    mg::Wake wait(mg::SteadyTime due, std::stop_token stop, mg::Signal& signal) override {
        return real_.wait(due, std::move(stop), signal);
    }
    void set(UtcTime now) { now_ = now; }

private:
    mg::SystemClock real_;
    std::atomic<UtcTime> now_{kStart};
};

struct Io {
    double written{0};
    double device{0};
};
Io io_so_far() {
    Io io;
    std::ifstream file{"/proc/self/io"};
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("wchar:")) io.written = std::stod(line.substr(6));
        if (line.starts_with("write_bytes:")) io.device = std::stod(line.substr(12));
    }
    return io;
}

std::vector<LayoutRef> make_layouts(int meters) {
    std::vector<LayoutRef> layouts;
    for (int meter = 0; meter < meters; ++meter) {
        mg::Layout layout{.meter = {fmt::format("meter_{:03}", meter)}, .model = "bench", .points = {}};
        for (int point = 0; point < kPoints; ++point) {
            layout.points.push_back(
                {.id = {fmt::format("point_{:02}", point)}, .type = mg::WireType::f32, .unit = "kWh"});
        }
        layouts.push_back(std::make_shared<const mg::Layout>(std::move(layout)));
    }
    return layouts;
}

mg::Sample make_sample(const LayoutRef& layout, UtcTime slot, milliseconds taken, std::uint64_t seed) {
    mg::Sample sample{.layout = layout,
                      .slot = {slot},
                      .taken_at = slot + taken,
                      .epoch = 0,
                      .boundary = slot.time_since_epoch() % seconds{900} == seconds{0},
                      .readings = {}};
    sample.readings.resize(kPoints);
    for (std::uint64_t point = 0; point < kPoints; ++point) {
        sample.readings[point] = {(0x43660000 + 7919 * seed + 131 * point) & 0xFFFF'FFFF, mg::Quality::good};
    }
    return sample;
}

struct Load {
    const char* name;
    int meters;
    seconds every;
    milliseconds spread;  ///< the meters are asked one after another within this
    seconds lasts;
};

std::unique_ptr<mg::SampleStore> open(const fs::path& folder, ShiftedClock& clock) {
    // Groups are committed when they are handed over whole, not by time. Nothing is repacked in between.
    auto store = mg::open_store(
        {.path = folder, .commit_interval = seconds{60}, .repack = false, .memory_limit = 256UL << 20U}, {},
        clock);
    if (!store) throw std::runtime_error(store.error().what);
    return std::move(*store);
}

void commit(mg::SampleStore& store, ShiftedClock& clock) {
    if (!store.flush(clock.steady() + seconds{60})) throw std::runtime_error("the disk does not follow");
}

void measure_wear(const fs::path& folder, const Load& load, milliseconds interval) {
    const auto layouts = make_layouts(load.meters);
    ShiftedClock clock;
    fs::remove_all(folder);
    auto store = open(folder, clock);
    const Io before = io_so_far();
    std::uint64_t samples = 0;
    UtcTime group_end = kStart + interval;
    for (UtcTime slot = kStart; slot < kStart + load.lasts; slot += load.every) {
        for (int meter = 0; meter < load.meters; ++meter) {
            const milliseconds after = load.spread * meter / load.meters;
            if (slot + after >= group_end) {
                commit(*store, clock);
                group_end = slot + after + interval;
            }
            clock.set(slot + after);
            store->append(make_sample(layouts[static_cast<std::size_t>(meter)], slot, after, samples++));
        }
    }
    commit(*store, clock);
    const Io after = io_so_far();
    const auto stats = store->stats();
    const double readings = static_cast<double>(samples) * kPoints;
    fmt::print(
        "{:<11} commits of {:>5} ms: {:>7} commits, {:6.1f} bytes written, {:6.1f} to the device, {:5.1f} on "
        "disk hot, "
        "per reading\n",
        load.name, interval.count(), stats.commits, (after.written - before.written) / readings,
        (after.device - before.device) / readings, static_cast<double>(stats.bytes_on_disk) / readings);
    store.reset();
    fs::remove_all(folder);
}

void measure_rest(const fs::path& folder) {
    ShiftedClock clock;
    fs::remove_all(folder);
    auto store = open(folder, clock);
    const auto layouts = make_layouts(1);
    store->append(make_sample(layouts[0], kStart, milliseconds{0}, 1));
    commit(*store, clock);
    store->ack({"cloud"}, store->newest());
    clock.wait_until(clock.steady() + seconds{3}, {});
    const Io before = io_so_far();
    clock.wait_until(clock.steady() + seconds{65}, {});  // the housekeeping looks up once a minute
    const Io after = io_so_far();
    fmt::print("at rest     65 s: {:.0f} bytes written, {:.0f} to the device\n",
               after.written - before.written, after.device - before.device);
    store.reset();
    fs::remove_all(folder);
}

// ---- append against a bare loop ----

constexpr int kRows = 400'000;

struct Rate {
    double rows{0};   ///< a second
    double group{0};  ///< rows in one commit, on average
};

/// As in the gateway: the next rows are handed over while the ones before are being committed.
Rate rate_of_store(const fs::path& folder, int batch) {
    const auto layouts = make_layouts(512);
    ShiftedClock clock;
    fs::remove_all(folder);
    auto store = open(folder, clock);
    std::vector<mg::Sample> samples;
    samples.reserve(kRows);
    for (int row = 0; row < kRows; ++row) {
        const UtcTime slot = kStart + seconds{1 + row / 512};
        samples.push_back(make_sample(layouts[static_cast<std::size_t>(row % 512)], slot,
                                      milliseconds{row % 900}, static_cast<std::uint64_t>(row)));
    }
    mg::Signal committed;
    store->notify(committed);
    const auto begun = std::chrono::steady_clock::now();
    for (int row = 0; row < kRows; ++row) {
        store->append(std::move(samples[static_cast<std::size_t>(row)]));
        if ((row + 1) % batch != 0) continue;
        store->commit_soon();
        while (store->newest() < row + 1 - batch) {
            static_cast<void>(clock.wait(clock.steady() + seconds{1}, {}, committed));
        }
    }
    commit(*store, clock);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    store->forget(committed);
    const auto stats = store->stats();
    if (stats.committed != kRows) throw std::runtime_error("not all was stored");
    store.reset();
    fs::remove_all(folder);
    return {kRows / took.count(), 1.0 * kRows / static_cast<double>(stats.commits)};
}

void run(sqlite3* file, const char* sql) {
    if (sqlite3_exec(file, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(file));
}

/// `indexed`: with the unique (slot, meter, revision) that makes a repeat harmless.
double rate_of_bare_loop(const fs::path& folder, int batch, bool indexed) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    sqlite3* file = nullptr;
    if (sqlite3_open((folder / "bare.db").c_str(), &file) != SQLITE_OK) throw std::runtime_error("open");
    run(file,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE samples(seq INTEGER PRIMARY KEY, slot INTEGER NOT NULL, meter INTEGER NOT NULL, layout "
        "INTEGER "
        "NOT NULL, taken_at INTEGER NOT NULL, epoch INTEGER NOT NULL, revision INTEGER NOT NULL, data BLOB "
        "NOT NULL)");
    if (indexed) run(file, "CREATE UNIQUE INDEX by_slot ON samples(slot, meter, revision)");
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(file, "INSERT INTO samples VALUES(?, ?, ?, ?, ?, ?, ?, ?)", -1, &insert, nullptr);
    std::vector<std::uint8_t> blob(2 + 4 * kPoints);
    const auto begun = std::chrono::steady_clock::now();
    for (int row = 0; row < kRows; ++row) {
        if (row % batch == 0) run(file, "BEGIN IMMEDIATE");
        for (std::size_t i = 2; i < blob.size(); ++i)
            blob[i] = static_cast<std::uint8_t>(static_cast<std::size_t>(row) * i);
        sqlite3_bind_int64(insert, 1, row + 1);
        sqlite3_bind_int64(insert, 2, (kStart + seconds{1 + row / 512}).time_since_epoch().count());
        sqlite3_bind_int64(insert, 3, row % 512);
        sqlite3_bind_int64(insert, 4, row % 512);
        sqlite3_bind_int64(insert, 5,
                           (kStart + seconds{1 + row / 512}).time_since_epoch().count() + row % 900);
        sqlite3_bind_int64(insert, 6, 0);
        sqlite3_bind_int64(insert, 7, 0);
        sqlite3_bind_blob(insert, 8, blob.data(), static_cast<int>(blob.size()), SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(file));
        sqlite3_reset(insert);
        if ((row + 1) % batch == 0 || row + 1 == kRows) run(file, "COMMIT");
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    sqlite3_finalize(insert);
    sqlite3_close(file);
    fs::remove_all(folder);
    return kRows / took.count();
}

void measure_append(const fs::path& folder) {
    for (const int batch : {100, 1000}) {
        // Alternating, because the machine is shared; the best of five says what each can do. The bare loop
        // commits as many rows at once as the store did.
        Rate store;
        double bare = 0;
        double indexed = 0;
        for (int round = 0; round < 5; ++round) {
            const Rate now = rate_of_store(folder, batch);
            if (now.rows > store.rows) store = now;
            bare = std::max(bare, rate_of_bare_loop(folder, static_cast<int>(now.group), false));
            indexed = std::max(indexed, rate_of_bare_loop(folder, static_cast<int>(now.group), true));
        }
        fmt::print(
            "append      {:>4.0f} rows a commit: store {:.0f} rows/s; bare loop with the unique index {:.0f} "
            "({:.2f}), "
            "without {:.0f} ({:.2f})\n",
            store.group, store.rows, indexed, store.rows / indexed, bare, store.rows / bare);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const fs::path folder =
        fs::path{argc > 1 ? argv[1] : "/var/tmp"} / fmt::format("metergate-wear-{}", ::getpid());
    try {
        const std::string_view only = argc > 2 ? argv[2] : "";
        if (only != "wear") measure_append(folder);
        if (only == "append") return 0;
        const Load plant{"plant", 512, seconds{1}, milliseconds{1000}, seconds{600}};
        const Load small{"small site", 30, seconds{60}, milliseconds{3000}, seconds{86'399}};
        for (const Load& load : {plant, small}) {
            for (const milliseconds interval : {milliseconds{100}, milliseconds{1000}, milliseconds{10'000}})
                measure_wear(folder, load, interval);
        }
        measure_rest(folder);
    } catch (const std::exception& trouble) {
        fmt::print(stderr, "{}\n", trouble.what());
        fs::remove_all(folder);
        return 1;
    }
    return 0;
}
