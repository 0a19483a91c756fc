#include <map>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/memory_store.h"
#include "tests/unit/buffer/store_fixture.h"

namespace mg::test {
namespace {

using std::chrono::seconds;

/// Both stores get the same; whatever is asked, both answer the same, through any number of restarts of the
/// one on disk.
class Pair {
public:
    Pair() { reopen(); }
    void reopen() {
        disk_.reset();
        disk_ = open_or_fail(storage_in(folder_.path()), clock_);
    }
    void next_day() {
        day_ += std::chrono::days{1};
        clock_.set(kMorning + day_);
    }
    void append(const auto& item) {
        disk_->append(item);
        naive_.append(item);
    }
    void settle() { test::settle(*disk_, clock_); }

    SampleStore& disk() { return *disk_; }
    MemoryStore& naive() { return naive_; }

private:
    // In memory: a hundred lives with their restarts would wait a minute for fsync.
    TemporaryFolder folder_{"/dev/shm"};
    SetClock clock_{kMorning};
    std::chrono::days day_{0};
    std::unique_ptr<SampleStore> disk_;
    MemoryStore naive_;
};

std::vector<std::string> both_agree(Pair& pair) {
    auto expected = std::vector<std::string>{};
    for (const StoredItem& item : pair.naive().items()) expected.push_back(text_of(item));
    auto actual = std::vector<std::string>{};
    Sequence last = 0;
    for (const StoredItem& item : everything(pair.disk(), 3)) {
        RC_ASSERT(sequence_of(item) > last);
        last = sequence_of(item);
        actual.push_back(text_of(item));
    }
    RC_ASSERT(actual == expected);
    return actual;
}

TEST(StoreModel, AgreesWithTheNaiveStoreWhateverHappens) {
    const std::vector<LayoutRef> layouts{layout("m1"), layout("m2"), layout("m3", 1)};
    const UplinkId cloud{"cloud"};
    const bool held = rc::check("random life", [&] {
        Pair pair;
        const int steps = *rc::gen::inRange(1, 25);
        for (int step = 0; step < steps; ++step) {
            for (int burst = *rc::gen::inRange(0, 6); burst > 0; --burst) {
                const LayoutRef& meter = layouts[*rc::gen::inRange<std::size_t>(0, layouts.size())];
                const int at = *rc::gen::inRange(0, 8);
                const UtcTime slot = kMorning + seconds{at};
                if (*rc::gen::inRange(0, 8) == 0) {
                    pair.append(Gap{meter->meter,
                                    {slot},
                                    {slot + seconds{*rc::gen::inRange(1, 4)}},
                                    Quality::stopped,
                                    0});
                    continue;
                }
                Sample item = sample(meter, slot, *rc::gen::inRange<std::uint64_t>(0, 5), at % 4 == 0,
                                     *rc::gen::element<ClockEpoch>(0, 0, 0, 1));
                for (Reading& reading : item.readings) {
                    if (*rc::gen::inRange(0, 3) == 0) reading = {0, Quality::no_reply};
                }
                pair.append(item);
            }
            switch (*rc::gen::inRange(0, 8)) {
                case 0:
                    pair.reopen();
                    break;
                case 1:
                    pair.settle();
                    pair.next_day();
                    break;
                case 2: {
                    pair.settle();
                    const auto newest = pair.disk().newest();
                    pair.disk().ack(cloud, newest);
                    RC_ASSERT(pair.disk().backlog(cloud) == 0U);
                    break;
                }
                default:
                    break;
            }
        }
        pair.settle();
        both_agree(pair);
        for (const LayoutRef& meter : layouts) {
            RC_ASSERT(pair.disk().last_slot(meter->meter) == pair.naive().last_slot(meter->meter));
            const auto covered =
                pair.disk().covered_slots(meter->meter, Slot{kMorning}, Slot{kMorning + seconds{9}});
            RC_ASSERT(covered.value() ==
                      pair.naive()
                          .covered_slots(meter->meter, Slot{kMorning}, Slot{kMorning + seconds{9}})
                          .value());
        }
        RC_ASSERT(pair.disk().last_taken_at() == pair.naive().last_taken_at());
        RC_ASSERT(pair.disk().last_epoch() == pair.naive().last_epoch());
    });
    EXPECT_TRUE(held);
}

}  // namespace
}  // namespace mg::test
