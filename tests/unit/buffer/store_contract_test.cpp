#include <gtest/gtest.h>

#include "tests/support/memory_store.h"
#include "tests/unit/buffer/store_fixture.h"

// Every promise of sample_store.h that a customer of any implementation may rely on.
namespace mg::test {
namespace {

using Texts = std::vector<std::string>;
using std::chrono::seconds;

struct OnDisk {
    TemporaryFolder folder;
    SetClock clock{kMorning};
    std::unique_ptr<SampleStore> store = open_or_fail(storage_in(folder.path()), clock);
};
struct InMemory {
    SetClock clock{kMorning};
    std::unique_ptr<SampleStore> store = std::make_unique<MemoryStore>();
};

template <class Kind>
class StoreContract : public ::testing::Test {
protected:
    SampleStore& store() { return *kind_.store; }
    Clock& clock() { return kind_.clock; }
    void append(auto item) { store().append(std::move(item)); }
    /// Appends all, then waits for the disk.
    void store_all(auto... items) {
        (append(std::move(items)), ...);
        settle(store(), clock());
    }

    const LayoutRef m1 = layout("m1");
    const LayoutRef m2 = layout("m2");
    const UplinkId cloud{"cloud"};

private:
    Kind kind_;
};
using Kinds = ::testing::Types<OnDisk, InMemory>;
TYPED_TEST_SUITE(StoreContract, Kinds);

TYPED_TEST(StoreContract, IsEmptyAtFirst) {
    EXPECT_EQ(this->store().newest(), 0);
    EXPECT_EQ(texts(this->store()), Texts{});
    EXPECT_EQ(this->store().progress(this->cloud), 0);
    EXPECT_EQ(this->store().backlog(this->cloud), 0U);
    EXPECT_EQ(this->store().last_slot(MeterId{"m1"}), std::nullopt);
    EXPECT_EQ(this->store().last_epoch(), 0U);
    EXPECT_TRUE(this->store().stats().trouble.empty());
}

TYPED_TEST(StoreContract, GivesBackWhatWasAppendedInOrder) {
    this->store_all(sample(this->m1, kMorning, 7, true), sample(this->m1, kMorning + seconds{5}, 8),
                    Gap{MeterId{"m2"}, {kMorning}, {kMorning + seconds{30}}, Quality::stopped, 0},
                    missing(this->m2, kMorning + seconds{30}));

    EXPECT_EQ(texts(this->store()), (Texts{"m1@10:00:00=7 r0", "m1@10:00:05=8 r0",
                                           "m2@10:00:00..10:00:30 stopped", "m2@10:00:30=no_reply r0"}));
    const auto items = everything(this->store());
    EXPECT_TRUE(std::get<StoredSample>(items[0]).sample.boundary);
    EXPECT_FALSE(std::get<StoredSample>(items[1]).sample.boundary);
    EXPECT_EQ(*std::get<StoredSample>(items[0]).sample.layout, *this->m1);
    EXPECT_EQ(std::get<StoredSample>(items[1]).sample.taken_at, kMorning + seconds{5} + milliseconds{40});
}

TYPED_TEST(StoreContract, BoundarySamplesCanBeReadAlone) {
    this->store_all(sample(this->m1, kMorning, 7, true), sample(this->m1, kMorning + seconds{5}, 8),
                    Gap{MeterId{"m2"}, {kMorning}, {kMorning + seconds{30}}, Quality::stopped, 0},
                    sample(this->m2, kMorning + seconds{900}, 9, true));
    const HistoryQuery query{.boundary_only = true};

    Texts read;
    for (Sequence after = 0; after < this->store().newest();) {
        const auto part = this->store().read(query, after, 1);
        ASSERT_TRUE(part) << part.error().what;
        for (const StoredItem& item : part->items) read.push_back(text_of(item));
        after = part->through;
    }

    EXPECT_EQ(read, (Texts{"m1@10:00:00=7 r0", "m2@10:15:00=9 r0"}));
}

TYPED_TEST(StoreContract, SequencesIncreaseStrictly) {
    for (int i = 0; i < 50; ++i) this->append(sample(this->m1, kMorning + seconds{i}, 1, i % 10 == 0));
    settle(this->store(), this->clock());

    Sequence last = 0;
    for (const StoredItem& item : everything(this->store(), 7)) {
        EXPECT_GT(sequence_of(item), last);
        last = sequence_of(item);
    }
    EXPECT_EQ(this->store().newest(), last);
}

TYPED_TEST(StoreContract, PeekIsRepeatableAndSmallBitesGiveTheSame) {
    for (int i = 0; i < 30; ++i) this->append(sample(this->m1, kMorning + seconds{i}, 1, i % 3 == 0));
    settle(this->store(), this->clock());

    const auto first = texts(this->store());
    Texts bites;
    for (const StoredItem& item : everything(this->store(), 4)) bites.push_back(text_of(item));
    EXPECT_EQ(first.size(), 30U);
    EXPECT_EQ(bites, first);
    EXPECT_EQ(texts(this->store()), first);
}

TYPED_TEST(StoreContract, PeekAtTheEndSaysHowFarItLooked) {
    this->store_all(sample(this->m1, kMorning, 1));

    const auto newest = this->store().newest();
    const auto peeked = this->store().peek(newest, 10);
    ASSERT_TRUE(peeked);
    EXPECT_TRUE(peeked->items.empty());
    EXPECT_EQ(peeked->through, newest);
}

TYPED_TEST(StoreContract, TheSameSlotTwiceIsIgnoredAndCounted) {
    this->store_all(sample(this->m1, kMorning, 7), sample(this->m1, kMorning, 9),
                    missing(this->m1, kMorning));

    EXPECT_EQ(texts(this->store()), Texts{"m1@10:00:00=7 r0"});
    EXPECT_EQ(this->store().stats().duplicates, 2U);
}

TYPED_TEST(StoreContract, AValueSupersedesAMissingOneAndConsumersSeeIt) {
    this->store_all(missing(this->m1, kMorning));
    const auto seen = this->store().newest();
    this->store_all(sample(this->m1, kMorning, 7));

    EXPECT_EQ(texts(this->store()), (Texts{"m1@10:00:00=no_reply r0", "m1@10:00:00=7 r1"}));
    EXPECT_GT(this->store().newest(), seen);
    EXPECT_EQ(this->store().stats().superseded, 1U);
}

TYPED_TEST(StoreContract, MoreValuesSupersedeFewerButNoneIsTakenAway) {
    this->store_all(partly(this->m1, kMorning, {{7, Quality::good}, {0, Quality::refused}}));
    this->store_all(partly(this->m1, kMorning, {{0, Quality::refused}, {8, Quality::good}}));
    this->store_all(partly(this->m1, kMorning, {{7, Quality::good}, {8, Quality::good}}));

    EXPECT_EQ(texts(this->store()), (Texts{"m1@10:00:00=7,- r0", "m1@10:00:00=7,8 r1"}));
}

TYPED_TEST(StoreContract, ALaterClockEpochSupersedesAndAnEarlierDoesNot) {
    this->store_all(sample(this->m1, kMorning, 7));
    this->store_all(sample(this->m1, kMorning, 9, false, 2));
    this->store_all(sample(this->m1, kMorning, 8, false, 1));

    EXPECT_EQ(texts(this->store()), (Texts{"m1@10:00:00=7 r0", "m1@10:00:00=9 r1"}));
    EXPECT_EQ(this->store().last_epoch(), 2U);
}

TYPED_TEST(StoreContract, TheSameGapTwiceIsIgnored) {
    const Gap gap{MeterId{"m1"}, {kMorning}, {kMorning + seconds{30}}, Quality::stopped, 0};
    this->store_all(gap, gap);
    this->store_all(gap);

    EXPECT_EQ(texts(this->store()), Texts{"m1@10:00:00..10:00:30 stopped"});
}

TYPED_TEST(StoreContract, AGapDoesNotStopABackFill) {
    this->store_all(Gap{MeterId{"m1"}, {kMorning}, {kMorning + seconds{30}}, Quality::stopped, 0});
    this->store_all(sample(this->m1, kMorning + seconds{10}, 5));

    EXPECT_EQ(texts(this->store()), (Texts{"m1@10:00:00..10:00:30 stopped", "m1@10:00:10=5 r0"}));
}

TYPED_TEST(StoreContract, ProgressOnlyMovesForwardAndOnlyByAck) {
    this->store_all(sample(this->m1, kMorning, 1), sample(this->m2, kMorning, 1));
    const auto newest = this->store().newest();

    EXPECT_EQ(this->store().backlog(this->cloud), 2U);
    this->store().ack(this->cloud, newest);
    this->store().ack(this->cloud, newest - 1);
    EXPECT_EQ(this->store().progress(this->cloud), newest);
    EXPECT_EQ(this->store().backlog(this->cloud), 0U);
    EXPECT_EQ(this->store().progress(UplinkId{"other"}), 0);
    EXPECT_EQ(texts(this->store()).size(), 2U);
}

TYPED_TEST(StoreContract, SetAsideIsCountedPerConsumerOncePerItem) {
    this->store_all(sample(this->m1, kMorning, 1));

    ASSERT_TRUE(this->store().set_aside(this->cloud, 1, "the platform says: unknown item"));
    ASSERT_TRUE(this->store().set_aside(this->cloud, 1, "again"));
    EXPECT_EQ(this->store().set_aside_count(this->cloud), 1U);
    EXPECT_EQ(this->store().set_aside_count(UplinkId{"other"}), 0U);
}

TYPED_TEST(StoreContract, KnowsWhichSlotsAreCovered) {
    this->store_all(
        sample(this->m1, kMorning, 1, true), missing(this->m1, kMorning + seconds{2}),
        sample(this->m2, kMorning + seconds{3}, 1),
        Gap{MeterId{"m1"}, {kMorning + seconds{5}}, {kMorning + seconds{8}}, Quality::stopped, 0});

    const auto covered =
        this->store().covered_slots(MeterId{"m1"}, Slot{kMorning + seconds{1}}, Slot{kMorning + seconds{7}});
    ASSERT_TRUE(covered);
    EXPECT_EQ(*covered,
              (std::vector<Slot>{{kMorning + seconds{2}}, {kMorning + seconds{5}}, {kMorning + seconds{6}}}));
    const SlotGrid every_second{seconds{1}, std::chrono::hours{8}};
    EXPECT_EQ(every_second.at_or_before(this->store().last_slot(MeterId{"m1"})->at),
              Slot{kMorning + seconds{7}});
    EXPECT_EQ(this->store().last_slot(MeterId{"m2"}), Slot{kMorning + seconds{3}});
    EXPECT_EQ(this->store().last_taken_at(), kMorning + seconds{3} + milliseconds{40});
}

TYPED_TEST(StoreContract, TellsListenersAfterACommitUntilTheyAreForgotten) {
    Signal signal;
    this->store().notify(signal);
    this->store_all(sample(this->m1, kMorning, 1));
    EXPECT_EQ(this->clock().wait(this->clock().steady() + seconds{5}, {}, signal), Wake::signalled);

    this->store().forget(signal);
    this->store_all(sample(this->m1, kMorning + seconds{1}, 1));
    const auto drained = this->clock().wait(this->clock().steady(), {}, signal);
    EXPECT_TRUE(drained == Wake::due || drained == Wake::signalled);
    this->store_all(sample(this->m1, kMorning + seconds{2}, 1));
    EXPECT_EQ(this->clock().wait(this->clock().steady(), {}, signal), Wake::due);
}

TYPED_TEST(StoreContract, RemembersWhoVouchedForTheClock) {
    ClockBook& book = this->store().clock_book();
    EXPECT_EQ(*book.vouch(), std::nullopt);
    EXPECT_EQ(*book.last_boot(), "");
    const ClockVouch ntp{.by = ClockVouch::By::ntp, .at = kMorning, .offset = seconds{5}, .boot = "b1"};
    const ClockVouch person{.by = ClockVouch::By::person,
                            .who = "李工",
                            .at = kMorning + seconds{60},
                            .offset = -seconds{5},
                            .boot = "b2"};
    ASSERT_TRUE(book.keep_vouch(ntp));
    ASSERT_TRUE(book.keep_vouch(person));
    ASSERT_TRUE(book.note_boot("b2"));

    EXPECT_EQ(*book.vouch(), person);
    EXPECT_EQ(*book.last_boot(), "b2");
}

TYPED_TEST(StoreContract, NotesOfTheClockComeNewestFirst) {
    ClockBook& book = this->store().clock_book();
    std::vector<ClockNote> notes;
    for (int i = 0; i < 3; ++i) {
        notes.push_back({.at = kMorning + seconds{i},
                         .epoch = static_cast<ClockEpoch>(i),
                         .sequence = i + 1,
                         .reason = "confirmed",
                         .who = "王"});
        ASSERT_TRUE(book.note(notes.back()));
    }
    EXPECT_EQ(*book.notes(2), (std::vector{notes[2], notes[1]}));
}

TYPED_TEST(StoreContract, HoldsReadingsWithoutADateUntilTheyAreSettled) {
    ClockBook& book = this->store().clock_book();
    const std::vector<Reading> first{{0x8000'0000'0000'0001, Quality::good}, {0, Quality::not_available}};
    const std::vector<Reading> second{{2, Quality::implausible}, {3, Quality::good}};
    const auto another_width = layout("m1", 1);
    ASSERT_TRUE(book.hold(*this->m1, "b2", seconds{70}, second));
    ASSERT_TRUE(book.hold(*this->m1, "b2", seconds{10}, first));
    ASSERT_TRUE(book.hold(*this->m1, "b1", seconds{10}, first));
    ASSERT_TRUE(book.hold(*this->m2, "b2", seconds{10}, first));
    ASSERT_TRUE(book.hold(*another_width, "b2", seconds{10}, {first[0]}));

    const auto held = book.held(*this->m1, "b2");

    ASSERT_TRUE(held);
    ASSERT_EQ(held->size(), 2U);
    EXPECT_EQ((*held)[0].readings, first);
    EXPECT_EQ((*held)[0].since_boot, seconds{10});
    EXPECT_EQ((*held)[1].readings, second);
    ASSERT_TRUE(book.settle({(*held)[0]}));
    EXPECT_EQ(book.held(*this->m1, "b2")->size(), 1U);
    EXPECT_EQ(book.held_counts("b2")->of_this_boot, 3U);
    EXPECT_EQ(book.held_counts("b2")->of_earlier_boots, 1U);
}

}  // namespace
}  // namespace mg::test
