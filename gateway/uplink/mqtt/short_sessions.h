#pragma once

#include <chrono>

#include "gateway/base/clock.h"

namespace mg {

/// Recognises a broker that lets us in and soon drops us, again and again. That is how it looks when another
/// client uses our id and the broker does not say so: MQTT 3.1.1 has no word for it (section 3.1.4), the
/// older connection just ends. Pure.
class ShortSessions {
public:
    void began(SteadyTime now) { began_ = now; }
    /// The connection ended without a reason. True: this is not the weather.
    [[nodiscard]] bool lost(SteadyTime now) {
        const auto lasted = now - began_;
        // Once two clients are at it, each session lasts as long as the other one pauses.
        in_a_row_ = lasted < (suspicious() ? kPeace : kShort) ? in_a_row_ + 1 : 0;
        return suspicious();
    }
    static constexpr int kMany = 5;
    static constexpr std::chrono::seconds kShort{10};
    static constexpr std::chrono::minutes kPeace{6};  ///< longer than the longest pause of a held uplink

private:
    [[nodiscard]] bool suspicious() const { return in_a_row_ >= kMany; }

    SteadyTime began_{};
    int in_a_row_{0};
};

}  // namespace mg
