#include "gateway/uplink/provincial/base_data.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace mg {
namespace {

ProfileOptions with_lists() {
    ProfileOptions profile;
    profile.base_lists = {{"EnergyTypeUnitCollectCodes", "energy_types", ""},
                          {"EnergySubstanceCodes", "energy_types", "03"},
                          {"EnergyUseCodes", "uses", ""},
                          {"energyType", "energy_types", ""}};
    return profile;
}

BaseData read(const std::vector<std::string>& answers) {
    return read_base_data(answers, with_lists());
}

TEST(BaseDataTest, EntriesAreReadWithTheirUnitAndDecimals) {
    const BaseData data = read({R"({"responseCode":"200","EnergyTypeUnitCollectCodes":[
        {"code":"3300","name":"电力","collectUnit":"kWh","qualityUnit":"万kWh","qualityPrecision":"4"}]})"});

    ASSERT_EQ(data.tables.size(), 1U);
    EXPECT_EQ(data.tables[0].first, "energy_types");
    const CodeEntry& power = data.tables[0].second.at(0);
    EXPECT_EQ(power.code, "3300");
    EXPECT_EQ(power.name_zh, "电力");
    EXPECT_EQ(power.unit, "万kWh");
    EXPECT_EQ(power.decimals, 4);
    EXPECT_EQ(power.group, "");
    EXPECT_EQ(power.certainty, Certainty::platform);
}

TEST(BaseDataTest, SeveralAnswersAreOneTableAndEachEntryHasItsClass) {
    const BaseData data = read(
        {R"({"energyType":[{"code":100,"name":"原煤","unit":"t","precision":2,"classCode":"01"}]})",
         R"({"data":{"EnergySubstanceCodes":[{"code":"0100","name":"新水"},{"code":"0100","name":"又一"}]}})"});

    ASSERT_EQ(data.tables.size(), 1U);
    const auto& types = data.tables[0].second;
    ASSERT_EQ(types.size(), 2U);
    EXPECT_EQ(types[0].code, "0100");
    EXPECT_EQ(types[0].group, "01");
    EXPECT_EQ(types[0].decimals, 2);
    EXPECT_EQ(types[1].group, "03");
    EXPECT_EQ(types[1].name_zh, "新水");
    EXPECT_FALSE(types[1].decimals);
}

TEST(BaseDataTest, ListsThatTheProfileDoesNotKnowAreNamed) {
    const BaseData data = read({R"({"RegionCodes":[{"code":"130000","name":"河北省"}],"numbers":[1,2]})"});

    EXPECT_TRUE(data.tables.empty());
    EXPECT_EQ(data.unknown_lists, std::vector<std::string>{"RegionCodes"});
}

TEST(BaseDataTest, WhatIsNoEntryIsPassedOver) {
    const BaseData data =
        read({"", "{", "[[[[", R"({"EnergyUseCodes":"none"})",
              R"({"EnergyUseCodes":[null,7,{"code":"购","name":"x"},{"code":"123","name":"x"},{"name":"x"},
             {"code":"11","name":7,"precision":"many","unit":null},{"code":"12","name":"x","precision":99}]})"});

    ASSERT_EQ(data.tables.size(), 1U);
    const auto& uses = data.tables[0].second;
    ASSERT_EQ(uses.size(), 2U);
    EXPECT_EQ(uses[0].code, "11");
    EXPECT_FALSE(uses[0].decimals);
    EXPECT_FALSE(uses[1].decimals);
}

TEST(BaseDataTest, TakesThePlaceOfTheListsThatItHasAndOfNoOther) {
    const BaseData data =
        read({R"({"EnergyUseCodes":[{"code":"11","name":"外购"}],"EnergySubstanceCodes":[]})"});
    CodeTables ours;
    ours.uses = {{.code = "21", .name_zh = "消费"}};
    ours.energy_types = {{.code = "3300", .name_zh = "电力", .group = "02"}};

    const CodeTables theirs = data.over(ours);

    ASSERT_EQ(theirs.uses.size(), 1U);
    EXPECT_EQ(theirs.uses[0].name_zh, "外购");
    EXPECT_EQ(theirs.energy_types.size(), 1U);
}

TEST(BaseDataTest, IsReadFromTheFilesThatTheGatewayKeeps) {
    const TemporaryFolder storage;
    const auto folder = base_data_folder(storage.path(), "province");
    EXPECT_FALSE(kept_base_data(folder, with_lists()));
    std::filesystem::create_directories(folder);
    std::ofstream{folder / base_data_file("14")} << R"({"EnergyUseCodes":[{"code":"11","name":"购进"}]})";
    std::ofstream{folder / "base-data-14.json.new"} << R"({"EnergyUseCodes":[{"code":"99","name":"half"}]})";

    const auto kept = kept_base_data(folder, with_lists());

    ASSERT_TRUE(kept) << kept.error().what;
    ASSERT_EQ(kept->tables.size(), 1U);
    EXPECT_EQ(kept->tables[0].second.size(), 1U);
}

}  // namespace
}  // namespace mg
