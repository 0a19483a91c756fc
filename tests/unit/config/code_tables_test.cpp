#include "config/code_tables.h"

#include <set>

#include <gtest/gtest.h>

#include "config/factors.h"
#include "config/item_code.h"
#include "config/loaders.h"
#include "config/shipped_files.h"
#include "tests/unit/config/site.h"

namespace mg {
namespace {

TEST(ShippedCodes, AllLoadWithoutAProblem) {
    EXPECT_EQ(shipped_code_files().size(), code_file_names().size());
    for (const auto& [name, text] : shipped_code_files()) {
        CodeTables codes;
        std::vector<Problem> problems;
        Reporter report{std::string(name), problems};

        EXPECT_TRUE(load_codes(name, text, codes, report)) << name;
        EXPECT_TRUE(problems.empty()) << mg::text_of(problems);
    }
}

TEST(ShippedCodes, KnowWhatWasSeen) {
    const CodeTables& codes = shipped_codes();

    EXPECT_EQ(codes.energy_classes.size(), 10U);
    EXPECT_EQ(find_code(codes.energy_types, "3300", "02")->name_zh, "电力");
    EXPECT_EQ(find_code(codes.energy_types, "3300", "02")->unit, "万kWh");
    EXPECT_EQ(find_code(codes.energy_types, "3300", "01"), nullptr);
    EXPECT_EQ(find_code(codes.energy_types, "0000", "01")->unit, "tce");
    EXPECT_EQ(find_code(codes.energy_types, "0000", "02")->certainty, Certainty::unconfirmed);
    EXPECT_EQ(find_code(codes.processes, "00")->name_zh, "全厂");
    EXPECT_EQ(find_code(codes.processes, "01", "C25")->name_zh, "炼油");
    EXPECT_EQ(find_code(codes.uses, "30")->certainty, Certainty::in_use);
    EXPECT_EQ(find_code(codes.uses, "11")->certainty, Certainty::unconfirmed);
    EXPECT_TRUE(codes.equipment_types.empty());
    EXPECT_EQ(find_code(codes.instrument_types, "12061000")->name_zh, "皮带秤");
}

TEST(ShippedCodes, MakeCodesThatAreRead) {
    for (const CodeEntry& energy : shipped_codes().energy_types) {
        if (energy.code.empty() || energy.group.empty()) continue;
        const auto code =
            build_item_code({.energy_class = energy.group, .energy_type = energy.code, .use = "11"});
        ASSERT_TRUE(code) << energy.code;
        EXPECT_EQ(code->scope(), CodeScope::enterprise);
    }
}

TEST(ShippedCodes, NamesAreMetWithAndWithoutBrackets) {
    const CodeEntry& gas = *find_code(shipped_codes().energy_types, "1500");

    EXPECT_TRUE(is_called(gas, "天然气"));
    EXPECT_TRUE(is_called(gas, "天然气(气态)"));
    EXPECT_TRUE(is_called(gas, "natural gas"));
    EXPECT_FALSE(is_called(gas, "气"));
}

TEST(CodeFiles, OfTheSiteReplaceTheShippedOnes) {
    TemporarySite site;
    site.file("gateway.toml", plain_gateway())
        .file("meters.csv", "id\nmain\n")
        .file("codes/uses.csv", "编码,名称,可信度\n5,购进,平台下发\n");

    const Loaded loaded = site.load();

    ASSERT_TRUE(loaded.problems.empty()) << mg::text_of(loaded.problems);
    ASSERT_EQ(loaded.options.codes.uses.size(), 1U);
    EXPECT_EQ(loaded.options.codes.uses[0].code, "05");
    EXPECT_EQ(loaded.options.codes.uses[0].certainty, Certainty::platform);
    EXPECT_EQ(loaded.options.codes.energy_classes.size(), 10U);
}

TEST(CodeFiles, SayToHowManyDecimalsPlatformsCount) {
    TemporarySite site;
    site.file("gateway.toml", plain_gateway())
        .file("meters.csv", "id\nmain\n")
        .file("items.csv",
              "id,name,code,periods,method,unit,decimals\n"
              "coal,原煤,00-00-0000-010100-11,day,manual,t,3\n"
              "rest,原煤,00-00-0000-010100-21,day,manual,t,2\n")
        .file("codes/energy_types.csv", "编码,名称,类,单位,小数位数\n0100,原煤,01,t,2\n");

    const Loaded loaded = site.load();

    EXPECT_EQ(loaded.options.codes.energy_types.at(0).decimals, 2);
    ASSERT_EQ(loaded.problems.size(), 1U) << mg::text_of(loaded.problems);
    EXPECT_EQ(loaded.problems[0].to_string(),
              "items.csv:2:7: warning: decimals: platforms count 0100 '原煤' to 2 decimals; found: 3");
}

TEST(CodeFiles, OfAPlatformAreComparedWithTheItemsThatItIsSent) {
    TemporarySite site;
    site.file("gateway.toml", plain_gateway())
        .file("meters.csv", "id\nmain\n")
        .file("items.csv",
              "id,name,code,periods,method,unit,decimals,uplinks\n"
              "coal,原煤,00-00-0000-010100-11,day,manual,t,3,\n"
              "other,原煤,00-00-0000-010100-21,day,manual,t,3,city\n");
    Options options = site.load().options;
    options.codes.energy_types = {{.code = "0100", .name_zh = "原煤", .group = "01", .decimals = 2}};

    const auto differences = check_code_words_of(options, UplinkId{"province"});

    ASSERT_EQ(differences.size(), 1U) << mg::text_of(differences);
    EXPECT_EQ(differences[0].line, 2);
    EXPECT_EQ(check_code_words_of(options, UplinkId{"city"}).size(), 2U);
}

TEST(ReferenceFactors, AreThoseOfTheStandardWithRangesKept) {
    const auto& coal = reference_factors(FactorKind::coal);
    const auto factor = [&](std::string_view name) {
        return *std::ranges::find(coal, name, &ReferenceFactor::name_zh);
    };

    EXPECT_EQ(factor("电力").value, (Decimal{1229, -4}));
    EXPECT_EQ(factor("电力").unit, "kgce/kWh");
    EXPECT_EQ(factor("电力").basis, CoalBasis::calorific);
    EXPECT_EQ(factor("新水").basis, CoalBasis::equivalent);
    EXPECT_FALSE(factor("原煤").basis);
    EXPECT_EQ(factor("天然气").value, (Decimal{11, -1}));
    EXPECT_EQ(factor("天然气").most, (Decimal{133, -2}));
    EXPECT_FALSE(factor("原煤").most);
    EXPECT_EQ(reference_factors(FactorKind::heating_value).size(), 29U);
    EXPECT_GE(reference_factors(FactorKind::carbon).size(), 25U);
}

TEST(ReferenceFactors, EachHasASourceAndAnUpperEndAboveTheLower) {
    for (const FactorKind kind : {FactorKind::coal, FactorKind::heating_value, FactorKind::carbon}) {
        std::set<std::tuple<std::string, std::string, std::string>> known;
        for (const ReferenceFactor& factor : reference_factors(kind)) {
            EXPECT_FALSE(factor.source.empty()) << factor.name_zh;
            EXPECT_TRUE(known.emplace(factor.name_zh, factor.year, factor.region).second) << factor.name_zh;
            EXPECT_GT(factor.most.value_or(Decimal{1, 30}), factor.value) << factor.name_zh;
        }
    }
}

TEST(ReferenceFactors, AgreeWithTheirHeatingValues) {
    // 1 kgce is 29 307.6 kJ: the standard rounds both, to four digits and to whole kilojoules.
    for (const ReferenceFactor& coal : reference_factors(FactorKind::coal)) {
        const auto& heats = reference_factors(FactorKind::heating_value);
        const auto heat = std::ranges::find(heats, coal.name_zh, &ReferenceFactor::name_zh);
        if (heat == heats.end()) continue;
        const double quotient =
            std::stod(heat->value.to_string()) / 29307.6 / std::stod(coal.value.to_string());
        EXPECT_NEAR(quotient, 1.0, 0.003) << coal.name_zh;
    }
}

}  // namespace
}  // namespace mg
