#include "tests/support/scripted_channel.h"

#include <algorithm>
#include <array>

#include <sys/ioctl.h>
#include <sys/socket.h>

#include "gateway/base/check.h"

namespace mg {
namespace {

constexpr milliseconds kDrainTime{1000};

bool has_input(int descriptor) {
    int bytes = 0;
    return ::ioctl(descriptor, FIONREAD, &bytes) == 0 && bytes > 0;
}

}  // namespace

ScriptedChannel::ScriptedChannel(FakeClock& clock, LineKind kind, FarEnd far_end)
    : clock_{clock}, kind_{kind}, far_end_{std::move(far_end)} {}

Result<> ScriptedChannel::open(const StopEvent&) {
    if (is_open()) return {};
    if (refusals_ > 0) {
        --refusals_;
        return fail(Failure::session_lost, "refused");
    }
    std::array<int, 2> ends{};
    MG_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    near_.reset(ends[0]);
    far_.reset(ends[1]);
    counters_.opened.add();
    return {};
}

void ScriptedChannel::close() {
    near_.reset();
    far_.reset();
    coming_.clear();
}

Result<> ScriptedChannel::use(const SerialSettings& settings) {
    used = settings;
    return {};
}

Result<> ScriptedChannel::send(std::span<const std::uint8_t> request, milliseconds gap, const StopEvent&) {
    deliver_until(clock_.steady());
    discard();
    if (!far_) return fail(Failure::session_lost, "hung up");
    counters_.bytes_sent.add(request.size());
    requests.emplace_back(request.begin(), request.end());
    gaps.push_back(gap);
    tap().note(clock_, WireFate::request, request);
    for (auto& arrival : far_end_(requests.back())) {
        coming_.push_back(
            {clock_.steady() + wire_time(request.size()) + arrival.after, std::move(arrival.bytes)});
    }
    std::ranges::stable_sort(coming_, {}, &Coming::at);
    return {};
}

Result<> ScriptedChannel::wait_readable(SteadyTime due, const StopEvent&) {
    if (!near_) return fail(Failure::session_lost, "closed");
    deliver_until(clock_.steady());
    if (has_input(near_.get())) return {};
    if (!far_) return fail(Failure::session_lost, "hung up");
    const auto until = coming_.empty() ? due : std::min(due, coming_.front().at);
    clock_.wait_until(until, {});
    deliver_until(until);
    return has_input(near_.get()) ? Result<>{} : fail(Failure::transient, "nothing came");
}

void ScriptedChannel::recover(const StopEvent&) {
    if (kind_ == LineKind::serial) {
        clock_.advance(kDrainTime);
        deliver_until(clock_.steady());
        discard();
    } else {
        close();
    }
}

std::chrono::microseconds ScriptedChannel::wire_time(std::size_t bytes) const {
    return kind_ == LineKind::modbus_tcp ? milliseconds{0} : milliseconds{bytes};
}

void ScriptedChannel::deliver_until(SteadyTime time) {
    while (far_ && !coming_.empty() && coming_.front().at <= time) {
        const auto& bytes = coming_.front().bytes;
        MG_CHECK(::send(far_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                 static_cast<ssize_t>(bytes.size()));
        coming_.erase(coming_.begin());
    }
}

void ScriptedChannel::discard() {
    std::array<std::uint8_t, 512> scratch{};
    for (;;) {
        const auto got = ::read(near_.get(), scratch.data(), scratch.size());
        if (got <= 0) return;
        note_received(static_cast<std::size_t>(got));
        note_discarded(static_cast<std::size_t>(got));
        tap().note(clock_, WireFate::surplus, {scratch.data(), static_cast<std::size_t>(got)});
    }
}

}  // namespace mg
