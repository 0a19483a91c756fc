#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include <gtest/gtest.h>

#include "drivers/driver.h"
#include "tests/support/raw_peer.h"

namespace mg {

inline LineOptions tcp_line(LineKind kind, std::uint16_t port, std::string host = "127.0.0.1") {
    LineOptions line;
    line.id.text = "line_1";
    line.kind = kind;
    TcpChannel channel;
    channel.host = std::move(host);
    channel.port = port;
    channel.settings.baud = 115'200;
    line.channel = std::move(channel);
    line.connect_timeout = milliseconds{1000};
    line.response_timeout = milliseconds{200};
    line.retries = 0;
    return line;
}

inline LineOptions serial_line(const std::string& device) {
    auto line = tcp_line(LineKind::serial, 0);
    SerialChannel channel;
    channel.device = device;
    channel.settings.baud = 19'200;
    line.channel = std::move(channel);
    return line;
}

/// A line with one meter on it, unit 7, three u16 points from register 0; over real descriptors and the real
/// clock.
struct Plant {
    explicit Plant(LineOptions options, DtuMailbox* modem = nullptr) : line{std::move(options)} {
        model.id = "three";
        for (std::uint16_t address = 0; address < 3; ++address) {
            PointOptions point;
            point.id.text = std::string(1, static_cast<char>('a' + address));
            point.address = address;
            model.points.push_back(std::move(point));
        }
        metering_point.id.text = "m1";
        metering_point.address = "7";
        auto made_channel = make_channel(line, clock, modem);
        EXPECT_TRUE(made_channel) << made_channel.error().what;
        channel = std::move(*made_channel);
        auto made_meter = driver_for(Protocol::modbus)->make_meter({&line, &model, {&metering_point}}, clock);
        EXPECT_TRUE(made_meter) << made_meter.error().what;
        meter = std::move(*made_meter);
    }

    PollResult poll() {
        if (auto opened = channel->open(stop); !opened) ADD_FAILURE() << opened.error().what;
        return meter->poll(*channel, stop, Effort::usual, false);
    }
    /// The value that all three points have; none when any has no value.
    static std::optional<std::uint64_t> value(const PollResult& result) {
        for (const auto& reading : result.readings[0]) {
            if (!has_value(reading.quality) || reading.bits != result.readings[0][0].bits)
                return std::nullopt;
        }
        return result.readings[0][0].bits;
    }
    static Quality quality(const PollResult& result) { return result.readings[0][0].quality; }

    SystemClock clock;
    std::stop_source stopper;
    StopEvent stop{stopper.get_token()};
    LineOptions line;
    ModelOptions model;
    MeterOptions metering_point;
    std::unique_ptr<Channel> channel;
    std::unique_ptr<Meter> meter;
};

/// How long something took.
template <class Function>
milliseconds time_of(Function&& function) {
    const auto began = std::chrono::steady_clock::now();
    function();
    return std::chrono::ceil<milliseconds>(std::chrono::steady_clock::now() - began);
}

/// A good answer with the same value in all three registers.
inline raw::Bytes body_of(std::uint16_t value) {
    return raw::registers_body(7, 3, {value, value, value});
}

constexpr std::size_t kRtuRequest = 8;
constexpr std::size_t kTcpRequest = 12;

}  // namespace mg
