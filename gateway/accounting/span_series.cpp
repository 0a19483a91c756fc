#include "gateway/accounting/span_series.h"

#include <algorithm>

#include "gateway/base/check.h"

namespace mg {
namespace {

Marks marks_of_kind(const IndexSpan& span) {
    Marks marks;
    if (span.unconfirmed) marks |= Mark::unconfirmed;
    if (span.stuck) marks |= Mark::stuck;
    switch (span.kind) {
        case IndexSpan::Kind::broken:
            marks |= Mark::unconfirmed;
            break;
        case IndexSpan::Kind::unmetered:
            if (!span.amount.is_zero()) marks |= Mark::estimated;
            break;
        case IndexSpan::Kind::measured:
        case IndexSpan::Kind::rolled:
        case IndexSpan::Kind::ruled:
        case IndexSpan::Kind::no_service:
            break;
    }
    return marks;
}

Exact part_of(const IndexSpan& span, UtcTime from, UtcTime to) {
    if (from <= span.from.at && to >= span.to.at) return span.amount;
    const auto part = std::min(to, span.to.at) - std::max(from, span.from.at);
    return span.amount * Exact{part.count(), (span.to.at - span.from.at).count()};
}

bool is_interpolated(const SpanEnd& end, const IndexSpan& span) {
    return end.by == SpanEnd::By::interpolated && !span.amount.is_zero();
}

/// What the ends of a span say about a period that begins or ends in it.
Marks marks_of_ends(const IndexSpan& span, UtcTime from, UtcTime to) {
    Marks marks;
    const bool flowed = !span.amount.is_zero();
    if (span.from.at < from && flowed) marks |= Mark::begin_bridged;
    if (span.to.at > to && flowed) marks |= Mark::end_bridged;
    if (span.from.at == from) {
        if (span.from.clock_doubtful) marks |= Mark::begin_doubtful;
        if (is_interpolated(span.from, span)) marks |= Mark::begin_bridged;
    }
    if (span.from.at > from && is_interpolated(span.from, span)) marks |= Mark::split;
    if (span.to.at == to) {
        if (span.to.clock_doubtful) marks |= Mark::end_doubtful;
        if (is_interpolated(span.to, span)) marks |= Mark::end_bridged;
    }
    return marks;
}

}  // namespace

void SpanSeries::add(IndexSpan span) {
    MG_CHECK(span.from.at < span.to.at);
    MG_CHECK(spans_.empty() || spans_.back().to.at == span.from.at);
    spans_.push_back(std::move(span));
}

void SpanSeries::add(std::span<const IndexSpan> spans) {
    for (const auto& span : spans) add(span);
}

void SpanSeries::forget_before(UtcTime until) {
    while (!spans_.empty() && spans_.front().to.at <= until) spans_.pop_front();
}

std::optional<UtcTime> SpanSeries::begin() const {
    return spans_.empty() ? std::nullopt : std::optional{spans_.front().from.at};
}

std::optional<UtcTime> SpanSeries::end() const {
    return spans_.empty() ? std::nullopt : std::optional{spans_.back().to.at};
}

bool SpanSeries::covers(UtcTime from, UtcTime to) const {
    return !spans_.empty() && spans_.front().from.at <= from && to <= spans_.back().to.at;
}

SpanSeries::Place SpanSeries::first_ending_after(UtcTime time) const {
    return std::ranges::upper_bound(spans_, time, {}, [](const IndexSpan& s) { return s.to.at; });
}

std::optional<PeriodAmount> SpanSeries::amount(UtcTime from, UtcTime to) const {
    if (from >= to || !covers(from, to)) return {};
    PeriodAmount sum;
    for (auto at = first_ending_after(from); at != spans_.end() && at->from.at < to; ++at) {
        sum.amount += part_of(*at, from, to);
        sum.marks |= marks_of_kind(*at) | marks_of_ends(*at, from, to);
    }
    return sum;
}

std::vector<IndexSpan> SpanSeries::touching(UtcTime from, UtcTime to) const {
    std::vector<IndexSpan> touched;
    for (auto at = first_ending_after(from); at != spans_.end() && at->from.at < to; ++at) {
        touched.push_back(*at);
    }
    return touched;
}

}  // namespace mg
