#pragma once

#include <cstddef>
#include <cstdint>

namespace mg {

/// How much the next message may hold while a rejected one is being narrowed down to the item at fault.
/// Halves at each rejection, doubles at each delivery. Pure.
class BatchLimit {
public:
    explicit BatchLimit(std::size_t most_items) : most_{most_items}, items_{most_items} {}

    [[nodiscard]] std::size_t items() const { return items_; }
    /// Searching: one message at a time, so that nothing overtakes what has to be sent again.
    [[nodiscard]] bool careful() const { return items_ < most_; }

    void delivered() {
        items_ = items_ > most_ / 2 ? most_ : items_ * 2;
        set_aside_ = 0;
    }
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
    std::size_t most_;
    std::size_t items_;
    int set_aside_{0};
};

}  // namespace mg
