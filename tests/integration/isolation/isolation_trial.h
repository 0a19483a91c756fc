#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"

namespace mg {

/// What can be wrong with a whole line.
enum class LineTrouble : std::uint8_t {
    dead_server,    ///< nobody listens: refused
    mute_server,    ///< takes connections, never answers
    dribbling,      ///< one byte each 150 ms, for ever
    babbling,       ///< bytes without end, as fast as they are taken
    unknown_name,   ///< a host that no name server knows
    hanging_names,  ///< a name server that never answers
    unplugged,      ///< the adapter is pulled out and stays away
};
inline constexpr LineTrouble kAllTroubles[]{
    LineTrouble::dead_server,  LineTrouble::mute_server,   LineTrouble::dribbling, LineTrouble::babbling,
    LineTrouble::unknown_name, LineTrouble::hanging_names, LineTrouble::unplugged};
std::string_view name_of(LineTrouble trouble);

/// How the sound lines did.
struct IsolationFigures {
    std::size_t slots{0};   ///< that were due in the time that counts
    std::size_t missed{0};  ///< of them without a value
    std::vector<milliseconds>
        skews;  ///< of all boundary slots, from the slot's instant to the answer; sorted
    [[nodiscard]] milliseconds at(int percent) const;
};

/// Runs four sound lines (three over TCP, one over a pty, two meters each, a boundary every 2 s) beside one
/// line for each trouble, with the gateway's own line workers on real descriptors and the real clock. Blocks
/// for `length` and the two seconds before, which do not count.
IsolationFigures run_beside(const std::vector<LineTrouble>& troubles, std::chrono::seconds length);

}  // namespace mg
