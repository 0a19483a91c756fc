#pragma once

#include <cstddef>
#include <cstdint>

namespace mg {

/// How much the next message may hold while a rejected one is being narrowed down to the item at fault.
/// Halves at each rejection, doubles at each delivery. Below that a ceiling, for a destination that drops the
/// connection at large messages without a word. Pure.
class BatchLimit {
public:
    explicit BatchLimit(std::size_t most_items)
        : most_{most_items}, ceiling_{most_items}, items_{most_items} {}

    [[nodiscard]] std::size_t items() const { return items_; }
    /// Searching: one message at a time, so that nothing overtakes what has to be sent again.
    [[nodiscard]] bool careful() const { return items_ < ceiling_; }

    void delivered();
    /// The connection broke at a message of `items`, and nothing was delivered on it. The ceiling falls below
    /// that. It rises again after many deliveries, and each time it has to fall anew after more of them.
    void broke_at(std::size_t items);
    enum class Next : std::uint8_t {
        smaller,    ///< send the same again, in smaller messages
        set_aside,  ///< the one item in it is at fault
        hold,       ///< too many in a row: the destination refuses everything, none of the items is at fault
    };
    /// A message of `items` was rejected.
    Next rejected(std::size_t items);
    /// An item was found that can never be sent; same limit as for rejected ones.
    Next unsendable();

private:
    static constexpr int kMostSetAside = 3;  ///< between two deliveries
    static constexpr std::size_t kUntilHigher = 1024;
    static constexpr std::size_t kMostUntilHigher = 1024 * kUntilHigher;
    std::size_t most_;
    std::size_t ceiling_;
    std::size_t items_;
    std::size_t until_higher_{kUntilHigher};
    std::size_t deliveries_{0};  ///< since the ceiling moved
    int set_aside_{0};
};

}  // namespace mg
