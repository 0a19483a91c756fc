#include "gateway/accounting/formula.h"

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/accounting/any_formula.h"

namespace mg {
namespace {

Expression formula(std::string_view text) {
    const auto parsed = parse_formula(text);
    EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().what);
    return parsed.value_or(Expression{});
}

Result<Exact> value(std::string_view text, const std::map<std::string, std::string>& values = {}) {
    const auto of = [&](const Reference& reference) -> Result<Exact> {
        const auto found = values.find(reference.to_string());
        if (found == values.end()) return fail(Failure::rejected, "no value");
        return Exact::parse(found->second);
    };
    return evaluate(formula(text), {.reference = of, .part = {}});
}

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

TEST(Formula, CalculatesAsOnPaper) {
    struct Case {
        const char* text;
        const char* value;
    };
    for (const Case& c : {Case{"1 + 2 * 3", "7"}, Case{"(1 + 2) * 3", "9"}, Case{"10 - 3 - 2", "5"},
                          Case{"100 / 5 / 2", "10"}, Case{"-2 * -3", "6"}, Case{"-(2 + 3)", "-5"},
                          Case{"1 / 3 * 3", "1"}, Case{"0.1 + 0.2", "0.3"}, Case{"2 - -3", "5"},
                          Case{"－（1 + 2） × 3 ÷ 4", "-9/4"}, Case{"007.50", "7.5"}}) {
        EXPECT_EQ(value(c.text).value(), Exact::parse(c.value).value()) << c.text;
    }
}

TEST(Formula, TakesTheSignsOfChineseKeyboards) {
    const auto wide = formula("（grid_in1.energy_import ＋ b） × 2 ÷ coef.x － c　");
    EXPECT_EQ(wide, formula("(grid_in1.energy_import + b) * 2 / coef.x - c"));
}

TEST(Formula, KnowsPointsItemsAndCoefficients) {
    const auto references =
        references_of(formula("1000 * (m1.energy + elec_used) / (coef.heat * elec_used)"));
    ASSERT_EQ(references.size(), 3U);
    EXPECT_EQ(references[0], (Reference{Reference::Kind::point, "m1", "energy"}));
    EXPECT_EQ(references[1], (Reference{Reference::Kind::item, "elec_used", ""}));
    EXPECT_EQ(references[2], (Reference{Reference::Kind::coefficient, "heat", ""}));
}

TEST(Formula, SaysWhereItIsWrongAndWhatWasExpected) {
    struct Case {
        const char* text;
        int column;
        const char* says;
    };
    for (const Case& c : {
             Case{"", 1, "the formula ends where a number, meter.point, an item"},
             Case{"a +", 4, "the formula ends"},
             Case{"a + * b", 5, "'*' where a number"},
             Case{"a b", 3, "'b' where an operator"},
             Case{"(a + b", 1, "never closed"},
             Case{"a + (b * (c - d)", 5, "never closed"},
             Case{"a + b)", 6, "without a '('"},
             Case{"(a b)", 4, "an operator or ')'"},
             Case{"=a + b", 1, "'=' where"},
             Case{"a + Hv_kiln.energy", 5, "small letters"},
             Case{"a.b.c", 1, "neither"},
             Case{"a. + b", 1, "neither"},
             Case{".a", 1, "neither"},
             Case{"coef", 1, "name of a coefficient"},
             Case{"a + 1.2.3", 5, "not a number"},
             Case{"a + 5.", 5, "not a number"},
             Case{"水泥 + b", 1, "'水' where"},
             Case{"a × 水泥", 5, "'水' where"},
             Case{"a ** b", 4, "'*' where"},
             Case{"a ^ 2", 3, "'^' where"},
             Case{"123456789012345678901234567890123456789012345", 1, "37 digits"},
             Case{"9999999999999999999999999999999999999.5", 1, "37 digits"},
             Case{"0.0000000000000000000000000000000000001", 1, "30 decimals"},
         }) {
        const auto parsed = parse_formula(c.text);
        ASSERT_FALSE(parsed) << c.text;
        EXPECT_EQ(parsed.error().column, c.column) << c.text << ": " << parsed.error().what;
        EXPECT_NE(parsed.error().what.find(c.says), std::string::npos)
            << c.text << ": " << parsed.error().what;
    }
}

TEST(Formula, HasLimits) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '(').append("a").append(depth, ')');
    };
    EXPECT_TRUE(parse_formula(nested(99)));
    EXPECT_FALSE(parse_formula(nested(101)));
    EXPECT_FALSE(parse_formula(std::string(4000, '-').append("a")));
    EXPECT_TRUE(parse_formula(repeated("a+", 900).append("a")));
    EXPECT_FALSE(parse_formula(repeated("a+", 1000).append("a")));
    EXPECT_FALSE(parse_formula(std::string(5000, ' ').append("a")));
}

TEST(Formula, DivisionByZeroAndEndlessGrowthAreErrorsAndNotCrashes) {
    EXPECT_EQ(value("1 / (2 - 2)").error().kind, Failure::rejected);
    const std::string large = "12345678901234567890123456789012345.6";
    EXPECT_EQ(value(repeated("a * ", 150) + "a", {{"a", large}}).error().kind, Failure::rejected);
    EXPECT_EQ(value("a + 1").error().what, "no value");
}

RC_GTEST_PROP(Formula, ReadsBackAsItWasPrinted, ()) {
    const Expression made = any_expression(4);
    const std::string text = to_string(made);
    const auto read = parse_formula(text);
    if (!read) RC_FAIL(text + ": " + read.error().what);
    if (!(*read == made)) RC_FAIL(text + " became " + to_string(*read));
}

RC_GTEST_PROP(Formula, PrintingDoesNotChangeTheValue, ()) {
    const Expression made = any_expression(4);
    const auto of = [](const Reference& reference) -> Result<Exact> {
        return Exact{static_cast<std::int64_t>(reference.to_string().size()), 7};
    };
    const FormulaValues values{.reference = of, .part = {}};
    const auto before = evaluate(made, values);
    const auto after = evaluate(formula(to_string(made)), values);
    RC_ASSERT(before.has_value() == after.has_value());
    if (before) RC_ASSERT(*before == *after);
}

}  // namespace
}  // namespace mg
