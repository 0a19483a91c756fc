#include "gateway/polling/read_errand.h"

#include <utility>

namespace mg {

ReadErrand::ReadErrand(Meter& meter, SerialSettings settings, const Schedule& schedule, std::size_t place,
                       milliseconds in_vain, ReadDone done)
    : meter_{meter},
      settings_{settings},
      schedule_{schedule},
      place_{place},
      in_vain_{in_vain},
      done_{std::move(done)} {}

milliseconds ReadErrand::longest_step() const {
    return schedule_.cost(place_).value_or(in_vain_);
}

bool ReadErrand::step(Channel& channel, const StopEvent& stop) {
    done_(meter_.poll(channel, stop, Effort::usual, /*record_wire=*/true), meter_.layouts());
    return false;
}

void ReadErrand::give_up(const Error& why) {
    done_(tl::unexpected{why}, meter_.layouts());
}

}  // namespace mg
