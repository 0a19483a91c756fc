#pragma once

#include <memory>
#include <vector>

#include "drivers/channel/dtu_mailbox.h"
#include "drivers/channel/stream_channel.h"

namespace mg {

/// The connection that a 4G modem (DTU) opened to us: serial frames, unchanged, to a wire behind it. open()
/// waits for the modem at most the connect timeout; when something was asked on an earlier connection it then
/// stays silent for the drain time, because modems send what they still have on the next one.
///
/// What the modem says by itself (heartbeats, its registration again) is swallowed wherever it comes between
/// frames. After a time-out the connection stays: one silent meter must not take the link of all others. The
/// channel stays silent for the drain time, as a serial port does and with the same bound; while the network
/// has not even taken the request to the modem, the drain time has not begun, and after five times as long
/// the connection is given up. It is also closed when its stream is broken or is never silent.
class DtuChannel final : public StreamChannel {
public:
    /// `modem` must outlive the channel.
    DtuChannel(const LineOptions& line, const ListenChannel& options, DtuMailbox& modem, Clock& clock);
    ~DtuChannel() override { close(); }
    Result<> use(const SerialSettings& settings) override;
    Result<> wait_readable(SteadyTime due, const StopEvent& stop) override;
    void recover(const StopEvent& stop) override;
    [[nodiscard]] std::chrono::microseconds wire_time(std::size_t bytes) const override;
    /// Some modems pass on the echo of a two-wire adapter.
    [[nodiscard]] bool may_echo() const override { return true; }

private:
    Result<UniqueFd> connect(const StopEvent& stop) override;
    void before_close() override { modem_.let_go(); }
    [[nodiscard]] bool is_worth_trying() const override { return modem_.has_call(); }
    [[nodiscard]] std::chrono::microseconds silence() const override;
    ssize_t write_some(std::span<const std::uint8_t> bytes) override;
    void swallow(std::size_t bytes);
    [[nodiscard]] bool request_is_under_way() const;

    DtuMailbox& modem_;
    std::uint16_t port_;
    std::vector<ModemPacket> packets_;
    SerialSettings settings_;
    bool asked_{false};  ///< since the last connection was taken
};

}  // namespace mg
