#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/uplink/mqtt_uplink.h"
#include "tests/integration/uplink/subscriber.h"
#include "tests/support/memory_store.h"
#include "tests/support/uplink_plant.h"

namespace mg {

/// A store, a real broker and the real uplink between them, with short times.
class UplinkTest : public testing::Test {
protected:
    void start(const Options& with, int connect_ms = 3000) {
        plant = with;
        auto settings = forwarder_settings(plant.uplinks.front(), plant.site, clock);
        settings.reconnect = {.first = milliseconds{20}, .most = milliseconds{200}};
        settings.hold = {.first = milliseconds{50}, .most = milliseconds{200}};
        settings.connect_timeout = milliseconds{connect_ms};
        uplink = make_mqtt_uplink(plant.uplinks.front(), plant, store, clock, settings);
    }

    bool reaches(ForwarderState state) {
        return eventually([&] { return uplink->status().state == state; });
    }
    bool delivers_all() {
        return eventually([&] { return store.progress({"broker"}) >= store.newest(); },
                          std::chrono::seconds{30});
    }

    /// Each stored sample came at least once, with the value that was read and with no later one of its meter
    /// before it.
    static void expect_all_arrived(const Subscriber& subscriber, int meters, int seconds) {
        std::map<std::string, std::int64_t> newest;
        std::set<std::pair<std::string, std::int64_t>> seen;
        for (const auto& sample : subscriber.samples()) {
            const std::string meter = sample.at("meter");
            const std::int64_t sequence = sample.at("seq");
            const int number = std::stoi(meter.substr(1));
            const int second = static_cast<int>((sequence - 1) / meters);
            EXPECT_DOUBLE_EQ(sample.at("points").at("energy_import").at("value").get<double>(),
                             plant_energy(number, second));
            if (seen.insert({meter, sequence}).second) {
                EXPECT_GT(sequence, newest[meter]) << meter << ": came after a later one";
                newest[meter] = sequence;
            }
        }
        EXPECT_EQ(seen.size(), static_cast<std::size_t>(meters * seconds));
    }

    SystemClock clock;
    MemoryStore store;
    Options plant;
    std::unique_ptr<Forwarder> uplink;
};

}  // namespace mg
