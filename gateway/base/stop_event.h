#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "gateway/base/unique_fd.h"

namespace mg {

/// A descriptor that becomes readable when `stop` is requested, so that ppoll can wait for both.
/// Bind one per thread and keep it: creating it costs a system call.
class StopEvent {
public:
    explicit StopEvent(std::stop_token stop);
    [[nodiscard]] const std::stop_token& token() const { return stop_; }
    /// Readable once stop was requested. Do not read from it.
    [[nodiscard]] int descriptor() const { return event_.get(); }

private:
    std::stop_token stop_;
    UniqueFd event_;
    std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace mg
