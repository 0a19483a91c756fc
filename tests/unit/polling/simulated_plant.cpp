#include "tests/unit/polling/simulated_plant.h"

#include <algorithm>
#include <stop_token>

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

const UtcTime kBuild = std::chrono::sys_days{std::chrono::year{2026} / 11 / 1};

}  // namespace

SimulatedMeter& SimulatedPlant::add(const std::string& id, milliseconds every, milliseconds exchange) {
    auto meter = std::make_unique<SimulatedMeter>(id, clock, exchange);
    auto& added = *meter;
    instruments.push_back({.meter = std::move(meter),
                           .plan = {.own = {.every = every, .utc_offset = 8h},
                                    .boundary = {.every = boundary, .utc_offset = 8h}},
                           .settings = {}});
    return added;
}

void SimulatedPlant::run_until(UtcTime until) {
    ClockWatch watch{clock, kBuild, store.last_taken_at(), store.last_epoch(), true};
    std::stop_source stop;
    LineWorker worker{LineOptions{.id = {"hv"}, .name = "hv", .channel = {}},
                      std::move(channel),
                      std::move(instruments),
                      store,
                      watch,
                      clock,
                      [&] {
                          if (running != nullptr) each_round(clock.utc());
                          if (clock.utc() >= until) stop.request_stop();
                      }};
    running = &worker;
    worker.run(stop.get_token());
    running = nullptr;
    snapshot = worker.snapshot();
    missed = worker.counters().missed_slots.value();
}

std::vector<StoredItem> SimulatedPlant::since_start() const {
    auto items = store.items();
    std::erase_if(items, [](const StoredItem& item) {
        const auto* gap = std::get_if<StoredGap>(&item);
        return gap != nullptr && gap->gap.reason == Quality::before_start;
    });
    return items;
}

std::map<UtcTime, Quality> SimulatedPlant::slots(const std::string& id, milliseconds every) const {
    std::map<UtcTime, Quality> found;
    for (const StoredItem& item : since_start()) {
        if (const auto* stored = std::get_if<StoredSample>(&item)) {
            if (stored->sample.meter().text == id)
                found[stored->sample.slot.at] = stored->sample.readings[0].quality;
        } else {
            const Gap& gap = std::get<StoredGap>(item).gap;
            if (gap.meter.text != id) continue;
            for (UtcTime at = gap.from.at; at < gap.to.at; at += every) {
                EXPECT_FALSE(found.contains(at)) << "a slot both stored and in a gap";
                found[at] = gap.reason;
            }
        }
    }
    return found;
}

milliseconds SimulatedPlant::worst_delay() const {
    milliseconds worst{0};
    for (const StoredItem& item : store.items()) {
        if (const auto* stored = std::get_if<StoredSample>(&item))
            worst = std::max(worst, stored->sample.taken_at - stored->sample.slot.at);
    }
    return worst;
}

}  // namespace mg
