#include "gateway/accounting/reckoning.h"

#include <algorithm>
#include <set>
#include <utility>

namespace mg {
namespace {

using namespace std::chrono_literals;

std::vector<RegisterKey> registers_of(const SitePlan& plan, const std::vector<FlowIndex>& flows) {
    std::set<RegisterKey> keys;
    for (const FlowIndex flow : flows) {
        for (const auto& version : plan.flows[flow].versions) {
            for (const auto& term : version.terms) {
                if (const auto* key = std::get_if<RegisterKey>(&term.input)) keys.insert(*key);
            }
        }
    }
    return {keys.begin(), keys.end()};
}

std::optional<FlowFigure> figure_of(const ItemRecord& record) {
    auto amount = Exact::parse(record.exact);
    auto total = Exact::parse(record.total);
    if (!amount || !total) return {};
    return FlowFigure{std::move(*amount), std::move(*total), record.marks, record.input_type};
}

}  // namespace

Reckoning::Reckoning(const AccountingBasis& basis, Books& books, std::vector<DatedRecord> records,
                     std::vector<FlowIndex> flows)
    : basis_{basis},
      books_{books},
      records_{std::move(records)},
      mine_(basis.plan.flows.size(), false),
      coefficients_{basis.options.coefficients, records_},
      entered_{records_},
      registers_{basis.options, records_, registers_of(basis.plan, flows)},
      momentary_{basis.options, records_, basis.plan.means, basis.plan.lasts},
      calculator_{basis.plan.flows,
                  coefficients_,
                  entered_,
                  *this,
                  [this](const RegisterKey& key) { return series(key); },
                  basis.options.site.utc_offset},
      maker_{
          basis.options,
          basis.graph,
          basis.plan,
          coefficients_,
          {.figure = [this](FlowIndex flow, const StatPeriod& period) { return figure(flow, period); },
           .point_at = [this](const RegisterKey& key, UtcTime at) { return momentary_.value_at(key, at); }}} {
    for (const FlowIndex flow : flows) mine_[flow] = true;
    for (FlowIndex flow = 0; flow < mine_.size(); ++flow) {
        if (!mine_[flow]) calculator_.begin(flow, UtcTime::max());
    }
}

Result<> Reckoning::resume(UtcTime day, UtcTime entered) {
    day_ = day;
    const auto checkpoints = books_.checkpoints(day);
    if (!checkpoints) return pass_on(checkpoints.error());
    if (const auto ok = registers_.restore(*checkpoints); !ok) return ok;
    momentary_.begin(day);
    for (FlowIndex flow = 0; flow < mine_.size(); ++flow) {
        const auto& of = basis_.plan.flows[flow];
        if (!mine_[flow]) continue;
        if (!of.is_metered()) {
            calculator_.begin(flow, std::min(day, entered));
            continue;
        }
        const auto newest = books_.newest(of.id, of.base, day);
        if (!newest) return pass_on(newest.error());
        if (!*newest) continue;
        calculator_.begin(flow, (*newest)->period.to);
        if ((*newest)->period.to == day) momentary_.go_on_from(day, of);
    }
    return {};
}

const SpanSeries* Reckoning::series(const RegisterKey& key) const {
    const SpanSeries* found = registers_.series(key);
    return found != nullptr ? found : momentary_.series(key);
}

std::vector<std::string> Reckoning::feed(const StoredItem& item) {
    if (const auto* gap = std::get_if<StoredGap>(&item)) {
        momentary_.feed(*gap);
        return {};
    }
    const auto& sample = std::get<StoredSample>(item);
    if (day_ == UtcTime::min()) day_ = sample.sample.slot.at;
    const auto late = registers_.feed(sample);
    const bool late_mean = momentary_.feed(sample);
    std::set<std::string> items;
    const auto add = [&](const std::string& point) {
        const Reference input{Reference::Kind::point, sample.sample.meter().text, point};
        for (const auto row : basis_.graph.depending_on(input)) items.insert(basis_.options.items[row].id);
    };
    for (const auto& key : late) add(key.point.text);
    if (late_mean) add({});
    return {items.begin(), items.end()};
}

UtcTime Reckoning::rests_on() const {
    UtcTime earliest = day_;
    for (const auto& key : registers_.keys()) {
        const auto settled = registers_.life(key)->settled_until();
        if (settled) earliest = std::min(earliest, *settled);
    }
    return earliest;
}

// ---- records ----

std::vector<ItemRecord> Reckoning::compute(UtcTime until) {
    registers_.pass(until);
    std::vector<ComputedFigure> figures;
    calculator_.go_on(until, figures);
    for (const auto& computed : figures) {
        fresh_.insert_or_assign({computed.flow, computed.period}, computed.figure);
    }
    std::vector<ItemRecord> records;
    make_records(figures, records);
    make_last_values(until, records);
    fresh_.clear();
    return records;
}

void Reckoning::make_records(std::span<const ComputedFigure> figures, std::vector<ItemRecord>& records) {
    std::set<std::pair<std::size_t, StatPeriod>> of_parts;
    for (const auto& computed : figures) {
        const auto place = basis_.plan.item_of_flow[computed.flow];
        const auto& item = basis_.plan.items[place];
        if (item.flow == computed.flow) {
            if (auto record = maker_.record(item, computed.period)) records.push_back(std::move(*record));
            continue;
        }
        ItemRecord part;
        part.item = basis_.plan.flows[computed.flow].id;
        part.period = computed.period;
        part.marks = computed.figure.marks;
        part.exact = computed.figure.amount.to_string();
        part.total = computed.figure.total.to_string();
        records.push_back(std::move(part));
        of_parts.emplace(place, computed.period);
    }
    for (const auto& [place, period] : of_parts) {
        if (auto record = maker_.record(basis_.plan.items[place], period))
            records.push_back(std::move(*record));
    }
}

/// They have no flow: each period that ended is looked at once all its meters have been heard of.
void Reckoning::make_last_values(UtcTime until, std::vector<ItemRecord>& records) {
    if (day_ == UtcTime::min()) return;
    const SiteCalendar calendar{.utc_offset = basis_.options.site.utc_offset,
                                .real_time = basis_.options.site.boundary};
    for (const auto& item : basis_.plan.items) {
        for (const auto row : item.rows) {
            const auto& options = basis_.options.items[row];
            if (options.method != ItemMethod::last) continue;
            for (const auto type : options.periods) {
                SiteCalendar own = calendar;
                if (type == StatType::real_time) own.real_time = options.interval;
                auto& done = last_values_until_[{item.id, type}];
                if (done == UtcTime{}) done = std::max(day_, states_since_);
                for (auto period = own.containing(type, done); period.to <= until;
                     period = own.after(period)) {
                    if (auto record = maker_.record(item, period)) records.push_back(std::move(*record));
                    done = period.to;
                }
            }
        }
    }
}

std::optional<FlowFigure> Reckoning::figure(FlowIndex flow, const StatPeriod& period) const {
    const auto fresh = fresh_.find({flow, period});
    if (fresh != fresh_.end()) return fresh->second;
    if (is_closed(period)) {
        if (auto as_it_would_be = wanted(basis_.plan.flows[flow].id, period)) return as_it_would_be;
    }
    return find(basis_.plan.flows[flow].id, period);
}

std::optional<FlowFigure> Reckoning::find(const std::string& flow, const StatPeriod& period) const {
    const auto found = books_.records({.items = {flow},
                                       .type = period.type,
                                       .from = period.from,
                                       .to = period.from + milliseconds{1},
                                       .most = 1});
    if (!found || found->empty()) return {};
    return figure_of(found->front());
}

std::optional<Exact> Reckoning::last_total(const std::string& flow, UtcTime from, UtcTime until) const {
    std::optional<ItemRecord> last;
    for (const auto type : {StatType::real_time, StatType::day, StatType::month}) {
        const auto newest = books_.newest(flow, type, until);
        if (!newest || !*newest || (*newest)->period.from < from) continue;
        if (!last || (*newest)->period.to > last->period.to) last = **newest;
    }
    const auto figure = last ? figure_of(*last) : std::nullopt;
    return figure ? std::optional{figure->total} : std::nullopt;
}

/// Where the books do not say, it is for them to keep closed what is: they look again when it is written.
bool Reckoning::is_closed(const StatPeriod& period) const {
    return books_.is_closed(period).value_or(false);
}

std::optional<FlowFigure> Reckoning::wanted(const std::string& flow, const StatPeriod& period) const {
    const auto found = books_.wanted(flow, period);
    if (!found || !*found) return {};
    return figure_of(**found);
}

std::optional<UtcTime> Reckoning::will_begin(const Flow& flow) const {
    std::optional<UtcTime> begin;
    for (const auto& version : flow.versions) {
        for (const auto& term : version.terms) {
            const auto* key = std::get_if<RegisterKey>(&term.input);
            const auto* life = key == nullptr ? nullptr : registers_.life(*key);
            if (life == nullptr) continue;
            auto first = registers_.series(*key)->begin();
            if (!first) first = life->settled_until();
            if (!first) return {};
            begin = std::max(begin.value_or(*first), *first);
        }
    }
    return begin;
}

void Reckoning::forget_what_is_done() {
    const SiteCalendar calendar{.utc_offset = basis_.options.site.utc_offset,
                                .real_time = basis_.options.site.boundary};
    std::map<RegisterKey, UtcTime> needed;
    UtcTime earliest = UtcTime::max();
    for (FlowIndex flow = 0; flow < mine_.size(); ++flow) {
        if (!mine_[flow] || !basis_.plan.flows[flow].is_metered()) continue;
        auto reached = calculator_.reached(flow);
        if (!reached) reached = will_begin(basis_.plan.flows[flow]);
        if (!reached) continue;
        const UtcTime day = calendar.containing(StatType::day, *reached).from;
        earliest = std::min(earliest, day);
        for (const auto& version : basis_.plan.flows[flow].versions) {
            for (const auto& term : version.terms) {
                const auto* key = std::get_if<RegisterKey>(&term.input);
                if (key == nullptr) continue;
                const auto [place, is_new] = needed.emplace(*key, day);
                if (!is_new) place->second = std::min(place->second, day);
            }
        }
    }
    for (const auto& [key, day] : needed) registers_.forget_before(key, day);
    if (earliest == UtcTime::max()) return;
    momentary_.forget_before(earliest);
    calculator_.forget_before(earliest);
}

}  // namespace mg
