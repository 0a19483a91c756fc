#include "gateway/accounting/record_maker.h"

#include <algorithm>
#include <utility>

#include "gateway/accounting/item_limits.h"

namespace mg {
namespace {

ItemRecord blank(const ItemOptions& options, const StatPeriod& period) {
    ItemRecord record;
    record.item = options.id;
    record.period = period;
    record.input_type = static_cast<int>(period.type == StatType::month || period.type == StatType::year
                                             ? options.month_source
                                             : options.source);
    record.item_version = options.valid_from;
    return record;
}

/// Sums of this nature are not there; only the caller knows which are.
Result<Exact> no_such_value(const Reference& reference) {
    return fail(Failure::unsupported, reference.to_string());
}

}  // namespace

RecordMaker::RecordMaker(const Options& options, const ItemGraph& graph, const SitePlan& plan,
                         const CoefficientTable& coefficients, Inputs inputs)
    : options_{options},
      graph_{graph},
      plan_{plan},
      coefficients_{coefficients},
      inputs_{std::move(inputs)} {}

std::optional<ItemRecord> RecordMaker::record(const PlannedItem& item, const StatPeriod& period) const {
    const auto row = item.row_at(options_, period);
    if (!row) return {};
    const ItemOptions& options = options_.items[*row];
    const auto& calculation = graph_.versions()[*row].calculation;
    if (!is_additive(options.method) && !options.periods.contains(period.type)) return {};
    if (const auto* ratio = std::get_if<RatioOfSums>(&calculation)) return of(item, options, period, *ratio);
    if (const auto* means = std::get_if<SumOfMeans>(&calculation)) return of(item, options, period, *means);
    if (const auto* last = std::get_if<LastValue>(&calculation)) return of(item, options, period, *last);
    return additive(item, options, period);
}

std::optional<ItemRecord> RecordMaker::additive(const PlannedItem& item, const ItemOptions& options,
                                                const StatPeriod& period) const {
    const auto figure = inputs_.figure(*item.flow, period);
    if (!figure) return {};
    ItemRecord record = blank(options, period);
    record.marks = figure->marks;
    if (figure->marks.has(Mark::entered)) record.input_type = figure->input_type;
    record.exact = figure->amount.to_string();
    record.total = figure->total.to_string();
    const auto after = figure->total.rounded(options.decimals);
    const auto before = (figure->total - figure->amount).rounded(options.decimals);
    const auto value = after && before ? after->minus(*before) : Result<Decimal>{fail(Failure::rejected, {})};
    if (!value) {
        record.marks |= Mark::too_large;
        return record;
    }
    record.value = *value;
    if (!is_within_limits(options, period, *value)) record.marks |= Mark::out_of_limits;
    return record;
}

ItemRecord RecordMaker::rounded(const ItemOptions& options, const StatPeriod& period,
                                const Result<Exact>& value, Marks marks) const {
    ItemRecord record = blank(options, period);
    record.marks = marks;
    if (!value) {
        record.marks |= Mark::no_divisor;
        return record;
    }
    record.exact = value->to_string();
    const auto digits = value->rounded(options.decimals);
    if (!digits) {
        record.marks |= Mark::too_large;
        return record;
    }
    record.value = *digits;
    if (!is_within_limits(options, period, *digits)) record.marks |= Mark::out_of_limits;
    return record;
}

Result<Exact> RecordMaker::coefficient(const Reference& reference, UtcTime at) const {
    const auto* value = coefficients_.at(reference.name, at);
    if (value == nullptr) return no_such_value(reference);
    return value->value;
}

std::optional<ItemRecord> RecordMaker::of(const PlannedItem& item, const ItemOptions& options,
                                          const StatPeriod& period, const RatioOfSums& ratio) const {
    std::vector<Exact> values;
    Marks marks;
    for (std::size_t i = 0; i < ratio.formula.parts.size(); ++i) {
        const auto& part = ratio.formula.parts[i];
        if (part.state) {
            const PlannedItem* other = plan_.item(part.state->name);
            const auto known = other == nullptr ? std::nullopt : record(*other, period);
            if (!known || known->exact.empty()) return {};
            values.push_back(Exact::parse(known->exact).value_or(Exact{}));
            marks |= known->marks;
            continue;
        }
        const auto figure = inputs_.figure(item.parts[i], period);
        if (!figure) return {};
        values.push_back(figure->amount);
        marks |= figure->marks;
    }
    const auto value = evaluate(
        ratio.formula.tree,
        {.reference = no_such_value, .part = [&](std::size_t i) -> Result<Exact> { return values[i]; }});
    return rounded(options, period, value, marks);
}

std::optional<ItemRecord> RecordMaker::of(const PlannedItem& item, const ItemOptions& options,
                                          const StatPeriod& period, const SumOfMeans& means) const {
    Exact total;
    Marks marks;
    for (std::size_t i = 0; i < means.terms.size(); ++i) {
        const auto sum = inputs_.figure(item.parts[2 * i], period);
        const auto count = inputs_.figure(item.parts[2 * i + 1], period);
        if (!sum || !count) return {};
        marks |= sum->marks | count->marks;
        const auto mean = sum->amount.divided_by(count->amount);
        if (!mean) return rounded(options, period, pass_on(mean.error()), marks | Mark::few_samples);
        const auto& term = means.terms[i];
        const auto weight =
            evaluate(term.term.weight,
                     {.reference =
                          [&](const Reference& reference) {
                              return coefficient(reference, period.to - milliseconds{1});
                          },
                      .part = [](std::size_t) -> Result<Exact> { return fail(Failure::unsupported, {}); }});
        if (!weight) return {};
        total += *mean * term.term.constant * term.conversion * *weight;
    }
    return rounded(options, period, total, marks);
}

std::optional<ItemRecord> RecordMaker::of(const PlannedItem&, const ItemOptions& options,
                                          const StatPeriod& period, const LastValue& last) const {
    bool known = true;
    const auto value =
        evaluate(last.expression,
                 {.reference = [&](const Reference& reference) -> Result<Exact> {
                      if (reference.kind == Reference::Kind::coefficient) {
                          auto coefficient_then = coefficient(reference, period.to - milliseconds{1});
                          known = known && coefficient_then.has_value();
                          return coefficient_then;
                      }
                      const auto at_end = inputs_.point_at({{reference.name}, {reference.point}}, period.to);
                      known = known && at_end.has_value();
                      if (!at_end) return no_such_value(reference);
                      return *at_end;
                  },
                  .part = [](std::size_t) -> Result<Exact> { return fail(Failure::unsupported, {}); }});
    if (!known) return {};
    return rounded(options, period, value ? Result<Exact>{*value * last.conversion} : value, {});
}

}  // namespace mg
