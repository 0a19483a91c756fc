#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "drivers/driver.h"
#include "gateway/polling/line_worker.h"
#include "tests/support/fake_clock.h"

namespace mg {

/// A channel that costs nothing; its opening can be made to fail.
class SimulatedChannel final : public Channel {
public:
    Result<> open(const StopEvent& stop) override;
    void close() override { open_ = false; }
    [[nodiscard]] bool is_open() const override { return open_; }
    [[nodiscard]] int descriptor() const override { return -1; }
    Result<> use(const SerialSettings&) override { return {}; }
    Result<> send(std::span<const std::uint8_t>, milliseconds, const StopEvent&) override { return {}; }
    Result<> wait_readable(SteadyTime, const StopEvent&) override { return {}; }
    void recover(const StopEvent&) override {}
    [[nodiscard]] std::chrono::microseconds wire_time(std::size_t) const override { return {}; }
    [[nodiscard]] bool may_echo() const override { return false; }
    [[nodiscard]] const ChannelCounters& counters() const override { return counters_; }

    std::function<bool()> can_open = [] { return true; };

private:
    bool open_{false};
    ChannelCounters counters_;
};

/// An instrument with one index point whose value is the second of the poll. `answer` decides what it does.
class SimulatedMeter final : public Meter {
public:
    SimulatedMeter(std::string id, FakeClock& clock, milliseconds exchange);
    [[nodiscard]] const std::string& address() const override { return address_; }
    [[nodiscard]] std::span<const LayoutRef> layouts() const override { return {&layout_, 1}; }
    PollResult poll(Channel& channel, const StopEvent& stop, Effort effort, bool record_wire) override;
    [[nodiscard]] MeterFigures figures() const override { return {}; }
    [[nodiscard]] PollCost cost() const override { return {.requests = 1, .wire = exchange_}; }

    /// Quality of the next answer at this time; good by default.
    std::function<Quality(UtcTime)> answer = [](UtcTime) { return Quality::good; };
    int polls{0};

private:
    std::string address_{"1"};
    LayoutRef layout_;
    FakeClock& clock_;
    milliseconds exchange_;
};

}  // namespace mg
