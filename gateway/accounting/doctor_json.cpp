#include <cmath>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/accounting/doctor.h"

namespace mg {
namespace {

/// Six digits say more than such a figure means.
double digits(double value) {
    if (value == 0 || !std::isfinite(value)) return 0;
    const double scale = std::pow(10.0, 5 - std::floor(std::log10(std::abs(value))));
    return std::round(value * scale) / scale;
}

}  // namespace

std::string_view to_string(DoctorFinding::What what) {
    switch (what) {
        case DoctorFinding::What::too_high:
            return "too_high";
        case DoctorFinding::What::too_low:
            return "too_low";
        case DoctorFinding::What::above_rating:
            return "above_rating";
        case DoctorFinding::What::runs_reversed:
            return "runs_reversed";
        case DoctorFinding::What::stands:
            return "stands";
        case DoctorFinding::What::coarse_step:
            return "coarse_step";
    }
    return {};
}

std::string_view to_string(DoctorFinding::Against against) {
    switch (against) {
        case DoctorFinding::Against::nothing:
            return "nothing";
        case DoctorFinding::Against::last_year:
            return "last_year";
        case DoctorFinding::Against::nameplate:
            return "nameplate";
        case DoctorFinding::Against::node:
            return "node";
        case DoctorFinding::Against::own_power:
            return "own_power";
    }
    return {};
}

std::string_view to_string(DoctorFinding::Cause cause) {
    switch (cause) {
        case DoctorFinding::Cause::unknown:
            return "unknown";
        case DoctorFinding::Cause::ct_twice:
            return "ct_twice";
        case DoctorFinding::Cause::pt_twice:
            return "pt_twice";
        case DoctorFinding::Cause::ratio_twice:
            return "ratio_twice";
        case DoctorFinding::Cause::ct_missing:
            return "ct_missing";
        case DoctorFinding::Cause::pt_missing:
            return "pt_missing";
        case DoctorFinding::Cause::unit_10000:
            return "unit_10000";
        case DoctorFinding::Cause::unit_1000:
            return "unit_1000";
        case DoctorFinding::Cause::decimal_point:
            return "decimal_point";
    }
    return {};
}

std::string_view to_string(DoctorFinding::Confidence confidence) {
    switch (confidence) {
        case DoctorFinding::Confidence::low:
            return "low";
        case DoctorFinding::Confidence::medium:
            return "medium";
        case DoctorFinding::Confidence::high:
            return "high";
    }
    return {};
}

std::string json_of(const std::vector<DoctorFinding>& findings, const DoctorEvidence& evidence) {
    using Json = nlohmann::ordered_json;
    std::set<MeterId> meters;
    for (const auto& [key, seen] : evidence.registers) meters.insert(key.meter);
    Json list = Json::array();
    for (const auto& one : findings) {
        list.push_back({{"what", to_string(one.what)},
                        {"subject", one.subject},
                        {"kind", one.is_item ? "item" : "meter"},
                        {"against", to_string(one.against)},
                        {"cause", to_string(one.cause)},
                        {"factor", digits(one.factor)},
                        {"observed", digits(one.observed)},
                        {"expected", digits(one.expected)},
                        {"unit", one.unit},
                        {"other", one.other},
                        {"confidence", to_string(one.confidence)}});
    }
    const Json all{{"days", evidence.days},
                   {"meters", meters.size()},
                   {"items", evidence.item_per_day.size()},
                   {"findings", std::move(list)}};
    return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mg
