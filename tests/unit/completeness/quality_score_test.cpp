#include "gateway/completeness/quality_score.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr UtcTime kDay{1'795'449'600'000ms};

constexpr std::string_view kRule = R"([rule]
name_zh = "规则"
name_en = "rule"
edition = "2026"
source = "nobody"
verified = false
[[index]]
what = "completeness"
at_least = 90
weight = 3
[[index]]
what = "timeliness"
at_least = 97.5
weight = 1
[[index]]
what = "consistency"
at_least = 100
within = 5
weight = 100
)";

std::string complaint(std::string_view before, std::string_view after) {
    std::string text{kRule};
    text.replace(text.find(before), before.size(), after);
    const auto rule = load_quality_rule(text, "site", "quality.toml");
    return rule ? "" : rule.error().what;
}

/// Two days: of 200 periods due 20 are missing and 9 late; the metering point is silent on the second day.
Completeness plant() {
    Completeness all{.from = kDay, .to = kDay + 48h, .now = kDay + 48h};
    SubjectCompleteness meter{
        .id = "hv_in", .name = {}, .kind = StripKind::meter, .total = {}, .days = {}, .months = {}};
    meter.days = {{.day = kDay, .due = 96, .missing = 95}, {.day = kDay + 24h, .due = 96, .missing = 96}};
    meter.total.due = 192;
    meter.total.missing = 92;
    meter.total.off_boundary = 7;
    SubjectCompleteness item{
        .id = "elec", .name = {}, .kind = StripKind::item, .total = {}, .days = {}, .months = {}};
    item.days = {{.day = kDay, .due = 100, .missing = 20}, {.day = kDay + 24h, .due = 100}};
    item.total.due = 200;
    item.total.missing = 20;
    item.total.late = 9;
    item.total.doubtful = 10;
    item.total.interpolated = 8;
    all.subjects = {meter, item};
    return all;
}

std::optional<std::int64_t> share(QualityIndexKind kind) {
    QualityRule rule;
    rule.indices.push_back({.kind = kind, .at_least = Decimal{90, 0}});
    return quality_score(plant(), rule).indices.at(0).share;
}

TEST(QualityScore, MeasuresEachIndexAsDocumented) {
    EXPECT_EQ(share(QualityIndexKind::completeness), 9'000);   // 180 of 200
    EXPECT_EQ(share(QualityIndexKind::timeliness), 9'500);     // 171 of 180
    EXPECT_EQ(share(QualityIndexKind::validity), 9'000);       // 162 of 180
    EXPECT_EQ(share(QualityIndexKind::boundary_time), 9'300);  // 93 of 100
    EXPECT_EQ(share(QualityIndexKind::online_days), 5'000);
    EXPECT_EQ(share(QualityIndexKind::consistency), std::nullopt);
}

TEST(QualityScore, WeighsWhatCouldBeMeasured) {
    const auto rule = load_quality_rule(kRule, "site", "quality.toml");
    ASSERT_TRUE(rule) << rule.error().what;
    const QualityScore score = quality_score(plant(), *rule);
    EXPECT_EQ(score.total(), 9'125);  // (3 × 90 % + 1 × 95 %) / 4: no month could be compared
    EXPECT_EQ(score.indices.at(0).passes(), true);
    EXPECT_EQ(score.indices.at(1).passes(), false);
    EXPECT_EQ(score.indices.at(2).passes(), std::nullopt);
}

TEST(QualityScore, HoldsMonthsToThePercentOfTheRule) {
    Completeness all = plant();
    all.subjects[1].months = {{.month = {}, .month_value = Decimal{100, 0}, .day_sum = Decimal{107, 0}}};
    QualityRule rule;
    rule.indices.push_back(
        {.kind = QualityIndexKind::consistency, .at_least = Decimal{100, 0}, .within = Decimal{7, 0}});
    EXPECT_EQ(quality_score(all, rule).indices.at(0).share, 10'000);
    rule.indices[0].within = Decimal{69, -1};
    EXPECT_EQ(quality_score(all, rule).indices.at(0).share, 0);
}

TEST(QualityRule, BrokenFilesAreNamedWithTheirLine) {
    EXPECT_TRUE(complaint("at_least = 90", "at_least = 101").starts_with("quality.toml:9:"));
    EXPECT_TRUE(complaint("weight = 3", "weight = \"3\"").starts_with("quality.toml:10:"));
    EXPECT_TRUE(complaint("\"completeness\"", "\"completness\"").starts_with("quality.toml:8:"));
    EXPECT_NE(complaint("\"completeness\"", "\"completness\"").find("completeness"), std::string::npos);
    EXPECT_TRUE(complaint("edition", "editon").starts_with("quality.toml:"));
    EXPECT_TRUE(complaint("\"timeliness\"", "\"completeness\"").starts_with("quality.toml:11:"));
    EXPECT_TRUE(complaint("verified = false", "verified = ").starts_with("quality.toml:6:"));
}

TEST(QualityRule, ThoseThatComeWithTheProgramAreSoundAndSayThatNobodyVerifiedThem) {
    EXPECT_EQ(shipped_quality_rules().size(), 3U);
    for (const std::string& id : shipped_quality_rules()) {
        const auto rule = quality_rule(id, {});
        ASSERT_TRUE(rule) << rule.error().what;
        EXPECT_FALSE(rule->verified) << id;
        EXPECT_FALSE(rule->edition.empty() || rule->source.empty()) << id;
    }
    EXPECT_EQ(quality_rule({}, {})->id, "national");
    EXPECT_NE(quality_rule("nationl", {}).error().what.find("national"), std::string::npos);
}

}  // namespace
}  // namespace mg
