#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"

namespace mg {

/// What bytes on a line were to us.
enum class WireFate : std::uint8_t {
    request,  ///< we sent them
    answer,   ///< to our request; an exception is one
    wrong,    ///< came in place of the answer: broken off, wrong checksum, function or length
    foreign,  ///< a frame of another unit or transaction, while we waited for ours
    surplus,  ///< lay in the input when nobody waited for them: late, twice, or nobody's answer
    echo,     ///< our request, given back by the adapter
    silence,  ///< none: no answer in time
};

struct WireEvent {
    UtcTime at{};
    WireFate fate{};
    std::vector<std::uint8_t> bytes;
};

/// Where what passes on a line can be watched. note() costs one relaxed load while nobody watches; it is
/// called from the line's thread, and the watchers with it. watch() may be called from any thread.
class WireTap {
public:
    /// Must not block. False: it wants no more.
    using Watcher = std::function<bool(const WireEvent&)>;

    void watch(Watcher watcher);
    [[nodiscard]] bool watched() const noexcept { return watched_.load(std::memory_order_relaxed); }
    void note(const Clock& clock, WireFate fate, std::span<const std::uint8_t> bytes) {
        if (watched()) tell({clock.utc(), fate, {bytes.begin(), bytes.end()}});
    }

private:
    void tell(const WireEvent& event);

    std::atomic<bool> watched_{false};
    Guarded<std::vector<std::shared_ptr<Watcher>>> watchers_;
};

}  // namespace mg
