#pragma once

#include <memory>

#include "drivers/channel/stream_channel.h"

namespace mg {

/// A serial port of this machine, for us alone (TIOCEXCL), raw, without flow control. After a time-out it
/// stays silent for the drain time (one response timeout, 0.1 … 3 s): an answer that late is recognised and
/// thrown away; one that comes still later can't be told from the next one if unit, function and length
/// agree. Closing leaves baud and lines as they are.
class SerialPort final : public StreamChannel {
public:
    /// invalid_config: a baud rate or character format that no serial driver offers.
    static Result<std::unique_ptr<Channel>> make(const LineOptions& line, Clock& clock);

    SerialPort(const LineOptions& line, const SerialChannel& options, Clock& clock);
    Result<> use(const SerialSettings& settings) override;
    void recover(const StopEvent& stop) override;
    [[nodiscard]] std::chrono::microseconds wire_time(std::size_t bytes) const override;
    [[nodiscard]] bool may_echo() const override { return true; }

private:
    Result<UniqueFd> connect(const StopEvent& stop) override;
    [[nodiscard]] std::chrono::microseconds silence() const override;
    ssize_t write_some(std::span<const std::uint8_t> bytes) override;

    std::string device_;
    bool kernel_rs485_;
    SerialSettings settings_;  ///< on the wire now, or at the next open
};

}  // namespace mg
