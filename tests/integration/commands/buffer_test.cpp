#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/commands/program.h"
#include "tests/unit/buffer/store_fixture.h"

namespace mg {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using std::chrono::days;
using std::chrono::seconds;

/// A store with two days in it, held open by this process as by a running gateway.
struct StoreInUse : Program {
    StoreInUse() {
        options.commit_interval = milliseconds{20};
        store = test::open_or_fail(options, clock);
        for (int day = 0; day < 2; ++day) {
            clock.set(test::kMorning + days{day});
            for (int i = 0; i < 300; ++i) {
                store->append(test::sample(main_meter, test::kMorning + days{day} + seconds{i},
                                           static_cast<std::uint64_t>(1000 + i), i % 100 == 0));
            }
            test::settle(*store, clock);
        }
        store->append(
            Gap{MeterId{"main"}, {test::kMorning - seconds{60}}, {test::kMorning}, Quality::stopped, 0});
        test::settle(*store, clock);
    }
    static std::size_t lines(const std::string& text) {
        return static_cast<std::size_t>(std::ranges::count(text, '\n'));
    }
    void overwrite(const std::string& file, std::streamoff from) const {
        std::fstream bytes{folder / "data" / file, std::ios::in | std::ios::out | std::ios::binary};
        bytes.seekp(from);
        bytes << std::string(4096, 'x');
    }

    StorageOptions options = test::storage_in(folder / "data");
    SetClock clock{test::kMorning};
    LayoutRef main_meter = test::layout("main", 2, WireType::u32);
    std::unique_ptr<SampleStore> store;
};

TEST_F(StoreInUse, ExportGivesAPeriodWhileTheGatewayRuns) {
    const Ran all = run_with_site("buffer export");
    EXPECT_EQ(all.exit_code, 0) << all.err;
    EXPECT_EQ(lines(all.out), 1U + 2 * 600U + 1U);
    EXPECT_TRUE(contains(
        all.out,
        "main,2026-11-22T10:00:00+08:00,,2026-11-22T10:00:00.040+08:00,1,p0,1000,1,1000,kWh,good,0,0,"))
        << all.out.substr(0, 400);
    EXPECT_TRUE(
        contains(all.out, "main,2026-11-22T09:59:00+08:00,2026-11-22T10:00:00+08:00,,,,,,,,stopped,0,,"));

    const Ran part = run_with_site(
        "buffer export --from '2026-11-23 10:00' --to '2026-11-23 10:01' --meter main --point p1 --format "
        "jsonl");
    EXPECT_EQ(part.exit_code, 0) << part.err;
    EXPECT_EQ(lines(part.out), 60U);
    EXPECT_EQ(Json::parse(part.out.substr(0, part.out.find('\n'))).at("points").at(0).at("value"), "1000");

    EXPECT_EQ(lines(run_with_site("buffer export --from 2026-11-22 --to 2026-11-22 --point p0").out),
              1U + 300U + 1U);
    EXPECT_EQ(lines(run_with_site("buffer export --from 2026-11-24").out), 1U);
}

TEST_F(StoreInUse, ExportWritesAFileForASpreadsheet) {
    const fs::path table = folder / "table.csv";
    const Ran ran = run_with_site("buffer export --bom --lang zh -o '" + table.string() + "'");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(ran.out, "");
    EXPECT_TRUE(text_of(table).starts_with("\xEF\xBB\xBF计量点,时刻,"));
    EXPECT_FALSE(fs::exists(table.string() + ".part"));
    EXPECT_EQ(run_with_site("buffer export -o /nowhere/table.csv").exit_code, 1);
}

TEST_F(StoreInUse, ExportNamesWhatItDoesNotKnow) {
    const Ran meter = run_with_site("buffer export --meter mian");
    EXPECT_EQ(meter.exit_code, 64);
    EXPECT_TRUE(contains(meter.err, "is \"main\" meant?")) << meter.err;
    const Ran date = run_with_site("buffer export --from 22.11.2026");
    EXPECT_EQ(date.exit_code, 64);
    EXPECT_TRUE(contains(date.err, "22.11.2026")) << date.err;
    EXPECT_EQ(run_with_site("buffer export --format xlsx").exit_code, 64);
}

TEST_F(StoreInUse, CheckFindsAStoreInUseSoundAndADamagedOneNot) {
    const Ran sound = run_with_site("buffer check");
    EXPECT_EQ(sound.exit_code, 0) << sound.out;
    EXPECT_TRUE(contains(sound.out, "boundary-20261123-0001.db")) << sound.out;
    EXPECT_TRUE(contains(sound.out, "4 files, 0 damaged")) << sound.out;
    store.reset();
    overwrite("other-20261122-0001.db", 8192);
    const Ran damaged = run_with_site("buffer check --json");
    EXPECT_EQ(damaged.exit_code, 1);
    EXPECT_EQ(Json::parse(damaged.out).at("damaged"), 1);
    EXPECT_EQ(run_with_site("buffer check --data /nowhere").exit_code, 2);
}

TEST_F(StoreInUse, StatsAreShownAndAreJson) {
    const Ran shown = run_with_site("buffer stats");
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_TRUE(contains(shown.out, "boundary")) << shown.out;
    const Json figures = Json::parse(run_with_site("buffer stats --json").out);
    EXPECT_EQ(figures.at("classes").at("boundary").at("items"), 7);
    EXPECT_EQ(figures.at("classes").at("other").at("items"), 594);
    EXPECT_EQ(figures.at("newest"), 601);
    EXPECT_EQ(figures.at("first_slot"), "2026-11-22T09:59:00+08:00");
    EXPECT_GT(figures.at("room_bytes"), 0);
    EXPECT_TRUE(contains(run_with_site("buffer stats --lang zh").out, "数据目录"));
}

TEST_F(StoreInUse, RepairAndRestoreAskForTheGatewayToBeStopped) {
    for (const char* command : {"buffer repair", "restore /tmp"}) {
        const Ran ran = run_with_site(command);
        EXPECT_EQ(ran.exit_code, 2) << command;
        EXPECT_NE(ran.err, "") << command;
    }
}

TEST_F(StoreInUse, RepairSavesWhatIsReadable) {
    store.reset();
    overwrite("other-20261122-0001.db", 8192);
    const Ran ran = run_with_site("buffer repair --json");
    const Json report = Json::parse(ran.out);
    ASSERT_EQ(report.at("files").size(), 1U) << ran.out;
    const Json& file = report.at("files").at(0);
    EXPECT_EQ(ran.exit_code, file.at("unreadable") == 0 ? 0 : 1);
    EXPECT_EQ(run_with_site("buffer check").exit_code, 0);
}

TEST_F(StoreInUse, ABackupIsTakenWhileTheGatewayRunsAndRestoredElsewhere) {
    const fs::path copy = folder / "copy";
    const Ran made = run_with_site("backup '" + copy.string() + "'");
    EXPECT_EQ(made.exit_code, 0) << made.err;
    EXPECT_TRUE(contains(made.out, "up to sequence 601")) << made.out;
    EXPECT_EQ(run_with_site("backup '" + copy.string() + "'").exit_code, 2) << "not empty";

    const Ran occupied = run_with_site("restore '" + copy.string() + "'");
    EXPECT_EQ(occupied.exit_code, 2);
    store.reset();
    EXPECT_EQ(run_with_site("restore '" + copy.string() + "'").exit_code, 2);
    const Ran forced = run_with_site("restore --force '" + copy.string() + "'");
    EXPECT_EQ(forced.exit_code, 0) << forced.err;
    EXPECT_EQ(lines(run_with_site("buffer export").out), 1U + 2 * 600U + 1U);
}

}  // namespace
}  // namespace mg
