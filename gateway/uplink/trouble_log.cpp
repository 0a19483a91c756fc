#include "gateway/uplink/trouble_log.h"

#include <utility>

namespace mg {

bool TroubleLog::is_news(ForwarderState state, const std::string& why) {
    switch (state) {
        case ForwarderState::connecting:
            return false;
        case ForwarderState::connected:
            if (!held_) trouble_.clear();
            return !std::exchange(connected_, true);
        case ForwarderState::waiting:
        case ForwarderState::held:
        case ForwarderState::not_begun:
            if (why == trouble_) return false;
            trouble_ = why;
            held_ = state == ForwarderState::held;
            connected_ = false;
            return true;
        case ForwarderState::paused:
        case ForwarderState::stopped:
            connected_ = false;
            return true;
    }
    return true;
}

}  // namespace mg
