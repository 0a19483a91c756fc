#include "drivers/channel/descriptor_wait.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <system_error>

#include <poll.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

timespec time_left(SteadyTime due, const Clock& clock) {
    const auto left = std::max(due - clock.steady(), SteadyTime::duration::zero());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    return {static_cast<std::time_t>(seconds.count()),
            static_cast<long>(std::chrono::nanoseconds{left - seconds}.count())};
}

}  // namespace

Result<> wait_for(int descriptor, Event event, SteadyTime due, const StopEvent& stop, const Clock& clock) {
    const auto wanted = static_cast<short>(event == Event::readable ? POLLIN : POLLOUT);
    for (;;) {
        std::array waited{pollfd{descriptor, wanted, 0}, pollfd{stop.descriptor(), POLLIN, 0}};
        const auto left = time_left(due, clock);
        const int ready = ::ppoll(waited.data(), waited.size(), &left, nullptr);
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) {
            return fail(Failure::session_lost, std::error_code{errno, std::generic_category()}.message());
        }
        if (waited[1].revents != 0) return fail(Failure::transient, std::string{tr("stopped", "已停止")});
        if ((waited[0].revents & wanted) != 0) return {};
        if (waited[0].revents != 0) {
            return fail(Failure::session_lost, std::string{tr("the line is gone", "线路已断开")});
        }
        if (ready == 0) return fail(Failure::transient, std::string{tr("timed out", "超时")});
    }
}

void stay_silent(SteadyTime due, const StopEvent& stop, const Clock& clock) {
    pollfd waited{stop.descriptor(), POLLIN, 0};
    while (clock.steady() < due) {
        const auto left = time_left(due, clock);
        if (::ppoll(&waited, 1, &left, nullptr) > 0) return;
    }
}

bool is_stopped(const StopEvent& stop) {
    pollfd waited{stop.descriptor(), POLLIN, 0};
    return ::poll(&waited, 1, 0) > 0;
}

}  // namespace mg
