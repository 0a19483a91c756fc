#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <thread>

#include "config/options.h"
#include "gateway/base/unique_fd.h"

namespace mg {

/// The far end of an RS-485 line on a pty, at the pace of a real one: a byte can be read when it would have
/// left the wire, and a request counts as sent only after its own time. Meters answer 3.5 characters after
/// the end of the request, the soonest that the standard allows, with registers that hold 100 + their
/// address.
///
/// A request that begins before the line has been silent for 3.5 characters is a violation: counted, and
/// where `refuse` says so not answered, as a meter that takes the two frames for one would not.
class PacedLine {
public:
    struct Setup {
        SerialSettings settings;
        std::set<int> dead;  ///< units that never answer
        bool refuse{true};
    };
    explicit PacedLine(Setup setup);

    [[nodiscard]] const std::string& device() const { return device_; }
    [[nodiscard]] std::uint64_t requests() const { return requests_; }
    [[nodiscard]] std::uint64_t answers() const { return answers_; }
    [[nodiscard]] std::uint64_t violations() const { return violations_; }
    /// Characters of request, silence, answer and silence that all answered requests took by the standard.
    [[nodiscard]] std::chrono::nanoseconds legal_time() const {
        return std::chrono::nanoseconds{legal_nanoseconds_};
    }

private:
    void run(const std::stop_token& stop);
    void answer(int unit, int first, int count, std::int64_t request_end);

    Setup setup_;
    std::int64_t character_;  ///< nanoseconds
    std::int64_t silence_;
    UniqueFd master_;
    UniqueFd slave_;  ///< keeps the pty alive between two openings
    std::string device_;
    std::int64_t free_at_{0};  ///< when the last byte left the wire
    std::atomic<std::uint64_t> requests_{0};
    std::atomic<std::uint64_t> answers_{0};
    std::atomic<std::uint64_t> violations_{0};
    std::atomic<std::int64_t> legal_nanoseconds_{0};
    std::jthread thread_;
};

}  // namespace mg
