#include "gateway/balance/balance.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr UtcTime kNovember{1'793'462'400'000ms};  // 2026-11-01 00:00 at a site at +08:00
constexpr StatPeriod kFirst{StatType::day, kNovember, kNovember + days{1}};
constexpr StatPeriod kMonth{StatType::month, kNovember, kNovember + days{30}};

Decimal decimal(const char* text) {
    return *Decimal::parse(text);
}

/// A 10 kV busbar: two incoming cells, three feeders.
class BalanceTest : public ::testing::Test {
protected:
    BalanceTest() {
        rules_.share = decimal("0.05");
        model("one_way", {"energy_import"}, "kWh");
        model("two_way", {"energy_import", "energy_export"}, "kWh");
        model("mega", {"energy_import"}, "MWh");
        model("water", {"volume"}, "m3");
        meter("in_1", "grid", "bus", "one_way");
        meter("in_2", "grid", "bus", "one_way");
        meter("kiln", "bus", "kiln_shop", "one_way");
        meter("mill", "bus", "mill_shop", "one_way");
        meter("aux", "bus", "aux_shop", "one_way");
    }

    void model(const char* id, const std::vector<const char*>& points, const char* unit) {
        ModelOptions model{.id = id};
        for (const char* name : points) {
            PointOptions point;
            point.id = PointId{name};
            point.kind = PointKind::index;
            point.unit = unit;
            model.points.push_back(point);
        }
        options_.models.push_back(model);
    }
    MeterOptions& meter(const char* id, const char* from, const char* to, const char* model,
                        const char* energy = "electricity") {
        MeterOptions meter;
        meter.id = MeterId{id};
        meter.line = LineId{"line_1"};
        meter.model = model;
        meter.from = from;
        meter.to = to;
        meter.energy = energy;
        options_.meters.push_back(meter);
        return options_.meters.back();
    }
    MeterOptions& meter_called(std::string_view id) {
        return *std::ranges::find_if(options_.meters, [&](const auto& each) { return each.id.text == id; });
    }
    void say(const StatPeriod& period, const char* item, const char* value, Marks marks = {}) {
        ItemRecord record;
        record.item = item;
        record.period = period;
        if (value != nullptr) record.value = decimal(value);
        record.marks = marks;
        figures_.records.push_back(record);
    }
    /// 1000 + 500 come in; 900 + 400 + 150 leave: 50 of 1500 are not accounted for.
    void say_busbar(const StatPeriod& period) {
        say(period, "in_1.energy_import", "1000.0");
        say(period, "in_2.energy_import", "500.0");
        say(period, "kiln.energy_import", "900.0");
        say(period, "mill.energy_import", "400.0");
        say(period, "aux.energy_import", "150.0");
    }
    [[nodiscard]] Balance balance(const StatPeriod& period = kFirst) const {
        return balance_of(options_, rules_, period, figures_);
    }

    Options options_;
    BalanceRules rules_;
    MeteredFigures figures_;
};

std::vector<OpenReason> reasons_of(const MediumBalance& medium, std::string_view meter) {
    return std::ranges::find(medium.edges, meter, &MeasuredEdge::meter)->reasons;
}

TEST_F(BalanceTest, OfABusbarIsWhatCameInLessWhatLeft) {
    say_busbar(kFirst);
    const Balance found = balance();
    ASSERT_EQ(found.media.size(), 1U);
    const MediumBalance& medium = found.media.front();
    EXPECT_EQ(medium.unit, "kWh");
    ASSERT_EQ(medium.nodes.size(), 1U);
    const NodeBalance& bus = medium.nodes.front();
    EXPECT_EQ(bus.node, "bus");
    EXPECT_EQ(bus.incoming, Exact{1500});
    EXPECT_EQ(bus.outgoing, Exact{1450});
    EXPECT_EQ(bus.difference, Exact{50});
    EXPECT_EQ(bus.share, decimal("0.0333"));
    EXPECT_EQ(bus.state, NodeState::within);
    EXPECT_EQ(medium.sources, (std::vector<std::string>{"grid"}));
    EXPECT_EQ(medium.sinks, (std::vector<std::string>{"kiln_shop", "mill_shop", "aux_shop"}));
}

TEST_F(BalanceTest, IsBeyondFromTheFirstStepAboveTheThresholdOfItsEnergy) {
    say_busbar(kFirst);
    rules_.of_energies = {{.energy = "electricity", .share = Decimal{50, 0}.shifted(-3)}};
    say(kFirst, "aux.energy_import", "125.0");  // 75 of 1500 is 5 % exactly
    EXPECT_EQ(balance().media.front().nodes.front().state, NodeState::within);
    say(kFirst, "aux.energy_import", "124.9");
    EXPECT_EQ(balance().media.front().nodes.front().state, NodeState::beyond);
    say(kFirst, "aux.energy_import", "275.1");  // more leaves than came in
    EXPECT_EQ(balance().media.front().nodes.front().state, NodeState::beyond);
    rules_.of_energies.front().share = decimal("0.06");
    EXPECT_EQ(balance().media.front().nodes.front().state, NodeState::within);
}

TEST_F(BalanceTest, ATwoWayMeterCountsEachWayWhereItGoes) {
    meter_called("in_1").model = "two_way";
    say_busbar(kFirst);
    say(kFirst, "in_1.energy_export", "30.0");
    const Balance found = balance();
    const MediumBalance& medium = found.media.front();
    ASSERT_EQ(medium.nodes.size(), 1U);  // the grid does not become a node for what came back to it
    EXPECT_EQ(medium.nodes.front().incoming, Exact{1500});
    EXPECT_EQ(medium.nodes.front().outgoing, Exact{1480});
    EXPECT_EQ(medium.edges.front().reverse, Exact{30});
}

TEST_F(BalanceTest, MixedUnitsAreConvertedExactly) {
    meter_called("kiln").model = "mega";
    say_busbar(kFirst);
    say(kFirst, "kiln.energy_import", "0.9001");
    const Balance found = balance();
    EXPECT_EQ(found.media.front().nodes.front().outgoing, Exact{decimal("1450.1")});
    EXPECT_EQ(amount_text(found.media.front().edges[2].forward.value()), "900.1");
}

TEST_F(BalanceTest, AUnitOfAnotherQuantityIsNamed) {
    meter_called("kiln").model = "water";
    say_busbar(kFirst);
    say(kFirst, "kiln.volume", "900");
    const Balance found = balance();
    EXPECT_EQ(reasons_of(found.media.front(), "kiln"), std::vector{OpenReason::other_unit});
    EXPECT_EQ(found.media.front().nodes.front().state, NodeState::open);
    EXPECT_EQ(found.media.front().nodes.front().outgoing, Exact{550});
}

TEST_F(BalanceTest, WhatHasNoFigureIsNamedAndTheNodeNotJudged) {
    say_busbar(kFirst);
    say(kFirst, "mill.energy_import", nullptr);
    meter_called("aux").line.reset();
    const Balance found = balance();
    const NodeBalance& bus = found.media.front().nodes.front();
    EXPECT_EQ(reasons_of(found.media.front(), "mill"), std::vector{OpenReason::no_figure});
    EXPECT_EQ(reasons_of(found.media.front(), "aux"), std::vector{OpenReason::ledger_only});
    EXPECT_EQ(bus.open_because, (std::vector<std::string>{"mill", "aux"}));
    EXPECT_EQ(bus.difference, Exact{600});
    EXPECT_EQ(bus.state, NodeState::open);
}

TEST_F(BalanceTest, WhatIsOutOfServiceIsNamed) {
    say_busbar(kFirst);
    figures_.out_of_service = {{MeterId{"kiln"}, kFirst.from - 1h, std::nullopt},
                               {MeterId{"mill"}, kFirst.from + 1h, kFirst.to},
                               {MeterId{"aux"}, kFirst.to, std::nullopt}};
    const Balance found = balance();
    const MediumBalance& medium = found.media.front();
    EXPECT_EQ(reasons_of(medium, "kiln"), std::vector{OpenReason::out_of_service});
    EXPECT_EQ(medium.edges[2].forward, std::nullopt);
    EXPECT_EQ(reasons_of(medium, "mill"), std::vector{OpenReason::out_of_service});
    EXPECT_EQ(medium.edges[3].forward, Exact{400});
    EXPECT_TRUE(reasons_of(medium, "aux").empty());
}

TEST_F(BalanceTest, OfAMonthUsesItsRecordAndShowsEachDay) {
    say_busbar(kMonth);
    const StatPeriod second{StatType::day, kFirst.to, kFirst.to + days{1}};
    say_busbar(kFirst);
    say_busbar(second);
    say(second, "aux.energy_import", "50.0");
    const Balance found = balance(kMonth);
    const MediumBalance& medium = found.media.front();
    EXPECT_EQ(medium.nodes.front().incoming, Exact{1500});
    EXPECT_EQ(medium.nodes.front().state, NodeState::within);
    ASSERT_EQ(medium.days.size(), 2U);
    EXPECT_EQ(medium.days[0].nodes.front().state, NodeState::within);
    EXPECT_EQ(medium.days[1].day, second.from);
    EXPECT_EQ(medium.days[1].nodes.front().difference, Exact{150});
    EXPECT_EQ(medium.days[1].nodes.front().state, NodeState::beyond);
}

TEST_F(BalanceTest, OfAMonthThatRunsIsTheSumOfItsDaysAndMissingOnesAreCounted) {
    say_busbar(kFirst);
    const StatPeriod third{StatType::day, kFirst.to + days{1}, kFirst.to + days{2}};
    say_busbar(third);
    const Balance found = balance(kMonth);
    const MediumBalance& medium = found.media.front();
    EXPECT_EQ(medium.nodes.front().incoming, Exact{3000});
    EXPECT_EQ(reasons_of(medium, "in_1"), std::vector{OpenReason::days_missing});
    EXPECT_EQ(medium.edges.front().days_missing, 1);
    EXPECT_EQ(medium.nodes.front().state, NodeState::open);
    ASSERT_EQ(medium.days.size(), 3U);
    EXPECT_EQ(medium.days[1].nodes.front().state, NodeState::open);
}

TEST_F(BalanceTest, ANodeWithOneSideUnmeteredAndPointsWithoutPlaceAreListed) {
    meter("yard", "outside", "coal_yard", "", "coal").line.reset();
    meter("scale", "coal_yard", "kiln_shop", "one_way", "coal");
    meter("lost", "", "bus", "one_way");
    const Balance found = balance();
    ASSERT_EQ(found.media.size(), 2U);
    EXPECT_TRUE(found.media[1].nodes.empty());
    EXPECT_EQ(found.media[1].unmetered, (std::vector<std::string>{"coal_yard"}));
    EXPECT_EQ(found.without_place, (std::vector<std::string>{"lost"}));
}

TEST_F(BalanceTest, NothingInAndSomethingOutIsBeyond) {
    say_busbar(kFirst);
    say(kFirst, "in_1.energy_import", "0");
    say(kFirst, "in_2.energy_import", "0");
    const Balance found = balance();
    EXPECT_EQ(found.media.front().nodes.front().share, std::nullopt);
    EXPECT_EQ(found.media.front().nodes.front().state, NodeState::beyond);
}

TEST(BalanceRules, ShippedOnesAreReadAndSaySoWhereNobodyVerifiedThem) {
    const auto rules = balance_rules({});
    ASSERT_TRUE(rules) << rules.error().what;
    EXPECT_EQ(rules->threshold("电力"), decimal("0.05"));
    EXPECT_FALSE(rules->verified);
    EXPECT_FALSE(rules->source.empty());
}

TEST(BalanceRules, OfASiteNameSingleEnergies) {
    const auto rules = parse_balance_rules(
        "verified = true\n[threshold]\npercent = 5\n[[energy]]\nname = \"电力\"\npercent = 1.5\n");
    ASSERT_TRUE(rules) << rules.error().what;
    EXPECT_TRUE(rules->verified);
    EXPECT_EQ(rules->threshold("电力"), decimal("0.015"));
    EXPECT_EQ(rules->threshold("新水"), decimal("0.05"));
}

TEST(BalanceRules, SayWhichLineIsWrong) {
    const auto rules = parse_balance_rules("[threshold]\npercent = 0\n");
    ASSERT_FALSE(rules);
    EXPECT_NE(rules.error().what.find("2"), std::string::npos);
    EXPECT_FALSE(parse_balance_rules("edition = \"x\"\n"));
    EXPECT_FALSE(parse_balance_rules("[threshold]\npercent = \"5\"\n"));
}

}  // namespace
}  // namespace mg
