#include "gateway/uplink/provincial/rejection_search.h"

#include <algorithm>
#include <functional>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace mg {
namespace {

using Group = RejectionSearch::Group;
using Step = RejectionSearch::Step;

/// A platform, and how often it was asked.
struct Platform {
    std::function<bool(std::size_t record, std::size_t request)> takes;
    std::function<bool(std::size_t request)> takes_control{[](std::size_t) { return true; }};
    std::set<std::size_t> accepted;
    std::size_t requests{0};

    Step work_through(RejectionSearch& search, std::size_t at_once = 1) {
        while (search.step() == Step::post || search.step() == Step::control) {
            if (search.step() == Step::control) {
                takes_control(requests++) ? search.control_taken() : search.control_rejected();
                continue;
            }
            std::vector<Group> under_way;
            for (std::size_t i = 0; i < std::min(at_once, search.groups()); ++i)
                under_way.push_back(search.group(i));
            for (const Group& group : under_way) {
                const std::size_t request = requests++;
                if (std::ranges::all_of(group, [&](std::size_t each) { return takes(each, request); })) {
                    accepted.insert(group.begin(), group.end());
                    search.accepted();
                } else {
                    search.rejected();
                }
            }
        }
        return search.step();
    }
};

Group numbers(std::size_t count) {
    Group all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(i);
    return all;
}

std::vector<Group> singles(std::size_t count) {
    std::vector<Group> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back({i});
    return all;
}

TEST(RejectionSearch, ABatchThatIsTakenIsOneRequest) {
    RejectionSearch search{{numbers(500)}, 8};
    Platform platform{.takes = [](std::size_t, std::size_t) { return true; }};

    EXPECT_EQ(platform.work_through(search), Step::done);

    EXPECT_EQ(platform.requests, 1U);
    EXPECT_TRUE(search.at_fault().empty());
}

TEST(RejectionSearch, OneBadRecordAmong500IsFoundInTwentyOddRequestsAndTheOthersAreTaken) {
    RejectionSearch search{{numbers(500)}, 8};
    Platform platform{.takes = [](std::size_t record, std::size_t) { return record != 321; }};

    EXPECT_EQ(platform.work_through(search), Step::done);

    EXPECT_EQ(search.at_fault(), Group{321});
    EXPECT_EQ(platform.accepted.size(), 499U);
    EXPECT_LE(platform.requests, 24U);
}

TEST(RejectionSearch, APlatformThatRefusesEverythingIsAskedAFewTimesAndCostsNoRecord) {
    RejectionSearch search{{numbers(500)}, 8};
    Platform platform{.takes = [](std::size_t, std::size_t) { return false; },
                      .takes_control = [](std::size_t) { return false; }};

    EXPECT_EQ(platform.work_through(search), Step::hold);

    EXPECT_TRUE(search.at_fault().empty());
    EXPECT_LE(platform.requests, 20U);
}

TEST(RejectionSearch, APlatformThatTakesOnlyWhatItHasAlreadyIsNotBisectedToDeath) {
    RejectionSearch search{{numbers(500)}, 8};
    Platform platform{.takes = [](std::size_t, std::size_t) { return false; }};

    EXPECT_EQ(platform.work_through(search), Step::hold);

    EXPECT_TRUE(search.at_fault().empty());
    EXPECT_LE(platform.requests, 40U);
}

TEST(RejectionSearch, ASingleBadRecordIsJudgedByOneThatWasTakenBefore) {
    RejectionSearch search{{{0}}, 8};
    Platform platform{.takes = [](std::size_t, std::size_t) { return false; }};

    EXPECT_EQ(platform.work_through(search), Step::done);

    EXPECT_EQ(search.at_fault(), Group{0});
}

// Whenever a platform begins to refuse, and for however long: no good record is ever at fault, and each that
// is neither accepted nor at fault goes on waiting.
RC_GTEST_PROP(RejectionSearch, NoGoodRecordIsEverAtFault, ()) {
    const auto count = *rc::gen::inRange<std::size_t>(1, 60);
    const auto bad = *rc::gen::container<std::set<std::size_t>>(rc::gen::inRange<std::size_t>(0, count));
    const auto from = *rc::gen::inRange<std::size_t>(0, 200);
    const auto length = *rc::gen::inRange<std::size_t>(0, 100);
    const auto refuses = [&](std::size_t request) { return request >= from && request < from + length; };
    Platform platform{
        .takes = [&](std::size_t record,
                     std::size_t request) { return !refuses(request) && !bad.contains(record); },
        .takes_control = [&](std::size_t request) { return !refuses(request); }};
    const bool one_by_one = *rc::gen::arbitrary<bool>();
    RejectionSearch search{one_by_one ? singles(count) : std::vector<Group>{numbers(count)}, 8};

    const Step end = platform.work_through(search, one_by_one ? 16 : 1);

    for (const std::size_t each : search.at_fault()) RC_ASSERT(bad.contains(each));
    if (end == Step::done)
        RC_ASSERT(platform.accepted.size() + search.at_fault().size() == count);
    else
        RC_ASSERT(search.at_fault().empty());
}

// At rest all bad ones are found, as long as something else is taken.
RC_GTEST_PROP(RejectionSearch, EveryBadRecordIsFound, ()) {
    const auto count = *rc::gen::inRange<std::size_t>(2, 60);
    auto bad = *rc::gen::container<std::set<std::size_t>>(rc::gen::inRange<std::size_t>(1, count));
    Platform platform{.takes = [&](std::size_t record, std::size_t) { return !bad.contains(record); }};
    RejectionSearch search{{numbers(count)}, 8};

    RC_ASSERT(platform.work_through(search) == Step::done);

    RC_ASSERT(std::set<std::size_t>(search.at_fault().begin(), search.at_fault().end()) == bad);
}

}  // namespace
}  // namespace mg
