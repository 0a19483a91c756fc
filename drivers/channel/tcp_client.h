#pragma once

#include <memory>
#include <string>

#include "drivers/channel/stream_channel.h"
#include "gateway/base/name_lookup.h"

namespace mg {

/// A TCP connection to a meter, a Modbus gateway or a serial server. After a time-out or a bad frame it is
/// closed, and the next open() gets a fresh one, so an answer may be any time late. A serial server may hand
/// an answer of its wire to the next connection: with serial frames (rtu_over_tcp) the channel therefore
/// stays silent for the drain time before it closes, and the bound is the serial port's.
class TcpClient final : public StreamChannel {
public:
    static Result<std::unique_ptr<Channel>> make(const LineOptions& line, Clock& clock);

    TcpClient(const LineOptions& line, const TcpChannel& options, Clock& clock);
    Result<> use(const SerialSettings& settings) override;
    void recover(const StopEvent& stop) override;
    [[nodiscard]] std::chrono::microseconds wire_time(std::size_t bytes) const override;
    /// Some serial servers pass on the echo of a two-wire adapter.
    [[nodiscard]] bool may_echo() const override { return wire_behind_; }

private:
    Result<UniqueFd> connect(const StopEvent& stop) override;
    [[nodiscard]] std::chrono::microseconds silence() const override;
    ssize_t write_some(std::span<const std::uint8_t> bytes) override;

    std::string host_;
    std::uint16_t port_;
    SerialSettings settings_;
    bool wire_behind_;  ///< serial frames: a wire with its own time and silences
    NameLookup lookup_;
};

}  // namespace mg
