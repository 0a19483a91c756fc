#include "gateway/accounting/formula_terms.h"

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gateway/accounting/formula_units.h"
#include "tests/unit/accounting/any_formula.h"

namespace mg {
namespace {

Expression formula(std::string_view text) {
    const auto parsed = parse_formula(text);
    EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().what);
    return parsed.value_or(Expression{});
}

/// Points named temp… and items named ratio… are states.
Nature nature_of(const Reference& reference) {
    if (reference.kind == Reference::Kind::coefficient) return Nature::factor;
    const bool state = reference.point.starts_with("temp") || reference.name.starts_with("ratio");
    return state ? Nature::state : Nature::amount;
}

std::string shown(const LinearTerm& term) {
    return term.input.to_string() + " | " + term.constant.readable() + " | " + to_string(term.weight);
}

std::vector<std::string> shown(std::string_view text) {
    const auto terms = linear_terms(formula(text), nature_of);
    EXPECT_TRUE(terms) << text;
    std::vector<std::string> all;
    if (!terms) return all;
    for (const LinearTerm& term : *terms) all.push_back(shown(term));
    return all;
}

Result<Exact> value_of(const Reference& reference) {
    std::int64_t sum = 1;
    for (const char c : reference.to_string()) sum = sum * 31 % 1009 + c;
    return Exact{sum, 100};
}

Result<Exact> sum_of(const std::vector<LinearTerm>& terms) {
    Exact sum;
    for (const LinearTerm& term : terms) {
        const auto weight = evaluate(term.weight, {.reference = value_of, .part = {}});
        if (!weight) return weight;
        sum += value_of(term.input).value() * term.constant * *weight;
    }
    return sum;
}

TEST(FormulaTerms, AreTheInputsWithEverythingThatMultipliesThem) {
    using Terms = std::vector<std::string>;
    EXPECT_EQ(shown("m.energy"), (Terms{"m.energy | 1 | 1"}));
    EXPECT_EQ(shown("a + b - c"), (Terms{"a | 1 | 1", "b | 1 | 1", "c | -1 | 1"}));
    EXPECT_EQ(shown("(k.mass + c.mass) * coef.pf"), (Terms{"k.mass | 1 | coef.pf", "c.mass | 1 | coef.pf"}));
    EXPECT_EQ(shown("-(a - 2 * b) / 4"), (Terms{"a | -0.25 | 1", "b | 0.5 | 1"}));
    EXPECT_EQ(shown("a * (1 - coef.wet) / coef.dry * 3"), (Terms{"a | 3 | (1 - coef.wet) / coef.dry"}));
    EXPECT_EQ(shown("(2 + 3) * a / (coef.x * 2)"), (Terms{"a | 2.5 | 1 / coef.x"}));
    EXPECT_EQ(shown("a / 3"), (Terms{"a | 1/3 | 1"}));
}

TEST(FormulaTerms, WhatWouldNotAddUpIsRefusedAtItsPlace) {
    struct Case {
        const char* text;
        int column;
        const char* says;
    };
    for (const Case& c :
         {Case{"a / b", 5, "divides by an input"}, Case{"a * b", 5, "multiplies two inputs"},
          Case{"a + 5", 5, "'5' is added"}, Case{"a + 2 * coef.x", 5, "'2 * coef.x' is added"},
          Case{"coef.x", 1, "is added"}, Case{"a + m.temperature", 5, "no amount"},
          Case{"a * 5 / 0", 9, "zero"}, Case{"2 * (a + ratio1)", 10, "no amount"}}) {
        const auto terms = linear_terms(formula(c.text), nature_of);
        ASSERT_FALSE(terms) << c.text;
        EXPECT_EQ(terms.error().column, c.column) << c.text;
        EXPECT_NE(terms.error().what.find(c.says), std::string::npos) << terms.error().what;
    }
}

TEST(FormulaTerms, ARatioIsCalculatedFromSums) {
    const auto ratio =
        ratio_formula(formula("1000 * (coal * coef.c + (e1 - e2) * coef.e) / clinker"), nature_of);
    ASSERT_TRUE(ratio);
    EXPECT_EQ(to_string(ratio->tree), "[1] * 1000 / [2]");
    ASSERT_EQ(ratio->parts.size(), 2U);
    ASSERT_EQ(ratio->parts[0].terms.size(), 3U);
    EXPECT_EQ(shown(ratio->parts[0].terms[2]), "e2 | -1 | coef.e");
    EXPECT_EQ(shown(ratio->parts[1].terms[0]), "clinker | 1 | 1");
}

TEST(FormulaTerms, CoefficientsOfARatioGoWithItsFirstAmount) {
    const auto ratio = ratio_formula(formula("a / b * coef.x / coef.y + 3 * ratio1"), nature_of);
    ASSERT_TRUE(ratio);
    EXPECT_EQ(to_string(ratio->tree), "[1] / [2] + 3 * [3]");
    EXPECT_EQ(shown(ratio->parts[0].terms[0]), "a | 1 | coef.x / coef.y");
    EXPECT_EQ(ratio->parts[2].state, (Reference{Reference::Kind::item, "ratio1", ""}));
}

TEST(FormulaTerms, ARatioWithoutAmountToChangeInOrToDivideByIsRefused) {
    struct Case {
        const char* text;
        const char* says;
    };
    for (const Case& c :
         {Case{"a + b", "累计差"}, Case{"a / b + coef.x", "coef.x does not multiply"},
          Case{"coef.x / b", "coef.x does not multiply"}, Case{"a / 3", "nothing is divided"}}) {
        const auto ratio = ratio_formula(formula(c.text), nature_of);
        ASSERT_FALSE(ratio) << c.text;
        EXPECT_NE(ratio.error().what.find(c.says), std::string::npos) << ratio.error().what;
    }
}

TEST(FormulaTerms, SummandsOfAWeightAreConverted) {
    const std::map<std::string, std::string> units{
        {"coef.wet", "%"}, {"coef.tce", "tce/t"}, {"coef.kg", "kgce/t"}};
    const auto unit_of = [&](const Reference& r) { return Unit::parse(units.at(r.to_string())).value(); };
    const auto dry = with_conversions(formula("1 - coef.wet"), unit_of);
    ASSERT_TRUE(dry);
    EXPECT_EQ(to_string(dry->expression), "1 - coef.wet * 0.01");
    EXPECT_TRUE(dry->unit.is_number());
    const auto sum = with_conversions(formula("coef.tce + coef.kg"), unit_of);
    ASSERT_TRUE(sum);
    EXPECT_EQ(to_string(sum->expression), "coef.tce + coef.kg * 0.001");
    EXPECT_FALSE(with_conversions(formula("1 - coef.tce"), unit_of));
}

RC_GTEST_PROP(FormulaTerms, TheirSumIsTheValueOfTheFormula, ()) {
    const Expression made = any_expression(3);
    const auto terms = linear_terms(made, nature_of);
    RC_PRE(terms.has_value());
    const auto whole = evaluate(made, {.reference = value_of, .part = {}});
    const auto sum = sum_of(*terms);
    RC_ASSERT(whole.has_value() == sum.has_value());
    if (whole) RC_ASSERT(*whole == *sum);
}

RC_GTEST_PROP(FormulaTerms, ARatioOfSumsIsTheFormulaOfSums, ()) {
    const Expression made = any_expression(3);
    const auto ratio = ratio_formula(made, nature_of);
    RC_PRE(ratio.has_value());
    const auto part = [&](std::size_t index) -> Result<Exact> {
        const RatioPart& known = ratio->parts.at(index);
        return known.state ? value_of(*known.state) : sum_of(known.terms);
    };
    const auto whole = evaluate(made, {.reference = value_of, .part = {}});
    const auto calculated = evaluate(ratio->tree, {.reference = {}, .part = part});
    RC_ASSERT(whole.has_value() == calculated.has_value());
    if (whole) RC_ASSERT(*whole == *calculated);
}

RC_GTEST_PROP(FormulaTerms, DistributingAConstantDoesNotChangeTheValue, ()) {
    const Expression sum = any_expression(2);
    const auto terms = linear_terms(sum, nature_of);
    RC_PRE(terms.has_value());
    const Exact constant{*rc::gen::inRange<std::int64_t>(1, 1'000'000), 1'000};
    Expression product;
    product.kind = Expression::Kind::product;
    product.operands = {{false, Expression::of(constant)}, {false, sum}};
    const auto distributed = linear_terms(product, nature_of);
    RC_ASSERT(distributed.has_value());
    const auto before = sum_of(*terms);
    const auto after = sum_of(*distributed);
    RC_ASSERT(before.has_value() == after.has_value());
    if (before) RC_ASSERT(*before * constant == *after);
}

}  // namespace
}  // namespace mg
