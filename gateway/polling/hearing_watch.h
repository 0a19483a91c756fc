#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "gateway/base/clock.h"

namespace mg {

/// Whether a line that is listened to is heard at all, in the few sentences worth logging. Pure.
class HearingWatch {
public:
    explicit HearingWatch(std::string line) : line_{std::move(line)} {}

    /// The port was opened, or lost.
    void opened(SteadyTime now);
    void closed() { since_.reset(); }
    /// How many bytes and sound frames have come since start. A sentence when the state changed.
    std::optional<std::string> look(std::uint64_t bytes, std::uint64_t frames, SteadyTime now);

    /// What is wrong now, and what to check; empty: frames are heard.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

    static constexpr std::chrono::seconds kQuiet{60};

private:
    std::string line_;
    std::optional<SteadyTime> since_;  ///< of the last sound frame, or the opening
    std::uint64_t frames_{0};
    std::uint64_t bytes_{0};  ///< when that frame came
    std::string trouble_;
};

}  // namespace mg
