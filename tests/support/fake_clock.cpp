#include "tests/support/fake_clock.h"

#include <utility>

namespace mg {

UtcTime FakeClock::utc() const {
    const std::scoped_lock lock{mutex_};
    return utc_;
}

SteadyTime FakeClock::steady() const {
    const std::scoped_lock lock{mutex_};
    return steady_;
}

bool FakeClock::synchronised() const {
    const std::scoped_lock lock{mutex_};
    return synchronised_;
}

bool FakeClock::wait_until(SteadyTime due, std::stop_token stop) {
    if (stop.stop_requested()) return false;
    const auto left = due - steady();
    // Rounded up, so that the time waited for has come when the wait returns.
    if (left > left.zero()) advance(std::chrono::ceil<std::chrono::milliseconds>(left));
    return true;
}

Wake FakeClock::wait(SteadyTime due, std::stop_token stop, Signal& signal) {
    {
        const std::scoped_lock lock{signal.mutex_};
        if (std::exchange(signal.raised_, false)) return Wake::signalled;
    }
    return wait_until(due, std::move(stop)) ? Wake::due : Wake::stopped;
}

void FakeClock::advance(std::chrono::milliseconds by) {
    const std::scoped_lock lock{mutex_};
    utc_ += by;
    steady_ += by;
}

void FakeClock::step_wall(std::chrono::milliseconds by) {
    const std::scoped_lock lock{mutex_};
    utc_ += by;
}

void FakeClock::set_synchronised(bool synchronised) {
    const std::scoped_lock lock{mutex_};
    synchronised_ = synchronised;
}

}  // namespace mg
