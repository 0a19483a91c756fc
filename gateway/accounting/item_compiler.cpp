#include "gateway/accounting/item_compiler.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "gateway/accounting/formula_units.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

bool all_units_known(const ItemInputs& inputs) {
    return std::ranges::all_of(inputs, [](const auto& input) { return input.second.unit.has_value(); });
}

NatureOf natures_of(const ItemInputs& inputs) {
    return [&inputs](const Reference& reference) { return inputs.at(reference).nature; };
}

UnitOf units_of(const ItemInputs& inputs) {
    return [&inputs](const Reference& reference) { return *inputs.at(reference).unit; };
}

bool is_one_of(const Exact& number, const Exact& factor) {
    return number == factor || number * factor == Exact{1};
}

/// A ratio of the nameplate that a number in a formula may repeat: of the meter as configured, and of its
/// transformers where the registers are primary already.
bool repeats_ratio(const Exact& number, const MeterOptions& meter, Ratio ratio) {
    std::vector<Exact> ratios{Exact{meter.multiplier.ct}, Exact{meter.multiplier.pt}};
    if (const auto whole = meter.multiplier.of(ratio)) ratios.emplace_back(*whole);
    Exact nameplate{1};
    for (const auto& [above, below] :
         {std::pair{"ct_primary", "ct_secondary"}, std::pair{"pt_primary", "pt_secondary"}}) {
        const auto primary = Decimal::parse(meter.row.text(above));
        const auto secondary = Decimal::parse(meter.row.text(below));
        if (!primary || !secondary) continue;
        const auto transformer = Exact{*primary}.divided_by(Exact{*secondary});
        if (!transformer) continue;
        ratios.push_back(*transformer);
        nameplate *= *transformer;
    }
    ratios.push_back(nameplate);
    // Single-figure numbers may be anything.
    return std::ranges::any_of(ratios, [&](const Exact& r) { return r > Exact{9} && is_one_of(number, r); });
}

/// The unit of an item whose volumes have no state of their own takes that of its inputs.
Unit adopted(const Unit& declared, const Unit& computed) {
    const bool fits = computed.power(Quantity::volume) == 0 && declared.gas_state() == GasState::unstated;
    return fits ? declared.with_gas_state(computed.gas_state()) : declared;
}

/// An item whose unit does not say the state of its gas, while its inputs say different ones.
std::optional<FormulaFault> two_states(const Unit& declared, const std::vector<ItemTerm>& terms,
                                       const std::vector<Unit>& units) {
    if (declared.power(Quantity::volume) == 0) return std::nullopt;
    const GasState first = units.front().gas_state();
    const auto other =
        std::ranges::find_if(units, [&](const Unit& unit) { return unit.gas_state() != first; });
    if (other == units.end()) return std::nullopt;
    const LinearTerm& term = terms[static_cast<std::size_t>(other - units.begin())].term;
    return FormulaFault{
        term.column, trf("{} is in {}, {} in {}: {}; say which state the item is in, as in 万m3(20℃)",
                         "{} 是 {}，{} 是 {}：{}；请在上报单位中写明状态，例如 万m3(20℃)",
                         terms.front().term.input.to_string(), units.front().text(), term.input.to_string(),
                         other->text(), gas_states_differ())};
}

/// "the factor 1000", "division by 10000".
std::string factor_in_words(const Exact& factor) {
    const Exact inverse = Exact{1}.divided_by(factor).value();
    if (factor < Exact{1}) return trf("the division / {}", "“/ {}”", inverse.readable());
    return trf("the factor {} *", "“{} *”", factor.readable());
}

}  // namespace

ItemCompiler::ItemCompiler(const Options& options, const ItemCatalogue& catalogue, ItemProblems& problems)
    : options_{options},
      problems_{problems},
      formulas_(options.items.size()),
      units_(options.items.size()),
      check_{options, catalogue, units_, problems} {
    for (std::size_t row = 0; row < options.items.size(); ++row) {
        const ItemOptions& item = options.items[row];
        if (const auto unit = Unit::parse(item.unit)) {
            units_[row] = *unit;
        } else {
            problems_.error(row, "unit", unit.error().what);
        }
        if (item.method == ItemMethod::manual || item.method == ItemMethod::total) continue;
        if (auto formula = parse_formula(item.formula)) {
            formulas_[row] = std::move(*formula);
        } else {
            complain(row, formula.error());
        }
    }
}

std::vector<Reference> ItemCompiler::references_of(std::size_t row) const {
    return formulas_[row] ? mg::references_of(*formulas_[row]) : std::vector<Reference>{};
}

ItemVersion ItemCompiler::compile(std::size_t row) {
    const ItemOptions& item = options_.items[row];
    ItemVersion version{.row = row, .from = item.valid_from, .to = item.valid_to};
    version.references = references_of(row);
    version.unit = units_[row].value_or(Unit{});
    if (formulas_[row]) compile_formula(*formulas_[row], version);
    if (units_[row]) {
        compile_coal(version);
        units_[row] = version.unit;
    }
    return version;
}

void ItemCompiler::compile_formula(const Expression& formula, ItemVersion& version) {
    const auto inputs = check_.inputs_of(version.row, formula);
    if (!inputs) return;
    switch (options_.items[version.row].method) {
        case ItemMethod::difference:
            return compile_amounts(formula, *inputs, version);
        case ItemMethod::mean:
            return compile_means(formula, *inputs, version);
        case ItemMethod::last:
            return compile_last(formula, *inputs, version);
        case ItemMethod::ratio:
            return compile_ratio(formula, *inputs, version);
        case ItemMethod::manual:
        case ItemMethod::total:
            return;
    }
}

void ItemCompiler::compile_amounts(const Expression& formula, const ItemInputs& inputs,
                                   ItemVersion& version) {
    auto terms = linear_terms(formula, natures_of(inputs));
    if (!terms) return complain(version.row, terms.error());
    version.calculation = SumOfAmounts{with_units(std::move(*terms), inputs, version)};
}

void ItemCompiler::compile_means(const Expression& formula, const ItemInputs& inputs, ItemVersion& version) {
    auto terms = linear_terms(formula, natures_of(inputs), Nature::state);
    if (!terms) return complain(version.row, terms.error());
    version.calculation = SumOfMeans{with_units(std::move(*terms), inputs, version)};
}

void ItemCompiler::compile_last(const Expression& formula, const ItemInputs& inputs, ItemVersion& version) {
    if (!units_[version.row] || !all_units_known(inputs)) return;
    auto measured = with_conversions(formula, units_of(inputs));
    if (!measured) return complain(version.row, measured.error());
    version.unit = adopted(version.unit, measured->unit);
    const auto factor = conversion(measured->unit, version.unit);
    if (!factor) return complain(version.row, {0, factor.error().what});
    version.calculation = LastValue{std::move(measured->expression), *factor};
    const auto terms = linear_terms(formula, natures_of(inputs), Nature::state);
    if (!terms) return;
    std::set<int> reported;
    for (const LinearTerm& term : *terms) {
        check_literals({term, *factor}, measured->unit, inputs.at(term.input), version.row, reported);
    }
}

void ItemCompiler::compile_ratio(const Expression& formula, const ItemInputs& inputs, ItemVersion& version) {
    auto ratio = ratio_formula(formula, natures_of(inputs));
    if (!ratio) return complain(version.row, ratio.error());
    if (!units_[version.row] || !all_units_known(inputs)) return;
    const auto result = unit_of_ratio(formula, units_of(inputs));
    if (!result) return complain(version.row, result.error());
    const Unit computed =
        result->quantity.scaled(result->sizes.front().divided_by(result->quantity.factor()).value());
    version.unit = adopted(version.unit, computed);
    const auto factor = conversion(computed, version.unit);
    if (!factor) return complain(version.row, {0, factor.error().what});
    if (!computed.same_quantity(version.unit)) {
        return complain(version.row, {0, trf("the result is in {}, the item in {}: {}",
                                             "结果的单位是 {}，上报单位是 {}：{}", computed.text(),
                                             version.unit.text(), gas_states_differ())});
    }
    if (std::ranges::find(result->sizes, version.unit.factor()) == result->sizes.end()) {
        return complain(
            version.row,
            {0,
             trf("the result is in {}, the item in {}: {} is missing in the formula (or a number in it is "
                 "too "
                 "much); numbers of a ratio are not converted",
                 "结果的单位是 {}，上报单位是 {}：公式中缺少{}(或多了一个数)；“比值”公式中的数值不自动换算",
                 computed.text(), version.unit.text(), factor_in_words(*factor))});
    }
    version.calculation = RatioOfSums{std::move(*ratio)};
}

/// Each term in the unit of the item; the state of gas volumes comes from the terms where the item has none.
std::vector<ItemTerm> ItemCompiler::with_units(std::vector<LinearTerm> terms, const ItemInputs& inputs,
                                               ItemVersion& version) {
    if (!units_[version.row] || !all_units_known(inputs)) return {};
    std::vector<ItemTerm> items;
    std::vector<Unit> units;
    for (LinearTerm& term : terms) {
        auto weight = with_conversions(term.weight, units_of(inputs));
        if (!weight) {
            complain(version.row, weight.error());
            return {};
        }
        term.weight = std::move(weight->expression);
        units.push_back(*inputs.at(term.input).unit * weight->unit);
        items.push_back({std::move(term), Exact{1}});
    }
    if (auto fault = two_states(version.unit, items, units)) {
        complain(version.row, *fault);
        return {};
    }
    version.unit = adopted(version.unit, units.front());
    std::set<int> reported;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const LinearTerm& term = items[i].term;
        const auto factor = conversion(units[i], version.unit);
        if (!factor) {
            complain(version.row, {term.column, term.input.to_string() + ": " + factor.error().what});
            continue;
        }
        items[i].conversion = *factor;
        check_literals(items[i], units[i], inputs.at(term.input), version.row, reported);
    }
    return items;
}

/// A number that multiplies a bracket stands in several terms; it is reported once.
void ItemCompiler::check_literals(const ItemTerm& term, const Unit& unit, const ItemInput& input,
                                  std::size_t row, std::set<int>& reported) {
    const std::string& wanted = options_.items[row].unit;
    for (const Literal& literal : term.term.literals) {
        if (literal.factor.is_zero() || literal.factor == Exact{1}) continue;
        if (reported.contains(literal.column)) continue;
        const auto report = [&](const std::string& what) {
            reported.insert(literal.column);
            complain(row, {literal.column, what});
        };
        if (term.conversion != Exact{1} && is_one_of(literal.factor, term.conversion)) {
            report(trf("the program converts {} to {} itself: remove this number",
                       "{} 换算成 {} 由程序完成：请去掉这个数", unit.text(), wanted));
        } else if (input.meter != nullptr &&
                   repeats_ratio(literal.factor, *input.meter, input.point->ratio)) {
            report(
                trf("this is a ratio of the transformers of {}; the program applies the multiplier itself: "
                    "remove this number",
                    "这是 {} 的互感器变比，倍率由程序计算：请去掉这个数", input.meter->id.text));
        } else if (looks_like_conversion(literal.factor)) {
            reported.insert(literal.column);
            problems_.warning(row, "formula",
                              at_character(literal.column,
                                           trf("a number that looks like a conversion; the program converts "
                                               "units itself, here {} to {}",
                                               "这个数像是单位换算；单位由程序换算，此处是 {} 到 {}",
                                               unit.text(), wanted)));
        }
    }
}

void ItemCompiler::compile_coal(ItemVersion& version) {
    const ItemOptions& item = options_.items[version.row];
    if (!item.coal) return;
    const auto unit = Unit::parse(item.coal->unit);
    if (!unit) return problems_.error(version.row, "coal_unit", unit.error().what);
    const Unit tce = Unit::parse("tce").value();
    // The factor stands beside the item's unit and means volumes in the same state.
    auto factor = conversion(*unit * units_[version.row].value(), tce);
    if (!factor) factor = conversion(*unit * version.unit, tce);
    if (!factor) {
        return problems_.error(version.row, "coal_unit",
                               trf("must be standard coal by unit of the item, as in tce/{}",
                                   "必须是每单位采集项的标准煤，例如 tce/{}", item.unit));
    }
    if (const auto* number = std::get_if<Decimal>(&item.coal->value)) {
        version.coal = StandardCoal{Expression::of(Exact{*number}), *factor};
        return;
    }
    const Reference reference{Reference::Kind::coefficient, std::get<std::string>(item.coal->value), {}};
    version.references.push_back(reference);
    const auto known = check_.coefficient(version.row, "coal_factor", 0, reference.name);
    if (!known || !known->unit) return;
    if (!(*known->unit == *unit)) {
        return problems_.error(version.row, "coal_unit",
                               trf("{} is in {}, not in {}", "{} 的单位是 {}，不是 {}", reference.to_string(),
                                   known->unit->text(), unit->text()));
    }
    version.coal = StandardCoal{Expression::of(reference), *factor};
}

void ItemCompiler::complain(std::size_t row, const FormulaFault& fault) {
    problems_.error(row, "formula", at_character(fault.column, fault.what));
}

}  // namespace mg
