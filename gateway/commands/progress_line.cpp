#include "gateway/commands/progress_line.h"

#include <cstdio>

#include <unistd.h>

namespace mg {
namespace {

constexpr milliseconds kRefresh{200};
constexpr const char* kEraseLine = "\r\033[K";

}  // namespace

ProgressLine::ProgressLine(Clock& clock)
    : clock_{clock}, begun_{clock.steady()}, terminal_{::isatty(STDERR_FILENO) == 1} {}

ProgressLine::~ProgressLine() {
    if (shown_) std::fputs(kEraseLine, stderr);
}

milliseconds ProgressLine::running() const {
    return std::chrono::duration_cast<milliseconds>(clock_.steady() - begun_);
}

bool ProgressLine::due() {
    const SteadyTime now = clock_.steady();
    if (!terminal_ || (shown_ && now - *shown_ < kRefresh)) return false;
    shown_ = now;
    return true;
}

void ProgressLine::write(const std::string& line) {
    std::fputs((kEraseLine + line).c_str(), stderr);
}

}  // namespace mg
