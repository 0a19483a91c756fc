#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace mg {

/// What somebody sees who watches a line (`metergate trace`): one frame, or the want of one;
/// docs/control-socket.md, trace.
struct TraceFrame {
    UtcTime at{};
    std::string fate;   ///< request, answer, wrong, foreign, surplus, echo, silence
    std::string bytes;  ///< "01 03 00 00 00 02 c4 0b"
    bool sound{false};  ///< checksum or header right; what follows is only said then
    int unit{0};
    int function{0};
    std::optional<int> exception;
    std::optional<int> address;
    std::optional<int> count;
    std::vector<std::uint16_t> registers;
    std::uint64_t lost{0};  ///< frames before this one that the client read too slowly for
};

struct TraceEnd {
    std::uint64_t frames{0};  ///< handed over
    std::uint64_t lost{0};    ///< not handed over because the client reads too slowly
    std::string because;      ///< time, frames
};

std::string trace_frame_to_json(const TraceFrame& frame);
Result<TraceFrame> trace_frame_from_json(std::string_view json);
std::string trace_end_to_json(const TraceEnd& end);
Result<TraceEnd> trace_end_from_json(std::string_view json);

}  // namespace mg
