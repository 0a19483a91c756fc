#include "gateway/diagnosis/trace_session.h"

#include <string_view>
#include <utility>

#include "drivers/modbus/frame_reading.h"
#include "gateway/base/hex_text.h"

namespace mg {
namespace {

std::string_view name_of(WireFate fate) {
    switch (fate) {
        case WireFate::request:
            return "request";
        case WireFate::answer:
            return "answer";
        case WireFate::wrong:
            return "wrong";
        case WireFate::foreign:
            return "foreign";
        case WireFate::surplus:
            return "surplus";
        case WireFate::echo:
            return "echo";
        case WireFate::silence:
            return "silence";
    }
    return "";
}

}  // namespace

TraceFrame trace_frame_of(const WireEvent& event, Framing framing) {
    TraceFrame frame;
    frame.at = event.at;
    frame.fate = name_of(event.fate);
    frame.bytes = hex_text(event.bytes);
    const bool asks = event.fate == WireFate::request || event.fate == WireFate::echo;
    const auto reading = asks ? read_request(framing, event.bytes) : read_answer(framing, event.bytes);
    frame.sound = reading.sound;
    if (!reading.sound) return frame;
    frame.unit = reading.unit;
    frame.function = reading.function;
    if (reading.exception) frame.exception = *reading.exception;
    if (reading.address) frame.address = *reading.address;
    if (reading.count) frame.count = *reading.count;
    frame.registers = reading.registers;
    return frame;
}

TraceSession::TraceSession(Framing framing, std::optional<std::uint8_t> unit, std::uint64_t most_frames,
                           Give give)
    : framing_{framing}, unit_{unit}, most_frames_{most_frames}, give_{std::move(give)} {}

bool TraceSession::take(const WireEvent& event) {
    if (frames_ >= most_frames_) return false;
    auto frame = trace_frame_of(event, framing_);
    if (!concerns(frame)) return true;
    frame.lost = lost_since_;
    if (give_(frame)) {
        ++frames_;
        lost_since_ = 0;
    } else {
        ++lost_;
        ++lost_since_;
    }
    return frames_ < most_frames_;
}

// Whatever comes behind a request is about it, until the next one: what was late for another unit comes as
// surplus before that.
bool TraceSession::concerns(const TraceFrame& frame) {
    if (frame.fate == "request") asked_ = frame.unit;
    return !unit_ || asked_ == *unit_;
}

TraceEnd TraceSession::end() const {
    return {.frames = frames_, .lost = lost_, .because = frames_ >= most_frames_ ? "frames" : "time"};
}

}  // namespace mg
