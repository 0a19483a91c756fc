// How much of a serial line's legal rate is used: 32 meters x 20 f32 points at 9600 8N1, as fast as possible,
// on a paced simulator that refuses requests without 3.5 characters of silence before them.
//   line_bench [seconds] [contiguous|scattered|dead|libmodbus-contiguous|libmodbus-scattered]...
// contiguous: one request a meter. scattered: five. dead: a quarter of the meters never answers (500 ms),
// beside what the live ones alone need. libmodbus-…: a bare loop of modbus_read_registers, which keeps no
// silence; it is answered all the same. The legal rate is arithmetic: request, 3.5 characters, answer, 3.5
// characters.
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <modbus/modbus.h>

#include "drivers/driver.h"
#include "gateway/polling/line_worker.h"
#include "tests/bench/paced_line.h"
#include "tests/support/memory_store.h"

namespace {

using namespace mg;
using namespace std::chrono_literals;

constexpr int kMeters = 32;
constexpr int kPoints = 20;
constexpr SerialSettings kSettings{9600, Parity::none, 8, 1};

ModelOptions model_of(bool scattered) {
    ModelOptions model;
    model.id = scattered ? "scattered" : "contiguous";
    model.max_registers = 125;
    for (int i = 0; i < kPoints; ++i) {
        PointOptions point;
        point.id.text = fmt::format("p{}", i);
        point.type = WireType::f32;
        point.address = static_cast<std::uint16_t>(2 * i + (scattered ? 100 * (i / 4) : 0));
        model.points.push_back(point);
    }
    return model;
}

struct Figures {
    double sweep{0};  ///< seconds for all live meters once
    double legal{0};  ///< the same at the line's legal rate
    std::uint64_t violations{0};
};

/// The gateway's own line: schedule, driver and serial port, with a store in memory.
class Gateway {
public:
    Gateway(const PacedLine& wire, bool scattered, int meters) : model_{model_of(scattered)} {
        LineOptions line;
        line.id.text = "bench";
        line.channel = SerialChannel{wire.device(), kSettings};
        line.response_timeout = 500ms;
        lines_.push_back(line);
        for (int unit = 1; unit <= meters; ++unit) {
            MeterOptions meter;
            meter.id.text = fmt::format("m{}", unit);
            meter.address = std::to_string(unit);
            points_.push_back(meter);
        }
        std::vector<PolledInstrument> instruments;
        for (const auto& point : points_) {
            auto made = driver_for(Protocol::modbus)->make_meter({&lines_[0], &model_, {&point}}, clock_);
            if (!made) std::exit(1);
            instruments.push_back(
                {std::move(*made),
                 {.own = {.every = 1s, .utc_offset = 8h}, .boundary = {.every = 1h, .utc_offset = 8h}},
                 kSettings});
        }
        auto channel = make_channel(lines_[0], clock_);
        if (!channel) std::exit(1);
        worker_ = std::make_unique<LineWorker>(lines_[0], std::move(*channel), std::move(instruments), store_,
                                               watch_, clock_, [] {});
        worker_->start();
    }
    ~Gateway() {
        worker_->request_stop();
        worker_->join();
    }
    [[nodiscard]] std::uint64_t polled() const { return worker_->counters().answered.value(); }

private:
    SystemClock clock_;
    ModelOptions model_;
    std::vector<LineOptions> lines_;
    std::vector<MeterOptions> points_;
    MemoryStore store_;
    ClockWatch watch_{clock_, UtcTime{}, UtcTime{}, 0, true};
    std::unique_ptr<LineWorker> worker_;
};

/// A thread of the bare loop, until stopped.
void libmodbus_loop(const std::string& device, bool scattered, const std::stop_token& stop,
                    std::atomic<std::uint64_t>& polled) {
    modbus_t* bus = modbus_new_rtu(device.c_str(), 9600, 'N', 8, 1);
    if (bus == nullptr || modbus_connect(bus) != 0) std::exit(1);
    modbus_set_response_timeout(bus, 0, 500'000);
    while (!stop.stop_requested()) {
        for (int unit = 1; unit <= kMeters && !stop.stop_requested(); ++unit) {
            modbus_set_slave(bus, unit);
            bool good = true;
            for (int part = 0; part < (scattered ? 5 : 1); ++part) {
                std::uint16_t registers[2 * kPoints];
                const int count = scattered ? 8 : 2 * kPoints;
                good = modbus_read_registers(bus, part * 108, count, registers) == count && good;
            }
            if (good) ++polled;
        }
    }
    modbus_close(bus);
    modbus_free(bus);
}

/// Counts from a poll to a poll after `settle`.
template <class Polled>
Figures measured(const PacedLine& wire, int live, milliseconds settle, milliseconds length,
                 const Polled& polled) {
    using Steady = std::chrono::steady_clock;
    std::this_thread::sleep_for(settle);
    const auto next = [&] {
        for (const auto now = polled(); polled() == now;) std::this_thread::sleep_for(1ms);
        return Steady::now();
    };
    const auto began = next();
    const auto polls = polled();
    const auto legal = wire.legal_time();
    std::this_thread::sleep_for(length);
    const auto ended = next();
    const auto count = static_cast<double>(polled() - polls);
    const double each = static_cast<double>(live) / count;
    return {std::chrono::duration<double>(ended - began).count() * each,
            std::chrono::duration<double>(wire.legal_time() - legal).count() * each, wire.violations()};
}

Figures gateway_figures(bool scattered, std::set<int> dead, int meters, milliseconds settle,
                        milliseconds length) {
    const int live = meters - static_cast<int>(dead.size());
    PacedLine wire{{kSettings, std::move(dead), true}};
    Gateway gateway{wire, scattered, meters};
    return measured(wire, live, settle, length, [&] { return gateway.polled(); });
}

Figures libmodbus_figures(bool scattered, milliseconds length) {
    PacedLine wire{{kSettings, {}, false}};
    std::atomic<std::uint64_t> polled{0};
    const std::jthread loop{
        [&](const std::stop_token& stop) { libmodbus_loop(wire.device(), scattered, stop, polled); }};
    return measured(wire, kMeters, 2s, length, [&] { return polled.load(); });
}

void print(const std::string& what, const Figures& figures) {
    fmt::print("{:22} sweep {:7.3f} s, legal {:7.3f} s: {:5.1f} % of the legal rate, violations {}\n", what,
               figures.sweep, figures.legal, 100 * figures.legal / figures.sweep, figures.violations);
    std::fflush(stdout);
}

/// Dead meters settle in their pauses within three minutes.
void bench_dead(milliseconds length) {
    std::set<int> dead;
    for (int unit = 4; unit <= kMeters; unit += 4) dead.insert(unit);
    const auto alone = gateway_figures(false, {}, kMeters - static_cast<int>(dead.size()), 2s, length);
    print("24 live alone", alone);
    const auto beside = gateway_figures(false, dead, kMeters, 180s, std::max<milliseconds>(length, 120s));
    print("24 live beside 8 dead", beside);
    fmt::print("live meters' sweep {:.3f} x what they alone need\n", beside.sweep / alone.sweep);
}

}  // namespace

int main(int argc, char** argv) {
    const milliseconds length = 1s * (argc > 1 ? std::atoi(argv[1]) : 60);
    std::vector<std::string> wanted{argv + std::min(argc, 2), argv + argc};
    if (wanted.empty())
        wanted = {"contiguous", "libmodbus-contiguous", "scattered", "libmodbus-scattered", "dead"};
    for (const auto& what : wanted) {
        if (what == "contiguous" || what == "scattered") {
            print(what, gateway_figures(what == "scattered", {}, kMeters, 2s, length));
        } else if (what == "libmodbus-contiguous" || what == "libmodbus-scattered") {
            print(what, libmodbus_figures(what == "libmodbus-scattered", length));
        } else if (what == "dead") {
            bench_dead(length);
        } else {
            return 64;
        }
    }
    return 0;
}
