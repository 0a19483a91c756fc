#include "gateway/accounting/doctor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

#include "gateway/accounting/formula.h"
#include "gateway/accounting/metered_items.h"

namespace mg {
namespace {

using What = DoctorFinding::What;
using Against = DoctorFinding::Against;
using Cause = DoctorFinding::Cause;
using Confidence = DoctorFinding::Confidence;

/// A plant's week is not its mean week: only what is far off is looked at, and causes are taken loosely.
constexpr double kFarFromLastYear = 4;
constexpr double kLooseTolerance = 1.6;
/// Meters of one node, or of one instrument, agree far better.
constexpr double kFarFromOwnPower = 1.5;
constexpr double kFarFromNode = 1.25;
constexpr double kNodeAgrees = 1.08;
constexpr double kTightTolerance = 1.2;
constexpr double kAboveRating = 1.1;
constexpr double kCoarse = 0.1;
constexpr double kQuartersOfADay = 96;
constexpr double kHoursOfADay = 24;
constexpr double kDaysOfAYear = 365;
constexpr double kLeastPowerKilowatts = 0.1;

double number(const Decimal& value) {
    return std::stod(value.to_string());
}

double distance(double a, double b) {
    return std::abs(std::log(a / b));
}

bool agrees(double a, double b, double tolerance) {
    return a > 0 && b > 0 && distance(a, b) <= std::log(tolerance);
}

struct MainRegister {
    const MeterOptions* meter;
    const PointOptions* point;
    DoctorEvidence::Register seen;
};

/// The index that a meter is there for.
const PointOptions* main_index(const ModelOptions& model, const MeterOptions& meter) {
    for (const auto& point : model.points) {
        if (point.kind != PointKind::index) continue;
        if (point.circuit != 0 && point.circuit != meter.circuit) continue;
        if (meter.index_unit.empty() || point.unit == meter.index_unit) return &point;
    }
    return nullptr;
}

class Examination {
public:
    Examination(const Options& options, const DoctorEvidence& evidence)
        : options_{options}, evidence_{evidence} {
        for (const auto& meter : options.meters) {
            const ModelOptions* model = options.model(meter.model);
            if (!meter.line || model == nullptr) continue;
            const PointOptions* point = main_index(*model, meter);
            if (point == nullptr) continue;
            const auto seen = evidence.registers.find({meter.id, point->id});
            if (seen != evidence.registers.end() && seen->second.days > 0) {
                mains_.push_back({&meter, point, seen->second});
            }
        }
    }

    std::vector<DoctorFinding> all() {
        for (const auto& main : mains_) {
            against_own_power(main);
            against_nameplate(main);
            reversed(main);
            coarse(main);
        }
        against_last_year();
        nodes();
        return std::move(findings_);
    }

private:
    void find(DoctorFinding finding) {
        // One fault of a meter shows in several places: the first, which is the surest, is enough.
        const bool is_factor = finding.what == What::too_high || finding.what == What::too_low;
        if (is_factor && !suspects_.insert(finding.subject).second) return;
        findings_.push_back(std::move(finding));
    }

    [[nodiscard]] static DoctorFinding about(const MainRegister& main, What what, Against against) {
        DoctorFinding finding;
        finding.what = what;
        finding.against = against;
        finding.subject = main.meter->id.text;
        finding.unit = main.point->unit;
        finding.observed = main.seen.per_day;
        return finding;
    }

    void against_own_power(const MainRegister& main) {
        const auto power = evidence_.mean_power.find(main.meter->id);
        if (power == evidence_.mean_power.end() || main.point->unit != "kWh") return;
        const double expected = std::abs(power->second) * kHoursOfADay;
        if (std::abs(power->second) < kLeastPowerKilowatts) return;
        if (main.seen.per_day <= 0) {
            const bool would_show = main.seen.step <= 0 || expected > 5 * main.seen.step;
            if (!would_show || export_of(main)) return;
            auto finding = about(main, What::stands, Against::own_power);
            finding.expected = expected;
            finding.confidence = Confidence::high;
            find(std::move(finding));
            return;
        }
        if (expected < 20 * main.seen.step || export_of(main)) return;
        const double ratio = main.seen.per_day / expected;
        if (agrees(ratio, 1, kFarFromOwnPower)) return;
        const Cause cause = cause_of(ratio, main.meter->multiplier, kTightTolerance);
        if (cause == Cause::unknown) return;  // a load that comes and goes between the samples
        auto finding = about(main, ratio > 1 ? What::too_high : What::too_low, Against::own_power);
        finding.factor = ratio > 1 ? ratio : 1 / ratio;
        finding.cause = cause;
        finding.expected = expected;
        finding.confidence = Confidence::high;
        find(std::move(finding));
    }

    void against_nameplate(const MainRegister& main) {
        if (!main.meter->max_per_hour || main.seen.largest_hour <= 0) return;
        const double most = number(*main.meter->max_per_hour);
        const double ratio = main.seen.largest_hour / most;
        if (ratio <= kAboveRating) return;
        auto finding = about(main, What::above_rating, Against::nameplate);
        finding.factor = ratio;
        finding.observed = main.seen.largest_hour;
        finding.expected = most;
        finding.confidence = ratio > 2 ? Confidence::high : Confidence::medium;
        find(std::move(finding));
    }

    /// The per-day amount of the other direction, where it has moved.
    [[nodiscard]] std::optional<double> export_of(const MainRegister& main) const {
        std::string other = main.point->id.text;
        const auto at = other.find("import");
        if (at == std::string::npos) return {};
        other.replace(at, 6, "export");
        const auto seen = evidence_.registers.find({main.meter->id, {other}});
        if (seen == evidence_.registers.end() || seen->second.per_day <= 0) return {};
        return seen->second.per_day;
    }

    void reversed(const MainRegister& main) {
        const auto exported = export_of(main);
        if (!exported || main.seen.per_day > *exported / 100) return;
        if (formulas_name(main.meter->id.text + ".energy_export")) return;
        auto finding = about(main, What::runs_reversed, Against::nothing);
        finding.observed = *exported;
        finding.confidence = Confidence::high;
        find(std::move(finding));
    }

    [[nodiscard]] bool formulas_name(const std::string& input) const {
        return std::ranges::any_of(options_.items, [&](const ItemOptions& item) {
            return !is_metered_item(item.id) && inputs_of(item).contains(input);
        });
    }

    static std::set<std::string> inputs_of(const ItemOptions& item) {
        std::set<std::string> names;
        const auto formula = parse_formula(item.formula);
        if (!formula) return names;
        for (const auto& reference : references_of(*formula)) names.insert(reference.to_string());
        return names;
    }

    void coarse(const MainRegister& main) {
        const double quarter = main.seen.per_day / kQuartersOfADay;
        if (quarter <= 0 || main.seen.step / quarter < kCoarse) return;
        if (!is_reported_in_real_time(main)) return;
        auto finding = about(main, What::coarse_step, Against::nothing);
        finding.factor = main.seen.step / quarter;
        finding.observed = quarter;
        finding.expected = main.seen.step;
        finding.confidence = Confidence::high;
        finding.other = finer_beside(main);
        find(std::move(finding));
    }

    [[nodiscard]] bool is_reported_in_real_time(const MainRegister& main) const {
        const std::string name = main.meter->id.text + "." + main.point->id.text;
        return std::ranges::any_of(options_.items, [&](const ItemOptions& item) {
            return item.periods.contains(StatType::real_time) && inputs_of(item).contains(name);
        });
    }

    /// A meter right behind or before it with a step of less than half.
    [[nodiscard]] std::string finer_beside(const MainRegister& main) const {
        const MainRegister* finest = nullptr;
        for (const auto& other : mains_) {
            const bool is_beside = (!main.meter->to.empty() && other.meter->from == main.meter->to) ||
                                   (!main.meter->from.empty() && other.meter->to == main.meter->from);
            if (!is_beside || other.point->unit != main.point->unit || other.seen.step <= 0) continue;
            if (other.seen.per_day < main.seen.per_day / 3 || other.seen.step > main.seen.step / 2) continue;
            if (finest == nullptr || other.seen.step < finest->seen.step) finest = &other;
        }
        return finest == nullptr ? std::string{} : finest->meter->id.text;
    }

    void against_last_year() {
        std::set<std::string> done;
        for (const auto& item : options_.items) {
            const auto seen = evidence_.item_per_day.find(item.id);
            if (!item.last_year || seen == evidence_.item_per_day.end()) continue;
            const double expected = number(*item.last_year) / kDaysOfAYear;
            if (expected <= 0 || seen->second <= 0 || !done.insert(item.id).second) continue;
            const double ratio = seen->second / expected;
            if (agrees(ratio, 1, kFarFromLastYear)) continue;
            DoctorFinding finding;
            finding.what = ratio > 1 ? What::too_high : What::too_low;
            finding.subject = item.id;
            finding.is_item = true;
            finding.against = Against::last_year;
            finding.factor = ratio > 1 ? ratio : 1 / ratio;
            finding.cause = cause_of(ratio, multiplier_of(item), kLooseTolerance);
            finding.observed = seen->second;
            finding.expected = expected;
            finding.unit = item.unit;
            finding.confidence = finding.cause == Cause::unknown ? Confidence::low : Confidence::medium;
            find(std::move(finding));
        }
    }

    /// That of the one meter of its formula; of several, none.
    [[nodiscard]] Multiplier multiplier_of(const ItemOptions& item) const {
        const auto inputs = inputs_of(item);
        if (inputs.size() != 1) return {};
        const std::string& input = *inputs.begin();
        const MeterOptions* meter = options_.meter({input.substr(0, input.find('.'))});
        return meter == nullptr ? Multiplier{} : meter->multiplier;
    }

    // ---- nodes ----
    void nodes() {
        std::set<std::string> names;
        for (const auto& main : mains_) names.insert({main.meter->from, main.meter->to});
        names.erase("");
        for (const auto& name : names) node(name);
    }

    /// What flows in and what flows out that is measured. More may flow out unmeasured, not less.
    void node(const std::string& name) {
        std::vector<const MainRegister*> in;
        std::vector<const MainRegister*> out;
        double inflow = 0;
        double outflow = 0;
        for (const auto& main : mains_) {
            if (main.point->unit != "kWh") continue;
            if (main.meter->to == name) {
                in.push_back(&main);
                inflow += main.seen.per_day;
            } else if (main.meter->from == name) {
                out.push_back(&main);
                outflow += main.seen.per_day;
            }
        }
        if (in.empty() || out.empty() || inflow <= 0 || outflow <= 0) return;
        const bool too_much_out = outflow > inflow * kFarFromNode;
        const bool too_much_in = inflow > outflow * 3;
        if (!too_much_out && !too_much_in) return;
        std::optional<DoctorFinding> only;
        int explained = 0;
        const auto suspect = [&](const MainRegister& main, double own_side, double other_side) {
            const double rest = own_side - main.seen.per_day;
            const double expected = other_side - rest;
            if (expected <= 0 || main.seen.per_day <= 0) return;
            const double ratio = main.seen.per_day / expected;
            if (agrees(ratio, 1, kFarFromNode)) return;
            const Cause cause = cause_of(ratio, main.meter->multiplier, kNodeAgrees);
            if (cause == Cause::unknown) return;
            ++explained;
            only = about(main, ratio > 1 ? What::too_high : What::too_low, Against::node);
            only->factor = ratio > 1 ? ratio : 1 / ratio;
            only->cause = cause;
            only->expected = expected;
            only->other = name;
        };
        for (const auto* main : in) suspect(*main, inflow, outflow);
        for (const auto* main : out) suspect(*main, outflow, inflow);
        if (explained != 1) return;  // several would explain it: no word is better than a wrong one
        only->confidence = Confidence::medium;
        find(std::move(*only));
    }

    const Options& options_;
    const DoctorEvidence& evidence_;
    std::vector<MainRegister> mains_;
    std::set<std::string> suspects_;
    std::vector<DoctorFinding> findings_;
};

}  // namespace

Cause cause_of(double ratio, const Multiplier& multiplier, double tolerance) {
    struct Candidate {
        double ratio;
        Cause cause;
    };
    std::vector<Candidate> candidates{{10'000, Cause::unit_10000}, {1.0 / 10'000, Cause::unit_10000},
                                      {1000, Cause::unit_1000},    {1.0 / 1000, Cause::unit_1000},
                                      {100, Cause::decimal_point}, {1.0 / 100, Cause::decimal_point},
                                      {10, Cause::decimal_point},  {1.0 / 10, Cause::decimal_point}};
    const double ct = number(multiplier.ct);
    const double pt = number(multiplier.pt);
    if (ct > 1) candidates.push_back({ct, Cause::ct_twice});
    if (pt > 1) candidates.push_back({pt, Cause::pt_twice});
    if (ct > 1 && pt > 1) candidates.push_back({ct * pt, Cause::ratio_twice});
    if (pt <= 1 && ct > 1) {
        for (const double usual : {60.0, 100.0, 350.0}) candidates.push_back({1 / usual, Cause::pt_missing});
    }
    if (ct <= 1) {
        for (const double usual :
             {15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 120.0, 160.0, 200.0, 300.0, 400.0}) {
            candidates.push_back({1 / usual, Cause::ct_missing});
        }
    }
    // Where two are alike, what the meter's own ratios say comes last and holds.
    Candidate nearest{1, Cause::unknown};
    double least = std::log(tolerance);
    for (const auto& candidate : candidates) {
        const double off = distance(ratio, candidate.ratio);
        if (off > least) continue;
        least = off;
        nearest = candidate;
    }
    return nearest.cause;
}

std::vector<DoctorFinding> examine(const Options& options, const DoctorEvidence& evidence) {
    return Examination{options, evidence}.all();
}

}  // namespace mg
