#include "gateway/inbound/drop_folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <variant>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/inbound/coal_site.h"

namespace mg {
namespace {

namespace fs = std::filesystem;

struct DropFolderTest : test::CoalSite {
    DropFolderTest() { fs::create_directory(drop); }

    void put(const std::string& name, const std::string& text) const {
        std::ofstream{drop / name, std::ios::binary} << text;
    }
    static std::string table(const std::string& rows) { return "item,period,value,evidence\n" + rows; }
    /// A file is taken when it is at rest from one look to the next.
    void look_twice() {
        for (int i = 0; i < 2; ++i) {
            const auto looked = watched.look();
            EXPECT_TRUE(looked) << looked.error().what;
        }
    }
    [[nodiscard]] std::vector<std::string> names(const std::string& in) const {
        std::vector<std::string> found;
        if (!fs::exists(drop / in)) return found;
        for (const auto& entry : fs::directory_iterator{drop / in}) {
            if (!entry.is_directory()) found.push_back(entry.path().filename().string());
        }
        std::ranges::sort(found);
        return found;
    }
    [[nodiscard]] std::string text_of(const std::string& name) const {
        std::ifstream file{drop / name, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    const fs::path drop{folder.path() / "drop"};
    InboundOptions inbound{.folder = drop,
                           .source = "地磅",
                           .input_type = InputType::management_system,
                           .settle = milliseconds{100},
                           .http = std::nullopt};
    DropFolder watched{inbound, std::chrono::minutes{480}, desk, clock};
};

TEST_F(DropFolderTest, AFileIsTakenInAndMovedToDone) {
    put("coal.csv", table("coal_bought,2026-11-20,500,磅单\ncoal_bought,2026-11-21,510,磅单\n"));

    look_twice();

    EXPECT_EQ(names(""), std::vector<std::string>{});
    EXPECT_EQ(names("done"), std::vector<std::string>{"20261122-120000-coal.csv"});
    ASSERT_EQ(entries().size(), 2U);
    EXPECT_EQ(entries()[0].author, "地磅");
    EXPECT_EQ(entries()[0].remark, "coal.csv");
    EXPECT_EQ(std::get<EnteredValue>(entries()[0].body).input_type, 1);
    EXPECT_EQ(watched.status().values_accepted, 2U);
}

TEST_F(DropFolderTest, AFileThatIsStillWrittenIsLeftAlone) {
    put("coal.csv", table("coal_bought,2026-11-20,5"));
    ASSERT_TRUE(watched.look());
    put("coal.csv", table("coal_bought,2026-11-20,500,磅单\n"));
    ASSERT_TRUE(watched.look());
    EXPECT_TRUE(entries().empty());

    ASSERT_TRUE(watched.look());

    EXPECT_EQ(entries().size(), 1U);
}

TEST_F(DropFolderTest, OtherFilesAreNotTouched) {
    const std::string good = table("coal_bought,2026-11-20,500,磅单\n");
    for (const std::string name : {"a.csv.tmp", "a.csv.part", ".a.csv", "~$a.csv", "a.xlsx", ".csv"})
        put(name, good);
    fs::create_directory(drop / "b.csv");
    fs::create_symlink("/etc/passwd", drop / "c.csv");

    look_twice();

    EXPECT_EQ(names("").size(), 7U);
    EXPECT_TRUE(entries().empty());
    EXPECT_TRUE(names("refused").empty());
}

TEST_F(DropFolderTest, AWrongFileIsRefusedWithItsReasonInBothLanguagesAndOthersGoOn) {
    put("bad.csv", table("coal_bought,2026-11-20,500,磅单\ncoal,2026-11-21,x,磅单\n"));
    put("good.CSV", table("coal_bought,2026-11-19,490,磅单\n"));

    look_twice();

    EXPECT_EQ(names("done"), std::vector<std::string>{"20261122-120000-good.CSV"});
    EXPECT_EQ(names("refused"),
              (std::vector<std::string>{"20261122-120000-bad.csv", "20261122-120000-bad.csv.txt"}));
    const std::string reason = text_of("refused/20261122-120000-bad.csv.txt");
    EXPECT_NE(reason.find("bad.csv:3:1: item: there is no such item"), std::string::npos) << reason;
    EXPECT_NE(reason.find("bad.csv:3:3: value: not a decimal number"), std::string::npos) << reason;
    EXPECT_NE(reason.find("没有这个采集项"), std::string::npos) << reason;
    EXPECT_EQ(entries().size(), 1U) << "nothing of the bad one";
    EXPECT_EQ(watched.status().files_refused, 1U);
}

TEST_F(DropFolderTest, WhatIsNoTableIsRefused) {
    put("empty.csv", "");
    put("noise.csv", std::string("\xFF\xFE\x00\x01", 4));
    put("letter.csv", "Dear Sir or Madam\n");
    put("large.csv", std::string(9'000'000, 'x'));

    look_twice();

    EXPECT_EQ(names("refused").size(), 8U);
    EXPECT_NE(text_of("refused/20261122-120000-large.csv.txt").find("at most 8 MiB"), std::string::npos);
}

TEST_F(DropFolderTest, AFileInGb18030WithByteOrderMarkOrWithoutIsRead) {
    put("gb.csv", "item,period,value,evidence\ncoal_bought,2026-11-20,500,\xB0\xF5\xB5\xA5\n");
    put("bom.csv", "\xEF\xBB\xBF" + table("coal_bought,2026-11-21,510,磅单\n"));

    look_twice();

    ASSERT_EQ(entries().size(), 2U);
    for (const auto& entry : entries()) EXPECT_EQ(std::get<EnteredValue>(entry.body).evidence, "磅单");
}

TEST_F(DropFolderTest, OfTwoFilesTheLaterOneHolds) {
    put("b.csv", table("coal_bought,2026-11-20,500,first\n"));
    fs::last_write_time(drop / "b.csv", fs::file_time_type::clock::now() - std::chrono::hours{1});
    put("a.csv", table("coal_bought,2026-11-20,501,corrected\n"));

    look_twice();

    EXPECT_EQ(std::get<EnteredValue>(standing_entry(entries())->body).evidence, "corrected");
}

TEST_F(DropFolderTest, NothingInDoneIsOverwritten) {
    for (const std::string value : {"500", "501", "502"}) {
        put("coal.csv", table("coal_bought,2026-11-20," + value + ",磅单\n"));
        look_twice();
    }

    EXPECT_EQ(names("done"),
              (std::vector<std::string>{"20261122-120000-2-coal.csv", "20261122-120000-3-coal.csv",
                                        "20261122-120000-coal.csv"}));
    EXPECT_NE(text_of("done/20261122-120000-coal.csv").find("500"), std::string::npos);
}

TEST_F(DropFolderTest, AFileThatComesBackAfterACrashIsNotEnteredTwice) {
    put("coal.csv", table("coal_bought,2026-11-20,500,磅单\n"));
    look_twice();
    fs::rename(drop / "done" / "20261122-120000-coal.csv", drop / "coal.csv");

    DropFolder after_restart{inbound, std::chrono::minutes{480}, desk, clock};
    ASSERT_TRUE(after_restart.look());
    ASSERT_TRUE(after_restart.look());

    EXPECT_EQ(entries().size(), 1U);
    EXPECT_EQ(names("done").size(), 1U);
}

TEST_F(DropFolderTest, WhileTheClockIsWrongFilesWait) {
    bool right = false;
    EntryDesk unsure{options, *books, clock, [] {}, [&] { return right; }};
    DropFolder waiting{inbound, std::chrono::minutes{480}, unsure, clock};
    put("coal.csv", table("coal_bought,2026-11-20,500,磅单\n"));
    ASSERT_TRUE(waiting.look());
    ASSERT_FALSE(waiting.look());
    EXPECT_EQ(names("").size(), 1U);

    right = true;
    ASSERT_TRUE(waiting.look());

    EXPECT_EQ(entries().size(), 1U);
}

TEST_F(DropFolderTest, AMissingFolderIsTroubleUntilItIsThere) {
    fs::remove(drop);
    ASSERT_FALSE(watched.look());
    EXPECT_NE(watched.status().trouble.find(drop.string()), std::string::npos);

    fs::create_directory(drop);
    put("coal.csv", table("coal_bought,2026-11-20,500,磅单\n"));
    look_twice();

    EXPECT_EQ(watched.status().trouble, "");
    EXPECT_EQ(entries().size(), 1U);
}

TEST_F(DropFolderTest, WhatCouldNotBeMovedIsNotTakenIn) {
    put("done", "a file where the folder should be");
    put("coal.csv", table("coal_bought,2026-11-20,500,磅单\n"));

    ASSERT_FALSE(watched.look());
    ASSERT_FALSE(watched.look());
    EXPECT_TRUE(entries().empty());
    EXPECT_FALSE(watched.status().trouble.empty());

    fs::remove(drop / "done");
    look_twice();
    EXPECT_EQ(entries().size(), 1U);
}

}  // namespace
}  // namespace mg
