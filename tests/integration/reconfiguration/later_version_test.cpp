#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/base/sqlite.h"
#include "gateway/buffer/day_tables.h"
#include "tests/unit/buffer/store_fixture.h"

// A folder that a later version wrote, after somebody went back to this one: nothing is read wrongly, nothing
// is renamed, and the later version finds everything when it comes back.
namespace mg::test {
namespace {

namespace fs = std::filesystem;

class LaterVersion : public testing::TestWithParam<const char*> {
protected:
    LaterVersion() {
        store_one_of_each();
        file_ = files(folder_, GetParam()).front();
    }
    void store_one_of_each() {
        const auto store = open_or_fail(storage_in(folder_.path()), clock_);
        store->append(sample(layout("m1"), kMorning, 7, true));
        store->append(sample(layout("m1"), kMorning + std::chrono::seconds{1}, 8));
        settle(*store, clock_);
        store->ack(UplinkId{"cloud"}, 1);
    }
    void change(const char* sql) { change(file_, sql); }
    // Its checksum is that of its own format, which this one cannot know.
    static constexpr const char* kLater = "UPDATE header SET format = 99, sum = sum + 1";
    static void change(const fs::path& file, const char* sql) {
        auto database = sqlite::Database::open(file, sqlite::Access::write);
        ASSERT_TRUE(database);
        const auto changed = database->execute(sql);
        ASSERT_TRUE(changed) << changed.error().what;
    }
    /// What lies in the folder, by name.
    [[nodiscard]] std::map<std::string, std::string> contents() const {
        std::map<std::string, std::string> all;
        for (const auto& each : fs::directory_iterator{folder_.path()}) {
            const std::string name = each.path().filename().native();
            if (name == "lock" || name.starts_with("meta.db")) continue;
            std::ifstream file{each.path(), std::ios::binary};
            all[name] = {std::istreambuf_iterator<char>{file}, {}};
        }
        return all;
    }
    void expect_refused() {
        const auto refused = open_store(storage_in(folder_.path()), {}, clock_);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Failure::invalid_config);
        EXPECT_NE(refused.error().what.find(file_.filename().native()), std::string::npos)
            << refused.error().what;
        EXPECT_NE(refused.error().what.find("99"), std::string::npos) << refused.error().what;
    }

    TemporaryFolder folder_;
    SetClock clock_{kMorning};
    fs::path file_;
};

TEST_P(LaterVersion, ADayFileIsRefusedInOneLineAndNothingIsRenamed) {
    change(kLater);
    const auto before = contents();
    expect_refused();
    EXPECT_EQ(contents(), before);
}

TEST_P(LaterVersion, AHeaderThatLooksOtherwiseIsRefusedInTheSameWay) {
    change(
        "UPDATE header SET format = 99, sum = sum + 1; ALTER TABLE header RENAME COLUMN closed TO finished; "
        "ALTER TABLE header RENAME COLUMN store TO owner");
    const auto before = contents();
    expect_refused();
    EXPECT_EQ(contents(), before);
}

TEST_P(LaterVersion, WithMetaLostAsWellTheStoreIsStillTheSameOneAfterwards) {
    // Given nothing that this version could read
    const auto all = files(folder_, "-20261122-");
    ASSERT_EQ(all.size(), 2U);
    for (const fs::path& file : all) change(file, kLater);
    fs::remove(folder_.path() / "meta.db");
    // When it refuses, and the later one comes back
    const auto refused = open_store(storage_in(folder_.path()), {}, clock_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Failure::invalid_config);
    for (const fs::path& file : all)
        change(file, fmt::format("UPDATE header SET format = {}, sum = sum - 1", kFileFormat).c_str());
    const auto store = open_or_fail(storage_in(folder_.path()), clock_);
    // Then
    EXPECT_EQ(texts(*store), (std::vector<std::string>{"m1@10:00:00=7 r0", "m1@10:00:01=8 r0"}));
    EXPECT_TRUE(files(folder_, "corrupt").empty());
}

INSTANTIATE_TEST_SUITE_P(OfEachKind, LaterVersion, testing::Values("boundary-", "other-"),
                         [](const auto& each) {
                             return std::string(each.param, std::strlen(each.param) - 1);
                         });

}  // namespace
}  // namespace mg::test
