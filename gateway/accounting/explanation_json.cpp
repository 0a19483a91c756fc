#include "gateway/accounting/explanation_json.h"

#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "config/coal_basis.h"
#include "gateway/accounting/dated_record_json.h"
#include "gateway/base/utc_text.h"

namespace mg {
namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of(IndexSpan::Kind kind) {
    switch (kind) {
        case IndexSpan::Kind::measured:
            return "measured";
        case IndexSpan::Kind::rolled:
            return "rolled";
        case IndexSpan::Kind::ruled:
            return "ruled";
        case IndexSpan::Kind::broken:
            return "broken";
        case IndexSpan::Kind::unmetered:
            return "unmetered";
        case IndexSpan::Kind::no_service:
            return "no_service";
    }
    return {};
}

std::string_view name_of(SpanEnd::By by) {
    switch (by) {
        case SpanEnd::By::reading:
            return "reading";
        case SpanEnd::By::replacement:
            return "replacement";
        case SpanEnd::By::multiplier:
            return "multiplier";
        case SpanEnd::By::interpolated:
            return "interpolated";
        case SpanEnd::By::service:
            return "service";
    }
    return {};
}

std::string_view name_of(ItemMethod method) {
    switch (method) {
        case ItemMethod::difference:
            return "difference";
        case ItemMethod::manual:
            return "manual";
        case ItemMethod::last:
            return "last";
        case ItemMethod::mean:
            return "mean";
        case ItemMethod::ratio:
            return "ratio";
        case ItemMethod::total:
            return "total";
    }
    return {};
}

Json json(const Exact& number) {
    return number.readable();
}
Json json(UtcTime time) {
    return utc_text(time);
}
Json json(const std::optional<UtcTime>& time) {
    return time ? json(*time) : Json(nullptr);
}
Json json(Marks marks) {
    Json names = Json::array();
    for (const auto& name : names_of(marks)) names.push_back(name);
    return names;
}
Json record_json(DatedId id) {
    return id == 0 ? Json(nullptr) : Json(id);
}

Json json(const ExplainedSample& explained);
Json json(const ExplainedSpan& explained);
Json json(const ExplainedCoefficient& explained);
Json json(const ExplainedTerm& explained);
Json json(const ExplainedPiece& explained);
Json json(const ExplainedPart& explained);
Json json(const ExplainedMore& explained);
Json json(const ExplainedAmount& explained);
Json json(const ExplainedPlace& explained);
Json json(const ExplainedMean& explained);
Json json(const ExplainedValue& explained);
Json json(const ExplainedCoal& explained);
Json json(const ExplainedRevision& explained);

template <class T>
Json list(const std::vector<T>& all) {
    Json array = Json::array();
    for (const auto& one : all) array.push_back(json(one));
    return array;
}

template <class T>
Json first_of(const std::vector<T>& one) {
    return one.empty() ? Json(nullptr) : json(one.front());
}

Json json(const ExplainedSample& sample) {
    return {{"slot", json(sample.at)},         {"taken_at", json(sample.taken_at)},
            {"sequence", sample.sequence},     {"quality", to_string(sample.quality)},
            {"read", sample.read.to_string()}, {"multiplier", json(sample.multiplier)}};
}

Json json(const ExplainedEnd& end) {
    Json one{{"at", json(end.end.at)},
             {"index", end.end.index.to_string()},
             {"by", name_of(end.end.by)},
             {"clock_doubtful", end.end.clock_doubtful}};
    if (end.end.by == SpanEnd::By::reading) {
        one["sequence"] = end.end.source;
        one["read"] = end.sample ? Json(end.sample->read.to_string()) : Json(nullptr);
        one["taken_at"] = end.sample ? json(end.sample->taken_at) : Json(nullptr);
        one["quality"] = end.sample ? Json(to_string(end.sample->quality)) : Json(nullptr);
    } else {
        one["record"] = record_json(end.end.source);
    }
    return one;
}

Json json(const ExplainedSpan& span) {
    return {{"kind", name_of(span.kind)},
            {"from", json(span.from)},
            {"to", json(span.to)},
            {"used_from", json(span.used_from)},
            {"used_to", json(span.used_to)},
            {"added", json(span.added)},
            {"multiplier", json(span.multiplier)},
            {"multiplier_record", record_json(span.multiplier_record)},
            {"estimate", json(span.estimate)},
            {"record", record_json(span.record)},
            {"unconfirmed", span.unconfirmed},
            {"stuck", span.stuck},
            {"readings_between", span.readings_between},
            {"amount", json(span.amount)}};
}

Json json(const ExplainedCoefficient& coefficient) {
    return {{"name", coefficient.name},
            {"value", json(coefficient.value)},
            {"unit", coefficient.unit},
            {"from", json(coefficient.from)},
            {"source", coefficient.source},
            {"year", coefficient.year},
            {"region", coefficient.region},
            {"author", coefficient.author},
            {"record", record_json(coefficient.record)}};
}

Json json(const ExplainedTerm& term) {
    return {{"input", term.input},
            {"unit", term.unit},
            {"amount", json(term.amount)},
            {"numbers", json(term.numbers)},
            {"conversion", json(term.conversion)},
            {"weight", term.weight},
            {"weight_value", json(term.weight_value)},
            {"coefficients", list(term.coefficients)},
            {"adds", json(term.adds)},
            {"spans", list(term.spans)},
            {"item", first_of(term.of_item)}};
}

Json json(const ExplainedPiece& piece) {
    return {{"from", json(piece.from)}, {"to", json(piece.to)}, {"terms", list(piece.terms)}};
}

Json json(const ExplainedPart& part) {
    return {{"from", json(part.from)},
            {"to", json(part.to)},
            {"type", part.type ? to_string(*part.type) : std::string_view{"opening"}},
            {"amount", json(part.amount)},
            {"marks", json(part.marks)},
            {"record", record_json(part.record)}};
}

Json json(const ExplainedMore& more) {
    return {{"input", more.input},
            {"whole", json(more.whole)},
            {"parts", json(more.parts)},
            {"constant", json(more.constant)},
            {"weight", more.weight},
            {"weight_value", json(more.weight_value)},
            {"coefficients", list(more.coefficients)},
            {"adds", json(more.adds)}};
}

Json json(const ExplainedAmount& amount) {
    return {{"name", amount.name},           {"from", json(amount.from)},
            {"to", json(amount.to)},         {"amount", json(amount.amount)},
            {"marks", json(amount.marks)},   {"entered", record_json(amount.entered)},
            {"pieces", list(amount.pieces)}, {"parts", list(amount.parts)},
            {"more", list(amount.more)}};
}

Json json(const ExplainedPlace& place) {
    return {{"name", place.name}, {"value", json(place.value)}, {"amount", first_of(place.amount)}};
}

Json json(const ExplainedMean& mean) {
    return {{"input", mean.input},
            {"sum", json(mean.sum)},
            {"count", json(mean.count)},
            {"samples", list(mean.samples)},
            {"numbers", json(mean.numbers)},
            {"conversion", json(mean.conversion)},
            {"weight", mean.weight},
            {"weight_value", json(mean.weight_value)},
            {"coefficients", list(mean.coefficients)}};
}

Json json(const ExplainedValue& value) {
    return {{"reference", value.reference},
            {"value", json(value.value)},
            {"sample", value.sample ? json(*value.sample) : Json(nullptr)},
            {"coefficient", value.coefficient ? json(*value.coefficient) : Json(nullptr)}};
}

Json json(const ExplainedCoal& coal) {
    return {{"item", coal.item},
            {"factor", coal.factor},
            {"unit", coal.unit},
            {"basis", coal.basis ? Json(to_string(*coal.basis)) : Json(nullptr)}};
}

Json json(const ExplainedRevision& revision) {
    return {{"revision", revision.revision},
            {"value", revision.value ? revision.value->to_string() : std::string{}},
            {"cause", revision.cause},
            {"computed_at", json(revision.computed_at)},
            {"record", record_json(revision.record)}};
}

Json rounding_json(const Explanation& explanation) {
    Json rounding{{"decimals", explanation.decimals}, {"exact", json(explanation.exact)}};
    if (!explanation.from_totals) return rounding;
    rounding["total_begin"] = json(explanation.total_begin);
    rounding["total_begin_rounded"] = explanation.total_begin_rounded.to_string();
    rounding["total_end"] = json(explanation.total_end);
    rounding["total_end_rounded"] = explanation.total_end_rounded.to_string();
    return rounding;
}

Json working_json(const Explanation& explanation) {
    return {{"why_not", explanation.why_not},
            {"amount", first_of(explanation.amount)},
            {"ratio", explanation.ratio},
            {"places", list(explanation.places)},
            {"means", list(explanation.means)},
            {"last", explanation.last},
            {"last_conversion", json(explanation.last_conversion)},
            {"values", list(explanation.values)},
            {"left_out", explanation.left_out}};
}

}  // namespace

std::string json_of(const Explanation& explanation) {
    const ItemRecord& record = explanation.record;
    Json records = Json::array();
    for (const auto& each : explanation.records) records.push_back(Json::parse(json_of(each)));
    Json passed_over = Json::array();
    for (const auto& [point, odd] : explanation.passed_over) {
        passed_over.push_back({{"point", point},
                               {"slot", json(odd.reading.at)},
                               {"sequence", odd.reading.sequence},
                               {"index", odd.reading.index.to_string()},
                               {"before", odd.before.to_string()}});
    }
    const Json all{{"item", explanation.item},
                   {"name", explanation.name},
                   {"type", to_string(explanation.period.type)},
                   {"period", explanation.period_text},
                   {"from", json(explanation.period.from)},
                   {"to", json(explanation.period.to)},
                   {"method", name_of(explanation.method)},
                   {"formula", explanation.formula},
                   {"unit", explanation.unit},
                   {"coal", list(explanation.coal)},
                   {"version_from", json(explanation.version_from)},
                   {"version_to", json(explanation.version_to)},
                   {"revision", record.revision},
                   {"value", record.value ? record.value->to_string() : std::string{}},
                   {"marks", json(record.marks)},
                   {"suspect", record.marks.suspect()},
                   {"input_type", record.input_type},
                   {"computed_at", json(record.computed_at)},
                   {"rounding", rounding_json(explanation)},
                   {"working", working_json(explanation)},
                   {"passed_over", std::move(passed_over)},
                   {"records", std::move(records)},
                   {"revisions", list(explanation.revisions)}};
    return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mg
