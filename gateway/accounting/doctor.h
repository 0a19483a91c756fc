#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/register_bank.h"

/// Looks for ratios, units and wirings that cannot be right. Advice for people: what it finds is a question,
/// and nothing that is reported depends on it. Pure.
namespace mg {

/// What the meters and items showed in some full days; approximate, for comparing only.
struct DoctorEvidence {
    struct Register {
        double per_day{0};  ///< mean of the days that are known, with the multiplier
        double largest_hour{0};
        double step{0};  ///< of the register, with the multiplier; 0: not known
        int days{0};
    };
    std::map<RegisterKey, Register> registers;
    std::map<MeterId, double> mean_power;        ///< kW, with the ratio; of meters that tell
    std::map<std::string, double> item_per_day;  ///< in the unit of the item
    int days{0};
};

struct DoctorFinding {
    enum class What : std::uint8_t {
        too_high,  ///< by `factor`, held against `against`
        too_low,
        above_rating,   ///< an hour is `factor` times what the nameplate allows
        runs_reversed,  ///< import stands, export grows
        stands,         ///< the register stands while power flows
        coarse_step,    ///< one step is `factor` of a mean quarter-hour
    };
    enum class Against : std::uint8_t { nothing, last_year, nameplate, node, own_power };
    /// What such a factor comes from, if it is one of the usual.
    enum class Cause : std::uint8_t {
        unknown,
        ct_twice,
        pt_twice,
        ratio_twice,
        ct_missing,
        pt_missing,
        unit_10000,  ///< kWh for 万kWh, or the other way round
        unit_1000,
        decimal_point,
    };
    enum class Confidence : std::uint8_t { low, medium, high };

    What what{What::too_high};
    std::string subject;  ///< id of a metering point, or of an item
    bool is_item{false};
    Against against{Against::nothing};
    Cause cause{Cause::unknown};
    double factor{1};
    double observed{0};
    double expected{0};
    std::string unit;
    std::string other;  ///< the node, or the meter to take the shape from
    Confidence confidence{Confidence::medium};
};

std::vector<DoctorFinding> examine(const Options& options, const DoctorEvidence& evidence);

/// The stable names used in JSON.
std::string_view to_string(DoctorFinding::What what);
std::string_view to_string(DoctorFinding::Against against);
std::string_view to_string(DoctorFinding::Cause cause);
std::string_view to_string(DoctorFinding::Confidence confidence);
/// The usual cause of observed / expected, within `tolerance` (1.2: a fifth off); unknown: none.
DoctorFinding::Cause cause_of(double ratio, const Multiplier& multiplier, double tolerance);

/// {"days":7,"meters":32,"items":27,"findings":[…]}: docs/control-socket.md, doctor.
std::string json_of(const std::vector<DoctorFinding>& findings, const DoctorEvidence& evidence);

}  // namespace mg
