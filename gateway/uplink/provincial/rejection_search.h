#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace mg {

/// Finds the records that a platform rejects, and tells them from a platform that rejects everything. Pure.
///
/// A rejected group is posted again in halves until records stand alone. One that is rejected alone is a
/// suspect, and at fault only if the platform takes another record, rejects this one once more, and takes the
/// other again. So a platform that refuses everything, for a day or for two requests, never costs a record,
/// and is asked only a few times: after kMostSuspects without any acceptance the other record is tried first.
///
/// The other one is the *control*: one that was taken before, in this search or by the caller's own memory.
/// A platform that takes nothing but what it has already refuses everything new: beyond `most_faults` without
/// an acceptance of something new no record is at fault.
class RejectionSearch {
public:
    using Group = std::vector<std::size_t>;  ///< positions of records, as the caller numbers them
    static constexpr std::size_t kMostSuspects = 4;

    RejectionSearch(const std::vector<Group>& groups, std::size_t most_faults)
        : most_faults_{most_faults}, groups_{groups.begin(), groups.end()} {}

    enum class Step : std::uint8_t {
        post,     ///< group(): then accepted() or rejected()
        control,  ///< a record that was taken before: then control_taken(), or control_rejected()
        done,     ///< at_fault() are; everything else was accepted
        hold,     ///< the platform refuses everything: what was not accepted goes on waiting
    };
    [[nodiscard]] Step step() const;
    /// How many groups may be under way at once: group(0) … group(n-1). 1 at least with Step::post.
    [[nodiscard]] std::size_t groups() const;
    [[nodiscard]] Group group(std::size_t which = 0) const;

    /// Results of group(0), one after the other; several under way are answered in their order.
    void accepted();
    void rejected();
    void control_taken();
    /// Also where there is no control.
    void control_rejected();

    [[nodiscard]] const Group& at_fault() const { return at_fault_; }

private:
    enum class Phase : std::uint8_t { groups, suspects_again, done, hold };
    [[nodiscard]] bool needs_control() const;
    void look_on();

    std::size_t most_faults_;
    Phase phase_{Phase::groups};
    std::deque<Group> groups_;
    std::size_t since_taken_{0};  ///< suspects since something was taken
    bool new_taken_{false};       ///< something other than the control
    std::deque<std::size_t> suspects_;
    Group confirmed_;
    Group at_fault_;
};

}  // namespace mg
