#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/base/sqlite.h"
#include "gateway/buffer/file_check.h"
#include "gateway/buffer/file_reader.h"
#include "gateway/buffer/repacker.h"
#include "gateway/buffer/salvage.h"
#include "tests/unit/buffer/store_fixture.h"

// One bit of a stored file is not what it was, and SQLite cannot see it. What it belongs to is never
// delivered as a value; everything else is; and the slot it was about becomes missing with a reason.
namespace mg::test {
namespace {

using std::chrono::days;
using std::chrono::seconds;
namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

const std::string kOther = "other-20261122-0001.db";
const std::string kBoundary = "boundary-20261122-0001.db";

class DamagedRow : public ::testing::Test {
protected:
    void open() {
        options_.repack = false;
        store_ = open_or_fail(options_, clock_);
    }
    void close() { store_.reset(); }
    /// Two meters, a gap, and samples of both kinds; closed by the next day.
    void a_day(int samples) {
        open();
        for (int i = 0; i < samples; ++i) {
            const bool boundary = i % 4 == 0;
            store_->append(
                sample(m1_, kMorning + seconds{i}, 0x3F80'0000U + static_cast<unsigned>(i), boundary));
            store_->append(
                sample(m2_, kMorning + seconds{i}, 0x4780'0000U + static_cast<unsigned>(i), boundary));
        }
        store_->append(Gap{{"m1"}, {kMorning - seconds{60}}, {kMorning - seconds{30}}, Quality::stopped});
        settle(*store_, clock_);
        clock_.set(kMorning + days{1});
        store_->append(sample(m1_, kMorning + days{1}, 1, true));
        store_->append(sample(m1_, kMorning + days{1} + seconds{1}, 1));
        settle(*store_, clock_);
        close();
        clock_.set(kMorning);
        open();
        close();
    }
    FileEntry entry(const std::string& file) {
        const auto name = FileName::from(file);
        const auto found = inspect_at_start(folder_.path() / file, *name);
        if (!found) throw std::runtime_error(found.error().what);
        return {*name, found->summary};
    }
    void pack(const std::string& file) {
        LayoutCache layouts;
        const auto packed = repack(folder_.path(), entry(file), layouts);
        ASSERT_TRUE(packed) << packed.error().what;
    }
    void change(const std::string& file, const char* sql) {
        auto database = sqlite::Database::open(folder_.path() / file, sqlite::Access::write);
        ASSERT_TRUE(database);
        const auto changed = database->execute(sql);
        ASSERT_TRUE(changed) << changed.error().what;
    }
    /// What a consumer has been given: of each slot of each meter the values, or that it is missing.
    std::map<std::string, int> covered() {
        std::map<std::string, int> slots;
        for (const StoredItem& item : everything(*store_)) {
            if (const auto* gap = std::get_if<StoredGap>(&item)) {
                if (gap->gap.reason != Quality::storage_lost) continue;
                for (UtcTime at = gap->gap.from.at; at < gap->gap.to.at; at += seconds{1})
                    ++slots[gap->gap.meter.text + text_of(at)];
            } else {
                const Sample& one = std::get<StoredSample>(item).sample;
                ++slots[one.meter().text + text_of(one.slot.at)];
            }
        }
        return slots;
    }
    static std::string text_of(UtcTime at) { return fmt::format("@{}", at.time_since_epoch().count()); }

    TemporaryFolder folder_{"/dev/shm"};
    SetClock clock_{kMorning};
    StorageOptions options_ = storage_in(folder_.path());
    std::unique_ptr<SampleStore> store_;
    const LayoutRef m1_ = layout("m1");
    const LayoutRef m2_ = layout("m2", 5);
};

std::string bytes_of(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::map<Sequence, std::string> delivered(const fs::path& folder, const FileEntry& entry) {
    std::map<Sequence, std::string> items;
    LayoutCache layouts;
    const auto reader = FileReader::open(folder, entry, layouts);
    if (!reader || !(*reader)->begin(0, std::numeric_limits<Sequence>::max())) return items;
    while ((*reader)->next() && !(*reader)->broken()) {
        const auto item = (*reader)->take();
        if (!item && item.error().kind != Failure::corrupt) break;
        if (!item) continue;
        std::string text = text_of(*item);
        if (const auto* one = std::get_if<StoredSample>(&*item)) {
            text += fmt::format("{} {} {}", one->sample.layout->points.front().unit, one->sample.epoch,
                                one->sample.taken_at.time_since_epoch().count());
            for (const Reading& reading : one->sample.readings) text += fmt::format(",{}", reading.bits);
        }
        items[sequence_of(*item)] += text;
    }
    return items;
}

/// Every byte of the file in turn has one bit flipped: what comes out is what went in, or less; and when it
/// is less, `buffer check` says so.
void expect_nothing_wrong_is_ever_delivered(const fs::path& folder, const FileEntry& entry) {
    const fs::path file = folder / entry.name.text();
    const std::string sound = bytes_of(file);
    const auto expected = delivered(folder, entry);
    ASSERT_FALSE(expected.empty());
    int less = 0;
    const char* sweep = std::getenv("MG_SWEEP");
    const std::size_t every = sweep != nullptr ? 1 : 17;
    for (std::size_t at = 0; at < sound.size(); at += every) {
        const auto bit = static_cast<unsigned>((at * 2'654'435'761U) >> 7U) % 8U;
        std::fstream out{file, std::ios::in | std::ios::out | std::ios::binary};
        out.seekp(static_cast<std::streamoff>(at));
        out.put(static_cast<char>(static_cast<unsigned char>(sound[at]) ^ (1U << bit)));
        out.flush();
        const auto now = delivered(folder, entry);
        for (const auto& [sequence, text] : now) {
            const auto before = expected.find(sequence);
            ASSERT_TRUE(before != expected.end() && before->second == text)
                << "bit " << bit << " of byte " << at << " gives " << sequence << ": " << text;
        }
        if (now.size() < expected.size()) {
            ++less;
            LayoutCache layouts;
            const auto findings = check_file(folder, entry.name, layouts);
            ASSERT_TRUE(!findings || !findings->sound())
                << "bit " << bit << " of byte " << at << " hides " << expected.size() - now.size()
                << " items and nobody says so";
        }
        out.seekp(static_cast<std::streamoff>(at));
        out.put(sound[at]);
    }
    EXPECT_GT(less, 100);
    EXPECT_EQ(bytes_of(file), sound);
}

TEST_F(DamagedRow, AFlippedBitInAFileAsWrittenIsNeverDelivered) {
    a_day(120);
    expect_nothing_wrong_is_ever_delivered(folder_.path(), entry(kOther));
    expect_nothing_wrong_is_ever_delivered(folder_.path(), entry(kBoundary));
}

TEST_F(DamagedRow, AFlippedBitInAPackedFileIsNeverDelivered) {
    a_day(120);
    pack(kBoundary);
    expect_nothing_wrong_is_ever_delivered(folder_.path(), entry(kBoundary));
}

TEST_F(DamagedRow, ItsSlotBecomesMissingWithAReasonAndIsSaidOnce) {
    // Given a value that is as good as any other to SQLite, in two rows, and an intact consumer
    a_day(10);
    change(kOther,
           "UPDATE samples SET data = x'01003F8000063F800006' WHERE slot = (SELECT min(slot) FROM samples)");
    change(kBoundary, "UPDATE samples SET epoch = 7 WHERE seq = (SELECT max(seq) FROM samples)");
    // When
    ::testing::internal::CaptureStderr();
    open();
    const auto before = everything(*store_);
    ASSERT_TRUE(eventually([&] { return everything(*store_).size() == before.size() + 3; }));
    const std::string alarm = ::testing::internal::GetCapturedStderr();
    // Then it is stepped over and counted, its slots are told as lost, and nothing else is missing
    EXPECT_EQ(store_->stats().damaged, 3U);
    EXPECT_EQ(store_->last_epoch(), 0U);
    for (const auto& [slot, times] : covered()) EXPECT_EQ(times, 1) << slot;
    EXPECT_EQ(covered().size(), 22U);
    const auto said = [&](const std::string& what) {
        std::size_t count = 0;
        for (std::size_t at = alarm.find(what); at != std::string::npos; at = alarm.find(what, at + 1))
            ++count;
        return count;
    };
    EXPECT_EQ(said("<3>file " + kOther + ": 2 rows damaged, sequence 3–4"), 1U) << alarm;
    EXPECT_EQ(said("rows damaged"), 2U) << alarm;
    // And after a restart nothing is told again
    const auto all = texts(*store_);
    close();
    open();
    EXPECT_EQ(texts(*store_), all);
    ASSERT_TRUE(eventually([&] { return store_->stats().duplicates >= 3; }));
    settle(*store_, clock_);
    EXPECT_EQ(texts(*store_), all);
}

TEST_F(DamagedRow, AValueThatComesLateTakesItsPlace) {
    a_day(10);
    change(kOther, "UPDATE samples SET epoch = 9, data = x'01003F8000063F800006' WHERE seq = 3");
    open();
    store_->append(sample(m1_, kMorning + seconds{1}, 5));
    settle(*store_, clock_);
    const auto all = texts(*store_);
    EXPECT_EQ(std::ranges::count(all, "m1@10:00:01=5 r1"), 1);
}

TEST_F(DamagedRow, OfAPackedGroupEverySlotBecomesMissing) {
    a_day(40);
    pack(kOther);
    change(kOther, "UPDATE groups SET body = substr(body, 1, length(body) - 9) || zeroblob(9)");
    open();
    ASSERT_TRUE(eventually([&] { return covered().size() >= 82; }));
    // A gap of the group lies over the boundary samples between; of those every value is there.
    std::size_t values = 0;
    for (const StoredItem& item : everything(*store_))
        values += std::holds_alternative<StoredSample>(item) ? 1 : 0;
    EXPECT_EQ(values, 20U + 2U);
    EXPECT_EQ(covered().size(), 82U);
    EXPECT_EQ(store_->stats().damaged, 60U);
}

TEST_F(DamagedRow, AFormatNumberThatNoVersionHasIsReadAsTheOneThatTheHeaderProves) {
    a_day(8);
    pack(kOther);
    open();
    const Texts before = texts(*store_);
    close();
    for (const int number : {7, 64, 0, -1}) {
        // Given the number alone is not what was written, in a file of rows and in a packed one
        for (const std::string& file : {kBoundary, kOther})
            change(file, fmt::format("UPDATE header SET format = {}", number).c_str());
        // When the gateway starts, then it does, and nothing is missing
        open();
        EXPECT_EQ(texts(*store_), before) << number;
        close();
    }
    EXPECT_TRUE(files(folder_, "corrupt").empty());
}

TEST_F(DamagedRow, AFormatNumberThatNothingProvesIsDamage) {
    a_day(8);
    change(kOther,
           "UPDATE header SET format = 7, items = items + 1, sum = 0; ALTER TABLE header DROP COLUMN sum");
    open();
    EXPECT_FALSE(files(folder_, kOther + ".corrupt").empty());
    EXPECT_FALSE(texts(*store_).empty());
}

TEST_F(DamagedRow, RepackingKeepsItDamaged) {
    a_day(10);
    change(kOther, "UPDATE samples SET data = x'01003F8000063F800006' WHERE seq = 3");
    const auto before = delivered(folder_.path(), entry(kOther));
    pack(kOther);
    EXPECT_EQ(delivered(folder_.path(), entry(kOther)), before);
    LayoutCache layouts;
    const auto findings = check_file(folder_.path(), *FileName::from(kOther), layouts);
    ASSERT_TRUE(findings);
    ASSERT_FALSE(findings->problems.empty());
    EXPECT_NE(findings->problems.front().find("item 3: "), std::string::npos) << findings->problems.front();
}

TEST_F(DamagedRow, RepairSaysWhatCannotBeSavedAndLeavesTheRest) {
    a_day(10);
    change(kOther, "UPDATE samples SET data = x'01003F8000063F800006' WHERE seq IN (3, 5)");
    const auto saved = salvage(options_, {}, clock_);
    ASSERT_TRUE(saved) << saved.error().what;
    ASSERT_EQ(saved->size(), 1U);
    const Salvaged& report = saved->front();
    EXPECT_EQ(report.from, kOther);
    EXPECT_EQ(report.unreadable, 2U);
    EXPECT_EQ(report.stays, 12U);
    EXPECT_EQ(report.first_unreadable, 3);
    EXPECT_EQ(report.last_unreadable, 5);
    EXPECT_TRUE(fs::exists(folder_.path() / kOther));
}

}  // namespace
}  // namespace mg::test
