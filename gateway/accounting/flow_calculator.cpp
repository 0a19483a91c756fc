#include "gateway/accounting/flow_calculator.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace mg {
namespace {

constexpr std::array kTypes{StatType::real_time, StatType::day, StatType::month, StatType::year};

constexpr bool is_shorter(StatType a, StatType b) {
    return static_cast<int>(a) < static_cast<int>(b);
}

}  // namespace

FlowCalculator::FlowCalculator(std::span<const Flow> flows, const CoefficientTable& coefficients,
                               const EnteredValues& entered, const StoredFigures& stored, SeriesOf series_of,
                               std::chrono::minutes utc_offset)
    : flows_{flows},
      coefficients_{coefficients},
      entered_{entered},
      stored_{stored},
      series_of_{std::move(series_of)},
      utc_offset_{utc_offset},
      reached_(flows.size()) {}

SiteCalendar FlowCalculator::calendar_of(FlowIndex flow) const {
    return {.utc_offset = utc_offset_, .real_time = flows_[flow].interval};
}

void FlowCalculator::begin(FlowIndex flow, UtcTime at) {
    reached_[flow] = at;
}

std::optional<UtcTime> FlowCalculator::reached(FlowIndex flow) const {
    return reached_[flow];
}

void FlowCalculator::forget_before(UtcTime time) {
    if (time <= forgotten_before_) return;
    forgotten_before_ = time;
    const auto is_done = [&](const auto& entry) {
        const auto& [flow, type, from] = entry.first;
        return from < time && flows_[flow].is_metered();
    };
    std::erase_if(figures_, is_done);
    std::erase_if(wanted_, is_done);
}

// ---- going on ----

void FlowCalculator::go_on(UtcTime until, std::vector<ComputedFigure>& out) {
    for (FlowIndex flow = 0; flow < flows_.size(); ++flow) {
        if (flows_[flow].is_metered())
            go_on(flow, until, out);
        else
            go_on_entered(flow, out);
    }
}

/// The begin of the first shortest period that all inputs of its version cover.
std::optional<UtcTime> FlowCalculator::first_known(FlowIndex flow) const {
    UtcTime known = UtcTime::min();
    const auto calendar = calendar_of(flow);
    const auto consider = [&](std::optional<UtcTime> begin) {
        if (begin) known = std::max(known, *begin);
        return begin.has_value();
    };
    for (const auto& version : flows_[flow].versions) {
        for (const auto& term : version.terms) {
            if (const auto* key = std::get_if<RegisterKey>(&term.input)) {
                const SpanSeries* series = series_of_(*key);
                if (series == nullptr || !consider(series->begin())) return {};
            } else {
                const FlowIndex input = std::get<FlowIndex>(term.input);
                if (flows_[input].is_metered() && !consider(first_known(input))) return {};
            }
        }
        if (known < version.to) break;
    }
    if (known == UtcTime::min()) return {};
    const auto period = calendar.containing(flows_[flow].base, known);
    return period.from == known ? period.from : period.to;
}

void FlowCalculator::go_on(FlowIndex flow, UtcTime until, std::vector<ComputedFigure>& out) {
    if (!reached_[flow]) reached_[flow] = first_known(flow);
    if (!reached_[flow] || *reached_[flow] == UtcTime::max()) return;
    const auto calendar = calendar_of(flow);
    for (;;) {
        const auto period = calendar.containing(flows_[flow].base, *reached_[flow]);
        if (period.to > until) return;
        const auto all = pieces(flow, period.from, period.to);
        const bool is_valid = std::ranges::any_of(all, [](const Piece& p) { return p.version != nullptr; });
        if (is_valid) {
            if (!make(flow, period, &FlowCalculator::shortest, out) && !lacks_only_entries(flow, period)) {
                return;
            }
        }
        reached_[flow] = period.to;
        compute_longer(flow, period.type, period.to, out);
    }
}

/// Nobody knows when somebody will enter it: later periods do not wait.
bool FlowCalculator::lacks_only_entries(FlowIndex flow, const StatPeriod& period) const {
    const FlowVersion* version = flows_[flow].version_at(period.from);
    if (version == nullptr || flows_[flow].base == StatType::real_time) return false;
    return std::ranges::all_of(version->terms, [&](const FlowTerm& term) {
        const auto* input = std::get_if<FlowIndex>(&term.input);
        if (input == nullptr) {
            const SpanSeries* series = series_of_(std::get<RegisterKey>(term.input));
            return series != nullptr && series->covers(period.from, period.to);
        }
        return !flows_[*input].is_metered() || (reached_[*input] && *reached_[*input] >= period.to);
    });
}

/// Entered values come in any order, months after their period: all of them are gone through again.
void FlowCalculator::go_on_entered(FlowIndex flow, std::vector<ComputedFigure>& out) {
    const auto calendar = calendar_of(flow);
    const UtcTime from = reached_[flow].value_or(UtcTime::min());
    if (from == UtcTime::max()) return;
    std::set<std::pair<UtcTime, StatType>> due;
    for (const auto& period : entered_.periods_of(flows_[flow].id)) {
        due.emplace(period.to, period.type);
        for (const auto type : kTypes) {
            if (is_shorter(period.type, type)) due.emplace(calendar.containing(type, period.from).to, type);
        }
    }
    for (const auto& [end, type] : due) {
        if (end <= from) continue;
        const auto period = calendar.containing(type, end - milliseconds{1});
        const Key key{flow, period.type, period.from};
        if (!figures_.contains(key) && !wanted_.contains(key))
            make(flow, period, &FlowCalculator::longer, out);
    }
}

void FlowCalculator::compute_longer(FlowIndex flow, StatType than, UtcTime end,
                                    std::vector<ComputedFigure>& out) {
    const auto calendar = calendar_of(flow);
    for (const auto type : kTypes) {
        if (!is_shorter(than, type)) continue;
        const auto period = calendar.containing(type, end - milliseconds{1});
        if (period.to != end) return;
        make(flow, period, &FlowCalculator::longer, out);
    }
}

bool FlowCalculator::make(FlowIndex flow, const StatPeriod& period, AmountOf amount_of,
                          std::vector<ComputedFigure>& out) {
    const bool closed = stored_.is_closed(period);
    as_wanted_ = closed;
    auto figure = (this->*amount_of)(flow, period, nullptr);
    if (figure) figure->total = total_at(flow, period.type, period.from) + figure->amount;
    as_wanted_ = false;
    if (!figure) return false;
    const Key key{flow, period.type, period.from};
    if (closed) {
        wanted_.insert_or_assign(key, *figure);
        if (auto stands = stored_.find(flows_[flow].id, period))
            figures_.insert_or_assign(key, std::move(*stands));
    } else {
        figures_.insert_or_assign(key, *figure);
    }
    out.push_back({flow, period, std::move(*figure)});
    return true;
}

std::optional<FlowFigure> FlowCalculator::find(FlowIndex flow, const StatPeriod& period) const {
    const Key key{flow, period.type, period.from};
    const bool is_done = reached_[flow] && period.to <= *reached_[flow];
    const bool may_be_stored = !flows_[flow].is_metered() || is_done || period.from < forgotten_before_;
    if (as_wanted_) {
        if (const auto wanted = wanted_.find(key); wanted != wanted_.end()) return wanted->second;
        auto wanted = may_be_stored ? stored_.wanted(flows_[flow].id, period) : std::nullopt;
        if (wanted) return wanted;
    }
    const auto known = figures_.find(key);
    if (known != figures_.end()) return known->second;
    return may_be_stored ? stored_.find(flows_[flow].id, period) : std::nullopt;
}

// ---- amounts ----

std::optional<FlowFigure> FlowCalculator::entered(FlowIndex flow, const StatPeriod& period) const {
    const auto* value = entered_.find(flows_[flow].id, period);
    if (value == nullptr) return {};
    return FlowFigure{Exact{value->value}, {}, Mark::entered, value->input_type};
}

std::optional<FlowFigure> FlowCalculator::shortest(FlowIndex flow, const StatPeriod& period,
                                                   FlowWorking* noted) const {
    if (auto value = entered(flow, period)) {
        if (noted != nullptr) noted->by = FlowWorking::By::entered;
        return value;
    }
    if (period.from >= reuse_from_) {
        auto wanted = as_wanted_ ? stored_.wanted(flows_[flow].id, period) : std::nullopt;
        if (wanted) return wanted;
        if (auto stored = stored_.find(flows_[flow].id, period)) return stored;
    }
    const auto sum = amount(flow, period.from, period.to, noted);
    if (!sum) return {};
    const FlowVersion* version = flows_[flow].version_at(period.to - milliseconds{1});
    return FlowFigure{sum->amount, {}, sum->marks, version == nullptr ? 4 : version->input_type};
}

std::optional<FlowFigure> FlowCalculator::longer(FlowIndex flow, const StatPeriod& period,
                                                 FlowWorking* noted) const {
    if (noted != nullptr) noted->by = FlowWorking::By::parts;
    if (auto value = entered(flow, period)) {
        if (noted != nullptr) noted->by = FlowWorking::By::entered;
        return value;
    }
    const FlowVersion* version = flows_[flow].version_at(period.from);
    if (version != nullptr && version->months_entered && period.type == StatType::month) return {};
    auto figure = sum_of_parts(flow, period, noted);
    if (!figure || !add_entered_inputs(flow, period, *figure, noted)) return {};
    return figure;
}

std::optional<FlowFigure> FlowCalculator::sum_of_parts(FlowIndex flow, const StatPeriod& period,
                                                       FlowWorking* noted) const {
    const auto calendar = calendar_of(flow);
    const Flow& of = flows_[flow];
    std::optional<FlowFigure> sum;
    const auto add = [&](const FlowFigure& part, UtcTime begin, UtcTime end, std::optional<StatType> type) {
        if (noted != nullptr) noted->parts.push_back({begin, end, type, part.amount, part.marks});
        if (!sum) {
            sum = part;
            return;
        }
        sum->amount += part.amount;
        sum->marks = sum->marks.followed_by(part.marks);
        sum->input_type = part.input_type;
    };
    const auto longest_part_at = [&](UtcTime at) -> std::optional<std::pair<StatPeriod, FlowFigure>> {
        const FlowVersion* version = of.version_at(at);
        const bool only_months =
            version != nullptr && version->months_entered && period.type == StatType::year;
        for (const auto type : {StatType::month, StatType::day, StatType::real_time}) {
            if (!is_shorter(type, period.type) || (only_months && type != StatType::month)) continue;
            const auto part = calendar.containing(type, at);
            if (part.from != at || part.to > period.to) continue;
            if (auto figure = find(flow, part)) return std::pair{part, *figure};
        }
        return {};
    };
    for (UtcTime at = period.from; at < period.to;) {
        if (const auto* opening = entered_.opening_from(of.id, at);
            opening != nullptr && opening->to <= period.to) {
            add({Exact{opening->amount}, {}, Mark::opening, 4}, at, opening->to, {});
            at = opening->to;
        } else if (const auto part = longest_part_at(at)) {
            add(part->second, at, part->first.to, part->first.type);
            at = part->first.to;
        } else if (of.version_at(at) == nullptr) {
            UtcTime next = period.to;
            for (const auto& version : of.versions) {
                if (version.from > at) next = std::min(next, version.from);
            }
            at = next;
        } else {
            return {};
        }
    }
    return sum;
}

bool FlowCalculator::add_entered_inputs(FlowIndex flow, const StatPeriod& period, FlowFigure& figure,
                                        FlowWorking* noted) const {
    const FlowVersion* version = flows_[flow].version_at(period.to - milliseconds{1});
    if (version == nullptr) return true;
    for (const auto& term : version->terms) {
        const auto* input = std::get_if<FlowIndex>(&term.input);
        if (input == nullptr) continue;
        const auto whole = find(*input, period);
        const FlowVersion* of_input = flows_[*input].version_at(period.from);
        if (!whole) {
            // By stock-taking: not known before somebody entered it.
            if (of_input != nullptr && of_input->months_entered) return false;
            continue;
        }
        const auto parts = sum_of_parts(*input, period);
        if (!parts) continue;
        const Exact more = whole->amount - parts->amount;
        if (more.is_zero()) continue;
        const auto factor = weight(term, period.to - milliseconds{1});
        if (!factor) return false;
        figure.amount += more * term.constant * *factor;
        if (noted != nullptr) noted->more.push_back({&term, whole->amount, parts->amount, *factor});
        if (whole->marks.has(Mark::entered)) figure.marks |= Mark::entered;
    }
    return true;
}

std::vector<FlowCalculator::Piece> FlowCalculator::pieces(FlowIndex flow, UtcTime from, UtcTime to) const {
    std::vector<UtcTime> cuts{from};
    const auto cut = [&](UtcTime at) {
        if (at > from && at < to) cuts.push_back(at);
    };
    for (const auto& version : flows_[flow].versions) {
        cut(version.from);
        cut(version.to);
        for (const auto& term : version.terms) {
            const auto names = coefficients_in(term.weight);
            for (const UtcTime change : coefficients_.changes(names, from, to)) cut(change);
        }
    }
    std::ranges::sort(cuts);
    cuts.erase(std::ranges::unique(cuts).begin(), cuts.end());
    std::vector<Piece> all;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        const UtcTime end = i + 1 < cuts.size() ? cuts[i + 1] : to;
        all.push_back({cuts[i], end, flows_[flow].version_at(cuts[i])});
    }
    return all;
}

std::optional<PeriodAmount> FlowCalculator::amount(FlowIndex flow, UtcTime from, UtcTime to,
                                                   FlowWorking* noted) const {
    std::optional<PeriodAmount> sum;
    for (const auto& piece : pieces(flow, from, to)) {
        PeriodAmount of_piece;
        if (noted != nullptr) noted->pieces.push_back({piece.from, piece.to, {}});
        if (piece.version != nullptr) {
            for (const auto& term : piece.version->terms) {
                const auto input = input_amount(term, flows_[flow].base, piece.from, piece.to);
                const auto factor = weight(term, piece.from);
                if (!input || !factor) return {};
                of_piece.amount += input->amount * term.constant * *factor;
                of_piece.marks |= input->marks;
                if (noted != nullptr) noted->pieces.back().terms.push_back({&term, input->amount, *factor});
            }
        }
        if (!sum) {
            sum = of_piece;
            continue;
        }
        const bool cut_in_a_span =
            sum->marks.has(Mark::end_bridged) || of_piece.marks.has(Mark::begin_bridged);
        sum->amount += of_piece.amount;
        sum->marks = sum->marks.followed_by(of_piece.marks);
        if (cut_in_a_span) sum->marks |= Mark::split;
    }
    return sum;
}

std::optional<PeriodAmount> FlowCalculator::input_amount(const FlowTerm& term, StatType type, UtcTime from,
                                                         UtcTime to) const {
    if (const auto* key = std::get_if<RegisterKey>(&term.input)) {
        const SpanSeries* series = series_of_(*key);
        return series == nullptr ? std::nullopt : series->amount(from, to);
    }
    return flow_amount(std::get<FlowIndex>(term.input), type, from, to);
}

/// Of a flow that is an input: its own figures where they make up [from, to), else from its terms.
std::optional<PeriodAmount> FlowCalculator::flow_amount(FlowIndex flow, StatType type, UtcTime from,
                                                        UtcTime to) const {
    const auto calendar = calendar_of(flow);
    const auto whole = calendar.containing(type, from);
    if (whole.from == from && whole.to == to) {
        const auto figure = find(flow, whole);
        if (figure) return PeriodAmount{figure->amount, figure->marks};
        if (!flows_[flow].is_metered() || type != StatType::real_time) return {};
    }
    const bool is_reached = reached_[flow] && to <= *reached_[flow];
    if (!is_reached) return {};
    return amount(flow, from, to);
}

std::optional<Exact> FlowCalculator::weight(const FlowTerm& term, UtcTime at) const {
    if (term.weight.kind == Expression::Kind::number) return term.weight.number;
    const auto value = evaluate(
        term.weight, {.reference = [&](const Reference& reference) -> Result<Exact> {
                          const auto* coefficient = coefficients_.at(reference.name, at);
                          if (coefficient == nullptr) return fail(Failure::rejected, reference.name);
                          return coefficient->value;
                      },
                      .part = [](std::size_t) -> Result<Exact> { return fail(Failure::rejected, {}); }});
    return value ? std::optional{*value} : std::nullopt;
}

// ---- totals ----

/// From the longest period that ends at `at`; a month that is entered does not bear on its days.
Exact FlowCalculator::total_at(FlowIndex flow, StatType type, UtcTime at) const {
    const auto calendar = calendar_of(flow);
    const UtcTime year = calendar.year_start(at);
    if (at == year) return {};
    const FlowVersion* version = flows_[flow].version_at(at - milliseconds{1});
    const bool apart = version != nullptr && version->months_entered;
    for (const auto candidate : {StatType::month, StatType::day, StatType::real_time}) {
        if (apart && (candidate == StatType::month) != (type == StatType::month)) continue;
        const auto before = calendar.containing(candidate, at - milliseconds{1});
        if (before.to != at) continue;
        if (const auto figure = find(flow, before)) return figure->total;
    }
    if (const auto* opening = entered_.opening_until(flows_[flow].id, at)) {
        return total_at(flow, type, opening->from) + Exact{opening->amount};
    }
    const FlowFigure* last = nullptr;
    UtcTime last_end = year;
    for (const auto of_type : kTypes) {
        if (apart && (of_type == StatType::month) != (type == StatType::month)) continue;
        auto found = figures_.lower_bound(Key{flow, of_type, at});
        while (found != figures_.begin()) {
            --found;
            const auto& [of, its_type, from] = found->first;
            if (of != flow || its_type != of_type || from < year) break;
            const UtcTime end = calendar.containing(of_type, from).to;
            if (end > at) continue;
            if (end > last_end) {
                last = &found->second;
                last_end = end;
            }
            break;
        }
    }
    if (last != nullptr) return last->total;
    return stored_.last_total(flows_[flow].id, year, std::min(at, reached_[flow].value_or(at)))
        .value_or(Exact{});
}

}  // namespace mg
