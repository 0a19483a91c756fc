#pragma once

#include <atomic>
#include <utility>

#include "gateway/base/clock.h"

namespace mg {

/// Real waiting, and a wall clock that the test sets.
class SetClock final : public Clock {
public:
    explicit SetClock(UtcTime now) { set(now); }
    [[nodiscard]] UtcTime utc() const override { return real_.utc() + shift_.load(); }
    [[nodiscard]] SteadyTime steady() const override { return real_.steady(); }
    [[nodiscard]] bool synchronised() const override { return true; }
    bool wait_until(SteadyTime due, std::stop_token stop) override {
        return real_.wait_until(due, std::move(stop));
    }
    Wake wait(SteadyTime due, std::stop_token stop, Signal& signal) override {
        return real_.wait(due, std::move(stop), signal);
    }
    void set(UtcTime now) { shift_ = now - real_.utc(); }

private:
    SystemClock real_;
    std::atomic<milliseconds> shift_{milliseconds{0}};
};

}  // namespace mg
