#include "gateway/base/clock.h"

#include <utility>

#include <sys/timex.h>

namespace mg {

void Signal::raise() {
    {
        const std::scoped_lock lock{mutex_};
        raised_ = true;
    }
    changed_.notify_all();
}

UtcTime SystemClock::utc() const {
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

SteadyTime SystemClock::steady() const {
    return std::chrono::steady_clock::now();
}

bool SystemClock::synchronised() const {
    timex state{};
    const int result = ::adjtimex(&state);
    return result >= 0 && result != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

bool SystemClock::wait_until(SteadyTime due, std::stop_token stop) {
    Signal never;
    return wait(due, std::move(stop), never) == Wake::due;
}

Wake SystemClock::wait(SteadyTime due, std::stop_token stop, Signal& signal) {
    std::unique_lock lock{signal.mutex_};
    signal.changed_.wait_until(lock, stop, due, [&] { return signal.raised_; });
    if (stop.stop_requested()) return Wake::stopped;
    if (std::exchange(signal.raised_, false)) return Wake::signalled;
    return Wake::due;
}

}  // namespace mg
