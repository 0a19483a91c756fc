#include "gateway/accounting/amount_explainer.h"

#include <algorithm>
#include <iterator>

#include "gateway/accounting/span_explainer.h"

namespace mg {
namespace {

constexpr int kDeepest = 12;
/// Of one explanation; a day without trouble has one a register.
constexpr std::size_t kMostSpans = 2000;

const SitePlan& plan_of(const Rerun& rerun) {
    return rerun.basis().plan;
}

Exact quotient(const Exact& a, const Exact& b) {
    return a.divided_by(b).value_or(Exact{});
}

}  // namespace

std::string weight_text(const Expression& weight) {
    const bool is_one = weight.kind == Expression::Kind::number && weight.number == Exact{1};
    return is_one ? std::string{} : to_string(weight);
}

SiteCalendar AmountExplainer::calendar_of(FlowIndex flow) const {
    return {.utc_offset = rerun_.basis().options.site.utc_offset,
            .real_time = plan_of(rerun_).flows[flow].interval};
}

std::optional<ExplainedAmount> AmountExplainer::explain(FlowIndex flow, const StatPeriod& period) {
    const auto working = rerun_.reckoning().flows().working(flow, period);
    if (!working) return {};
    return explained(flow, period.type, *working);
}

ExplainedAmount AmountExplainer::explained(FlowIndex flow, StatType type, const FlowWorking& working) {
    ExplainedAmount amount;
    amount.name = plan_of(rerun_).flows[flow].id;
    amount.from = working.from;
    amount.to = working.to;
    amount.amount = working.amount;
    amount.marks = working.marks;
    switch (working.by) {
        case FlowWorking::By::entered:
            amount.entered = entry_of(amount.name, working.from, working.to);
            break;
        case FlowWorking::By::terms:
            for (const auto& piece : working.pieces) {
                ExplainedPiece one{piece.from, piece.to, {}};
                for (const auto& term : piece.terms) one.terms.push_back(explained(flow, type, piece, term));
                amount.pieces.push_back(std::move(one));
            }
            break;
        case FlowWorking::By::parts:
            add_parts(flow, type, working, amount);
            for (const auto& more : working.more) amount.more.push_back(explained(working, more));
            break;
    }
    return amount;
}

/// Quarter-hours of a day that follow one another are shown as what the registers counted from the first to
/// the last, where that is the same.
void AmountExplainer::add_parts(FlowIndex flow, StatType type, const FlowWorking& working,
                                ExplainedAmount& amount) {
    const bool may_join = type == StatType::day && rerun_.is_computed() && reads_registers(flow);
    const auto is_short = [](const FlowWorking::Part& part) { return part.type == StatType::real_time; };
    for (auto part = working.parts.begin(); part != working.parts.end();) {
        const auto end = may_join && is_short(*part) ? std::find_if_not(part, working.parts.end(), is_short)
                                                     : std::next(part);
        Exact sum;
        for (auto each = part; each != end; ++each) sum += each->amount;
        const auto joined = may_join && is_short(*part)
                                ? rerun_.reckoning().flows().working(flow, part->from, std::prev(end)->to)
                                : std::nullopt;
        if (joined && joined->amount == sum) {
            auto whole = explained(flow, StatType::real_time, *joined);
            std::ranges::move(whole.pieces, std::back_inserter(amount.pieces));
        } else {
            for (auto each = part; each != end; ++each) {
                const DatedId opening = each->type ? 0 : opening_of(amount.name, each->from, each->to);
                amount.parts.push_back(
                    {each->from, each->to, each->type, each->amount, each->marks, opening});
            }
        }
        part = end;
    }
}

/// And not the sums and counts of a mean.
bool AmountExplainer::reads_registers(FlowIndex flow) const {
    return std::ranges::all_of(plan_of(rerun_).flows[flow].versions, [&](const FlowVersion& version) {
        return std::ranges::all_of(version.terms, [&](const FlowTerm& term) {
            const auto* key = std::get_if<RegisterKey>(&term.input);
            return key == nullptr || rerun_.reckoning().registers().series(*key) != nullptr;
        });
    });
}

ExplainedTerm AmountExplainer::explained(FlowIndex flow, StatType type, const FlowWorking::Piece& piece,
                                         const FlowWorking::Term& working) {
    const FlowTerm& term = *working.term;
    ExplainedTerm one;
    one.input = name_of(term);
    one.unit = unit_of(term, piece.from);
    one.amount = working.input;
    one.conversion = term.conversion;
    one.numbers = quotient(term.constant, term.conversion);
    one.weight = weight_text(term.weight);
    one.weight_value = working.weight;
    one.coefficients = coefficients(term.weight, piece.from);
    one.adds = working.input * term.constant * working.weight;
    if (const auto* key = std::get_if<RegisterKey>(&term.input)) {
        one.spans = explain_spans(rerun_, *key, piece.from, piece.to);
        const std::size_t room = kMostSpans - std::min(spans_, kMostSpans);
        if (one.spans.size() > room) {
            left_out_ += one.spans.size() - room;
            one.spans.resize(room);
        }
        spans_ += one.spans.size();
        return one;
    }
    const StatType base = std::max(type, plan_of(rerun_).flows[flow].base);
    auto input = explain_input(std::get<FlowIndex>(term.input), base, piece.from, piece.to);
    if (input && input->amount == working.input) one.of_item.push_back(std::move(*input));
    return one;
}

/// As the calculation takes it: the figure of the period where there is one, else by its terms. Not the parts
/// of months: who wants to know asks for the input itself.
std::optional<ExplainedAmount> AmountExplainer::explain_input(FlowIndex flow, StatType type, UtcTime from,
                                                              UtcTime to) {
    if (depth_ >= kDeepest) {
        ++left_out_;
        return {};
    }
    const auto whole = calendar_of(flow).containing(type, from);
    const bool is_whole = whole.from == from && whole.to == to;
    if (!rerun_.is_computed() && !(is_whole && entry_of(plan_of(rerun_).flows[flow].id, from, to) != 0)) {
        return {};
    }
    ++depth_;
    std::optional<ExplainedAmount> amount;
    if (is_whole) amount = explain(flow, whole);
    if (!amount) {
        const auto working = rerun_.reckoning().flows().working(flow, from, to);
        if (working) amount = explained(flow, type, *working);
    }
    --depth_;
    return amount;
}

ExplainedMore AmountExplainer::explained(const FlowWorking& working, const FlowWorking::More& more) const {
    const FlowTerm& term = *more.term;
    return {name_of(term),
            more.whole,
            more.parts,
            term.constant,
            weight_text(term.weight),
            more.weight,
            coefficients(term.weight, working.to - milliseconds{1}),
            (more.whole - more.parts) * term.constant * more.weight};
}

std::vector<ExplainedCoefficient> AmountExplainer::coefficients(const Expression& weight, UtcTime at) const {
    std::vector<ExplainedCoefficient> all;
    for (const auto& name : coefficients_in(weight)) {
        const auto* value = rerun_.reckoning().coefficients().at(name, at);
        if (value == nullptr) continue;
        ExplainedCoefficient one;
        one.name = name;
        one.value = value->value;
        one.record = value->record;
        if (value->from > UtcTime{}) one.from = value->from;
        for (const auto& record : rerun_.reckoning().dated()) {
            const auto* said = std::get_if<CoefficientValue>(&record.body);
            if (said == nullptr || record.id != value->record) continue;
            one.unit = said->unit;
            one.source = said->source;
            one.year = said->year;
            one.region = said->region;
            one.author = record.author;
        }
        for (const auto& row : rerun_.basis().options.coefficients) {
            if (one.record != 0 || row.name != name || row.valid_from != value->from) continue;
            one.unit = row.unit;
            one.source = row.source;
            one.year = row.year;
            one.region = row.region;
            one.author = row.author;
        }
        all.push_back(std::move(one));
    }
    return all;
}

std::string AmountExplainer::name_of(const FlowTerm& term) const {
    if (const auto* key = std::get_if<RegisterKey>(&term.input)) {
        return key->meter.text + "." + key->point.text;
    }
    return plan_of(rerun_).flows[std::get<FlowIndex>(term.input)].id;
}

std::string AmountExplainer::unit_of(const FlowTerm& term, UtcTime at) const {
    const Options& options = rerun_.basis().options;
    if (const auto* key = std::get_if<RegisterKey>(&term.input)) {
        const MeterOptions* meter = options.meter(key->meter);
        const ModelOptions* model = meter == nullptr ? nullptr : options.model(meter->model);
        if (model == nullptr) return {};
        const auto point = std::ranges::find(model->points, key->point, &PointOptions::id);
        return point == model->points.end() ? std::string{} : point->unit;
    }
    const std::string& id = plan_of(rerun_).flows[std::get<FlowIndex>(term.input)].id;
    for (const auto& item : options.items) {
        if (item.id == id && item.valid_at(at)) return item.unit;
    }
    return {};
}

/// Of several for one period the latest holds.
DatedId AmountExplainer::entry_of(const std::string& item, UtcTime from, UtcTime to) const {
    DatedId found = 0;
    for (const auto& record : rerun_.reckoning().dated()) {
        const auto* entry = std::get_if<EnteredValue>(&record.body);
        if (entry == nullptr || !record.in_force() || entry->item != item) continue;
        if (entry->period.from == from && entry->period.to == to) found = record.id;
    }
    return found;
}

DatedId AmountExplainer::opening_of(const std::string& item, UtcTime from, UtcTime to) const {
    DatedId found = 0;
    for (const auto& record : rerun_.reckoning().dated()) {
        const auto* opening = std::get_if<OpeningAmount>(&record.body);
        if (opening == nullptr || !record.in_force() || opening->item != item) continue;
        if (opening->from == from && opening->to == to) found = record.id;
    }
    return found;
}

}  // namespace mg
