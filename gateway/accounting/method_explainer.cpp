#include "gateway/accounting/method_explainer.h"

#include <algorithm>

namespace mg {
namespace {

/// Of a mean: an hour of minutes.
constexpr std::size_t kMostSamples = 60;

Result<Exact> no_such_value(const Reference& reference) {
    return fail(Failure::unsupported, reference.to_string());
}

Result<Exact> no_such_part(std::size_t /*part*/) {
    return fail(Failure::unsupported, {});
}

}  // namespace

void MethodExplainer::explain(const PlannedItem& item, const ItemVersion& version, Explanation& explanation) {
    std::optional<Exact> value;
    bool is_known = true;
    if (const auto* ratio = std::get_if<RatioOfSums>(&version.calculation)) {
        is_known = add_ratio(item, *ratio, explanation, value);
    } else if (const auto* means = std::get_if<SumOfMeans>(&version.calculation)) {
        is_known = add_means(item, *means, explanation, value);
    } else if (const auto* last = std::get_if<LastValue>(&version.calculation)) {
        is_known = add_last(*last, explanation, value);
    } else {
        Exact sum;
        is_known = add_amount(item, explanation, sum);
        value = sum;
    }
    explanation.left_out += amounts_.left_out();
    for (const auto& [key, odd] : rerun_.passed_over()) {
        if (odd.reading.at < explanation.period.from || odd.reading.at > explanation.period.to) continue;
        explanation.passed_over.emplace_back(key.meter.text + "." + key.point.text, odd);
    }
    const bool has_value = !explanation.record.exact.empty();
    const bool agrees = value ? has_value && *value == explanation.exact : !has_value;
    if (is_known && agrees) return;
    explanation.why_not = is_known ? "being_computed" : "samples_gone";
    explanation.amount.clear();
    explanation.places.clear();
    explanation.means.clear();
    explanation.values.clear();
}

bool MethodExplainer::add_amount(const PlannedItem& item, Explanation& explanation, Exact& value) {
    if (!item.flow) return false;
    auto amount = amounts_.explain(*item.flow, explanation.period);
    if (!amount) return false;
    value = amount->amount;
    explanation.amount.push_back(std::move(*amount));
    return true;
}

std::optional<Exact> MethodExplainer::value_of(const std::string& item, const StatPeriod& period) {
    const auto found = books_.records({.items = {item},
                                       .type = period.type,
                                       .from = period.from,
                                       .to = period.from + milliseconds{1},
                                       .most = 1});
    if (!found || found->empty() || found->front().exact.empty()) return {};
    const auto value = Exact::parse(found->front().exact);
    return value ? std::optional{*value} : std::nullopt;
}

bool MethodExplainer::add_ratio(const PlannedItem& item, const RatioOfSums& ratio, Explanation& explanation,
                                std::optional<Exact>& value) {
    explanation.ratio = to_string(ratio.formula.tree);
    for (std::size_t i = 0; i < ratio.formula.parts.size(); ++i) {
        const auto& state = ratio.formula.parts[i].state;
        ExplainedPlace place;
        if (state) {
            const auto known = value_of(state->name, explanation.period);
            if (!known) return false;
            place.name = state->name;
            place.value = *known;
        } else {
            auto amount = amounts_.explain(item.parts[i], explanation.period);
            if (!amount) return false;
            place.name = amount->name;
            place.value = amount->amount;
            place.amount.push_back(std::move(*amount));
        }
        explanation.places.push_back(std::move(place));
    }
    const auto result = evaluate(ratio.formula.tree,
                                 {.reference = no_such_value, .part = [&](std::size_t i) -> Result<Exact> {
                                      return explanation.places[i].value;
                                  }});
    if (result) value = *result;
    return true;
}

bool MethodExplainer::add_means(const PlannedItem& item, const SumOfMeans& means, Explanation& explanation,
                                std::optional<Exact>& value) {
    Exact total;
    bool has_samples = true;
    for (std::size_t i = 0; i < means.terms.size(); ++i) {
        const auto& term = means.terms[i];
        auto sum = amounts_.explain(item.parts[2 * i], explanation.period);
        auto count = amounts_.explain(item.parts[2 * i + 1], explanation.period);
        const UtcTime end = explanation.period.to - milliseconds{1};
        const auto weight = evaluate(
            term.term.weight, {.reference = [&](const Reference& reference) -> Result<Exact> {
                                   const auto* at = rerun_.reckoning().coefficients().at(reference.name, end);
                                   return at == nullptr ? no_such_value(reference) : at->value;
                               },
                               .part = no_such_part});
        if (!sum || !count || !weight) return false;
        ExplainedMean mean;
        const RegisterKey point{{term.term.input.name}, {term.term.input.point}};
        mean.input = term.term.input.to_string();
        mean.sum = std::move(*sum);
        mean.count = std::move(*count);
        mean.numbers = term.term.constant;
        mean.conversion = term.conversion;
        mean.weight = weight_text(term.term.weight);
        mean.weight_value = *weight;
        mean.coefficients = amounts_.coefficients(term.term.weight, end);
        add_samples(point, explanation.period, explanation, mean);
        const auto quotient = mean.sum.amount.divided_by(mean.count.amount);
        has_samples = has_samples && quotient.has_value();
        if (quotient) total += *quotient * mean.numbers * mean.conversion * mean.weight_value;
        explanation.means.push_back(std::move(mean));
    }
    if (has_samples) value = total;
    return true;
}

/// Longer periods show the sums of their quarter-hours.
void MethodExplainer::add_samples(const RegisterKey& point, const StatPeriod& period,
                                  Explanation& explanation, ExplainedMean& mean) const {
    if (period.type != StatType::real_time) return;
    mean.samples = rerun_.samples(point, period.from, period.to);
    for (auto& sample : mean.samples) sample.multiplier = multiplier_at(point, sample.at);
    if (mean.samples.size() <= kMostSamples) return;
    explanation.left_out += mean.samples.size() - kMostSamples;
    mean.samples.resize(kMostSamples);
}

bool MethodExplainer::add_last(const LastValue& last, Explanation& explanation, std::optional<Exact>& value) {
    explanation.last = to_string(last.expression);
    explanation.last_conversion = last.conversion;
    const UtcTime end = explanation.period.to;
    for (const auto& reference : references_of(last.expression)) {
        ExplainedValue one;
        one.reference = reference.to_string();
        if (reference.kind == Reference::Kind::coefficient) {
            const auto coefficients = amounts_.coefficients(Expression::of(reference), end - milliseconds{1});
            if (coefficients.empty()) return false;
            one.coefficient = coefficients.front();
            one.value = one.coefficient->value;
        } else {
            const RegisterKey point{{reference.name}, {reference.point}};
            const auto known = rerun_.reckoning().momentary().value_at(point, end);
            if (!known) return false;
            one.value = *known;
            one.sample = rerun_.sample(point, end);
            if (one.sample) one.sample->multiplier = multiplier_at(point, end);
        }
        explanation.values.push_back(std::move(one));
    }
    const auto result = evaluate(
        last.expression, {.reference = [&](const Reference& reference) -> Result<Exact> {
                              const auto one = std::ranges::find(explanation.values, reference.to_string(),
                                                                 &ExplainedValue::reference);
                              return one == explanation.values.end() ? no_such_value(reference) : one->value;
                          },
                          .part = no_such_part});
    if (result) value = *result * last.conversion;
    return true;
}

Exact MethodExplainer::multiplier_at(const RegisterKey& key, UtcTime at) const {
    const Options& options = rerun_.basis().options;
    const MeterOptions* meter = options.meter(key.meter);
    const ModelOptions* model = meter == nullptr ? nullptr : options.model(meter->model);
    if (model == nullptr) return Exact{1};
    const auto point = std::ranges::find(model->points, key.point, &PointOptions::id);
    if (point == model->points.end()) return Exact{1};
    const auto& dated = rerun_.reckoning().dated();
    return RegisterLife{rules_of(*meter, *model, *point, dated), records_of(key, point->ratio, dated)}
        .multiplier_at(at);
}

}  // namespace mg
