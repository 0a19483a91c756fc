#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "drivers/driver.h"
#include "tests/support/raw_peer.h"
#include "tests/support/scripted_channel.h"

namespace mg {

inline PointOptions u16_point(const std::string& id, std::uint16_t address) {
    PointOptions made;
    made.id.text = id;
    made.address = address;
    return made;
}

inline LineOptions line_of(LineKind kind) {
    LineOptions line;
    line.id.text = "line_1";
    line.kind = kind;
    line.response_timeout = milliseconds{300};
    line.retries = 1;
    if (kind == LineKind::serial) {
        line.channel = SerialChannel{};
    } else {
        line.channel = TcpChannel{};
    }
    return line;
}

/// A meter with three u16 points a, b, c at 0, 1 and 2 as unit 7, and a scripted line to it.
class ModbusScripted : public ::testing::Test {
protected:
    void build(LineKind kind, ScriptedChannel::FarEnd far_end) {
        line = line_of(kind);
        metering_point.id.text = "m1";
        metering_point.address = std::string{"7"};
        build_meter();
        channel = std::make_unique<ScriptedChannel>(clock, kind, std::move(far_end));
        ASSERT_TRUE(channel->open(stop));
    }
    void build_meter() {
        auto made = driver_for(Protocol::modbus)->make_meter({&line, &model, {&metering_point}}, clock);
        ASSERT_TRUE(made) << made.error().what;
        meter = std::move(*made);
    }
    PollResult poll() {
        EXPECT_TRUE(channel->open(stop));
        return meter->poll(*channel, stop, Effort::usual, false);
    }
    static std::vector<Quality> qualities(const PollResult& result) {
        std::vector<Quality> list;
        for (const auto& reading : result.readings[0]) list.push_back(reading.quality);
        return list;
    }
    static std::vector<std::uint64_t> values(const PollResult& result) {
        std::vector<std::uint64_t> list;
        for (const auto& reading : result.readings[0]) list.push_back(reading.bits);
        return list;
    }

    FakeClock clock{UtcTime{std::chrono::hours{480'000}}};
    std::stop_source stopper;
    StopEvent stop{stopper.get_token()};
    LineOptions line;
    ModelOptions model = [] {
        ModelOptions made;
        made.id = "three";
        made.points = {u16_point("a", 0), u16_point("b", 1), u16_point("c", 2)};
        return made;
    }();
    MeterOptions metering_point;
    std::unique_ptr<Meter> meter;
    std::unique_ptr<ScriptedChannel> channel;
};

/// Registers that hold 100 + their address.
inline std::vector<std::uint16_t> image(const raw::Asked& asked) {
    std::vector<std::uint16_t> registers;
    for (int i = 0; i < asked.count; ++i)
        registers.push_back(static_cast<std::uint16_t>(100 + asked.first + i));
    return registers;
}

inline Bytes good_rtu(const Bytes& request) {
    const auto asked = raw::rtu_request(request);
    return raw::rtu(raw::registers_body(asked.unit, asked.function, image(asked)));
}

inline Bytes good_tcp(const Bytes& request) {
    const auto asked = raw::mbap_request(request);
    return raw::mbap(asked.transaction, raw::registers_body(asked.unit, asked.function, image(asked)));
}

inline Bytes exception_rtu(const Bytes& request, std::uint8_t code) {
    const auto asked = raw::rtu_request(request);
    return raw::rtu(raw::exception_body(asked.unit, asked.function, code));
}

inline Bytes exception_tcp(const Bytes& request, std::uint8_t code) {
    const auto asked = raw::mbap_request(request);
    return raw::mbap(asked.transaction, raw::exception_body(asked.unit, asked.function, code));
}

}  // namespace mg
