// How old live data are when the broker has them: from the end of the slot (append) to the PUBACK, with a
// store on disk, commits of 1 s and a local mosquitto, at 10,240 readings a second spread over ten slot ends
// a second.
//   live_age_bench [idle|backlog|slow] [seconds] [folder]
// idle: order strict, nothing waits. backlog: live-first beside a backlog on disk that drains as fast as it
// can. slow: the same over 8 MiB a second. Ends with 1 when p99 is above the commit interval + 200 ms.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "gateway/buffer/open_store.h"
#include "gateway/uplink/mqtt_uplink.h"
#include "tests/support/mosquitto_broker.h"
#include "tests/support/uplink_plant.h"

namespace {

using namespace mg;
using namespace std::chrono_literals;

constexpr int kPoints = 20;
constexpr int kMeters = 51;  // a tenth of 512
constexpr int kBacklogSamples = 1'000'000;
constexpr milliseconds kEvery{100};
constexpr milliseconds kCommit{1000};
constexpr milliseconds kMostBeyondCommit{200};

Sample sample_of(const LayoutRef& layout, int meter, int number) {
    Sample sample{.layout = layout,
                  .slot = {plant_slot(0).at + number * kEvery},
                  .taken_at = plant_slot(0).at + number * kEvery + 50ms};
    for (int point = 0; point < kPoints; ++point) {
        const auto bits = static_cast<std::uint32_t>(number * 31 + meter * 7 + point);
        const auto value = 220.0F + static_cast<float>(bits % 977) * 0.013F;
        sample.readings.push_back(
            {point % 4 == 0 ? bits : std::bit_cast<std::uint32_t>(value), Quality::good});
    }
    return sample;
}

class Plant {
public:
    Plant(SampleStore& store, Clock& clock) : store_{store}, clock_{clock} {
        for (int meter = 0; meter < kMeters; ++meter) {
            layouts_.push_back(wide_layout(fmt::format("m{}", meter + 1), kPoints));
        }
    }
    /// One slot of all meters.
    void sweep() {
        for (int meter = 0; meter < kMeters; ++meter) {
            store_.append(sample_of(layouts_[static_cast<std::size_t>(meter)], meter, number_));
        }
        ++number_;
        appended_ += kMeters;
    }
    bool leave_a_backlog(int samples) {
        while (appended_ < samples) {
            sweep();
            if (appended_ % (kMeters * 100) != 0) continue;
            store_.commit_soon();
            if (!store_.flush(clock_.steady() + 60s)) return false;
        }
        store_.commit_soon();
        return store_.flush(clock_.steady() + 60s);
    }
    [[nodiscard]] Sequence appended() const { return appended_; }

private:
    SampleStore& store_;
    Clock& clock_;
    std::vector<LayoutRef> layouts_;
    int number_{0};
    Sequence appended_{0};
};

struct SlotEnd {
    SteadyTime at;
    Sequence last;
};

double milliseconds_between(SteadyTime from, SteadyTime to) {
    return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string mode = argc > 1 ? argv[1] : "idle";
    const int seconds = argc > 2 ? std::atoi(argv[2]) : 60;
    const TemporaryFolder temporary;
    MosquittoBroker broker{{.more = "log_type none\n"}};
    Options options = plant_with_uplink(kMeters, broker.port());
    options.storage.path = argc > 3 ? std::filesystem::path{argv[3]} : temporary.path() / "data";
    options.storage.allow_tmpfs = true;
    options.storage.commit_interval = kCommit;
    DeliveryOptions& delivery = options.uplinks[0].delivery;
    if (mode != "idle") delivery.order = UplinkOrder::live_first;
    if (mode == "slow") delivery.most_bytes_per_second = 8UL * 1024 * 1024;

    SystemClock clock;
    const auto store = open_store(options.storage, options.site, clock);
    if (!store) {
        fmt::print("{}\n", store.error().what);
        return 1;
    }
    Plant plant{**store, clock};
    if (mode != "idle" && !plant.leave_a_backlog(kBacklogSamples)) return 1;

    const auto uplink = make_mqtt_uplink(options.uplinks[0], options, **store, clock);
    if (!eventually([&] { return uplink->status().state == ForwarderState::connected; })) return 1;
    const UplinkId id = options.uplinks[0].id;
    const Sequence backlog_end = plant.appended();
    const SteadyTime begin = clock.steady();
    std::vector<SlotEnd> open;
    std::vector<double> ages;
    std::vector<double> ages_beside;
    SteadyTime next = begin;
    double backlog_took = 0;
    while (clock.steady() < begin + std::chrono::seconds{seconds} || !open.empty()) {
        if (clock.steady() >= next && clock.steady() < begin + std::chrono::seconds{seconds}) {
            plant.sweep();
            open.push_back({clock.steady(), plant.appended()});
            next += kEvery;
        }
        const Progress settled = (*store)->settled(id);
        const SteadyTime now = clock.steady();
        const bool beside = settled.through < backlog_end;
        if (!beside && backlog_took == 0) backlog_took = milliseconds_between(begin, now) / 1000;
        std::erase_if(open, [&](const SlotEnd& slot) {
            if (!settled.is_settled(slot.last)) return false;
            ages.push_back(milliseconds_between(slot.at, now));
            if (beside) ages_beside.push_back(ages.back());
            return true;
        });
        std::this_thread::sleep_for(1ms);
    }
    const auto report = [](const char* name, std::vector<double>& values) {
        if (values.empty()) return 0.0;
        std::ranges::sort(values);
        const auto at = [&](double part) {
            return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
        };
        fmt::print("{}: {} slot ends, age p50 {:.0f} ms, p99 {:.0f} ms, most {:.0f} ms\n", name,
                   values.size(), at(0.5), at(0.99), values.back());
        return at(0.99);
    };
    if (mode != "idle") {
        fmt::print("backlog: {} readings{}\n", backlog_end * kPoints,
                   backlog_took > 0 ? fmt::format(", gone after {:.1f} s", backlog_took)
                                    : std::string{", still draining"});
        report("while it drained", ages_beside);
    }
    const double p99 = report(mode.c_str(), ages);
    fmt::print("commit interval {} ms; target: p99 <= {} ms\n", kCommit.count(),
               (kCommit + kMostBeyondCommit).count());
    return p99 <= static_cast<double>((kCommit + kMostBeyondCommit).count()) ? 0 : 1;
}
