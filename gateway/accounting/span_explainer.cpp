#include "gateway/accounting/span_explainer.h"

#include <algorithm>
#include <utility>

namespace mg {
namespace {

ExplainedEnd explained(const Rerun& rerun, const RegisterKey& key, const SpanEnd& end) {
    ExplainedEnd explained{end, {}};
    if (end.by == SpanEnd::By::reading) explained.sample = rerun.sample(key, end.at);
    return explained;
}

bool is_inner(const SpanEnd& end) {
    return end.by == SpanEnd::By::interpolated;
}

Exact quotient(const Exact& a, const Exact& b) {
    return a.divided_by(b).value_or(Exact{});
}

/// Spans that were one step of the display, cut where the ratio changed and nobody noted the index.
struct Step {
    const IndexSpan* first;
    const IndexSpan* last;
    Exact units;  ///< by which the display moved on
};

Step step_of(const std::vector<IndexSpan>& spans, std::size_t place) {
    std::size_t first = place;
    std::size_t last = place;
    while (first > 0 && is_inner(spans[first].from)) --first;
    while (last + 1 < spans.size() && is_inner(spans[last].to)) ++last;
    Exact units;
    for (std::size_t i = first; i <= last; ++i) units += quotient(spans[i].amount, spans[i].multiplier);
    return {&spans[first], &spans[last], units};
}

bool counts_display(IndexSpan::Kind kind) {
    switch (kind) {
        case IndexSpan::Kind::measured:
        case IndexSpan::Kind::rolled:
        case IndexSpan::Kind::ruled:
            return true;
        case IndexSpan::Kind::broken:
        case IndexSpan::Kind::unmetered:
        case IndexSpan::Kind::no_service:
            return false;
    }
    return false;
}

bool go_together(const ExplainedSpan& a, const ExplainedSpan& b) {
    const auto is_plain = [](const ExplainedSpan& span) {
        return span.kind == IndexSpan::Kind::measured && span.used_from == span.from.end.at &&
               span.used_to == span.to.end.at;
    };
    return is_plain(a) && is_plain(b) && a.to.end.by == SpanEnd::By::reading &&
           a.multiplier == b.multiplier && a.multiplier_record == b.multiplier_record &&
           a.unconfirmed == b.unconfirmed && a.stuck == b.stuck;
}

}  // namespace

DatedId multiplier_record(const MeterId& meter, UtcTime at, const std::vector<DatedRecord>& records) {
    std::pair<UtcTime, DatedId> since{UtcTime::min(), 0};
    for (const auto& record : records) {
        if (!record.in_force()) continue;
        std::optional<UtcTime> from;
        if (const auto* change = std::get_if<MultiplierChange>(&record.body)) {
            if (change->meter == meter) from = change->at;
        } else if (const auto* replacement = std::get_if<Replacement>(&record.body)) {
            if (replacement->meter == meter && replacement->multiplier) from = replacement->installed_at;
        } else if (const auto* first = std::get_if<InitialInstrument>(&record.body)) {
            if (first->meter == meter) from = UtcTime::min();
        }
        if (from && *from <= at && std::pair{*from, record.id} >= since) since = {*from, record.id};
    }
    return since.second;
}

std::vector<ExplainedSpan> explain_spans(const Rerun& rerun, const RegisterKey& key, UtcTime from,
                                         UtcTime to) {
    std::vector<ExplainedSpan> all;
    const SpanSeries* series = rerun.reckoning().registers().series(key);
    if (series == nullptr) return all;
    const auto spans = series->touching(UtcTime::min(), UtcTime::max());
    for (std::size_t i = 0; i < spans.size(); ++i) {
        const IndexSpan& span = spans[i];
        if (span.to.at <= from || span.from.at >= to) continue;
        const Step step = step_of(spans, i);
        ExplainedSpan one;
        one.kind = span.kind;
        one.from = explained(rerun, key, step.first->from);
        one.to = explained(rerun, key, step.last->to);
        one.used_from = std::max(from, span.from.at);
        one.used_to = std::min(to, span.to.at);
        if (counts_display(span.kind)) {
            one.added = step.units - (Exact{step.last->to.index} - Exact{step.first->from.index});
            one.multiplier = span.multiplier;
            one.multiplier_record = multiplier_record(key.meter, span.from.at, rerun.reckoning().dated());
        }
        if (span.kind == IndexSpan::Kind::unmetered) one.estimate = span.amount;
        one.record = span.ruling;
        one.unconfirmed = span.unconfirmed;
        one.stuck = span.stuck;
        const auto used = series->amount(one.used_from, one.used_to);
        one.amount = used ? used->amount : Exact{};
        if (!all.empty() && go_together(all.back(), one)) {
            ExplainedSpan& before = all.back();
            before.readings_between += 1;
            before.to = std::move(one.to);
            before.used_to = one.used_to;
            before.amount += one.amount;
            continue;
        }
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace mg
