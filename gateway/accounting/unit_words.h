#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "gateway/accounting/units.h"

namespace mg {

struct QuantityPower {
    Quantity quantity{};
    int power{0};
};

/// One word of the table of units: how many of the quantity's own unit it is.
struct UnitWord {
    std::string_view text;
    QuantityPower first;
    std::int64_t numerator{1};
    std::int64_t denominator{1};
    QuantityPower second{};
};

/// Every word that is known, without 万 and its like. The first of a quantity and size is the one to print.
std::span<const UnitWord> unit_words();

/// 万, 亿 … that may stand before a word.
struct UnitMultiple {
    std::string_view text;
    std::int64_t factor{1};
};
std::span<const UnitMultiple> unit_multiples();

struct QuantityName {
    Quantity quantity{};
    std::string_view unit;  ///< one of it has the factor 1
    std::string_view en;
    std::string_view zh;
};
const QuantityName& name_of(Quantity quantity);

}  // namespace mg
