#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "gateway/base/clock.h"

namespace mg {

/// How long an instrument takes from the end of a request to the first byte of its answer.
struct LatencyFigures {
    std::chrono::microseconds p50{0};
    std::chrono::microseconds p95{0};
    std::chrono::microseconds most{0};
    bool operator==(const LatencyFigures&) const = default;
};

/// Remembers how long one instrument took, and says how long it is worth waiting for it. Pure.
class LatencyWatch {
public:
    void add(std::chrono::microseconds took);

    /// Of the last kKept answers; none before the first.
    [[nodiscard]] std::optional<LatencyFigures> figures() const;

    /// For a question that is asked again with `configured` when nothing comes: three times the longest
    /// answer of late, at least kFloor. `configured` until kEnough answers came, and never more than that.
    [[nodiscard]] milliseconds timeout(milliseconds configured) const;
    /// For an instrument that was silent: twice the longest answer of late, at least kProbeFloor.
    [[nodiscard]] milliseconds probe_timeout(milliseconds configured) const;

    static constexpr std::size_t kKept = 128;
    static constexpr std::size_t kEnough = 16;
    /// A meter that measures, writes its memory or serves another port meanwhile takes 100 … 200 ms now and
    /// then though it never did before.
    static constexpr milliseconds kFloor{200};
    /// What is not the meter's: an FTDI adapter holds bytes back for 16 ms, a serial server for as long
    /// again, a busy machine wakes a thread tens of milliseconds late.
    static constexpr milliseconds kProbeFloor{100};

private:
    [[nodiscard]] milliseconds learned(int times, milliseconds floor, milliseconds configured) const;

    std::array<std::uint32_t, kKept> kept_{};  ///< microseconds, a ring
    std::size_t count_{0};
    /// The longest, forgotten by a thousandth with each answer: some are slow once in a quarter of an hour.
    std::chrono::microseconds longest_{0};
};

}  // namespace mg
