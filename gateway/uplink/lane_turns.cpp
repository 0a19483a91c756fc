#include "gateway/uplink/lane_turns.h"

#include <algorithm>

namespace mg {

bool LaneTurns::first_of(Account& first, bool first_waits, Account& second, bool second_waits) {
    // Who comes back starts level with the other one.
    if (first_waits && !first.waited) first.used = std::max(first.used, second.used);
    if (second_waits && !second.waited) second.used = std::max(second.used, first.used);
    first.waited = first_waits;
    second.waited = second_waits;
    return first_waits && (!second_waits || first.used <= second.used);
}

std::optional<Lane> LaneTurns::next(const std::array<bool, kLanes>& waiting) {
    const bool live = waiting[static_cast<std::size_t>(Lane::live)];
    const bool backlog = waiting[static_cast<std::size_t>(Lane::backlog)];
    const bool resend = waiting[static_cast<std::size_t>(Lane::resend)];
    if (!live && !backlog && !resend) return std::nullopt;
    const bool backlog_first = first_of(backlog_, backlog, resend_, resend);
    if (first_of(live_, live, side_, backlog || resend)) return Lane::live;
    return backlog_first ? Lane::backlog : Lane::resend;
}

void LaneTurns::sent(Lane lane, std::uint64_t bytes) {
    const auto amount = static_cast<double>(bytes);
    switch (lane) {
        case Lane::live:
            live_.used += amount / (100 - side_share_);
            return;
        case Lane::backlog:
            backlog_.used += amount;
            break;
        case Lane::resend:
            resend_.used += amount;
            break;
    }
    side_.used += amount / side_share_;
}

}  // namespace mg
