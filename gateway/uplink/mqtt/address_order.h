#pragma once

#include <cstddef>

namespace mg {

/// Which of several addresses is tried next. A round tries each once, in the order of the configuration. The
/// one that takes us in is kept until it fails; then a round begins at the first again: a preferred address
/// gets its turn back, and a connection that works is never given up for it. Only behind an address that let
/// us in and took nothing does the round begin at its successor, or that one would be in the way for ever.
/// Pure.
class AddressOrder {
public:
    /// count > 0.
    explicit AddressOrder(std::size_t count) : count_{count} {}

    /// The address of try number `turn` of a round, 0 … count-1.
    [[nodiscard]] std::size_t at(std::size_t turn) const { return (first_ + turn) % count_; }
    [[nodiscard]] std::size_t count() const { return count_; }

    void round_failed() { first_ = 0; }
    void connected_to(std::size_t address) {
        refused_ = false;
        successor_ = (address + 1) % count_;
        first_ = successor_;
    }
    /// The present address confirmed a message.
    void took() {
        if (!refused_) first_ = 0;
    }
    /// The present address refused a message for a reason that has nothing to do with the message.
    void refused() {
        refused_ = true;
        first_ = successor_;
    }

private:
    std::size_t count_;
    std::size_t first_{0};
    std::size_t successor_{0};
    bool refused_{false};
};

}  // namespace mg
