#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/base/guarded.h"
#include "gateway/base/unique_fd.h"
#include "gateway/daemon/line_builder.h"
#include "tests/support/memory_store.h"
#include "tests/support/raw_peer.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

/// A pty: its device is somebody's serial port, its master one end of the bus.
struct Port {
    Port() : bus{::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)} {
        ::grantpt(bus.get());
        ::unlockpt(bus.get());
        std::array<char, 64> name{};
        ::ptsname_r(bus.get(), name.data(), name.size());
        device = name.data();
        kept.reset(::open(device.c_str(), O_RDWR | O_NOCTTY));
        termios raw{};
        ::tcgetattr(kept.get(), &raw);
        ::cfmakeraw(&raw);
        ::tcsetattr(kept.get(), TCSANOW, &raw);
    }
    UniqueFd bus;
    UniqueFd kept;
    std::string device;
};

/// One pair of wires: the old master's port, a tap, and meters 7 and 8 on it; 9 is dead. Every answer has
/// numbers that no other has.
class Bus {
public:
    struct Served {
        int unit{0};
        std::uint16_t first{0};
        std::vector<std::uint16_t> registers;
    };

    Bus() : thread_{[this](const std::stop_token& stop) { serve(stop); }} {}

    Port master;
    Port tap;

    [[nodiscard]] std::size_t sent_by_tap() const { return from_tap_; }
    /// Every value that the unit has ever said to be in these registers.
    [[nodiscard]] std::set<std::uint64_t> served(int unit, std::uint16_t address, int registers) const {
        std::set<std::uint64_t> values;
        for (const Served& each : served_.copy()) {
            const int at = address - each.first;
            const bool has =
                each.unit == unit && at >= 0 && at + registers <= static_cast<int>(each.registers.size());
            if (!has) continue;
            std::uint64_t value = 0;
            for (int i = 0; i < registers; ++i)
                value = value << 16U | each.registers[static_cast<std::size_t>(at + i)];
            values.insert(value);
        }
        return values;
    }

private:
    void serve(const std::stop_token& stop) {
        raw::Bytes asked;
        while (!stop.stop_requested()) {
            std::array<pollfd, 2> ready{pollfd{master.bus.get(), POLLIN, 0},
                                        pollfd{tap.bus.get(), POLLIN, 0}};
            ::poll(ready.data(), ready.size(), 50);
            std::array<std::uint8_t, 256> chunk{};
            if (const auto got = ::read(tap.bus.get(), chunk.data(), chunk.size()); got > 0)
                from_tap_ += static_cast<std::size_t>(got);
            const auto got = ::read(master.bus.get(), chunk.data(), chunk.size());
            if (got <= 0) continue;
            pass({chunk.begin(), chunk.begin() + got}, tap);
            asked.insert(asked.end(), chunk.begin(), chunk.begin() + got);
            if (asked.size() < 8) continue;
            answer(raw::rtu_request(asked));
            asked.clear();
        }
    }
    void answer(const raw::Asked& asked) {
        if (asked.unit == 9) return;
        Served said{.unit = asked.unit, .first = asked.first, .registers = {}};
        for (int i = 0; i < asked.count; ++i) said.registers.push_back(next_++);
        served_.with([&](auto& served) { served.push_back(said); });
        const auto frame = raw::rtu(raw::registers_body(asked.unit, asked.function, said.registers));
        pass(frame, tap);
        pass(frame, master);
    }
    static void pass(const raw::Bytes& bytes, const Port& to) {
        static_cast<void>(!::write(to.bus.get(), bytes.data(), bytes.size()));
    }

    std::atomic<std::size_t> from_tap_{0};
    Guarded<std::vector<Served>> served_;
    std::uint16_t next_{1};
    std::jthread thread_;
};

/// What stands in the control room since 2009: reads two blocks of each meter, over and over, by libmodbus.
class OldMaster {
public:
    explicit OldMaster(const std::string& device) : device_{device} {}

    void sweep() {
        for (const int unit : {7, 8, 9}) {
            for (const int first : {0, 0x20}) read(unit, first);
        }
    }

private:
    void read(int unit, int first) {
        if (context_ == nullptr) {
            context_.reset(modbus_new_rtu(device_.c_str(), 9600, 'N', 8, 1));
            modbus_set_response_timeout(context_.get(), 0, 100'000);
            ASSERT_EQ(modbus_connect(context_.get()), 0) << modbus_strerror(errno);
        }
        modbus_set_slave(context_.get(), unit);
        std::array<std::uint16_t, 6> registers{};
        if (modbus_read_registers(context_.get(), first, 6, registers.data()) > 0) ++answers;
    }

    struct Free {
        void operator()(modbus_t* context) const {
            modbus_close(context);
            modbus_free(context);
        }
    };
    std::string device_;
    std::unique_ptr<modbus_t, Free> context_;

public:
    int answers{0};
};

Options site_on(const Bus& bus) {
    Options options;
    options.site.boundary = 2s;
    ModelOptions model;
    model.id = "m";
    PointOptions energy;
    energy.id.text = "energy";
    energy.address = 2;
    energy.type = WireType::u32;
    energy.kind = PointKind::index;
    PointOptions power;
    power.id.text = "power";
    power.address = 0x21;
    model.points = {energy, power};
    options.models = {model};
    LineOptions line;
    line.id.text = "old_scada";
    line.mode = LineMode::listen;
    line.response_timeout = 150ms;
    SerialChannel channel;
    channel.device = bus.tap.device;
    line.channel = channel;
    options.lines = {line};
    for (const char* unit : {"7", "8", "9"}) {
        MeterOptions meter;
        meter.id.text = std::string{"m"} + unit;
        meter.line = line.id;
        meter.address = unit;
        meter.model = "m";
        meter.every = 1s;
        options.meters.push_back(meter);
    }
    return options;
}

TEST(Listening, WhatAnOldMasterReadsIsStoredAsTheMetersServedItAndNotAByteIsSent) {
    Bus bus;
    const Options options = site_on(bus);
    SystemClock clock;
    MemoryStore store;
    ClockWatch watch{clock, UtcTime{}, UtcTime{}, 0, true};
    boost::asio::io_context io;
    const DtuAcceptor modems{io, options.lines, clock};
    auto built = build_lines(options, modems, store, watch, clock, [](const LineOptions&) { return [] {}; });
    ASSERT_TRUE(built) << built.error().what;
    LineThread& listening = *built->workers.at(0);

    OldMaster master{bus.master.device};
    listening.start();
    const auto end = clock.steady() + 8s;
    while (clock.steady() < end) master.sweep();
    listening.request_stop();
    listening.join();

    EXPECT_GT(master.answers, 20);
    EXPECT_EQ(bus.sent_by_tap(), 0U);
    EXPECT_EQ(listening.channel_counters().bytes_sent.value(), 0U);
    std::map<std::string, int> whole;
    int boundaries = 0;
    for (const StoredItem& item : store.items()) {
        const auto* stored = std::get_if<StoredSample>(&item);
        if (stored == nullptr) continue;
        const Sample* sample = &stored->sample;
        const std::string& meter = sample->meter().text;
        const int unit = meter.back() - '0';
        for (std::size_t i = 0; i < 2; ++i) {
            const Reading& reading = sample->readings[i];
            if (!has_value(reading.quality)) continue;
            const auto served = i == 0 ? bus.served(unit, 2, 2) : bus.served(unit, 0x21, 1);
            EXPECT_TRUE(served.contains(reading.bits)) << meter << " " << i << ": " << reading.bits;
        }
        if (std::ranges::all_of(sample->readings, [](const Reading& r) { return has_value(r.quality); })) {
            ++whole[meter];
            if (sample->boundary) ++boundaries;
        }
        EXPECT_TRUE(unit != 9 || sample->missing());
    }
    EXPECT_GE(whole["m7"], 4);
    EXPECT_GE(whole["m8"], 4);
    EXPECT_GE(boundaries, 2);
    const auto hearing = listening.snapshot().hearing;
    ASSERT_TRUE(hearing);
    EXPECT_TRUE(hearing->never_asked.empty());
    EXPECT_EQ(hearing->figures.bad_checksums, 0U);
}

}  // namespace
}  // namespace mg
