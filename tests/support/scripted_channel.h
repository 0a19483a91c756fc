#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "drivers/driver.h"
#include "tests/support/fake_clock.h"

namespace mg {

using Bytes = std::vector<std::uint8_t>;

/// Bytes that reach us `after` the end of the request.
struct Arrival {
    milliseconds after{0};
    Bytes bytes;
};

/// A channel whose far end is a function from a request to what arrives when. The wire's time is the
/// FakeClock's: a minute of silence takes no time. Keeps the promises of Channel: drain before each request,
/// silence after a time-out (one second) on serial kinds, a fresh stream on TCP.
class ScriptedChannel final : public Channel {
public:
    using FarEnd = std::function<std::vector<Arrival>(const Bytes& request)>;

    ScriptedChannel(FakeClock& clock, LineKind kind, FarEnd far_end);

    Result<> open(const StopEvent& stop) override;
    void close() override;
    [[nodiscard]] bool is_open() const override { return static_cast<bool>(near_); }
    [[nodiscard]] int descriptor() const override { return near_.get(); }
    Result<> use(const SerialSettings& settings) override;
    Result<> send(std::span<const std::uint8_t> request, milliseconds gap, const StopEvent& stop) override;
    Result<> wait_readable(SteadyTime due, const StopEvent& stop) override;
    void note_received(std::size_t bytes) override { counters_.bytes_received.add(bytes); }
    void note_discarded(std::size_t bytes) override { counters_.discarded_bytes.add(bytes); }
    void recover(const StopEvent& stop) override;
    [[nodiscard]] std::chrono::microseconds wire_time(std::size_t bytes) const override;
    [[nodiscard]] bool may_echo() const override { return kind_ != LineKind::modbus_tcp; }
    [[nodiscard]] const ChannelCounters& counters() const override { return counters_; }

    /// The far end hangs up: what was written before can still be read.
    void hang_up() { far_.reset(); }
    /// Bytes that nobody asked for, there at once.
    void arrive(Bytes bytes) { coming_.push_back({clock_.steady(), std::move(bytes)}); }
    /// The next so many attempts to open fail.
    void refuse_to_open(int times) { refusals_ = times; }

    std::vector<Bytes> requests;     ///< that reached the far end
    std::vector<milliseconds> gaps;  ///< asked for with each
    SerialSettings used;

private:
    struct Coming {
        SteadyTime at;
        Bytes bytes;
    };
    void deliver_until(SteadyTime time);
    void discard();

    FakeClock& clock_;
    LineKind kind_;
    FarEnd far_end_;
    UniqueFd near_;
    UniqueFd far_;
    std::vector<Coming> coming_;  ///< by time
    int refusals_{0};
    ChannelCounters counters_;
};

}  // namespace mg
