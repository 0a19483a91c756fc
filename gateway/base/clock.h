#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace mg {

/// Wall-clock time, UTC, whole milliseconds.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

/// Wakes one waiting thread from any other. A raise while nobody waits is kept for the next wait.
class Signal {
public:
    void raise();

private:
    friend class SystemClock;
    friend class FakeClock;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool raised_{false};
};

enum class Wake : std::uint8_t { due, signalled, stopped };

/// The only source of time and the only way to wait in the program; tests put a FakeClock in its place.
/// All methods may be called from any thread.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual UtcTime utc() const = 0;
    [[nodiscard]] virtual SteadyTime steady() const = 0;
    /// The kernel says that NTP (or PTP) disciplines the clock. False in closed networks, where it proves
    /// nothing.
    [[nodiscard]] virtual bool synchronised() const = 0;
    /// Blocks until `due`; false when stopped before.
    virtual bool wait_until(SteadyTime due, std::stop_token stop) = 0;
    /// Blocks until `due`, `stop`, or `signal`, whichever is first. Takes the signal's raise with it.
    virtual Wake wait(SteadyTime due, std::stop_token stop, Signal& signal) = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] UtcTime utc() const override;
    [[nodiscard]] SteadyTime steady() const override;
    [[nodiscard]] bool synchronised() const override;
    bool wait_until(SteadyTime due, std::stop_token stop) override;
    Wake wait(SteadyTime due, std::stop_token stop, Signal& signal) override;
};

}  // namespace mg
