#include "tests/integration/commands/program.h"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace mg {
namespace {

TEST_F(Program, HelpReadsWellInBothLanguages) {
    const Ran en = run("--help");
    EXPECT_EQ(en.exit_code, 0);
    for (const std::string word :
         {"Usage: metergate", "run", "check", "read", "status", "models", "Exit codes"}) {
        EXPECT_TRUE(contains(en.out, word)) << word << "\n" << en.out;
    }

    const Ran zh = run("--lang zh --help");
    EXPECT_EQ(zh.exit_code, 0);
    for (const std::string word : {"用法: metergate", "检查配置", "选项", "退出码"}) {
        EXPECT_TRUE(contains(zh.out, word)) << word << "\n" << zh.out;
    }
    EXPECT_FALSE(contains(zh.out, "Show")) << zh.out;
    EXPECT_EQ(run("read --help --lang=zh").exit_code, 0);
}

TEST_F(Program, TheLocaleChoosesTheLanguage) {
    EXPECT_TRUE(contains(run("--help --lang en").out, "Usage"));
    const Ran zh = run("--help > /dev/null; LC_ALL=zh_CN.UTF-8 '" MG_PROGRAM "' --help");
    EXPECT_TRUE(contains(zh.out, "用法")) << zh.out;
}

TEST_F(Program, SaysItsVersion) {
    const Ran ran = run("--version");

    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_TRUE(ran.out.starts_with("metergate ")) << ran.out;
}

TEST_F(Program, AWrongCommandLineIsOneClearMistake) {
    struct Case {
        std::string arguments;
        std::string says;
    };
    for (const Case& wrong : {Case{"staus", "status"}, Case{"status --jsn", "--jsn"}, Case{"read", "meter"},
                              Case{"--lang fr status", "fr"}, Case{"check --config", "--config"}}) {
        const Ran ran = run(wrong.arguments);

        EXPECT_EQ(ran.exit_code, 64) << wrong.arguments;
        EXPECT_TRUE(contains(ran.err, wrong.says)) << wrong.arguments << ": " << ran.err;
        EXPECT_EQ(ran.out, "");
    }
    EXPECT_EQ(run("").exit_code, 64);
}

TEST_F(Program, CheckPassesAGoodSiteWithASummary) {
    const Ran ran = run_with_site("check");

    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_TRUE(contains(ran.out, "metering points: 2 (1 on lines, 1 in the ledger only)")) << ran.out;
    EXPECT_TRUE(contains(ran.out, "errors: 0")) << ran.out;
}

TEST_F(Program, CheckNamesEveryProblemWithItsPlaceAndExitsWithTwo) {
    write("meters.csv",
          "id,name,energy,line,address,model,every\n"
          "main,总表,电力,pannel,1,eastron-sdm630,60s\n"
          "main,again,电力,panel,2,eastron-sdm603,60s\n");

    const Ran ran = run_with_site("check");

    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_TRUE(contains(ran.err, "meters.csv:2:")) << ran.err;
    EXPECT_TRUE(contains(ran.err, "meters.csv:3:")) << ran.err;
    EXPECT_TRUE(contains(ran.err, "pannel")) << ran.err;
    EXPECT_TRUE(contains(ran.err, "eastron-sdm603")) << ran.err;
}

TEST_F(Program, CheckAndRunRefuseItemsThatCannotBeComputed) {
    write("items.csv",
          "id,name,periods,interval_min,method,formula,unit,valid_from\n"
          "used,用电,实时 日,15,累计差,main.energy_import / 1000,MWh,2026-01-01\n"
          "lost,误,日,,累计差,main.power + used,万kWh,2026-01-01\n");

    for (const std::string command : {"check", "run"}) {
        const Ran ran = run_with_site(command);

        EXPECT_EQ(ran.exit_code, 2) << command;
        EXPECT_TRUE(
            contains(ran.err, "items.csv:2:6: formula: character 22: the program converts kWh to MWh"))
            << command << ": " << ran.err;
        EXPECT_TRUE(contains(ran.err, "items.csv:3:6: formula: character 1: main.power is a momentary value"))
            << command << ": " << ran.err;
    }
}

TEST_F(Program, CheckRefusesATotalThatMixesCalorificAndEquivalentAndSaysWhere) {
    write("items.csv",
          "id,name,periods,method,formula,unit,coal_factor,coal_unit,coal_basis,in_total,valid_from\n"
          "elec,用电,日,累计差,main.energy_import,万kWh,1.229,tce/万kWh,当量,加,2026-01-01\n"
          "heat,用热,日,手工,,GJ,0.03412,tce/GJ,等价,加,2026-01-01\n"
          "tce,综合能耗,日,综合能耗,,tce,,,,不计,2026-01-01\n");

    for (const std::string command : {"check", "run"}) {
        const Ran ran = run_with_site(command);

        EXPECT_EQ(ran.exit_code, 2) << command;
        EXPECT_TRUE(
            contains(ran.err, "items.csv:4:4: method: 当量 (elec) and 等价 (heat) are mixed in one total"))
            << command << ": " << ran.err;
    }
    const Ran zh = run_with_site("--lang zh check");
    EXPECT_TRUE(contains(zh.err, "同一合计中混用了当量(elec)和等价(heat)")) << zh.err;
}

TEST_F(Program, CheckWarnsOfWhatThisBuildCannotPoll) {
    write("gateway.toml",
          "[site]\nid = \"workshop\"\n\n[[line]]\nid = \"water\"\nkind = \"dtu\"\nport = 7001\n");
    write("meters.csv",
          "id,name,energy,line,address,model,every\n"
          "w1,水表,水,water,12-3456-7890-1234,cjt188-water,60s\n");

    const Ran ran = run_with_site("check");

    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_TRUE(contains(ran.err, "warning: ")) << ran.err;
    EXPECT_TRUE(contains(ran.err, "water")) << ran.err;
}

TEST_F(Program, ADirectoryThatIsNotThereIsAConfigurationError) {
    for (const std::string command : {"check", "run", "read main"}) {
        const Ran ran = run(command + " --config '" + (folder / "absent").string() + "'");

        EXPECT_EQ(ran.exit_code, 2) << command;
        EXPECT_TRUE(contains(ran.err, "absent") || contains(ran.err, "gateway.toml"))
            << command << ": " << ran.err;
    }
}

TEST_F(Program, ModelsListsAndShowsThem) {
    const Ran list = run("models");
    EXPECT_EQ(list.exit_code, 0);
    EXPECT_TRUE(contains(list.out, "eastron-sdm630")) << list.out;

    const Ran one = run("models eastron-sdm630");
    EXPECT_EQ(one.exit_code, 0);
    EXPECT_TRUE(contains(one.out, "energy_import")) << one.out;
    EXPECT_TRUE(contains(one.out, "kWh")) << one.out;

    const Ran unknown = run("models eastron-sdm603");
    EXPECT_EQ(unknown.exit_code, 64);
    EXPECT_TRUE(contains(unknown.err, "eastron-sdm630")) << unknown.err;
}

TEST_F(Program, FactorsShowsThePublishedOnesWithTheirBasisAndThatMeasuredValuesComeFirst) {
    const Ran en = run("factors");
    EXPECT_EQ(en.exit_code, 0) << en.err;
    for (const std::string part :
         {"Factors to standard coal", "Mean lower heating values", "CO2 emission factors", "raw coal",
          "1.1000 – 1.3300", "kgce/kWh", "calorific (当量)", "equivalent (等价)", "GB/T 2589-2020",
          "to be checked", "Measured values come first"}) {
        EXPECT_TRUE(contains(en.out, part)) << part << "\n" << en.out;
    }

    const Ran zh = run("--lang zh factors coal");
    for (const std::string part : {"折标准煤系数", "原煤", "当量", "等价", "待核对", "2020", "实测优先"}) {
        EXPECT_TRUE(contains(zh.out, part)) << part << "\n" << zh.out;
    }
    EXPECT_FALSE(contains(zh.out, "发热量")) << zh.out;

    EXPECT_EQ(run("factors gas").exit_code, 64);
}

TEST_F(Program, FactorsAreJsonForOtherPrograms) {
    const Ran ran = run("factors carbon --json");
    ASSERT_EQ(ran.exit_code, 0) << ran.err;

    const auto said = nlohmann::json::parse(ran.out);
    ASSERT_EQ(said.at("tables").size(), 1U);
    EXPECT_EQ(said.at("tables")[0].at("kind"), "carbon");
    const auto& grid = said.at("tables")[0].at("factors")[0];
    EXPECT_EQ(grid.at("value"), "0.5306");
    EXPECT_EQ(grid.at("unit"), "kgCO2/kWh");
    EXPECT_EQ(grid.at("year"), "2023");
    EXPECT_TRUE(grid.at("most").is_null());
}

TEST_F(Program, AReaderThatLeavesIsNoReasonToComplain) {
    const Ran ran = run("models | head -n 1");

    EXPECT_EQ(ran.err, "");
}

}  // namespace
}  // namespace mg
