#include "drivers/modbus/pdu_exchange.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include <unistd.h>

#include "drivers/channel/descriptor_wait.h"
#include "drivers/modbus/frame_reading.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr milliseconds kEndOfFrame{200};  // serial servers pass bytes on in pieces up to 100 ms apart
constexpr milliseconds kStartedFrame{1000};
constexpr std::size_t kMbapHeader = 6;
constexpr std::size_t kLongestFrame = 260;
constexpr std::uint8_t kExceptionBit = 0x80;

NoAnswer corrupt(std::string_view what) {
    return {Failure::transient, Quality::corrupt_reply, 0, false, std::string{what}};
}
NoAnswer lost(std::string what) {
    return {Failure::session_lost, Quality::line_down, 0, false, std::move(what)};
}
NoAnswer stopped() {
    return {Failure::transient, Quality::not_asked, 0, false, std::string{tr("stopped", "已停止")}};
}

}  // namespace

struct PduExchange::Waiting {
    std::vector<std::uint8_t> request;
    std::uint8_t unit{};
    std::uint8_t function{};
    milliseconds timeout{};
    SteadyTime due;
    std::vector<std::uint8_t> received;
    std::vector<std::uint8_t> seen;  ///< the last frame, whole or broken; for the record
    bool echo_possible{false};
};

PduAnswer PduExchange::ask(Channel& channel, std::uint8_t unit, std::span<const std::uint8_t> pdu,
                           const ExchangeTiming& timing, const StopEvent& stop, WireRecord* record) {
    Waiting waiting{.request = wrapped(framing_, ++transaction_, unit, pdu),
                    .unit = unit,
                    .function = pdu.front(),
                    .timeout = timing.response_timeout,
                    .due = {},
                    .received = {},
                    .seen = {},
                    .echo_possible = channel.may_echo()};
    const auto began = clock_.steady();
    PduAnswer answer;
    if (auto sent = channel.send(waiting.request, timing.gap, stop); !sent) {
        answer = tl::unexpected{sent.error().kind == Failure::session_lost ? lost(sent.error().what)
                                : is_stopped(stop)                         ? stopped()
                                                                           : corrupt(sent.error().what)};
    } else {
        waiting.due =
            clock_.steady() + timing.response_timeout + channel.wire_time(waiting.request.size() + 8);
        answer = wait(channel, waiting, stop);
    }
    if (record != nullptr) {
        record->request = waiting.request;
        record->answer = waiting.seen;
        record->error = answer ? std::string{} : answer.error().what;
        record->took = std::chrono::round<milliseconds>(clock_.steady() - began);
    }
    if (!answer && answer.error().exception == 0) {
        if (answer.error().next == Failure::session_lost) {
            channel.close();
        } else {
            channel.recover(stop);
        }
    }
    return answer;
}

PduAnswer PduExchange::wait(Channel& channel, Waiting& waiting, const StopEvent& stop) {
    const auto last_moment = waiting.due + kStartedFrame + channel.wire_time(kLongestFrame);
    auto due = waiting.due;
    for (;;) {
        const auto ready = channel.wait_readable(due, stop);
        if (!ready && ready.error().kind == Failure::session_lost)
            return tl::unexpected{lost(ready.error().what)};
        if (is_stopped(stop)) return tl::unexpected{stopped()};
        if (ready) {
            std::array<std::uint8_t, 512> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init)
            const auto got = ::read(channel.descriptor(), chunk.data(), chunk.size());
            if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            if (got <= 0)
                return tl::unexpected{lost(std::string{tr("the other side closed the line", "对端已断开")})};
            channel.note_received(static_cast<std::size_t>(got));
            waiting.received.insert(waiting.received.end(), chunk.begin(), chunk.begin() + got);
        }
        for (auto frame = take_frame(channel, waiting, !ready); !frame.empty();
             frame = take_frame(channel, waiting, !ready)) {
            const auto reading = read_answer(framing_, frame);
            const bool is_foreign =
                reading.sound && (reading.unit != waiting.unit ||
                                  (framing_ == Framing::mbap &&
                                   !std::equal(frame.begin(), frame.begin() + 2, waiting.request.begin())));
            if (is_foreign) {
                channel.tap().note(clock_, WireFate::foreign, frame);
                channel.note_discarded(frame.size());
                continue;
            }
            waiting.seen = std::move(frame);
            if (!reading.sound || reading.function != (waiting.function & ~kExceptionBit))
                return broken(channel, waiting);
            channel.tap().note(clock_, WireFate::answer, waiting.seen);
            if (!waiting.received.empty()) {
                channel.tap().note(clock_, WireFate::surplus, waiting.received);
                channel.note_discarded(waiting.received.size());
            }
            if (reading.exception) return tl::unexpected{meaning_of_exception(*reading.exception)};
            const auto body = framing_ == Framing::rtu
                                  ? std::span{waiting.seen}.first(waiting.seen.size() - 2)
                                  : std::span{waiting.seen}.subspan(kMbapHeader);
            return Pdu{body.begin() + 1, body.end()};
        }
        if (!ready) {
            channel.tap().note(clock_, WireFate::silence, {});
            return tl::unexpected{
                NoAnswer{Failure::transient, Quality::no_reply, 0, false,
                         trf("no reply in {0} ms", "{0} 毫秒内无应答", waiting.timeout.count())}};
        }
        due = waiting.received.empty()
                  ? waiting.due
                  : std::min(last_moment, clock_.steady() + kEndOfFrame + channel.wire_time(4));
    }
}

// The first frame in what was received; empty: it is not whole yet. `ended`: nothing more comes, so what is
// here is a frame.
std::vector<std::uint8_t> PduExchange::take_frame(Channel& channel, Waiting& waiting, bool ended) {
    auto& received = waiting.received;
    if (waiting.echo_possible && received.size() >= waiting.request.size() &&
        std::equal(waiting.request.begin(), waiting.request.end(), received.begin())) {
        channel.tap().note(clock_, WireFate::echo, waiting.request);
        received.erase(received.begin(),
                       received.begin() + static_cast<std::ptrdiff_t>(waiting.request.size()));
        waiting.echo_possible = false;
    }
    if (received.empty()) return {};
    std::size_t size = received.size();
    bool whole = ended || size >= kLongestFrame;
    if (framing_ == Framing::mbap) {
        if (received.size() >= kMbapHeader) {
            const auto length = kMbapHeader + (std::size_t{received[4]} << 8U | received[5]);
            whole = whole || received.size() >= length;
            size = std::min(size, length);
        }
    } else if (received.size() > 1) {
        // An echo that is still coming would be taken for an answer of another length.
        const auto compared = std::min(received.size(), waiting.request.size());
        const bool may_be_echo =
            waiting.echo_possible &&
            std::equal(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(compared),
                       waiting.request.begin());
        const auto length = full_length_of_answer(std::span{received}.subspan(1));
        if (length && !(may_be_echo && !ended)) {
            whole = whole || received.size() >= *length + 3;
            size = std::min(size, *length + 3);
        }
    }
    if (!whole) return {};
    const auto end = received.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(size, 1));
    std::vector<std::uint8_t> frame{received.begin(), end};
    received.erase(received.begin(), end);
    return frame;
}

PduAnswer PduExchange::broken(Channel& channel, Waiting& waiting) {
    channel.tap().note(clock_, WireFate::wrong, waiting.seen);
    channel.note_discarded(waiting.seen.size());
    if (!read_answer(framing_, waiting.seen).sound) {
        return tl::unexpected{corrupt(
            framing_ == Framing::rtu ? tr("wrong checksum, or the answer broke off", "校验错误或应答不完整")
                                     : tr("bad MBAP header", "MBAP 报文头错误"))};
    }
    return tl::unexpected{corrupt(tr("wrong function code", "功能码不符"))};
}

}  // namespace mg
