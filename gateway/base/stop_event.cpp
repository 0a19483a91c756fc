#include "gateway/base/stop_event.h"

#include <cstdint>
#include <utility>

#include <sys/eventfd.h>

#include "gateway/base/check.h"

namespace mg {

StopEvent::StopEvent(std::stop_token stop) : stop_{stop}, event_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    MG_CHECK(event_);
    on_stop_.emplace(std::move(stop), [fd = event_.get()] {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
    });
}

}  // namespace mg
