#include "drivers/channel/stream_channel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <system_error>

#include <sys/select.h>

#include "drivers/channel/descriptor_wait.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr BackoffLimits kReopen{milliseconds{250}, milliseconds{5000}};
// A peer that sends more than this unasked is not a meter.
constexpr std::size_t kMostDrained = 64UL * 1024;
constexpr milliseconds kNeverSilent{1000};
constexpr milliseconds kWriteTimeout{2000};

Error lost(int error) {
    return {Failure::session_lost, std::error_code{error, std::generic_category()}.message()};
}

Error closed_by_peer() {
    return {Failure::session_lost, std::string{tr("the other side closed the line", "对端已断开")}};
}

}  // namespace

StreamChannel::StreamChannel(const LineOptions& line, Clock& clock)
    : clock_{clock},
      connect_timeout_{line.connect_timeout},
      drain_time_{mg::drain_time(line)},
      may_send_{may_ask(line)},
      backoff_{kReopen, std::hash<std::string>{}(line.id.text)} {}

Result<> StreamChannel::open(const StopEvent& stop) {
    if (is_open()) return {};
    if (last_failure_ && clock_.steady() < not_before_ && !is_worth_trying()) {
        return tl::unexpected{*last_failure_};
    }
    auto stream = connect(stop);
    // libmodbus waits in select(), where a descriptor beyond FD_SETSIZE overwrites foreign memory.
    if (stream && stream->get() >= FD_SETSIZE) {
        before_close();
        stream = fail(Failure::session_lost,
                      trf("descriptor {0}: too many open files, at most {1} can be used",
                          "描述符 {0}：打开的文件过多，最多可用 {1}", stream->get(), FD_SETSIZE));
    }
    if (!stream) {
        last_failure_ = stream.error();
        not_before_ = clock_.steady() + backoff_.next();
        return tl::unexpected{*last_failure_};
    }
    stream_ = std::move(*stream);
    last_byte_ = clock_.steady();
    last_failure_.reset();
    backoff_.reset();
    counters_.opened.add();
    return {};
}

void StreamChannel::close() {
    if (!is_open()) return;
    before_close();
    stream_.reset();
}

Result<> StreamChannel::send(std::span<const std::uint8_t> request, milliseconds gap, const StopEvent& stop) {
    if (!may_send_) return may_send_;
    if (!is_open()) return tl::unexpected{closed_by_peer()};
    const auto quiet = std::max<std::chrono::microseconds>(gap, silence());
    if (quiet.count() > 0) stay_silent(last_byte_ + quiet, stop, clock_);
    if (auto discarded = discard_input(quiet, stop); !discarded) return discarded;
    if (auto written = write_all(request, stop); !written) return written;
    counters_.bytes_sent.add(request.size());
    tap().note(clock_, WireFate::request, request);
    last_byte_ = clock_.steady() + wire_time(request.size());
    return {};
}

Result<> StreamChannel::wait_readable(SteadyTime due, const StopEvent& stop) {
    if (!is_open()) return tl::unexpected{closed_by_peer()};
    return wait_for(descriptor(), Event::readable, due, stop, clock_);
}

void StreamChannel::note_received(std::size_t bytes) {
    counters_.bytes_received.add(bytes);
    last_byte_ = clock_.steady();
}

Result<> StreamChannel::discard_input(std::chrono::microseconds silence, const StopEvent& stop) {
    const auto give_up = clock_.steady() + silence + kNeverSilent;
    for (;;) {
        const auto drained = drain();
        if (!drained) return pass_on(drained.error());
        // What was still coming is a frame that has no end yet: wait for it.
        if (*drained == 0 || silence.count() == 0) return {};
        if (clock_.steady() >= give_up) {
            return fail(Failure::transient,
                        std::string{tr("the line is never silent", "线路上持续有数据，无法发送")});
        }
        stay_silent(clock_.steady() + silence, stop, clock_);
        if (is_stopped(stop)) return fail(Failure::transient, std::string{tr("stopped", "已停止")});
    }
}

Result<std::size_t> StreamChannel::drain() {
    std::array<std::uint8_t, 512> scratch;
    std::size_t drained = 0;
    while (drained < kMostDrained) {
        const auto got = ::read(descriptor(), scratch.data(), scratch.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return drained;
        if (got < 0) return tl::unexpected{lost(errno)};
        if (got == 0) return tl::unexpected{closed_by_peer()};
        drained += static_cast<std::size_t>(got);
        note_received(static_cast<std::size_t>(got));
        note_discarded(static_cast<std::size_t>(got));
        tap().note(clock_, WireFate::surplus, {scratch.data(), static_cast<std::size_t>(got)});
    }
    return fail(Failure::session_lost,
                std::string{tr("the other side sends without being asked", "对端未经请求持续发送数据")});
}

Result<> StreamChannel::write_all(std::span<const std::uint8_t> bytes, const StopEvent& stop) {
    while (!bytes.empty()) {
        const auto written = write_some(bytes);
        if (written > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(written));
            continue;
        }
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return tl::unexpected{lost(errno)};
        auto room = wait_for(descriptor(), Event::writable, clock_.steady() + kWriteTimeout, stop, clock_);
        // Half a request may be out: only a fresh stream is clean.
        if (!room) return fail(Failure::session_lost, room.error().what);
    }
    return {};
}

}  // namespace mg
