#include <cstdlib>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gateway/buffer/day_file.h"
#include "tests/faults/buffer/naive_store.h"
#include "tests/faults/buffer/store_trial.h"

// A random life of a store on a disk that loses what was not synced, against a list. Every action is a value,
// so that a failure shrinks to the few that matter and prints them.
namespace mg::test {

struct Action {
    enum class What : std::uint8_t {
        sample,
        gap,
        commit,
        ack,
        set_aside,
        pass_a_second,
        next_day,
        restart,
        cut,
        cut_in_commit,
        cut_at_start,
    };
    What what{};
    int meter{0};
    int second{0};  ///< of the slot; a gap's end is `value` + 1 seconds later
    int value{0};
    int missing{0};  ///< 1: the first reading, 2: the second, 3: both
    int epoch{0};
    int operation{1};  ///< before which the power fails
    bool yesterday{false};
};

void showValue(const Action& action, std::ostream& out) {
    using What = Action::What;
    const std::string when =
        fmt::format("m{}@{}{}", action.meter, action.second, action.yesterday ? " of yesterday" : "");
    switch (action.what) {
        case What::sample:
            out << "sample " << when << "=" << action.value << " e" << action.epoch << " missing "
                << action.missing;
            break;
        case What::gap:
            out << "gap " << when << ".." << action.second + action.value + 1;
            break;
        case What::commit:
            out << "commit";
            break;
        case What::ack:
            out << "ack";
            break;
        case What::set_aside:
            out << "set aside";
            break;
        case What::pass_a_second:
            out << "a second passes";
            break;
        case What::next_day:
            out << "next day";
            break;
        case What::restart:
            out << "restart";
            break;
        case What::cut:
            out << "cut, seed " << action.value;
            break;
        case What::cut_in_commit:
            out << "commit, cut before operation " << action.operation << ", seed " << action.value;
            break;
        case What::cut_at_start:
            out << "restart, cut before operation " << action.operation << ", seed " << action.value;
            break;
    }
    out << "; ";
}

namespace {

using std::chrono::days;
using std::chrono::seconds;
using What = Action::What;

rc::Gen<Action> any_action() {
    return rc::gen::build<Action>(
        rc::gen::set(&Action::what, rc::gen::weightedElement<What>({{12, What::sample},
                                                                    {2, What::gap},
                                                                    {5, What::commit},
                                                                    {2, What::ack},
                                                                    {1, What::set_aside},
                                                                    {1, What::pass_a_second},
                                                                    {1, What::next_day},
                                                                    {2, What::restart},
                                                                    {1, What::cut},
                                                                    {3, What::cut_in_commit},
                                                                    {1, What::cut_at_start}})),
        rc::gen::set(&Action::meter, rc::gen::inRange(0, 3)),
        rc::gen::set(&Action::second, rc::gen::inRange(0, 8)),
        rc::gen::set(&Action::value, rc::gen::inRange(0, 5)),
        rc::gen::set(&Action::missing, rc::gen::inRange(0, 4)),
        rc::gen::set(&Action::epoch, rc::gen::inRange(0, 2)),
        rc::gen::set(&Action::operation, rc::gen::inRange(1, 30)),
        rc::gen::set(&Action::yesterday, rc::gen::weightedElement<bool>({{4, false}, {1, true}})));
}

/// The trial keeps the ledger of promises, the naive store says what the content must be.
class Pair {
public:
    Pair() { trial_.start(); }

    void act(const Action& action) {
        switch (action.what) {
            case What::sample:
                return append(sample_of(action));
            case What::gap:
                return append(Gap{trial_.meter(meter(action))->meter,
                                  {slot(action)},
                                  {slot(action) + seconds{action.value + 1}},
                                  Quality::stopped,
                                  0});
            case What::commit:
                return commit();
            case What::ack:
                return trial_.ack();
            case What::set_aside:
                return trial_.set_aside(trial_.cursor());
            case What::pass_a_second:
                trial_.pass(seconds{1});
                return commit();
            case What::next_day:
                commit();
                day_ += days{1};
                return trial_.pass(days{1});
            case What::restart:
                naive_.commit();
                return trial_.restart();
            case What::cut:
                trial_.disk().power_cut(static_cast<std::uint64_t>(action.value));
                return after_a_cut();
            case What::cut_in_commit:
                trial_.disk().cut_before(static_cast<std::uint64_t>(action.operation),
                                         static_cast<std::uint64_t>(action.value));
                trial_.commit();
                return after_a_cut();
            case What::cut_at_start:
                trial_.disk().cut_before(static_cast<std::uint64_t>(action.operation),
                                         static_cast<std::uint64_t>(action.value));
                trial_.restart();
                return after_a_cut();
        }
    }
    void agree() {
        commit();
        trial_.law();
        compare(trial_.read_all().value());
        RC_ASSERT(trial_.complaints() == std::vector<std::string>{});
    }

private:
    static std::size_t meter(const Action& action) { return static_cast<std::size_t>(action.meter); }
    [[nodiscard]] UtcTime slot(const Action& action) const {
        const bool earlier = action.yesterday && day_ > days{0};
        return kMorning + day_ - (earlier ? days{1} : days{0}) + seconds{action.second};
    }
    [[nodiscard]] Sample sample_of(const Action& action) const {
        Sample one =
            sample(trial_.meter(meter(action)), slot(action), static_cast<std::uint64_t>(action.value),
                   action.second % 4 == 0, static_cast<ClockEpoch>(action.epoch));
        for (std::size_t i = 0; i < one.readings.size(); ++i) {
            if ((action.missing & (1 << i)) != 0) one.readings[i] = {0, Quality::no_reply};
        }
        return one;
    }
    void append(const Sample& one) {
        naive_.append(one);
        trial_.offer(one);
    }
    void append(const Gap& gap) {
        naive_.append(gap);
        trial_.append(gap);
    }
    void commit() {
        naive_.commit();
        trial_.commit();
    }
    /// Without the cut coming true this is an ordinary commit.
    void after_a_cut() {
        if (trial_.disk().powered() && trial_.cuts() == cuts_) {
            trial_.disk().cut_before(1'000'000, 0);
            return commit();
        }
        trial_.recover();
        cuts_ = trial_.cuts();
        const auto found = trial_.read_all().value();
        // What was committed is the beginning of what is there.
        auto kept = kept_of(naive_.items());
        auto there = kept_of(found);
        RC_ASSERT(there.size() >= kept.size());
        there.resize(kept.size());
        RC_ASSERT(there == kept);
        naive_.adopt(found);
    }
    void compare(const std::vector<StoredItem>& found) {
        RC_ASSERT(kept_of(found) == kept_of(naive_.items()));
    }
    /// Without what retention may have taken: a file goes when its kind is written again on a later day.
    [[nodiscard]] std::vector<std::string> kept_of(const std::vector<StoredItem>& items) const {
        std::vector<std::string> kept;
        for (const StoredItem& item : items) {
            const auto* one = std::get_if<StoredSample>(&item);
            const UtcTime at = one != nullptr ? one->sample.slot.at : std::get<StoredGap>(item).gap.from.at;
            const bool short_kept = one != nullptr && !one->sample.boundary;
            if (at + (short_kept ? days{1} : days{4}) >= kMorning + day_) kept.push_back(described(item));
        }
        return kept;
    }

    StoreTrial trial_{
        {.commit_interval = milliseconds{1000}, .keep_boundary = days{4}, .keep_other = days{1}}};
    NaiveStore naive_;
    days day_{0};
    int cuts_{0};
};

TEST(StoreCutModel, AgreesWithAListThroughRestartsCutsAndDays) {
    const bool held = rc::check("random life", [] {
        const auto actions = *rc::gen::container<std::vector<Action>>(any_action());
        Pair pair;
        for (const Action& action : actions) pair.act(action);
        pair.agree();
    });
    EXPECT_TRUE(held);
}

}  // namespace
}  // namespace mg::test
