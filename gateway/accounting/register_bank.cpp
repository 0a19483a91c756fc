#include "gateway/accounting/register_bank.h"

#include <algorithm>

namespace mg {
namespace {

using namespace std::chrono_literals;

/// Further from its slot than this, a reading says too little about the slot (±1 min at the day's end).
constexpr milliseconds kMostSkew = 1min;
constexpr std::size_t kMostWirings = 40'000;

bool counts_whole_steps(WireType type) {
    switch (type) {
        case WireType::u16:
        case WireType::i16:
        case WireType::u32:
        case WireType::i32:
        case WireType::u64:
        case WireType::i64:
        case WireType::bcd16:
        case WireType::bcd32:
        case WireType::bcd64:
        case WireType::sm16:
        case WireType::sm32:
            return true;
        case WireType::f32:
        case WireType::f64:
        case WireType::i32_f32:
        case WireType::f32_hundreds:
            return false;
    }
    return false;
}

/// The limit is that of the main index; it says nothing about other quantities of the same meter.
bool is_like_main_index(const MeterOptions& meter, const ModelOptions& model, const PointOptions& point) {
    if (!meter.index_unit.empty()) return point.unit == meter.index_unit;
    const auto main = std::ranges::find(model.points, PointKind::index, &PointOptions::kind);
    return main != model.points.end() && main->unit == point.unit;
}

Exact ratio_of(const Multiplier& multiplier, Ratio ratio) {
    const auto value = multiplier.of(ratio);
    return value ? Exact{*value} : Exact{1};
}

/// nullopt: nothing of the kind is on record.
std::optional<Multiplier> initial_multiplier(const MeterId& meter, std::span<const DatedRecord> records) {
    std::optional<Multiplier> multiplier;
    for (const auto& record : records) {
        const auto* body = std::get_if<InitialInstrument>(&record.body);
        if (body != nullptr && body->meter == meter && record.in_force()) multiplier = body->multiplier;
    }
    return multiplier;
}

void add_to(RegisterRecords& all, DatedId id, const RegisterKey& key, Ratio ratio, const Replacement& r) {
    if (r.meter != key.meter) return;
    std::optional<Exact> multiplier;
    if (r.multiplier) multiplier = ratio_of(*r.multiplier, ratio);
    const auto mine = std::ranges::find(r.registers, key.point, &Replacement::Register::point);
    if (mine != r.registers.end()) {
        all.swaps.push_back({id, r.removed_at, r.installed_at, mine->old_end, mine->new_start,
                             mine->unmetered, multiplier, r.rollover});
    } else if (multiplier) {
        all.ratios.push_back({id, r.installed_at, *multiplier, {}});
    }
}

void add_to(RegisterRecords& all, DatedId id, const RegisterKey& key, Ratio ratio,
            const MultiplierChange& change) {
    if (change.meter != key.meter) return;
    const auto mine = std::ranges::find(change.registers, key.point, &MultiplierChange::Register::point);
    all.ratios.push_back({id, change.at, ratio_of(change.multiplier, ratio),
                          mine == change.registers.end() ? std::nullopt : std::optional{mine->index}});
}

void add_to(RegisterRecords& all, DatedId id, const RegisterKey& key, Ratio, const IndexRuling& ruling) {
    if (ruling.meter == key.meter && ruling.point == key.point) all.rulings.push_back({id, ruling});
}

void add_to(RegisterRecords& all, DatedId id, const RegisterKey& key, Ratio, const OutOfService& outage) {
    if (outage.meter == key.meter) all.outages.push_back({id, outage.from, outage.to});
}

void add_to(RegisterRecords& all, DatedId, const RegisterKey& key, Ratio, const ProductionStop& stop) {
    if (stop.meters.empty() || std::ranges::find(stop.meters, key.meter) != stop.meters.end())
        all.stops.push_back({stop.from, stop.to});
}

template <class Other>
void add_to(RegisterRecords&, DatedId, const RegisterKey&, Ratio, const Other&) {}

}  // namespace

RegisterRules rules_of(const MeterOptions& meter, const ModelOptions& model, const PointOptions& point,
                       std::span<const DatedRecord> records) {
    RegisterRules rules;
    const bool is_main = is_like_main_index(meter, model, point);
    if (is_main) {
        rules.rollover = meter.rollover;
        rules.max_per_hour = meter.max_per_hour;
    }
    if (counts_whole_steps(point.type) && !point.exponent_point) rules.step = point.scale;
    const auto initial = initial_multiplier(meter.id, records);
    rules.multiplier = ratio_of(initial.value_or(meter.multiplier), point.ratio);
    return rules;
}

RegisterRecords records_of(const RegisterKey& key, Ratio ratio, std::span<const DatedRecord> records) {
    RegisterRecords all;
    for (const auto& record : records) {
        if (!record.in_force()) continue;
        std::visit([&](const auto& body) { add_to(all, record.id, key, ratio, body); }, record.body);
    }
    return all;
}

RegisterBank::RegisterBank(const Options& options, std::span<const DatedRecord> records)
    : RegisterBank{options, records, {}} {}

RegisterBank::RegisterBank(const Options& options, std::span<const DatedRecord> records,
                           const std::vector<RegisterKey>& only)
    : calendar_{.utc_offset = options.site.utc_offset, .real_time = options.site.boundary} {
    std::map<MeterId, std::vector<DatedRecord>> by_meter;
    std::vector<DatedRecord> stops;
    for (const auto& record : records) {
        if (std::holds_alternative<ProductionStop>(record.body)) {
            stops.push_back(record);
        } else {
            by_meter[MeterId{subject_of(record.body)}].push_back(record);
        }
    }
    for (const auto& meter : options.meters) {
        const ModelOptions* model = options.model(meter.model);
        if (!meter.line || model == nullptr) continue;
        auto& of_meter = by_meter[meter.id];
        of_meter.insert(of_meter.end(), stops.begin(), stops.end());
        for (const auto& point : model->points) {
            if (point.kind != PointKind::index) continue;
            if (point.circuit != 0 && point.circuit != meter.circuit) continue;
            const RegisterKey key{meter.id, point.id};
            if (!only.empty() && std::ranges::find(only, key) == only.end()) continue;
            add(meter, *model, point, of_meter);
        }
    }
}

void RegisterBank::add(const MeterOptions& meter, const ModelOptions& model, const PointOptions& point,
                       std::span<const DatedRecord> records) {
    const RegisterKey key{meter.id, point.id};
    RegisterLife life{rules_of(meter, model, point, records), records_of(key, point.ratio, records)};
    registers_.emplace(key, std::make_unique<Register>(Register{key, std::move(life), {}, {}}));
}

const RegisterBank::Wiring& RegisterBank::wiring_of(const LayoutRef& layout) {
    const auto known = wirings_.find(layout.get());
    if (known != wirings_.end()) return known->second;
    if (wirings_.size() >= kMostWirings) wirings_.clear();
    Wiring wiring{layout, {}};
    for (std::size_t i = 0; i < layout->points.size(); ++i) {
        const auto reg = registers_.find({layout->meter, layout->points[i].id});
        if (reg != registers_.end())
            wiring.wires.push_back({i, reg->second.get(), rate_of_index(*layout, i)});
    }
    return wirings_.emplace(layout.get(), std::move(wiring)).first->second;
}

std::vector<RegisterKey> RegisterBank::feed(const StoredSample& stored) {
    const Sample& sample = stored.sample;
    if (!sample.boundary) return {};
    std::vector<RegisterKey> late;
    for (const auto& [place, reg, rate] : wiring_of(sample.layout).wires) {
        const bool is_late = reg->heard_until && sample.slot.at <= *reg->heard_until;
        const Quality quality = sample.readings[place].quality;
        const auto index = has_value(quality) ? displayed_value(sample, place)
                                              : Result<Decimal>{fail(Failure::unsupported, {})};
        if (is_late) {
            if (index) late.push_back(reg->key);
            continue;
        }
        reg->heard_until = sample.slot.at;
        if (!index) continue;
        note_checkpoint(*reg, sample.slot.at);
        const auto skew = sample.taken_at - sample.slot.at;
        const bool doubtful = quality == Quality::clock_untrusted || skew > kMostSkew || skew < -kMostSkew;
        IndexReading reading{sample.slot.at, *index, stored.sequence, doubtful};
        const auto settled = reg->life.settled_until();
        if (rate && settled) reading.flowed = flowed(*rate, sample, sample.slot.at - *settled);
        reg->life.feed(reading, fresh_);
        collect(*reg);
    }
    return late;
}

void RegisterBank::pass(UtcTime now) {
    for (auto& [key, reg] : registers_) {
        note_checkpoint(*reg, now);
        reg->life.pass(now, fresh_);
        collect(*reg);
    }
}

/// At the first midnight that a state has seen: it holds for all later ones until it changes. A reading at
/// midnight itself belongs to the day that ends there.
void RegisterBank::note_checkpoint(Register& reg, UtcTime time) {
    const auto settled = reg.life.settled_until();
    if (!settled) return;
    const auto& doubted = reg.life.doubted();
    const UtcTime since = doubted ? doubted->at : *settled;
    const UtcTime midnight = calendar_.containing(StatType::day, since - 1ms).to;
    if (midnight >= time || midnight <= reg.checkpoint) return;
    reg.checkpoint = midnight;
    checkpoints_.push_back({reg.key.meter, reg.key.point, midnight, reg.life.state()});
}

void RegisterBank::collect(Register& reg) {
    for (const auto& span : fresh_) {
        if (span.kind != IndexSpan::Kind::broken) continue;
        breaks_.push_back(
            {reg.key.meter, reg.key.point, span.from.at, span.to.at, span.from.index, span.to.index, {}});
    }
    reg.series.add(fresh_);
    fresh_.clear();
    for (auto& odd : reg.life.take_odd()) odd_.emplace_back(reg.key, std::move(odd));
}

const SpanSeries* RegisterBank::series(const RegisterKey& key) const {
    const auto found = registers_.find(key);
    return found == registers_.end() ? nullptr : &found->second->series;
}

const RegisterLife* RegisterBank::life(const RegisterKey& key) const {
    const auto found = registers_.find(key);
    return found == registers_.end() ? nullptr : &found->second->life;
}

void RegisterBank::forget_before(const RegisterKey& key, UtcTime until) {
    const auto found = registers_.find(key);
    if (found != registers_.end()) found->second->series.forget_before(until);
}

std::vector<RegisterKey> RegisterBank::keys() const {
    std::vector<RegisterKey> all;
    for (const auto& [key, reg] : registers_) all.push_back(key);
    return all;
}

std::vector<LifeCheckpoint> RegisterBank::take_checkpoints() {
    return std::exchange(checkpoints_, {});
}

std::vector<IndexBreak> RegisterBank::take_breaks() {
    return std::exchange(breaks_, {});
}

std::vector<std::pair<RegisterKey, OddReading>> RegisterBank::take_odd() {
    return std::exchange(odd_, {});
}

Result<> RegisterBank::restore(std::span<const LifeCheckpoint> checkpoints) {
    for (const auto& checkpoint : checkpoints) {
        const auto found = registers_.find({checkpoint.meter, checkpoint.point});
        if (found == registers_.end()) continue;
        if (const auto ok = found->second->life.restore(checkpoint.state); !ok) return ok;
        found->second->checkpoint = checkpoint.at;
        found->second->heard_until = found->second->life.settled_until();
    }
    return {};
}

}  // namespace mg
