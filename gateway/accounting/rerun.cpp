#include "gateway/accounting/rerun.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <variant>

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostAtOnce = 4000;
constexpr std::chrono::days kLongestBridge{62};

/// By slot; of one slot and meter the latest revision first, which is the one that counts.
void sort_by_slot(std::vector<StoredItem>& items) {
    std::ranges::sort(items, {}, [](const StoredItem& item) {
        if (const auto* gap = std::get_if<StoredGap>(&item)) {
            return std::tuple{gap->gap.from.at, std::string_view{gap->gap.meter.text}, 0U, gap->sequence};
        }
        const auto& stored = std::get<StoredSample>(item);
        return std::tuple{stored.sample.slot.at, std::string_view{stored.sample.meter().text},
                          ~stored.revision, stored.sequence};
    });
}

Result<std::vector<StoredItem>> read(History& store, const HistoryQuery& query) {
    std::vector<StoredItem> items;
    for (Sequence after = 0; after < store.newest();) {
        auto part = store.read(query, after, kMostAtOnce);
        if (!part) return pass_on(part.error());
        std::ranges::move(part->items, std::back_inserter(items));
        if (part->through <= after) break;
        after = part->through;
    }
    sort_by_slot(items);
    return items;
}

std::set<MeterId> meters_of(const SitePlan& plan, const Rerun::Scope& scope) {
    std::set<MeterId> meters;
    for (const auto& key : scope.lasts) meters.insert(key.meter);
    for (const FlowIndex flow : scope.flows) {
        for (const auto& version : plan.flows[flow].versions) {
            for (const auto& term : version.terms) {
                if (const auto* key = std::get_if<RegisterKey>(&term.input)) meters.insert(key->meter);
            }
        }
    }
    return meters;
}

/// Means are of all samples; everything else is of boundaries.
bool wants_means(const SitePlan& plan, const Rerun::Scope& scope) {
    return std::ranges::any_of(plan.means, [&](const RegisterKey& mean) {
        return std::ranges::any_of(scope.flows, [&](FlowIndex flow) {
            return std::ranges::any_of(plan.flows[flow].versions, [&](const FlowVersion& version) {
                return std::ranges::any_of(version.terms, [&](const FlowTerm& term) {
                    const auto* key = std::get_if<RegisterKey>(&term.input);
                    return key != nullptr && *key == sum_of(mean.meter, mean.point);
                });
            });
        });
    });
}

}  // namespace

Result<std::unique_ptr<Rerun>> Rerun::of_books(const AccountingBasis& basis, Books& books) {
    auto records = books.dated(DatedQuery{});
    if (!records) return pass_on(records.error());
    std::unique_ptr<Rerun> rerun{new Rerun{basis, books}};
    rerun->reckoning_ =
        std::make_unique<Reckoning>(basis, books, std::move(*records), std::vector<FlowIndex>{});
    return rerun;
}

Result<std::unique_ptr<Rerun>> Rerun::of(const AccountingBasis& basis, Books& books, History& store,
                                         const Scope& scope) {
    std::unique_ptr<Rerun> rerun{new Rerun{basis, books}};
    if (const auto done = rerun->compute(store, scope); !done) return pass_on(done.error());
    rerun->is_computed_ = true;
    return rerun;
}

UtcTime Rerun::day_of(UtcTime time) const {
    return SiteCalendar{.utc_offset = basis_.options.site.utc_offset,
                        .real_time = basis_.options.site.boundary}
        .containing(StatType::day, time)
        .from;
}

Result<> Rerun::compute(History& store, const Scope& scope) {
    auto records = books_.dated(DatedQuery{});
    if (!records) return pass_on(records.error());
    const auto day = take_up(std::move(*records), scope);
    if (!day) return pass_on(day.error());
    HistoryQuery query{.meters = meters_of(basis_.plan, scope),
                       .boundary_only = !wants_means(basis_.plan, scope)};
    const auto feed_until = [&](UtcTime from, UtcTime to) {
        query.from = {from};
        query.to = {to};
        return feed(store, query);
    };
    const UtcTime last = scope.to + 1ms;
    for (UtcTime from = *day; from < last; from += 24h) {
        if (const auto fed = feed_until(from, std::min(from + 24h, last)); !fed) return fed;
    }
    reckoning_->compute(scope.to);
    for (UtcTime from = last; !is_settled(scope) && from < last + kLongestBridge; from += 24h) {
        if (const auto fed = feed_until(from, from + 24h); !fed) return fed;
        reckoning_->compute(scope.to);
    }
    odd_ = reckoning_->take_odd();
    return fetch_what_it_rests_on(store, *day);
}

/// The last readings before the day at which it was taken up.
Result<> Rerun::fetch_what_it_rests_on(History& store, UtcTime day) {
    for (const auto& key : reckoning_->registers().keys()) {
        const auto begin = reckoning_->registers().series(key)->begin();
        if (!begin || *begin >= day) continue;
        const auto items = read(store, {.from = {*begin}, .to = {*begin + 1ms}, .meters = {key.meter}});
        if (!items) return pass_on(items.error());
        for (const auto& item : *items) keep(item);
    }
    return {};
}

/// A span that reaches into the time may have begun days before.
Result<UtcTime> Rerun::take_up(std::vector<DatedRecord> records, const Scope& scope) {
    UtcTime day = day_of(scope.from - 1ms);
    for (UtcTime needed = day;; day = needed) {
        reckoning_ = std::make_unique<Reckoning>(basis_, books_, records, scope.flows);
        if (const auto resumed = reckoning_->resume(day); !resumed) return pass_on(resumed.error());
        needed = day_of(reckoning_->rests_on() - 1ms);
        if (needed >= day_of(day - 1ms)) return day;
    }
}

Result<> Rerun::feed(History& store, const HistoryQuery& query) {
    const auto items = read(store, query);
    if (!items) return pass_on(items.error());
    for (const auto& item : *items) {
        reckoning_->feed(item);
        keep(item);
    }
    return {};
}

void Rerun::keep(const StoredItem& item) {
    if (const auto* stored = std::get_if<StoredSample>(&item)) {
        samples_[stored->sample.meter()].emplace(stored->sample.slot.at, *stored);
    }
}

bool Rerun::is_settled(const Scope& scope) const {
    const auto is_done = [&](FlowIndex flow) {
        const auto reached = reckoning_->reached(flow);
        return !basis_.plan.flows[flow].is_metered() || (reached && *reached >= scope.to);
    };
    const auto is_heard = [&](const RegisterKey& key) {
        const auto heard = reckoning_->momentary().heard_until(key.meter);
        return heard && *heard >= scope.to;
    };
    return std::ranges::all_of(scope.flows, is_done) && std::ranges::all_of(scope.lasts, is_heard);
}

std::optional<ExplainedSample> Rerun::explained(const RegisterKey& point, const StoredSample& stored) const {
    const Sample& sample = stored.sample;
    const auto& points = sample.layout->points;
    const auto place = std::ranges::find(points, point.point, &LayoutPoint::id);
    if (place == points.end()) return {};
    const auto index = static_cast<std::size_t>(place - points.begin());
    const Quality quality = sample.readings[index].quality;
    const auto read =
        has_value(quality) ? displayed_value(sample, index) : Result<Decimal>{fail(Failure::unsupported, {})};
    if (!read) return {};
    return ExplainedSample{sample.slot.at, stored.sequence, sample.taken_at, quality, *read, Exact{1}};
}

std::optional<ExplainedSample> Rerun::sample(const RegisterKey& point, UtcTime slot) const {
    const auto of_meter = samples_.find(point.meter);
    if (of_meter == samples_.end()) return {};
    const auto stored = of_meter->second.find(slot);
    return stored == of_meter->second.end() ? std::nullopt : explained(point, stored->second);
}

std::vector<ExplainedSample> Rerun::samples(const RegisterKey& point, UtcTime from, UtcTime to) const {
    std::vector<ExplainedSample> all;
    const auto of_meter = samples_.find(point.meter);
    if (of_meter == samples_.end()) return all;
    const auto end = of_meter->second.lower_bound(to);
    for (auto at = of_meter->second.lower_bound(from); at != end; ++at) {
        if (auto one = explained(point, at->second)) all.push_back(std::move(*one));
    }
    return all;
}

}  // namespace mg
