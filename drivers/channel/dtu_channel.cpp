#include "drivers/channel/dtu_channel.h"

#include <array>
#include <utility>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "drivers/channel/descriptor_wait.h"
#include "drivers/channel/dtu_packets.h"
#include "drivers/channel/wire_timing.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

// The rest of a packet that was torn apart on its way follows within this, or what is here is an answer that
// begins alike.
constexpr milliseconds kRestOfPacket{50};
constexpr milliseconds kLookAgain{2};

constexpr int kStalledDrainTimes = 5;
constexpr milliseconds kLookAtNetwork{50};

}  // namespace

DtuChannel::DtuChannel(const LineOptions& line, const ListenChannel& options, DtuMailbox& modem, Clock& clock)
    : StreamChannel{line, clock}, modem_{modem}, port_{options.port}, settings_{options.settings} {
    for (const auto& packet : {options.registration, options.heartbeat}) {
        if (!packet.empty()) packets_.push_back(packet);
    }
}

Result<UniqueFd> DtuChannel::connect(const StopEvent& stop) {
    auto called = modem_.wait_for_call(clock().steady() + connect_timeout(), stop.token(), clock());
    if (!called) {
        return fail(called.error().kind, trf("port {0}: {1}", "端口 {0}：{1}", port_, called.error().what));
    }
    if (std::exchange(asked_, false)) stay_silent(clock().steady() + drain_time(), stop, clock());
    return called;
}

Result<> DtuChannel::use(const SerialSettings& settings) {
    static_cast<void>(settings);  // the modem has its own
    return {};
}

Result<> DtuChannel::wait_readable(SteadyTime due, const StopEvent& stop) {
    std::size_t begun = 0;  // bytes of a packet whose rest is waited for
    SteadyTime begun_at{};
    for (;;) {
        if (auto ready = StreamChannel::wait_readable(due, stop); !ready || packets_.empty()) return ready;
        std::array<std::uint8_t, kLongestModemPacket> input;
        const auto got = ::recv(descriptor(), input.data(), input.size(), MSG_PEEK | MSG_DONTWAIT);
        if (got <= 0) return {};  // whoever reads will find out why
        const auto here = static_cast<std::size_t>(got);
        const auto front = packet_at_front({input.data(), here}, packets_);
        if (front.more) {
            if (here != std::exchange(begun, here)) begun_at = clock().steady();
            if (clock().steady() < begun_at + kRestOfPacket) {
                stay_silent(clock().steady() + kLookAgain, stop, clock());
                if (is_stopped(stop)) return fail(Failure::transient, std::string{tr("stopped", "已停止")});
                continue;
            }
        }
        if (front.size == 0) return {};
        swallow(front.size);
        begun = 0;
        if (clock().steady() >= due) return fail(Failure::transient, std::string{tr("timed out", "超时")});
    }
}

void DtuChannel::swallow(std::size_t bytes) {
    std::array<std::uint8_t, kLongestModemPacket> packet;
    const auto got = ::recv(descriptor(), packet.data(), bytes, MSG_DONTWAIT);
    if (got <= 0) return;
    note_received(static_cast<std::size_t>(got));
    note_discarded(static_cast<std::size_t>(got));
}

void DtuChannel::recover(const StopEvent& stop) {
    stay_silent(clock().steady() + drain_time(), stop, clock());
    if (!is_open()) return;
    if (request_is_under_way()) {
        // A question that reaches the meter after the next one was asked would have its answer taken for
        // that one's.
        const auto give_up = clock().steady() + drain_time() * kStalledDrainTimes;
        while (request_is_under_way() && clock().steady() < give_up && !is_stopped(stop)) {
            stay_silent(clock().steady() + kLookAtNetwork, stop, clock());
        }
        if (request_is_under_way()) return close();
        stay_silent(clock().steady() + drain_time(), stop, clock());
    }
    if (!discard_input(silence(), stop)) close();
}

bool DtuChannel::request_is_under_way() const {
    int unacknowledged = 0;
    return ::ioctl(descriptor(), SIOCOUTQ, &unacknowledged) == 0 && unacknowledged > 0;
}

std::chrono::microseconds DtuChannel::wire_time(std::size_t bytes) const {
    return time_on_wire(settings_, bytes);
}

std::chrono::microseconds DtuChannel::silence() const {
    return frame_silence(settings_);
}

ssize_t DtuChannel::write_some(std::span<const std::uint8_t> bytes) {
    asked_ = true;
    return ::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace mg
