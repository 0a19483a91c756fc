#include "gateway/buffer/lost_mark.h"

#include <algorithm>

namespace mg {
namespace {

constexpr Sequence kJump = 1'000'000'000'000;
constexpr UtcTime kSince{milliseconds{1'767'225'600'000}};  // 2026-01-01
constexpr Sequence kPerMillisecond = 100;

}  // namespace

Sequence mark_beyond(Sequence known, UtcTime now) {
    // A clock that says 1970 is no help; then the jump alone must do.
    const auto passed = std::max<milliseconds>(now - kSince, milliseconds{0});
    return known + kJump + passed.count() * kPerMillisecond;
}

}  // namespace mg
