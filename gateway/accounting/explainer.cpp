#include "gateway/accounting/explainer.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include "config/coal_basis.h"
#include "gateway/accounting/amount_explainer.h"
#include "gateway/accounting/method_explainer.h"
#include "gateway/accounting/named_records.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

void collect(const SitePlan& plan, FlowIndex flow, std::set<FlowIndex>& all) {
    if (!all.insert(flow).second) return;
    for (const auto& version : plan.flows[flow].versions) {
        for (const auto& term : version.terms) {
            if (const auto* input = std::get_if<FlowIndex>(&term.input)) collect(plan, *input, all);
        }
    }
}

/// The record that a cause names: "replacement 17", "replacement 17 revoked".
DatedId record_in(std::string_view cause) {
    for (auto at = cause.find(' '); at != std::string_view::npos; at = cause.find(' ', at + 1)) {
        const auto kinds = dated_kinds();
        if (std::ranges::find(kinds, cause.substr(0, at)) == kinds.end()) continue;
        DatedId id = 0;
        const auto rest = cause.substr(at + 1);
        if (std::from_chars(rest.data(), rest.data() + rest.size(), id).ec == std::errc{}) return id;
    }
    return 0;
}

void add_rounding(Explanation& explanation) {
    const ItemRecord& record = explanation.record;
    const auto exact = Exact::parse(record.exact);
    const auto total = Exact::parse(record.total);
    if (!exact) return;
    explanation.exact = *exact;
    if (!total || record.total.empty()) return;
    explanation.from_totals = true;
    explanation.total_end = *total;
    explanation.total_begin = *total - *exact;
    explanation.total_end_rounded = explanation.total_end.rounded(explanation.decimals).value_or(Decimal{});
    explanation.total_begin_rounded =
        explanation.total_begin.rounded(explanation.decimals).value_or(Decimal{});
}

Explanation about(const Options& options, const ItemOptions& item, const StatPeriod& period) {
    SiteCalendar calendar{.utc_offset = options.site.utc_offset, .real_time = options.site.boundary};
    if (item.interval > milliseconds{0}) calendar.real_time = item.interval;
    Explanation explanation;
    explanation.item = item.id;
    explanation.name = item.name;
    explanation.period = period;
    explanation.period_text = calendar.text(period);
    explanation.method = item.method;
    explanation.formula = item.formula;
    explanation.unit = item.unit;
    explanation.decimals = item.decimals;
    if (item.valid_from != UtcTime{}) explanation.version_from = item.valid_from;
    explanation.version_to = item.valid_to;
    return explanation;
}

std::vector<ExplainedCoal> coal_of(const Options& options, const ItemVersion& version,
                                   const StatPeriod& period) {
    std::vector<ExplainedCoal> all;
    const auto* total = std::get_if<TotalOfItems>(&version.calculation);
    if (total == nullptr) return all;
    for (const auto& summand : total->summands) {
        const ItemOptions& item = options.items[summand.row];
        const bool counts = item.valid_from < period.to && (!item.valid_to || period.from < *item.valid_to);
        if (item.coal && counts)
            all.push_back({item.id, text_of(*item.coal), item.coal->unit, item.coal->basis});
    }
    return all;
}

}  // namespace

Result<Explanation> Explainer::explain(const std::string& id, const StatPeriod& period,
                                       std::optional<std::uint32_t> revision) {
    const PlannedItem* item = basis_.plan.item(id);
    const auto row = item == nullptr ? std::nullopt : item->row_at(basis_.options, period);
    if (!row) {
        return fail(Failure::rejected, trf("no item \"{}\" in that period", "该时段没有采集项“{}”", id));
    }
    auto found = books_.records(
        {.items = {id}, .type = period.type, .from = period.from, .to = period.to, .all_revisions = true});
    if (!found) return pass_on(found.error());
    std::erase_if(*found, [&](const ItemRecord& record) { return record.period.from != period.from; });
    const auto chosen = revision ? std::ranges::find(*found, *revision, &ItemRecord::revision)
                                 : (found->empty() ? found->end() : std::prev(found->end()));
    Explanation explanation = about(basis_.options, basis_.options.items[*row], period);
    if (chosen == found->end()) {
        return fail(
            Failure::rejected,
            revision && !found->empty()
                ? trf("{} has {} revisions for {}, the first is 0", "{0} 在 {2} 有 {1} 个修订，从 0 起", id,
                      found->size(), explanation.period_text)
                : trf("{} has no figure for {} yet", "{} 在 {} 还没有数值", id, explanation.period_text));
    }
    explanation.coal = coal_of(basis_.options, basis_.graph.versions()[*row], period);
    explanation.record = *chosen;
    add_rounding(explanation);
    for (const auto& each : *found) {
        explanation.revisions.push_back(
            {each.revision, each.value, each.cause, each.computed_at, record_in(each.cause)});
    }
    if (std::next(chosen) != found->end()) {
        explanation.why_not = "revised";
    } else {
        const ItemVersion& version = basis_.graph.versions()[*row];
        const auto again = rerun(*item, version, period);
        if (!again) return pass_on(again.error());
        MethodExplainer{**again, books_}.explain(*item, version, explanation);
    }
    if (const auto named = add_named_records(explanation, books_); !named) {
        return pass_on(named.error());
    }
    return explanation;
}

Result<std::unique_ptr<Rerun>> Explainer::rerun(const PlannedItem& item, const ItemVersion& version,
                                                const StatPeriod& period) {
    Rerun::Scope scope;
    scope.from = period.from;
    scope.to = period.to;
    if (const auto* last = std::get_if<LastValue>(&version.calculation)) {
        for (const auto& reference : references_of(last->expression)) {
            if (reference.kind == Reference::Kind::point) {
                scope.lasts.push_back({{reference.name}, {reference.point}});
            }
        }
        scope.from = period.to;
        return Rerun::of(basis_, books_, store_, scope);
    }
    if (period.type == StatType::month || period.type == StatType::year) {
        return Rerun::of_books(basis_, books_);
    }
    std::set<FlowIndex> flows;
    if (item.flow) collect(basis_.plan, *item.flow, flows);
    for (const FlowIndex part : item.parts) collect(basis_.plan, part, flows);
    scope.flows.assign(flows.begin(), flows.end());
    return Rerun::of(basis_, books_, store_, scope);
}

}  // namespace mg
