#include "gateway/accounting/units.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gateway/accounting/unit_words.h"

namespace mg {
namespace {

Unit unit(std::string_view text) {
    const auto parsed = Unit::parse(text);
    EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().what);
    return parsed.value_or(Unit{});
}

std::string why_not(std::string_view from, std::string_view to) {
    const auto factor = conversion(unit(from), unit(to));
    return factor ? "converts" : factor.error().what;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(Units, ConvertExactly) {
    struct Case {
        const char* from;
        const char* to;
        const char* factor;
    };
    for (const Case& c : {
             Case{"kWh", "万kWh", "1/10000"},
             Case{"万千瓦时", "kWh", "10000"},
             Case{"kWh", "GJ", "36/10000"},
             Case{"GJ", "kWh", "2500/9"},
             Case{"MJ", "kWh", "10/36"},
             Case{"百万千焦", "GJ", "1"},
             Case{"Mcal", "kJ", "41868/10"},
             Case{"kg", "t", "1/1000"},
             Case{"kgce/t", "tce/t", "1/1000"},
             Case{"tce/万kWh", "kgce/kWh", "1/10"},
             Case{"千克标准煤/吨", "gce/kg", "1"},
             Case{"万m³", "m3", "10000"},
             Case{"㎥", "L", "1000"},
             Case{"m3/h", "L/min", "1000/60"},
             Case{"万元", "元", "10000"},
             Case{"%", "1", "1/100"},
             Case{"t/t", "%", "100"},
             Case{"kW", "MW", "1/1000"},
             Case{"kW", "kJ/s", "1"},
             Case{"Hz", "1/min", "60"},
             Case{"t·km", "kg × km", "1000"},
             Case{"t/h/台", "kg/h/台", "1000"},
             Case{"重量箱", "kg", "50"},
             Case{"tce/万m3(20℃)", "tce / 万m³（标况20℃）", "1"},
         }) {
        const auto factor = conversion(unit(c.from), unit(c.to));
        ASSERT_TRUE(factor) << c.from << " → " << c.to << ": " << factor.error().what;
        EXPECT_EQ(*factor, Exact::parse(c.factor).value()) << c.from << " → " << c.to;
    }
}

TEST(Units, GasAt20DegreesShrinksByTheGasLawAt0) {
    EXPECT_EQ(conversion(unit("m3(20℃)"), unit("Nm3")).value(), (Exact{27315, 29315}));
    EXPECT_EQ(conversion(unit("万m3(0℃)"), unit("m3(20℃)")).value(), Exact(10'000) * Exact(29315, 27315));
    EXPECT_EQ(conversion(unit("kWh/m3(20℃)"), unit("kWh/m3(0℃)")).value(), (Exact{29315, 27315}));
}

TEST(Units, OperatingConditionsAreNeverConverted) {
    EXPECT_TRUE(contains(why_not("m3(工况)", "m3(20℃)"), "operating conditions"));
    EXPECT_TRUE(contains(why_not("m3(工况)", "m3"), "operating conditions"));
    EXPECT_TRUE(contains(why_not("m3(温压补偿)", "m3(0℃)"), "7.3 %"));
    EXPECT_TRUE(contains(why_not("m3", "m3(0℃)"), "7.3 %"));
    EXPECT_EQ(conversion(unit("m3(工况)"), unit("L(工况)")).value(), Exact{1000});
}

TEST(Units, EnergyComesFromMassAndVolumeByACoefficientOnly) {
    EXPECT_TRUE(contains(why_not("t", "GJ"), "coef.*, in GJ/t"));
    EXPECT_TRUE(contains(why_not("m3", "kWh"), "coef.*, in kWh/m3"));
    EXPECT_TRUE(contains(why_not("万kWh", "tce"), "coef.*, in tce/万kWh"));
    EXPECT_TRUE(contains(why_not("t", "tce"), "coef.*, in tce/t"));
    EXPECT_TRUE(contains(why_not("kW", "kWh"), "per time"));
    EXPECT_TRUE(contains(why_not("台", "个"), "coefficient"));
    EXPECT_TRUE(contains(why_not("kvarh", "kWh"), "coefficient"));
}

TEST(Units, AnUnknownWordIsAnErrorWithTheNearestKnownOne) {
    struct Case {
        const char* text;
        const char* nearest;
    };
    for (const Case& c : {Case{"KWH", "'kWh'"}, Case{"万KWh", "'万kWh'"}, Case{"tcee", "'tce'"},
                          Case{"M3", "'m3'"}, Case{"立方迷", "'立方米'"}}) {
        const auto parsed = Unit::parse(c.text);
        ASSERT_FALSE(parsed) << c.text;
        EXPECT_EQ(parsed.error().kind, Failure::invalid_config);
        EXPECT_TRUE(contains(parsed.error().what, c.nearest)) << parsed.error().what;
    }
    for (const char* text : {"/", "kWh/", "/t", "kWh//t", "m3(", "m3()", "m3(25℃)", "t(20℃)", "万", "万%",
                             "(20℃)", "kWh t x", "m3(20℃", "Nm3(20℃)", "a/b/c/d/e/f/g/h"}) {
        EXPECT_FALSE(Unit::parse(text)) << text;
    }
}

TEST(Units, AStandardStateWithoutTemperatureIsNotGuessed) {
    for (const char* text : {"标方", "Sm3", "万Sm3", "m3(标况)", "标准立方米"}) {
        const auto parsed = Unit::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_TRUE(contains(parsed.error().what, "7.3 %")) << parsed.error().what;
    }
}

TEST(Units, TheMetersConditionSaysTheState) {
    EXPECT_EQ(unit("万m3").with_gas_state(GasState::standard_20c), unit("万m3(20℃)"));
    EXPECT_EQ(unit("万m3/h").with_gas_state(GasState::standard_0c).text(), "万m3(0℃)/h");
    EXPECT_EQ(unit("kWh/m3").with_gas_state(GasState::standard_0c), unit("kWh/Nm3"));
    EXPECT_EQ(unit("t").with_gas_state(GasState::standard_20c), unit("t"));
    EXPECT_EQ(unit("万m3(20℃)").gas_state(), GasState::standard_20c);
    EXPECT_EQ(unit("m3").gas_state(), GasState::unstated);
}

TEST(Units, WhatIsCalculatedHasAReadableName) {
    EXPECT_EQ((unit("万kWh") * unit("tce/万kWh")).text(), "tce");
    EXPECT_EQ((unit("kgce") / unit("t")).text(), "kgce/t");
    EXPECT_EQ((unit("万kWh") / unit("t")).text(), "万kWh/t");
    EXPECT_EQ((unit("t") * unit("%")).text(), "0.01 t");
    EXPECT_EQ((unit("t") / unit("t")).text(), "1");
    EXPECT_EQ(unit("tce/t").scaled(Exact{1, 1000}).text(), "kgce/t");
    EXPECT_EQ(unit("kWh/m3").quantity(), "energy / volume");
    EXPECT_EQ(unit("%").quantity(), "a plain number");
}

TEST(Units, EveryWordOfTheTableIsReadAndPrintedAsItIs) {
    for (const UnitWord& word : unit_words()) {
        EXPECT_EQ(unit(word.text).text(), word.text);
        EXPECT_EQ(unit("万" + std::string(word.text)).factor(), unit(word.text).factor() * Exact{10'000})
            << word.text;
    }
}

Unit any_unit() {
    const auto words = unit_words();
    const auto text = [&] {
        return std::string(words[*rc::gen::inRange<std::size_t>(0, words.size())].text);
    };
    std::string made = text();
    for (int more = *rc::gen::inRange(0, 3); more > 0; --more)
        made += (*rc::gen::arbitrary<bool>() ? "/" : "·") + text();
    return Unit::parse(made).value();
}

RC_GTEST_PROP(Units, ThereAndBackIsOne, ()) {
    const Unit a = any_unit();
    const Unit b = any_unit();
    const Unit same = b * (a / b);
    const Exact there = conversion(a, same).value();
    const Exact back = conversion(same, a).value();
    RC_ASSERT(there * back == Exact{1});
    RC_ASSERT(a / a == Unit{});
}

RC_GTEST_PROP(Units, AMadeUpNameReadsBackAsTheUnit, ()) {
    const Unit a = any_unit();
    const Unit b = any_unit();
    const std::string name = (a * b).text();
    const auto read = Unit::parse(name);
    // A size that no word has is written as a number before it, and six factors are the most.
    if (read) RC_ASSERT(*read == a * b);
}

}  // namespace
}  // namespace mg
