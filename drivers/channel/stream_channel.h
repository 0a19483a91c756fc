#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include <sys/types.h>

#include "drivers/driver.h"
#include "gateway/base/backoff.h"
#include "gateway/base/unique_fd.h"

namespace mg {

/// What serial ports and TCP connections share: opening with a back-off, silence, drain, sending and waiting.
class StreamChannel : public Channel {
public:
    Result<> open(const StopEvent& stop) final;
    void close() final;
    [[nodiscard]] bool is_open() const final { return static_cast<bool>(stream_); }
    [[nodiscard]] int descriptor() const final { return stream_.get(); }
    Result<> send(std::span<const std::uint8_t> request, milliseconds gap, const StopEvent& stop) final;
    Result<> wait_readable(SteadyTime due, const StopEvent& stop) override;
    void note_received(std::size_t bytes) final;
    void note_discarded(std::size_t bytes) final { counters_.discarded_bytes.add(bytes); }
    [[nodiscard]] const ChannelCounters& counters() const final { return counters_; }

protected:
    StreamChannel(const LineOptions& line, Clock& clock);

    /// A fresh non-blocking stream, or session_lost. Blocks at most the line's connect timeout.
    virtual Result<UniqueFd> connect(const StopEvent& stop) = 0;
    /// The stream that connect() gave, or that is open, is closed next.
    virtual void before_close() {}
    /// An open() may do without the back-off.
    [[nodiscard]] virtual bool is_worth_trying() const { return false; }
    /// Silence between frames that the wire needs; 0: the stream keeps frames apart by itself.
    [[nodiscard]] virtual std::chrono::microseconds silence() const = 0;
    /// As ::write(2), without SIGPIPE.
    virtual ssize_t write_some(std::span<const std::uint8_t> bytes) = 0;

    /// How long an answer may come after its time-out and still be recognised as late.
    [[nodiscard]] milliseconds drain_time() const { return drain_time_; }
    /// Throws away what is in the input, on a serial wire until it has been silent.
    Result<> discard_input(std::chrono::microseconds silence, const StopEvent& stop);
    [[nodiscard]] Clock& clock() const { return clock_; }
    [[nodiscard]] milliseconds connect_timeout() const { return connect_timeout_; }

private:
    Result<std::size_t> drain();
    Result<> write_all(std::span<const std::uint8_t> bytes, const StopEvent& stop);

    Clock& clock_;
    milliseconds connect_timeout_;
    milliseconds drain_time_;
    Result<> may_send_;
    UniqueFd stream_;
    SteadyTime last_byte_{};
    ChannelCounters counters_;

    Backoff backoff_;
    SteadyTime not_before_{};
    std::optional<Error> last_failure_;
};

}  // namespace mg
