#include "gateway/accounting/doctor_evidence.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "gateway/accounting/momentary_bank.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr int kDays = 7;
constexpr std::size_t kMostAtOnce = 4000;
constexpr milliseconds kQuarter = 15min;
constexpr int kLeastPowers = 48;  // half a day

/// For comparing only.
double about(const Exact& value) {
    const auto digits = value.rounded(9);
    return digits ? std::stod(digits->to_string()) : 0;
}

std::optional<RegisterKey> power_of(const MeterOptions& meter, const ModelOptions& model,
                                    double& to_kilowatts) {
    for (const auto& point : model.points) {
        if (point.id.text != "power" || point.kind != PointKind::momentary) continue;
        if (point.circuit != 0 && point.circuit != meter.circuit) continue;
        if (point.unit != "kW" && point.unit != "W") continue;
        to_kilowatts = point.unit == "kW" ? 1.0 : 0.001;
        return RegisterKey{meter.id, point.id};
    }
    return {};
}

class Gathering {
public:
    Gathering(const AccountingBasis& basis, Books& books, History& store, UtcTime now)
        : basis_{basis}, books_{books}, store_{store} {
        const SiteCalendar calendar{.utc_offset = basis.options.site.utc_offset};
        end_ = calendar.containing(StatType::day, now).from;
        begin_ = end_ - std::chrono::days{kDays};
    }

    Result<DoctorEvidence> all() {
        const auto records = books_.dated(DatedQuery{});
        if (!records) return pass_on(records.error());
        RegisterBank registers{basis_.options, *records};
        std::vector<RegisterKey> powers;
        for (const auto& meter : basis_.options.meters) {
            const ModelOptions* model = basis_.options.model(meter.model);
            double factor = 1;
            if (!meter.line || model == nullptr) continue;
            if (auto power = power_of(meter, *model, factor)) {
                to_kilowatts_[meter.id] = factor;
                powers.push_back(std::move(*power));
            }
        }
        MomentaryBank momentary{basis_.options, *records, {}, powers};
        // Day by day: a week of all spans of a large site does not belong into memory.
        for (UtcTime day = begin_; day < end_; day += 24h) {
            const UtcTime from = day == begin_ ? day : day + 1ms;
            if (const auto fed = feed(registers, momentary, from, day + 24h + 1ms); !fed) {
                return pass_on(fed.error());
            }
            registers.pass(day + 24h);
            for (const auto& key : registers.keys()) {
                add_day(registers, key, day);
                registers.forget_before(key, day + 24h);
            }
            for (const auto& key : powers) add_power(momentary, key, day);
            momentary.forget_before(day + 24h);
        }
        for (const auto& key : registers.keys()) finish(registers, key);
        for (const auto& [meter, sum] : powers_) {
            if (sum.second >= kLeastPowers) {
                evidence_.mean_power[meter] = sum.first / sum.second * to_kilowatts_.at(meter);
            }
        }
        if (const auto added = add_items(); !added) return pass_on(added.error());
        return std::move(evidence_);
    }

private:
    Result<> feed(RegisterBank& registers, MomentaryBank& momentary, UtcTime from, UtcTime to) {
        const HistoryQuery query{.from = {from}, .to = {to}, .meters = {}, .boundary_only = true};
        std::vector<StoredSample> samples;
        for (Sequence after = 0; after < store_.newest();) {
            auto part = store_.read(query, after, kMostAtOnce);
            if (!part) return pass_on(part.error());
            for (auto& item : part->items) {
                if (auto* sample = std::get_if<StoredSample>(&item)) samples.push_back(std::move(*sample));
            }
            if (part->through <= after) break;
            after = part->through;
        }
        std::ranges::sort(samples, {}, [](const StoredSample& stored) {
            return std::tuple{stored.sample.slot.at, ~stored.revision};
        });
        for (const auto& sample : samples) {
            registers.feed(sample);
            momentary.feed(sample);
        }
        return {};
    }

    void add_day(const RegisterBank& registers, const RegisterKey& key, UtcTime day) {
        const SpanSeries* series = registers.series(key);
        const auto amount = series->amount(day, day + 24h);
        if (!amount) return;
        auto& seen = evidence_.registers[key];
        ++seen.days;
        seen.per_day += about(amount->amount);
        for (UtcTime quarter = day; quarter < day + 24h; quarter += kQuarter) {
            const auto part = series->amount(quarter, quarter + kQuarter);
            if (part) seen.largest_hour = std::max(seen.largest_hour, 4 * about(part->amount));
        }
    }

    void finish(const RegisterBank& registers, const RegisterKey& key) {
        const auto found = evidence_.registers.find(key);
        if (found == evidence_.registers.end()) return;
        auto& seen = found->second;
        seen.per_day /= seen.days;
        seen.step = step_of(key, *registers.life(key));
        evidence_.days = std::max(evidence_.days, seen.days);
    }

    [[nodiscard]] double step_of(const RegisterKey& key, const RegisterLife& life) const {
        const MeterOptions* meter = basis_.options.meter(key.meter);
        const ModelOptions* model = meter == nullptr ? nullptr : basis_.options.model(meter->model);
        if (model == nullptr) return 0;
        const auto point = std::ranges::find(model->points, key.point, &PointOptions::id);
        if (point == model->points.end()) return 0;
        const auto rules = rules_of(*meter, *model, *point, {});
        return rules.step ? about(Exact{*rules.step} * life.multiplier_at(end_)) : 0;
    }

    void add_power(const MomentaryBank& momentary, const RegisterKey& key, UtcTime day) {
        auto& [sum, count] = powers_[key.meter];
        for (UtcTime at = day; at < day + 24h; at += kQuarter) {
            const auto value = momentary.value_at(key, at);
            if (!value) continue;
            sum += about(*value);
            ++count;
        }
    }

    Result<> add_items() {
        std::set<std::string> ids;
        for (const auto& item : basis_.options.items) ids.insert(item.id);
        const auto records = books_.records(
            {.items = {ids.begin(), ids.end()}, .type = StatType::day, .from = begin_, .to = end_});
        if (!records) return pass_on(records.error());
        std::map<std::string, std::pair<double, int>> sums;
        for (const auto& record : *records) {
            if (!record.value) continue;
            auto& [sum, count] = sums[record.item];
            sum += std::stod(record.value->to_string());
            ++count;
        }
        for (const auto& [id, sum] : sums) evidence_.item_per_day[id] = sum.first / sum.second;
        return {};
    }

    AccountingBasis basis_;
    Books& books_;
    History& store_;
    UtcTime begin_{};
    UtcTime end_{};
    std::map<MeterId, double> to_kilowatts_;
    std::map<MeterId, std::pair<double, int>> powers_;
    DoctorEvidence evidence_;
};

}  // namespace

Result<DoctorEvidence> gather_evidence(const AccountingBasis& basis, Books& books, History& store,
                                       UtcTime now) {
    return Gathering{basis, books, store, now}.all();
}

}  // namespace mg
