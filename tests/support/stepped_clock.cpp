#include "tests/support/stepped_clock.h"

#include <array>
#include <string_view>
#include <utility>

#include <pthread.h>

namespace mg {
namespace {

// How late a waiting thread may notice that time was moved.
constexpr std::chrono::microseconds kLook{200};

/// It goes its own way; nobody waits for its work to be done.
bool does_housekeeping() {
    std::array<char, 16> name{};
    return ::pthread_getname_np(::pthread_self(), name.data(), name.size()) == 0 &&
           std::string_view{name.data()} == "housekeeping";
}

}  // namespace

bool SteppedClock::wait_until(SteadyTime due, std::stop_token stop) {
    const auto left = due - steady();
    if (freely_ && left > left.zero() && !stop.stop_requested())
        advance(std::chrono::ceil<milliseconds>(left));
    Signal nobody;
    return wait(due, std::move(stop), nobody) == Wake::due;
}

Wake SteppedClock::wait(SteadyTime due, std::stop_token stop, Signal& signal) {
    if (std::this_thread::get_id() != maker_ && !does_housekeeping()) {
        const std::scoped_lock lock{mutex_};
        ++rests_;
        rested_.notify_all();
    }
    while (true) {
        const Wake woken =
            real_.wait(real_.steady() + (due <= steady() ? kLook.zero() : kLook), stop, signal);
        if (woken != Wake::due) return woken;
        if (due <= steady()) return Wake::due;
    }
}

std::uint64_t SteppedClock::rests() const {
    const std::scoped_lock lock{mutex_};
    return rests_;
}

bool SteppedClock::wait_for_rest(std::uint64_t beyond) {
    constexpr std::chrono::seconds kPatience{10};
    std::unique_lock lock{mutex_};
    return rested_.wait_for(lock, kPatience, [&] { return rests_ > beyond; });
}

void SteppedClock::advance(milliseconds by) {
    step_wall(by);
    // Only the test moves time, or one thread in free run: a plain read and write would do.
    milliseconds before = run_.load();
    while (!run_.compare_exchange_weak(before, before + by)) {
    }
}

void SteppedClock::step_wall(milliseconds by) {
    milliseconds before = wall_.load();
    while (!wall_.compare_exchange_weak(before, before + by)) {
    }
}

}  // namespace mg
