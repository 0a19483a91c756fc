#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mg {

/// Why a reading is good, doubtful or missing. The numbers are stored on disk: never renumber.
enum class Quality : std::uint8_t {
    good = 0,
    clock_untrusted = 1,  ///< a value is present; when it was taken is in doubt
    implausible = 2,      ///< a value is present; it breaks a limit
    // From here on there is no value, and this is why:
    no_reply = 16,       ///< the instrument was asked and stayed silent
    corrupt_reply = 17,  ///< bad checksum, length, unit or digits
    refused = 18,        ///< the instrument answered with an exception
    unsupported = 19,    ///< the instrument has no such register
    not_available = 20,  ///< the instrument answered with its mark for "no value"
    line_down = 21,      ///< the channel could not be opened or broke
    not_asked = 22,      ///< the window closed before its turn came
    stopped = 23,        ///< the gateway was not running
    clock_step = 24,     ///< the wall clock was set past this slot
    storage_lost = 25,   ///< read, but the disk could not take it and memory was full
    before_start = 26,   ///< the metering point was not yet in operation here
};

constexpr bool has_value(Quality quality) {
    return quality < Quality::no_reply;
}

/// The stable name used in JSON and logs ("no_reply").
std::string_view to_string(Quality quality);
std::optional<Quality> quality_from(std::string_view name);
/// One or two words for people, in their language ("no reply", "无应答").
std::string_view label(Quality quality);

}  // namespace mg
