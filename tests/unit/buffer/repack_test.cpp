#include <algorithm>
#include <fstream>
#include <limits>
#include <ranges>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gateway/base/sqlite.h"
#include "gateway/buffer/day_tables.h"
#include "gateway/buffer/file_reader.h"
#include "gateway/buffer/repacker.h"
#include "tests/unit/buffer/store_fixture.h"

// A closed file that was packed answers as it did before, whoever asks and whatever happens meanwhile.
namespace mg::test {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr Sequence kEnd = std::numeric_limits<Sequence>::max();

/// A data folder with the life of a store behind it: begin(), append, and close() for good.
class History {
public:
    explicit History(const std::filesystem::path& parent = std::filesystem::temp_directory_path())
        : folder_{parent} {
        open();
    }
    /// The store packs nothing by itself: a test says when.
    void open() {
        StorageOptions options = storage_in(folder_.path());
        options.repack = false;
        store_ = open_or_fail(options, clock_);
    }
    SampleStore& store() { return *store_; }
    SetClock& clock() { return clock_; }
    void append(auto item) { store_->append(std::move(item)); }
    void settle() { test::settle(*store_, clock_); }
    /// The files of so far are closed: the store goes on in those of another day.
    void next_day() {
        settle();
        day_ += days{1};
        clock_.set(kMorning + day_);
        append(sample(layout("other_day"), kMorning + day_, 1, true));
        append(sample(layout("other_day"), kMorning + day_ + seconds{1}, 1));
        settle();
    }
    void close() { store_.reset(); }

    [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return path() / name; }
    [[nodiscard]] FileEntry entry(const std::string& name) const {
        const auto parsed = FileName::from(name);
        auto found = inspect_at_start(file(name), *parsed);
        if (!found) throw std::runtime_error(found.error().what);
        return {*parsed, found->summary};
    }
    [[nodiscard]] std::vector<FileEntry> closed_files() const {
        std::vector<FileEntry> closed;
        for (const auto& each : files(folder_, ".db")) {
            const std::string name = each.filename().native();
            if (!FileName::from(name)) continue;
            const FileEntry found = entry(name);
            if (found.summary.closed) closed.push_back(found);
        }
        return closed;
    }
    void pack_all() {
        LayoutCache layouts;
        for (const FileEntry& closed : closed_files()) {
            const auto packed = repack(path(), closed, layouts);
            if (!packed) throw std::runtime_error(packed.error().what);
        }
    }
    /// Other readings for one row, which proves itself all the same.
    void write_anew(const std::string& name, Sequence sequence, const std::vector<std::uint8_t>& data) const {
        auto database = sqlite::Database::open(file(name), sqlite::Access::write);
        auto rows = PlainRows::open(*database, DayFormat{});
        ASSERT_TRUE(rows->begin(sequence - 1, sequence));
        SampleRow row = rows->as_it_is();
        rows->end();
        row.data = data;
        auto update = database->prepare("UPDATE samples SET data = ?, sum = ? WHERE seq = ?");
        ASSERT_TRUE(update->bind(1, row.data).bind(2, sum_of(row)).bind(3, sequence).run());
    }
    void change(const std::string& name, const char* sql) const {
        auto database = sqlite::Database::open(file(name), sqlite::Access::write);
        ASSERT_TRUE(database);
        const auto changed = database->execute(sql);
        ASSERT_TRUE(changed) << changed.error().what;
    }

private:
    TemporaryFolder folder_;
    SetClock clock_{kMorning};
    std::chrono::days day_{0};
    std::unique_ptr<SampleStore> store_;
};

const std::string kOther = "other-20261122-0001.db";
const std::string kBoundary = "boundary-20261122-0001.db";

/// Everything that can be asked of one file, as text.
std::vector<std::string> answers(const std::filesystem::path& folder, const FileEntry& entry,
                                 const std::vector<LayoutRef>& meters, Sequence after = 0,
                                 Sequence through = kEnd) {
    LayoutCache layouts;
    auto reader = FileReader::open(folder, entry, layouts);
    if (!reader) throw std::runtime_error(reader.error().what);
    std::vector<std::string> all;
    if (const auto begun = (*reader)->begin(after, through); !begun)
        throw std::runtime_error(begun.error().what);
    while (const auto sequence = (*reader)->next()) {
        const auto item = (*reader)->take();
        std::string text = std::to_string(*sequence) + " ";
        if (!item) {
            text += "damaged";
        } else {
            text += text_of(*item);
            if (const auto* stored = std::get_if<StoredSample>(&*item)) {
                text += " epoch " + std::to_string(stored->sample.epoch) + " taken " +
                        std::to_string(mg::stored(stored->sample.taken_at));
                for (const Reading& reading : stored->sample.readings) {
                    text +=
                        ' ' + std::string(to_string(reading.quality)) + ':' + std::to_string(reading.bits);
                }
            }
        }
        all.push_back(std::move(text));
    }
    SlotLookup& lookup = (*reader)->lookup();
    for (const LayoutRef& meter : meters) {
        std::set<Slot> covered;
        EXPECT_TRUE(lookup.add_covered(meter->meter, Slot{kMorning + seconds{1}}, Slot{kMorning + seconds{7}},
                                       covered));
        std::string text = meter->meter.text + " covers";
        for (const Slot slot : covered) text += ' ' + std::to_string(mg::stored(slot.at));
        all.push_back(std::move(text));
        for (int second = 0; second < 9; ++second) {
            const Slot slot{kMorning + seconds{second}};
            const auto latest = lookup.latest(meter->meter, slot);
            EXPECT_TRUE(latest);
            text = "latest " + std::to_string(second);
            if (*latest) {
                text += " r" + std::to_string((*latest)->revision) + " e" + std::to_string((*latest)->epoch);
                for (const std::uint8_t byte : (*latest)->packed) text += ' ' + std::to_string(byte);
            }
            all.push_back(std::move(text));
            const Gap gap{meter->meter, slot, {slot.at + seconds{2}}, Quality::stopped, 0};
            const auto has = lookup.has(gap);
            EXPECT_TRUE(has);
            all.push_back(*has ? "gap" : "no gap");
        }
    }
    return all;
}

std::vector<LayoutRef> mixed_layouts() {
    Layout mixed{.meter = MeterId{"m1"}, .model = "mixed", .points = {}};
    for (int type = 0; type <= static_cast<int>(WireType::f32_hundreds); ++type) {
        mixed.points.push_back({.id = PointId{"p"}, .type = static_cast<WireType>(type), .unit = ""});
    }
    return {layout("m1"), std::make_shared<const Layout>(std::move(mixed)), layout("m2", 1, WireType::u32),
            layout("m3", 3, WireType::bcd64)};
}

Sample some_sample(const std::vector<LayoutRef>& layouts) {
    const LayoutRef& of = layouts[*rc::gen::inRange<std::size_t>(0, layouts.size())];
    const int second = *rc::gen::inRange(0, 9);
    Sample made =
        sample(of, kMorning + seconds{second}, 0, second % 4 == 0, *rc::gen::element<ClockEpoch>(0, 0, 0, 1));
    made.taken_at += milliseconds{*rc::gen::inRange(-50, 900)};
    for (std::size_t i = 0; i < made.readings.size(); ++i) {
        const int width = size_of(of->points[i].type) * 8;
        const auto bits = *rc::gen::resize(600, rc::gen::arbitrary<std::uint64_t>());
        made.readings[i] = {
            width == 64 ? bits : bits & ((std::uint64_t{1} << static_cast<unsigned>(width)) - 1),
            Quality::good};
        if (*rc::gen::inRange(0, 4) == 0) made.readings[i] = {0, Quality::no_reply};
    }
    return made;
}

TEST(Repack, APackedFileAnswersAsTheOriginalDid) {
    const auto layouts = mixed_layouts();
    const bool held = rc::check([&] {
        History history{"/dev/shm"};
        for (int i = *rc::gen::inRange(1, 60); i > 0; --i) {
            if (*rc::gen::inRange(0, 6) == 0) {
                const Slot from{kMorning + seconds{*rc::gen::inRange(0, 6)}};
                history.append(Gap{MeterId{"m2"}, from, {from.at + seconds{2}}, Quality::stopped, 0});
            } else {
                history.append(some_sample(layouts));
            }
            // A restart leaves a hole in the sequences, and an order that was not handed out at once.
            if (*rc::gen::inRange(0, 12) == 0) {
                history.close();
                history.open();
            }
        }
        // What a restart found and nobody wrote to is closed later, by the housekeeping.
        for (const bool boundary : {true, false}) {
            history.append(sample(layout("last"), kMorning + seconds{9 + boundary}, 1, boundary));
        }
        history.next_day();
        history.close();
        const auto closed = history.closed_files();
        RC_ASSERT(closed.size() == 2U);
        std::vector<std::vector<std::string>> before;
        for (const FileEntry& entry : closed) {
            before.push_back(answers(history.path(), entry, layouts));
            const Sequence middle = (entry.summary.first + entry.summary.last) / 2;
            before.push_back(answers(history.path(), entry, layouts, middle));
            before.push_back(answers(history.path(), entry, layouts, 0, middle));
        }
        const auto all_texts = [&] {
            history.open();
            const auto all = texts(history.store());
            history.close();
            return all;
        };
        const auto peeked = all_texts();

        history.pack_all();
        std::vector<std::vector<std::string>> after;
        for (const FileEntry& entry : closed) {
            const FileEntry packed = history.entry(entry.name.text());
            RC_ASSERT(packed.summary.packed && packed.summary.closed);
            RC_ASSERT(packed.summary.first == entry.summary.first &&
                      packed.summary.last == entry.summary.last);
            RC_ASSERT(packed.summary.items == entry.summary.items);
            RC_ASSERT(packed.summary.first_slot == entry.summary.first_slot);
            RC_ASSERT(packed.summary.last_slot == entry.summary.last_slot);
            after.push_back(answers(history.path(), packed, layouts));
            const Sequence middle = (entry.summary.first + entry.summary.last) / 2;
            after.push_back(answers(history.path(), packed, layouts, middle));
            after.push_back(answers(history.path(), packed, layouts, 0, middle));
        }
        RC_ASSERT(after == before);
        RC_ASSERT(all_texts() == peeked);
    });
    EXPECT_TRUE(held);
}

TEST(Repack, ABackFillStillSupersedesInAPackedFile) {
    History history;
    const auto m1 = layout("m1");
    history.append(missing(m1, kMorning));
    history.append(sample(m1, kMorning + seconds{1}, 1));
    history.next_day();
    history.close();
    history.pack_all();
    history.open();
    history.append(sample(m1, kMorning, 9));
    history.append(sample(m1, kMorning + seconds{1}, 9));
    history.settle();

    auto of_m1 = texts(history.store());
    std::erase_if(of_m1, [](const std::string& text) { return !text.starts_with("m1@"); });
    EXPECT_EQ(of_m1,
              (std::vector<std::string>{"m1@10:00:00=no_reply r0", "m1@10:00:01=1 r0", "m1@10:00:00=9 r1"}));
    EXPECT_EQ(history.store().stats().duplicates, 1U);
    EXPECT_EQ(history.store().covered_slots(m1->meter, Slot{kMorning}, Slot{kMorning + seconds{5}}).value(),
              (std::vector<Slot>{{kMorning}, {kMorning + seconds{1}}}));
}

/// More than one group: 256 points of 8 bytes a sample.
std::vector<std::string> fill_two_groups(History& history) {
    const auto wide = layout("wide", 256, WireType::u64);
    for (int second = 0; second < 1300; ++second) {
        history.append(sample(wide, kMorning + seconds{second + 1}, static_cast<std::uint64_t>(second) * 77));
        if (second % 100 == 0) history.settle();
    }
    history.next_day();
    const auto all = texts(history.store());
    history.close();
    return all;
}

TEST(Repack, ReadersInTheMiddleOfAFileGoOnInOrder) {
    History history;
    const auto expected = fill_two_groups(history);
    const FileEntry entry = history.entry(kOther);
    LayoutCache layouts;
    FileReaders readers{history.path(), layouts};
    std::vector<std::string> seen;
    Sequence after = 0;
    const auto read = [&](FileReaders::Lease& reader, int items) {
        for (int i = 0; i < items && reader->next(); ++i) {
            after = *reader->next();
            seen.push_back(text_of(*reader->take()));
        }
    };
    auto halfway = readers.take(entry);
    ASSERT_TRUE(halfway);
    ASSERT_TRUE((*halfway)->begin(0, kEnd));
    read(*halfway, 300);
    auto resting = readers.take(entry);
    ASSERT_TRUE(resting);
    resting->reset();

    const auto packed = repack(history.path(), entry, layouts);
    ASSERT_TRUE(packed) << packed.error().what;
    readers.forget(entry.name);
    read(*halfway, 300);  // of the file that has no name any more
    halfway->reset();
    auto next = readers.take(*packed);
    ASSERT_TRUE(next);
    ASSERT_TRUE((*next)->begin(after, kEnd));
    read(*next, 2000);

    std::vector<std::string> of_file = expected;
    std::erase_if(of_file, [](const std::string& text) { return !text.starts_with("wide"); });
    EXPECT_EQ(seen, of_file);
}

/// Without the gaps that tell of damaged rows: they come when the housekeeping has looked.
std::vector<std::string> values_in(SampleStore& store) {
    auto all = texts(store);
    std::erase_if(all, [](const std::string& text) { return text.ends_with("storage_lost"); });
    return all;
}

TEST(Repack, ADamagedGroupIsPassedOverAndCountedAndTheRestIsRead) {
    for (const char* damage :
         {"UPDATE groups SET head = zeroblob(200) WHERE first_seq = (SELECT min(first_seq) FROM groups)",
          "UPDATE groups SET body = substr(body, 1, length(body) - 40) || zeroblob(40) WHERE "
          "first_seq = (SELECT min(first_seq) FROM groups)"}) {
        History history;
        const auto expected = fill_two_groups(history);
        history.pack_all();
        auto file = sqlite::Database::open(history.file(kOther), sqlite::Access::immutable);
        ASSERT_TRUE(file);
        ASSERT_GE(file->integer("SELECT count(*) FROM groups").value_or(0), 2);
        const auto lost = static_cast<std::size_t>(
            file->integer("SELECT items FROM groups ORDER BY first_seq LIMIT 1").value_or(0));
        *file = {};
        history.change(kOther, damage);
        history.open();

        const auto left = values_in(history.store());
        EXPECT_EQ(left.size(), expected.size() - lost) << damage;
        EXPECT_TRUE(std::ranges::includes(expected, left) ||
                    std::ranges::equal(std::span{expected}.last(left.size()), left));
        EXPECT_EQ(history.store().stats().damaged, lost);
        // Asked again, it is the same damage.
        static_cast<void>(texts(history.store()));
        EXPECT_EQ(history.store().stats().damaged, lost);
        // A value for a slot whose row cannot be read is taken.
        history.append(sample(layout("wide", 256, WireType::u64), kMorning + seconds{1}, 5));
        history.settle();
        EXPECT_EQ(values_in(history.store()).size(), left.size() + 1);
        EXPECT_TRUE(std::filesystem::exists(history.file(kOther)));
    }
}

TEST(Repack, ARowThatCannotBePackedStaysAsItIs) {
    History history;
    const auto m1 = layout("m1");
    for (int second = 0; second < 5; ++second) history.append(sample(m1, kMorning + seconds{second + 1}, 7));
    history.next_day();
    history.close();
    history.change(kOther, "UPDATE samples SET data = x'0100FF' WHERE seq = 2");
    history.change(kOther, "UPDATE samples SET layout = 99 WHERE seq = 4");
    // Not damaged, only not as we would write it: a quality for each point although they are the same.
    history.write_anew(kOther, 3, {2, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2});
    const FileEntry entry = history.entry(kOther);
    const auto before = answers(history.path(), entry, {m1});

    history.pack_all();
    EXPECT_EQ(answers(history.path(), history.entry(kOther), {m1}), before);
    history.open();
    static_cast<void>(texts(history.store()));
    EXPECT_EQ(history.store().stats().damaged, 2U);
}

/// What repack() leaves when it does not succeed.
void expect_untouched(const History& history, const std::vector<std::string>& before) {
    EXPECT_FALSE(std::filesystem::exists(history.file(kOther + ".new")));
    EXPECT_FALSE(history.entry(kOther).summary.packed);
    EXPECT_EQ(answers(history.path(), history.entry(kOther), {}), before);
}

TEST(Repack, WhatDoesNotReadBackAsTheOriginalNeverTakesItsPlace) {
    History history;
    fill_two_groups(history);
    const auto before = answers(history.path(), history.entry(kOther), {});
    for (const char* damage :
         {"UPDATE groups SET body = zeroblob(length(body)) WHERE first_seq = (SELECT max(first_seq) FROM "
          "groups)",
          "DELETE FROM groups WHERE first_seq = (SELECT max(first_seq) FROM groups)",
          "INSERT INTO samples VALUES(5000000, 1, 1, 1, 1, 1, 1, 1, x'0100')",
          "UPDATE header SET items = items + 1", "UPDATE meters SET name = 'somebody'"}) {
        LayoutCache layouts;
        bool damaged = false;
        const auto packed = repack(history.path(), history.entry(kOther), layouts,
                                   {.stop = {}, .progress = [&](double) {
                                        // The disk gives back something else than it was given.
                                        auto file = sqlite::Database::open(history.file(kOther + ".new"),
                                                                           sqlite::Access::write);
                                        if (damaged || !file) return;
                                        damaged = file->execute(damage).has_value();
                                    }});
        EXPECT_TRUE(damaged) << damage;
        ASSERT_FALSE(packed) << damage;
        EXPECT_EQ(packed.error().kind, Failure::transient) << packed.error().what;
        expect_untouched(history, before);
    }
}

TEST(Repack, StoppedItLeavesTheOriginalAndNothingElse) {
    History history;
    fill_two_groups(history);
    const auto before = answers(history.path(), history.entry(kOther), {});
    std::stop_source stop;
    int looks = 0;
    LayoutCache layouts;
    const auto packed = repack(history.path(), history.entry(kOther), layouts,
                               {.stop = stop.get_token(), .progress = [&](double) {
                                    if (++looks == 1) stop.request_stop();
                                }});
    ASSERT_FALSE(packed);
    EXPECT_EQ(packed.error().kind, Failure::transient);
    expect_untouched(history, before);
}

TEST(Repack, ALogThatIsStillInUseIsNotLeftToThePackedFile) {
    History history;
    history.append(sample(layout("m1"), kMorning + seconds{1}, 7));
    history.next_day();
    history.close();
    const auto before = answers(history.path(), history.entry(kOther), {});
    const FileEntry entry = history.entry(kOther);
    std::ofstream{history.file(kOther + "-wal")} << "frames";
    LayoutCache layouts;
    const auto refused = repack(history.path(), entry, layouts);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Failure::transient);
    std::filesystem::remove(history.file(kOther + "-wal"));
    expect_untouched(history, before);

    std::ofstream{history.file(kOther + "-wal")}.close();
    ASSERT_TRUE(repack(history.path(), entry, layouts));
    EXPECT_FALSE(std::filesystem::exists(history.file(kOther + "-wal")));
    EXPECT_EQ(answers(history.path(), history.entry(kOther), {}), before);
}

TEST(Repack, AnOpenFileIsRefusedAndAPackedOneComesBackAsItIs) {
    History history;
    history.append(sample(layout("m1"), kMorning + seconds{1}, 7));
    history.settle();
    history.close();
    LayoutCache layouts;
    const auto open = repack(history.path(), history.entry(kOther), layouts);
    ASSERT_FALSE(open);
    EXPECT_EQ(open.error().kind, Failure::rejected);
    history.open();
    history.append(
        sample(layout("m1"), kMorning + seconds{2}, 8));  // goes on in the file, so that it is closed
    history.next_day();
    history.close();
    history.pack_all();
    const auto written = std::filesystem::last_write_time(history.file(kOther));
    EXPECT_TRUE(repack(history.path(), history.entry(kOther), layouts));
    EXPECT_EQ(std::filesystem::last_write_time(history.file(kOther)), written);
}

TEST(Repack, WhatACrashLeftBehindIsRemovedAtStart) {
    History history;
    history.close();
    std::ofstream{history.file(kOther + ".new")} << "half of a file";
    history.open();
    EXPECT_FALSE(std::filesystem::exists(history.file(kOther + ".new")));
}

TEST(Repack, ADayOfCountersTakesAFractionOfItsRoom) {
    History history;
    const auto meter = layout("m1", 20, WireType::u32);
    for (int second = 1; second < 4000; ++second) {
        Sample counted = sample(meter, kMorning + seconds{second}, 0);
        for (std::size_t i = 0; i < 20; ++i) {
            counted.readings[i].bits = 100'000 * i + static_cast<std::uint64_t>(second) * i;
        }
        history.append(std::move(counted));
        if (second % 500 == 0) history.settle();
    }
    history.next_day();
    history.close();
    const auto before = std::filesystem::file_size(history.file(kOther));
    history.pack_all();
    EXPECT_LT(std::filesystem::file_size(history.file(kOther)), before / 8);
}

}  // namespace
}  // namespace mg::test
