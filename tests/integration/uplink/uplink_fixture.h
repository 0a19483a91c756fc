#pragma once

#include <algorithm>
#include <map>
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
        settings.hold = hold;
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

    /// The newest item has come; repetitions make a mere count say less.
    bool newest_arrives_at(const Subscriber& subscriber) {
        return eventually([&] {
            const auto samples = subscriber.samples();
            return std::ranges::any_of(samples, [&](const auto& s) { return s.at("seq") == store.newest(); });
        });
    }

    /// The law of each fault test. Of every stored sample exactly one holds: a subscriber of one of the
    /// brokers got it, it waits, or it was set aside with a reason. No value differs from the stored one, and
    /// on no broker does a later sample of a meter come before an earlier one.
    void expect_conserved(const std::vector<const Subscriber*>& subscribers) {
        std::map<std::int64_t, const StoredSample*> stored;
        const auto items = store.items();
        for (const StoredItem& item : items) {
            if (const auto* sample = std::get_if<StoredSample>(&item)) stored[sample->sequence] = sample;
        }
        received.clear();
        for (const Subscriber* subscriber : subscribers) count(*subscriber, stored);
        const auto aside = store.set_aside_items({"broker"});
        for (const auto& [sequence, sample] : stored) {
            const bool waits = sequence > store.progress({"broker"});
            const bool arrived = received.contains(sequence);
            const auto why = aside.find(sequence);
            if (why != aside.end()) {
                EXPECT_FALSE(arrived) << sequence << " set aside and delivered";
                EXPECT_FALSE(why->second.empty()) << sequence << " set aside without a reason";
            } else {
                EXPECT_TRUE(arrived || waits) << sequence << " is lost";
            }
        }
    }
    /// How often each sample came; after expect_conserved().
    std::map<std::int64_t, int> received;

    BackoffLimits hold{.first = milliseconds{50}, .most = milliseconds{200}};
    SystemClock clock;
    MemoryStore store;
    Options plant;
    std::unique_ptr<Forwarder> uplink;

private:
    void count(const Subscriber& subscriber, const std::map<std::int64_t, const StoredSample*>& stored) {
        std::map<std::string, std::int64_t> newest;
        std::set<std::int64_t> seen;
        for (const auto& sample : subscriber.samples()) {
            const std::int64_t sequence = sample.at("seq");
            const std::string meter = sample.at("meter");
            const auto found = stored.find(sequence);
            ASSERT_NE(found, stored.end()) << sequence << " was never stored";
            ASSERT_EQ(meter, found->second->sample.layout->meter.text);
            constexpr double kShown = 60 / 100.0;  // two decimals, CT 60
            const auto& points = sample.at("points");
            if (points.contains("energy_import")) {
                EXPECT_DOUBLE_EQ(points.at("energy_import").at("value").get<double>(),
                                 static_cast<double>(found->second->sample.readings[0].bits) * kShown);
            }
            ++received[sequence];
            if (!seen.insert(sequence).second) continue;
            EXPECT_GT(sequence, newest[meter]) << meter << ": came after a later one";
            newest[meter] = sequence;
        }
    }
};

}  // namespace mg
