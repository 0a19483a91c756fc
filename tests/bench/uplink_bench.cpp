// How fast a backlog leaves: encoding alone, and the whole uplink from a store in memory to a local mosquitto
// at QoS 1.
//   uplink_bench [readings]        default 300000, as samples of 20 points
#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "gateway/uplink/gzip.h"
#include "gateway/uplink/mqtt_uplink.h"
#include "gateway/uplink/traffic.h"
#include "tests/bench/own_use.h"
#include "tests/support/memory_store.h"
#include "tests/support/mosquitto_broker.h"
#include "tests/support/uplink_plant.h"

namespace {

using namespace mg;

constexpr int kPoints = 20;
constexpr int kMeters = 16;

void fill_wide(MemoryStore& store, int samples) {
    std::vector<LayoutRef> layouts;
    for (int meter = 1; meter <= kMeters; ++meter)
        layouts.push_back(wide_layout(fmt::format("m{}", meter), kPoints));
    for (int i = 0; i < samples; ++i) {
        Sample sample{.layout = layouts[static_cast<std::size_t>(i % kMeters)],
                      .slot = plant_slot(i / kMeters),
                      .taken_at = plant_slot(i / kMeters).at + milliseconds{100}};
        for (int point = 0; point < kPoints; ++point) {
            const auto number = static_cast<std::uint32_t>(i * 31 + point);
            const std::uint64_t bits =
                point % 4 == 0
                    ? number
                    : std::bit_cast<std::uint32_t>(220.0F + static_cast<float>(number % 977) * 0.013F);
            sample.readings.push_back({bits, Quality::good});
        }
        store.append(std::move(sample));
    }
}

void measure_encoding(MemoryStore& store, const Options& plant, int readings) {
    BatchEncoder encoder{plant};
    const auto items = store.items();
    std::size_t bytes = 0;
    const double before = cpu_seconds();
    for (const StoredItem& item : items) {
        if (encoder.add(item, 65'536) == BatchEncoder::Added::full) {
            bytes += encoder.take(Lane::live).payload.size();
            static_cast<void>(encoder.add(item, 65'536));
        }
    }
    bytes += encoder.take(Lane::live).payload.size();
    const double used = cpu_seconds() - before;
    fmt::print("encode: {:.3f} µs a reading, {:.1f} bytes a reading\n", used * 1e6 / readings,
               static_cast<double>(bytes) / readings);
}

/// Size and time of the messages of the drain, compressed.
void measure_gzip(MemoryStore& store, const Options& plant, int readings) {
    BatchEncoder encoder{plant};
    std::vector<std::string> messages;
    for (const StoredItem& item : store.items()) {
        if (encoder.add(item, 65'536) != BatchEncoder::Added::full) continue;
        messages.push_back(encoder.take(Lane::live).payload);
        static_cast<void>(encoder.add(item, 65'536));
    }
    std::size_t before = 0;
    std::size_t after = 0;
    const double start = cpu_seconds();
    for (const std::string& message : messages) {
        before += message.size();
        after += gzip(message)->size();
    }
    const double used = cpu_seconds() - start;
    fmt::print("gzip: {:.1f} % of the bytes, {:.1f} bytes and {:.2f} µs a reading\n",
               100.0 * static_cast<double>(after) / static_cast<double>(before),
               static_cast<double>(after) / readings, used * 1e6 / readings);
}

/// Bytes of one minute of November 2026 at a site that sends each minute.
using Load = std::uint64_t (*)(int minute);
constexpr int kDay = 24 * 60;
constexpr int kMonth = 30 * kDay;

std::uint64_t steady(int /*minute*/) {
    return 1000;
}
/// The first is a Sunday; a third of the weekdays' bytes at weekends, as where only changes are sent.
std::uint64_t quiet_weekends(int minute) {
    const int weekday = minute / kDay % 7;
    return weekday == 0 || weekday == 6 ? 333 : 1000;
}
/// Nothing from the 10th to the 12th, and all of it in the first hour after.
std::uint64_t three_days_without_a_link(int minute) {
    const int outage = 9 * kDay;
    const int back = 12 * kDay;
    if (minute < outage || minute >= back + 60) return 1000;
    return minute < back ? 0 : 1000 + 1000 * 3 * kDay / 60;
}

/// How far the forecast of a month's bytes is off, seen from the end of each day.
void measure_forecast(const char* name, Load load) {
    const UtcTime begin{std::chrono::sys_days{std::chrono::November / 1 / 2026} - std::chrono::hours{8}};
    Traffic traffic{{.bytes = 1UL << 30U, .period = BudgetPeriod::month}, std::chrono::minutes{480}, {}};
    std::vector<double> forecasts;
    double sent = 0;
    for (int minute = 0; minute < kMonth; ++minute) {
        const std::uint64_t bytes = load(minute);
        const UtcTime now = begin + std::chrono::minutes{minute};
        if (bytes > 0) traffic.add(bytes, now);
        sent += static_cast<double>(bytes);
        if (minute % kDay != kDay - 1) continue;
        forecasts.push_back(static_cast<double>(traffic.state(now).forecast.value_or(0)));
    }
    const auto off = [&](std::size_t day) { return 100 * (forecasts.at(day - 1) / sent - 1); };
    double most = 0;
    for (std::size_t day = 7; day < forecasts.size(); ++day) most = std::max(most, std::abs(off(day)));
    fmt::print(
        "forecast, {}: off by {:+.1f} % at the end of day 1, {:+.1f} % of day 7, {:+.1f} % of day 21; "
        "{:.1f} % at most from day 7 on\n",
        name, off(1), off(7), off(21), most);
}

void measure_drain(MemoryStore& store, const Options& plant, int readings) {
    SystemClock clock;
    const auto start = std::chrono::steady_clock::now();
    const double before = cpu_seconds();
    const auto uplink = make_mqtt_uplink(plant.uplinks.front(), plant, store, clock);
    if (!eventually([&] { return store.progress({"broker"}) >= store.newest(); },
                    std::chrono::seconds{120})) {
        fmt::print("drain: not finished: {}\n", uplink->status().last_error);
        std::exit(1);
    }
    const double took = seconds_since(start);
    const double used = cpu_seconds() - before;
    fmt::print("drain: {:.0f} readings/s, {:.2f} CPU-seconds per million readings, {} messages\n",
               readings / took, used * 1e6 / readings, uplink->status().delivered_messages);
}

}  // namespace

int main(int argc, char** argv) {
    const int readings = argc > 1 ? std::atoi(argv[1]) : 300'000;
    MosquittoBroker broker{{.more = "log_type none\n"}};
    const Options plant = plant_with_uplink(kMeters, broker.port());
    MemoryStore store;
    fill_wide(store, readings / kPoints);
    measure_encoding(store, plant, readings);
    measure_gzip(store, plant, readings);
    measure_forecast("steady", &steady);
    measure_forecast("weekends at a third", &quiet_weekends);
    measure_forecast("three days without a link", &three_days_without_a_link);
    measure_drain(store, plant, readings);
    return 0;
}
