#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "gateway/buffer/sample_store.h"

namespace mg {

/// Which lane sends next. Live data come first as long as they need no more than their share of the bytes;
/// backlog and re-sent periods have the rest, half and half where both wait. A lane that had nothing to send
/// saves nothing up. Pure.
class LaneTurns {
public:
    static constexpr std::size_t kLanes = 3;

    /// Percent of the bytes for backlog and re-sent periods together, 1 … 99.
    explicit LaneTurns(int side_share) : side_share_{static_cast<double>(side_share)} {}

    /// By Lane: who has something to send. nullopt: nobody.
    [[nodiscard]] std::optional<Lane> next(const std::array<bool, kLanes>& waiting);
    void sent(Lane lane, std::uint64_t bytes);

private:
    struct Account {
        double used{0};  ///< bytes by weight
        bool waited{false};
    };
    /// The one of two that has had less; the first where they are equal.
    static bool first_of(Account& first, bool first_waits, Account& second, bool second_waits);

    double side_share_;
    Account live_;
    Account side_;
    Account backlog_;
    Account resend_;
};

}  // namespace mg
