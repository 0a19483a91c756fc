#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "drivers/driver.h"
#include "drivers/modbus/frame.h"
#include "drivers/modbus/read_plan.h"

namespace mg {

/// Why a question brought no registers.
struct NoAnswer {
    Failure next{};            ///< transient, session_lost, or unsupported
    Quality quality{};         ///< what the readings say; not_asked: stopped
    std::uint8_t exception{};  ///< the other side's own word; 0: it gave none
    bool found_echo{false};  ///< the line repeats our requests: ask again, the next answer will be understood
    std::string what;
};
using Answer = tl::expected<std::span<const std::uint8_t>, NoAnswer>;

/// What an exception code means for the one who asked.
NoAnswer meaning_of_exception(std::uint8_t code);

struct ExchangeTiming {
    milliseconds response_timeout{1000};  ///< from the end of the request to the first byte
    milliseconds gap{0};
};

/// Questions to one unit and their answers. One thread only.
///
/// read() blocks for the channel's gap and drain, then at most response timeout plus the time of both frames
/// on the wire, for the whole answer, however its bytes dribble in. A stop ends the wait for the first byte
/// at once, and a started frame within a second and its own time on the wire. After an error with
/// Quality::no_reply or corrupt_reply without an exception the caller owes the channel a recover().
class Exchange {
public:
    /// unit: 1 … 247, over MBAP also 0 and 255.
    Exchange(Framing framing, std::uint8_t unit, Clock& clock);
    Exchange(Exchange&&) noexcept;
    Exchange& operator=(Exchange&&) = delete;
    ~Exchange();

    /// The registers are two bytes each, as on the wire; they stay valid until the next read.
    Answer read(Channel& channel, const Block& block, const ExchangeTiming& timing, const StopEvent& stop,
                WireRecord* record);

    /// From the end of the last request to the first byte of its answer; none when none came.
    [[nodiscard]] std::optional<std::chrono::microseconds> latency() const { return latency_; }
    /// Frames that were thrown away while waiting for answers, since the beginning.
    [[nodiscard]] std::uint64_t foreign_frames() const { return foreign_frames_; }

private:
    struct Framer;

    Answer ask(Channel& channel, const Question& question, const ExchangeTiming& timing,
               const StopEvent& stop);
    Result<> swallow_echo(Channel& channel, std::span<const std::uint8_t> request, SteadyTime due,
                          const StopEvent& stop);

    Framing framing_;
    std::uint8_t unit_;
    std::uint16_t transaction_{0};
    bool echoes_{false};
    std::optional<std::chrono::microseconds> latency_;
    std::uint64_t foreign_frames_{0};
    Clock& clock_;
    std::unique_ptr<Framer> framer_;
};

}  // namespace mg
