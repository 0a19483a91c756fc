#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>

#include "gateway/base/clock.h"

namespace mg {

/// Time that passes only when somebody waits: a wait jumps to its end at once. For single-threaded
/// simulations, where a month of polling takes seconds. Thread-safe to read; only one thread should wait.
class FakeClock final : public Clock {
public:
    explicit FakeClock(UtcTime start, SteadyTime steady = SteadyTime{std::chrono::hours{1}})
        : utc_{start}, steady_{steady} {}

    [[nodiscard]] UtcTime utc() const override;
    [[nodiscard]] SteadyTime steady() const override;
    [[nodiscard]] bool synchronised() const override;
    bool wait_until(SteadyTime due, std::stop_token stop) override;
    Wake wait(SteadyTime due, std::stop_token stop, Signal& signal) override;

    /// Work that takes time: an exchange on a simulated wire.
    void advance(std::chrono::milliseconds by);
    /// Somebody sets the wall clock; steady time goes on.
    void step_wall(std::chrono::milliseconds by);
    void set_synchronised(bool synchronised);

private:
    mutable std::mutex mutex_;
    UtcTime utc_;
    SteadyTime steady_;
    bool synchronised_{true};
};

}  // namespace mg
