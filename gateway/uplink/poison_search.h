#pragma once

#include <cstddef>
#include <cstdint>

namespace mg {

/// Finds the item that a destination rejects, and tells it from a destination that rejects everything. Pure;
/// one for each lane.
///
/// A rejected message is sent again in halves until one item stands alone. That item is at fault only if the
/// destination takes another one before and after it rejects this one once more: a destination that refuses
/// everything, for two hours or for two messages, never costs an item. The other one is the *control*: an
/// item that was taken before; on a destination that took none yet, one of those that follow.
///
/// A destination may have no word for a rejection and end the connection instead (MQTT 3.1.1, at a message
/// that is too large). An item at which it ends time and again is searched in the same way, a connection for
/// each step.
class PoisonSearch {
public:
    static constexpr int kMostSetAside = 3;    ///< between two deliveries
    static constexpr int kMostCandidates = 3;  ///< items tried as control where none was taken before
    static constexpr int kBreaks = 3;          ///< at an item that is alone, until it is a suspect

    explicit PoisonSearch(std::size_t most_items) : most_{most_items}, items_{most_items} {}

    enum class Send : std::uint8_t {
        batches,  ///< up to items() of the lane
        control,  ///< candidate() says which
    };
    [[nodiscard]] Send send() const;
    [[nodiscard]] std::size_t items() const { return step_ == Step::batches ? items_ : 1; }
    /// One message at a time, so that nothing overtakes what has to be sent again.
    [[nodiscard]] bool careful() const { return step_ != Step::batches || items_ < most_; }
    /// Which of the items after the suspect is tried as control: 0 is the next one. Of use only where none
    /// was taken before.
    [[nodiscard]] int candidate() const { return candidate_; }

    enum class Next : std::uint8_t {
        go_on,      ///< send what send() says now
        set_aside,  ///< the item is at fault
        hold,       ///< the destination refuses everything, or too much in a row: no item is at fault
    };
    /// A message of the lane was taken.
    void delivered();
    /// A message of the lane with so many items was rejected.
    Next rejected(std::size_t items);
    Next control_taken();
    /// `taken_before`: it was no mere candidate.
    Next control_rejected(bool taken_before);
    /// There is nothing to compare with.
    Next no_control();
    /// An item was found that fits into no message.
    Next unsendable();
    /// The next messages have one item each, and none is sent before the last one has its answer.
    void go_one_by_one() { items_ = 1; }
    /// The connection ended at a message of the lane with one item, and with nothing else under way.
    /// `again`: it was the same item the last time. After this comes interrupted().
    void broke(bool again);
    /// The connection is gone, or was given up: what is found out starts anew, in small messages.
    void interrupted();
    /// A person has looked: as many may be set aside again.
    void forgive() { set_aside_ = 0; }

private:
    enum class Step : std::uint8_t { batches, control_before, suspect_again, control_after };
    Next hold();

    std::size_t most_;
    std::size_t items_;
    Step step_{Step::batches};
    int candidate_{0};
    int set_aside_{0};
    int breaks_{0};
    bool goes_on_{false};  ///< with the next connection
};

}  // namespace mg
