#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "drivers/modbus/frame.h"
#include "drivers/wire_tap.h"
#include "gateway/control/trace_report.h"

namespace mg {

/// Turns what passes on a line into what a person reads, for one watcher, until it has had enough. take() is
/// called from the line's thread, the rest may come from any other: the owner guards it.
class TraceSession {
public:
    /// False: the client reads too slowly, the frame is lost.
    using Give = std::function<bool(const TraceFrame&)>;

    /// `unit`: only what is about that one.
    TraceSession(Framing framing, std::optional<std::uint8_t> unit, std::uint64_t most_frames, Give give);

    /// False: that was the last one.
    bool take(const WireEvent& event);
    [[nodiscard]] TraceEnd end() const;

private:
    [[nodiscard]] bool concerns(const TraceFrame& frame);

    Framing framing_;
    std::optional<std::uint8_t> unit_;
    std::uint64_t most_frames_;
    Give give_;
    std::optional<int> asked_;  ///< the unit of the last request
    std::uint64_t frames_{0};
    std::uint64_t lost_{0};
    std::uint64_t lost_since_{0};  ///< the last frame that was taken
};

/// The frame with its decode.
TraceFrame trace_frame_of(const WireEvent& event, Framing framing);

}  // namespace mg
