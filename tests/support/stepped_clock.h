#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "gateway/base/clock.h"

namespace mg {

/// Time that only the test moves, for threads that really wait: a wait ends when the test has moved time far
/// enough, at a signal, or at a stop. While the test itself waits for an orderly end it cannot move time: in
/// free run a wait without a signal jumps to its end. Thread-safe.
class SteppedClock final : public Clock {
public:
    explicit SteppedClock(UtcTime start) : start_{start} {}

    [[nodiscard]] UtcTime utc() const override { return start_ + wall_.load(); }
    [[nodiscard]] SteadyTime steady() const override {
        return SteadyTime{std::chrono::hours{1}} + run_.load();
    }
    [[nodiscard]] bool synchronised() const override { return synchronised_; }
    bool wait_until(SteadyTime due, std::stop_token stop) override;
    Wake wait(SteadyTime due, std::stop_token stop, Signal& signal) override;

    void advance(milliseconds by);
    /// Somebody sets the wall clock; steady time goes on.
    void step_wall(milliseconds by);
    void set_synchronised(bool synchronised) { synchronised_ = synchronised; }
    void run_freely(bool freely) { freely_ = freely; }
    /// How often a thread other than the maker of this clock and the housekeeping has begun to wait: it has
    /// done its work then.
    [[nodiscard]] std::uint64_t rests() const;
    /// Until rests() is more than `beyond`, at most ten real seconds; false then.
    [[nodiscard]] bool wait_for_rest(std::uint64_t beyond);

private:
    UtcTime start_;
    std::atomic<milliseconds> wall_{milliseconds{0}};
    std::atomic<milliseconds> run_{milliseconds{0}};
    std::atomic<bool> synchronised_{true};
    std::atomic<bool> freely_{false};
    mutable std::mutex mutex_;
    std::condition_variable rested_;
    std::uint64_t rests_{0};
    std::thread::id maker_ = std::this_thread::get_id();
    SystemClock real_;
};

}  // namespace mg
