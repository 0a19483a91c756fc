#include "gateway/accounting/named_records.h"

#include <set>

namespace mg {
namespace {

using Ids = std::set<DatedId>;

void collect(const ExplainedAmount& amount, Ids& ids);

void collect(const std::vector<ExplainedCoefficient>& coefficients, Ids& ids) {
    for (const auto& coefficient : coefficients) ids.insert(coefficient.record);
}

void collect(const ExplainedEnd& end, Ids& ids) {
    if (end.end.by != SpanEnd::By::reading) ids.insert(end.end.source);
}

void collect(const ExplainedTerm& term, Ids& ids) {
    collect(term.coefficients, ids);
    for (const auto& span : term.spans) {
        ids.insert({span.record, span.multiplier_record});
        collect(span.from, ids);
        collect(span.to, ids);
    }
    for (const auto& item : term.of_item) collect(item, ids);
}

void collect(const ExplainedAmount& amount, Ids& ids) {
    ids.insert(amount.entered);
    for (const auto& piece : amount.pieces) {
        for (const auto& term : piece.terms) collect(term, ids);
    }
    for (const auto& part : amount.parts) ids.insert(part.record);
    for (const auto& more : amount.more) collect(more.coefficients, ids);
}

}  // namespace

Result<> add_named_records(Explanation& explanation, Books& books) {
    Ids ids;
    for (const auto& amount : explanation.amount) collect(amount, ids);
    for (const auto& place : explanation.places) {
        for (const auto& amount : place.amount) collect(amount, ids);
    }
    for (const auto& mean : explanation.means) {
        collect(mean.sum, ids);
        collect(mean.coefficients, ids);
    }
    for (const auto& value : explanation.values) {
        if (value.coefficient) ids.insert(value.coefficient->record);
    }
    for (const auto& revision : explanation.revisions) ids.insert(revision.record);
    ids.erase(0);
    for (const DatedId id : ids) {
        auto record = books.dated(id);
        if (!record) return pass_on(record.error());
        if (*record) explanation.records.push_back(std::move(**record));
    }
    return {};
}

}  // namespace mg
