#pragma once

#include <string>
#include <vector>

#include <rapidcheck.h>

#include "gateway/accounting/formula.h"

namespace mg {

/// Any expression that a formula can say, `depth` deep at most.
inline Expression any_expression(int depth) {
    using Kind = Expression::Kind;
    const int kind = depth == 0 ? *rc::gen::inRange(0, 4) : *rc::gen::inRange(0, 8);
    if (kind == 0) {
        return Expression::of(
            Exact{Decimal{*rc::gen::inRange<std::int64_t>(0, 1'000'000), -*rc::gen::inRange(0, 7)}});
    }
    if (kind < 4) {
        const std::string name = *rc::gen::element<std::string>("a", "b_1", "hv_kiln", "x2");
        if (kind == 1) return Expression::of(Reference{Reference::Kind::point, name, "energy_import"});
        if (kind == 2) return Expression::of(Reference{Reference::Kind::item, name, {}});
        return Expression::of(Reference{Reference::Kind::coefficient, name, {}});
    }
    Expression chain;
    chain.kind = kind < 6 ? Kind::sum : Kind::product;
    const int operands = *rc::gen::inRange(1, 5);
    for (int i = 0; i < operands; ++i) {
        chain.operands.push_back({*rc::gen::arbitrary<bool>(), any_expression(depth - 1)});
    }
    // A product begins with a factor, and one summand alone is a sum only for its minus.
    if (chain.kind == Kind::product) {
        chain.operands.front().inverse = false;
        if (operands == 1) chain.operands.push_back({true, any_expression(0)});
    } else if (operands == 1) {
        chain.operands.front().inverse = true;
    }
    return chain;
}

}  // namespace mg
