#include "tests/bench/paced_line.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include "drivers/channel/wire_timing.h"
#include "gateway/base/check.h"
#include "tests/support/raw_peer.h"

namespace mg {
namespace {

constexpr std::size_t kRequest = 8;
constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * kSecond + time.tv_nsec;
}

void wait_until(std::int64_t due) {
    const timespec time{static_cast<std::time_t>(due / kSecond), static_cast<long>(due % kSecond)};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) != 0) {
    }
}

}  // namespace

PacedLine::PacedLine(Setup setup)
    : setup_{std::move(setup)},
      character_{std::chrono::nanoseconds{time_on_wire(setup_.settings, 1000)}.count() / 1000},
      silence_{std::chrono::nanoseconds{frame_silence(setup_.settings)}.count()},
      master_{::posix_openpt(O_RDWR | O_NOCTTY)} {
    MG_CHECK(master_ && ::grantpt(master_.get()) == 0 && ::unlockpt(master_.get()) == 0);
    std::array<char, 128> name{};
    MG_CHECK(::ptsname_r(master_.get(), name.data(), name.size()) == 0);
    device_ = name.data();
    slave_.reset(::open(device_.c_str(), O_RDWR | O_NOCTTY));
    termios raw{};
    MG_CHECK(::tcgetattr(slave_.get(), &raw) == 0);
    ::cfmakeraw(&raw);
    MG_CHECK(::tcsetattr(slave_.get(), TCSANOW, &raw) == 0);
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void PacedLine::run(const std::stop_token& stop) {
    ::prctl(PR_SET_TIMERSLACK, 1);
    std::array<std::uint8_t, 64> bytes{};
    std::size_t size = 0;
    std::int64_t began = 0;
    while (!stop.stop_requested()) {
        pollfd waited{master_.get(), POLLIN, 0};
        if (::poll(&waited, 1, 100) <= 0) continue;
        const auto at = now();
        const auto got = ::read(master_.get(), bytes.data() + size, bytes.size() - size);
        if (got <= 0) continue;
        if (size == 0) began = at;
        size += static_cast<std::size_t>(got);
        if (size < kRequest) continue;
        const auto request = raw::rtu_request({bytes.begin(), bytes.begin() + kRequest});
        size = 0;
        ++requests_;
        const bool too_early = began < free_at_ + silence_;
        free_at_ = std::max(began, free_at_) + static_cast<std::int64_t>(kRequest) * character_;
        if (too_early) ++violations_;
        if (too_early && setup_.refuse) continue;
        if (!setup_.dead.contains(request.unit)) answer(request.unit, request.first, request.count, free_at_);
    }
}

void PacedLine::answer(int unit, int first, int count, std::int64_t request_end) {
    std::vector<std::uint16_t> registers;
    for (int i = 0; i < count; ++i) registers.push_back(static_cast<std::uint16_t>(100 + first + i));
    const auto frame = raw::rtu(raw::registers_body(static_cast<std::uint8_t>(unit), 3, registers));
    auto due = request_end + silence_;
    for (const auto byte : frame) {
        due += character_;
        wait_until(due);
        if (::write(master_.get(), &byte, 1) != 1) return;
    }
    free_at_ = due;
    ++answers_;
    legal_nanoseconds_ += static_cast<std::int64_t>(kRequest + frame.size()) * character_ + 2 * silence_;
}

}  // namespace mg
