#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "gateway/base/sqlite.h"
#include "gateway/buffer/day_file.h"
#include "gateway/buffer/repacker.h"
#include "tests/integration/reconfiguration/store_description.h"
#include "tests/unit/buffer/store_fixture.h"

// An upgrade: each format that ever was on main is there as files, with logs as a kill leaves them, and the
// present program makes of them what the program that wrote them saw.
namespace mg::test {
namespace {

using std::chrono::minutes;
namespace fs = std::filesystem;

const fs::path kFixtures{MG_STORE_FIXTURES};

std::vector<std::string> fixtures() {
    std::vector<std::string> names;
    for (const auto& each : fs::directory_iterator{kFixtures}) {
        if (each.is_directory()) names.push_back(each.path().filename().native());
    }
    std::ranges::sort(names);
    return names;
}

std::int64_t asked(const fs::path& file, std::string_view sql) {
    auto database = sqlite::Database::open(file, sqlite::Access::write);
    if (!database) throw std::runtime_error(database.error().what);
    const auto answer = database->integer(sql);
    if (!answer) throw std::runtime_error(answer.error().what);
    return *answer;
}

std::int64_t meta_format(const fs::path& store) {
    return asked(store / "meta.db", "SELECT value FROM store WHERE key = 'format'");
}

std::string store_id(const fs::path& store) {
    auto meta = sqlite::Database::open(store / "meta.db", sqlite::Access::write);
    if (!meta) throw std::runtime_error(meta.error().what);
    return meta->text("SELECT value FROM store WHERE key = 'id'").value_or("");
}

/// A copy of one fixture, to be used up.
class OldStore {
public:
    explicit OldStore(const std::string& format) {
        const std::string archive = (kFixtures / format / "store.tar.gz").native();
        const std::string command = "tar -xzf '" + archive + "' -C '" + folder_.path().native() + "'";
        if (std::system(command.c_str()) != 0) throw std::runtime_error("cannot unpack " + archive);
        std::ifstream expected{kFixtures / format / "expected.jsonl"};
        for (std::string line; std::getline(expected, line);) {
            (line.starts_with("{\"seq\"") ? items : states).push_back(line);
        }
        if (items.empty() || states.empty()) throw std::runtime_error("nothing is expected of " + format);
    }

    void open() { store = open_or_fail(storage_in(path()), clock); }
    void reopen() {
        store.reset();
        open();
    }
    [[nodiscard]] fs::path path() const { return folder_.path() / "store"; }
    [[nodiscard]] std::vector<fs::path> found(std::string_view part) const {
        std::vector<fs::path> names;
        for (const auto& each : fs::directory_iterator{path()}) {
            if (each.path().filename().native().find(part) != std::string::npos) names.push_back(each);
        }
        return names;
    }

    std::vector<std::string> items;  ///< as its own program saw them
    std::vector<std::string> states;
    SetClock clock{kMorning + minutes{30}};
    std::unique_ptr<SampleStore> store;

private:
    TemporaryFolder folder_;
};

class StoreFormats : public testing::TestWithParam<std::string> {};

TEST_P(StoreFormats, EverythingIsReadAsTheProgramThatWroteItReadIt) {
    // Given
    OldStore old{GetParam()};
    // When the present program opens it, and once more after an orderly end
    for (int life = 1; life <= 2; ++life) {
        SCOPED_TRACE(life);
        old.reopen();
        const StoreDescription now = describe(*old.store);
        // Then every item is the same, and every state that was known then
        EXPECT_EQ(now.items, old.items);
        for (const std::string& state : old.states) {
            EXPECT_EQ(std::ranges::count(now.states, state), 1) << state;
        }
        EXPECT_TRUE(old.found("corrupt").empty());
        EXPECT_EQ(old.store->stats().damaged, 0U);
    }
}

TEST_P(StoreFormats, TheStoreStaysTheSameOneAndMetaBecomesOfThePresentFormat) {
    OldStore old{GetParam()};
    const std::string id = store_id(old.path());
    ASSERT_FALSE(id.empty());
    old.open();
    old.store.reset();

    TemporaryFolder fresh;
    SetClock clock{kMorning};
    open_or_fail(storage_in(fresh.path()), clock).reset();
    EXPECT_EQ(store_id(old.path()), id);
    EXPECT_EQ(meta_format(old.path()), meta_format(fresh.path()));
}

TEST_P(StoreFormats, WhatComesNextHasHigherSequencesAndConsumersGoOnWhereTheyStood) {
    // Given
    OldStore old{GetParam()};
    old.open();
    const UplinkId broker{"broker"};
    const Sequence stood = old.store->progress(broker);
    const Sequence newest = old.store->newest();
    // When
    old.store->append(sample(layout("plain"), kMorning + minutes{30}, 9, true));
    settle(*old.store, old.clock);
    // Then
    EXPECT_GT(old.store->newest(), newest);
    const auto rest = old.store->peek(stood, 1000);
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->items.size(), old.items.size() - static_cast<std::size_t>(stood) + 1);
    EXPECT_EQ(sequence_of(rest->items.front()), stood + 1);
    EXPECT_EQ(text_of(rest->items.back()), "plain@10:30:00=9 r0");
    old.store->ack(broker, old.store->newest());
    old.reopen();
    EXPECT_EQ(old.store->progress(broker), old.store->newest());
}

TEST_P(StoreFormats, ItsSlotsAreKnownSoThatRepeatsAreIgnoredAndLateValuesSupersede) {
    // Given
    OldStore old{GetParam()};
    old.open();
    const std::size_t before = everything(*old.store).size();
    // When a slot of an unfinished file and of a closed one come again, and one that was missing gets a value
    old.store->append(sample(layout("plain"), kMorning + minutes{15}, 9, true, 1));
    old.store->append(sample(layout("plain"), kMorning + minutes{15}, 9, true, 1));
    old.store->append(sample(layout("plain"), kMorning - std::chrono::hours{24}, 9, true));
    old.store->append(sample(layout("silent"), kMorning + minutes{1}, 9));
    settle(*old.store, old.clock);
    // Then
    const auto all = texts(*old.store);
    ASSERT_EQ(all.size(), before + 2);
    EXPECT_EQ(all[before], "plain@10:15:00=9 r1");
    EXPECT_EQ(all[before + 1], "silent@10:01:00=9 r1");
    EXPECT_EQ(old.store->stats().duplicates, 2U);
}

TEST_P(StoreFormats, ItsClosedFilesCanBePackedAndSayTheSame) {
    OldStore old{GetParam()};
    std::size_t packed = 0;
    for (const fs::path& path : old.found(".db")) {
        const auto name = FileName::from(path.filename().native());
        if (!name) continue;
        const auto found = inspect_at_start(path, *name);
        ASSERT_TRUE(found) << found.error().what;
        if (!found->summary.closed) continue;
        LayoutCache layouts;
        const auto done = repack(old.path(), {*name, found->summary}, layouts);
        ASSERT_TRUE(done) << done.error().what;
        packed += done->summary.packed ? 1U : 0U;
    }
    EXPECT_EQ(packed, 2U);
    old.open();
    EXPECT_EQ(describe(*old.store).items, old.items);
}

INSTANTIATE_TEST_SUITE_P(Each, StoreFormats, testing::ValuesIn(fixtures()), [](const auto& each) {
    std::string name = each.param;
    std::ranges::replace(name, '-', '_');
    return name;
});

/// Whoever adds a format keeps files of the one before: CONTRIBUTING.md says how.
TEST(StoreFixtures, ThereIsOneOfEachFormatBeforeThePresentOne) {
    // Given what the fixtures hold
    std::set<std::int64_t> metas;
    std::set<std::int64_t> days;
    for (const std::string& name : fixtures()) {
        const OldStore old{name};
        metas.insert(meta_format(old.path()));
        EXPECT_EQ(name, "format-" + std::to_string(meta_format(old.path())));
        for (const fs::path& path : old.found(".db")) {
            if (FileName::from(path.filename().native())) {
                days.insert(asked(path, "SELECT format FROM header"));
            }
        }
    }
    // Then it is everything that the present program's predecessors wrote
    TemporaryFolder fresh;
    SetClock clock{kMorning};
    open_or_fail(storage_in(fresh.path()), clock).reset();
    for (std::int64_t format = 1; format < meta_format(fresh.path()); ++format) {
        EXPECT_EQ(metas.count(format), 1U) << "tests/fixtures/store has no meta.db of format " << format;
    }
    for (std::int64_t format = 1; format < std::min(kFileFormat, kPackedFormat); ++format) {
        EXPECT_EQ(days.count(format), 1U) << "tests/fixtures/store has no day file of format " << format;
    }
}

}  // namespace
}  // namespace mg::test
