#include "flow_scenario.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gateway/accounting/formula_terms.h"

namespace mg {

/// What was computed, as the books would give it back.
class FlowScenario::Shelf final : public StoredFigures {
public:
    Shelf(const decltype(figures_)& figures, const SiteCalendar& calendar)
        : figures_{figures}, calendar_{calendar} {}

    std::optional<FlowFigure> find(const std::string& flow, const StatPeriod& period) const override {
        const auto found = figures_.find({flow, period.type, period.from});
        return found == figures_.end() ? std::nullopt : std::optional{found->second};
    }
    std::optional<Exact> last_total(const std::string& flow, UtcTime from, UtcTime until) const override {
        std::optional<Exact> total;
        UtcTime last = from;
        for (const auto& [key, figure] : figures_) {
            const auto& [of, type, begin] = key;
            const UtcTime end = calendar_.containing(type, begin).to;
            if (of != flow || begin < from || end > until || end <= last) continue;
            last = end;
            total = figure.total;
        }
        return total;
    }

private:
    const std::map<std::tuple<std::string, StatType, UtcTime>, FlowFigure>& figures_;
    SiteCalendar calendar_;
};

FlowScenario::FlowScenario() = default;

UtcTime FlowScenario::at(std::string_view moment) const {
    SiteCalendar minutes = calendar;
    minutes.real_time = std::chrono::minutes{1};
    const auto period = minutes.parse(moment);
    if (!period) throw std::invalid_argument("no moment: " + std::string(moment));
    return period->from;
}

void FlowScenario::reads(const std::string& point, const Story& story) {
    auto& reg = registers_[point];
    std::vector<IndexSpan> spans;
    for (const auto& [moment, index] : story) {
        if (index == "-") continue;
        reg.life().feed({at(moment), RegisterScenario::number(index), 0, false}, spans);
    }
    series_[point].add(spans);
}

void FlowScenario::coefficient(const std::string& name, std::string_view from, std::string_view value) {
    CoefficientOptions row;
    row.name = name;
    row.value = RegisterScenario::number(value);
    row.valid_from = at(from);
    coefficients_.push_back(row);
}

Flow& FlowScenario::flow(const std::string& id) {
    const auto known = std::ranges::find(flows_, id, &Flow::id);
    if (known != flows_.end()) return *known;
    flows_.push_back({.id = id, .base = StatType::real_time, .interval = calendar.real_time, .versions = {}});
    return flows_.back();
}

void FlowScenario::item(const std::string& id, std::string_view formula, std::string_view from,
                        StatType base) {
    const auto parsed = parse_formula(formula);
    if (!parsed) throw std::invalid_argument(parsed.error().what);
    const auto terms = linear_terms(*parsed, [](const Reference& r) {
        return r.kind == Reference::Kind::coefficient ? Nature::factor : Nature::amount;
    });
    if (!terms) throw std::invalid_argument(terms.error().what);
    FlowVersion version;
    if (!from.empty()) version.from = at(from);
    for (const auto& term : *terms) {
        FlowTerm of{RegisterKey{{term.input.name}, {term.input.point}}, term.constant, term.weight};
        if (term.input.kind == Reference::Kind::item) {
            const auto known = std::ranges::find(flows_, term.input.name, &Flow::id);
            if (known == flows_.end()) throw std::invalid_argument("no item " + term.input.name);
            of.input = static_cast<FlowIndex>(known - flows_.begin());
        }
        version.terms.push_back(std::move(of));
    }
    Flow& target = flow(id);
    target.base = base;
    if (!target.versions.empty()) target.versions.back().to = version.from;
    target.versions.push_back(std::move(version));
}

void FlowScenario::manual_item(const std::string& id) {
    Flow& target = flow(id);
    target.base = StatType::day;
    target.versions.push_back({.from = UtcTime::min(), .to = UtcTime::max(), .terms = {}, .input_type = 5});
}

void FlowScenario::enter(const std::string& item, std::string_view when, std::string_view value) {
    DatedRecord record;
    record.id = static_cast<DatedId>(dated_.size()) + 1;
    record.body = EnteredValue{item, period(when), RegisterScenario::number(value), 5, {}};
    dated_.push_back(std::move(record));
}

void FlowScenario::opening(const std::string& item, std::string_view from, std::string_view to,
                           std::string_view amount) {
    DatedRecord record;
    record.id = static_cast<DatedId>(dated_.size()) + 1;
    record.body = OpeningAmount{item, at(from), at(to), RegisterScenario::number(amount)};
    dated_.push_back(std::move(record));
}

const SpanSeries* FlowScenario::series_of(const RegisterKey& key) {
    const auto found = series_.find(key.meter.text + "." + key.point.text);
    return found == series_.end() ? nullptr : &found->second;
}

void FlowScenario::compute_until(std::string_view end) {
    compute({}, at(end));
}

void FlowScenario::compute_again(std::string_view from, std::string_view end) {
    compute(at(from), at(end));
}

void FlowScenario::compute(std::optional<UtcTime> from, UtcTime end) {
    std::vector<CoefficientOptions> rows{coefficients_.begin(), coefficients_.end()};
    const CoefficientTable coefficients{rows, dated_};
    const EnteredValues entered{dated_};
    const auto before = figures_;
    const Shelf shelf{before, calendar};
    FlowCalculator calculator{flows_,
                              coefficients,
                              entered,
                              shelf,
                              [this](const RegisterKey& key) { return series_of(key); },
                              calendar.utc_offset};
    for (FlowIndex i = 0; from && i < flows_.size(); ++i) calculator.begin(i, *from);
    std::vector<ComputedFigure> out;
    calculator.go_on(end, out);
    for (const auto& computed : out) {
        figures_.insert_or_assign({flows_[computed.flow].id, computed.period.type, computed.period.from},
                                  computed.figure);
    }
}

std::optional<FlowFigure> FlowScenario::figure(const std::string& item, std::string_view when) const {
    const auto wanted = period(when);
    const auto found = figures_.find({item, wanted.type, wanted.from});
    return found == figures_.end() ? std::nullopt : std::optional{found->second};
}

std::string FlowScenario::value(const std::string& item, std::string_view when, int decimals) const {
    const auto known = figure(item, when);
    if (!known) return "none";
    const auto names = names_of(known->marks);
    return fmt::format("{}{}{}", digits(item, period(when), decimals).to_string(), names.empty() ? "" : " ",
                       fmt::join(names, " "));
}

Decimal FlowScenario::digits(const std::string& item, const StatPeriod& of, int decimals) const {
    const auto& figure = figures_.at({item, of.type, of.from});
    const auto after = figure.total.rounded(decimals).value();
    const auto before = (figure.total - figure.amount).rounded(decimals).value();
    return after.minus(before).value();
}

std::vector<StatPeriod> FlowScenario::periods(const std::string& item, StatType type) const {
    std::vector<StatPeriod> all;
    for (const auto& [key, figure] : figures_) {
        const auto& [of, of_type, from] = key;
        if (of == item && of_type == type) all.push_back(calendar.containing(type, from));
    }
    return all;
}

}  // namespace mg
