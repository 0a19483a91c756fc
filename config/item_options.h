#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/item_code.h"
#include "config/table_row.h"
#include "gateway/base/clock.h"
#include "gateway/reading/decimal.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/stat_period.h"

/// The typed configuration of accounting: what the rows of items.csv and coefficients.csv say. Part of
/// options.h, which is what others include.
namespace mg {

// ---- limits ----
inline constexpr std::size_t kMostItems = 5000;         ///< different ids
inline constexpr std::size_t kMostItemRows = 20'000;    ///< versions of all of them
inline constexpr std::size_t kMostItemVersions = 200;   ///< of one id
inline constexpr std::size_t kMostCoefficients = 5000;  ///< rows

/// Where a value comes from. The numbers are the platform's inputType.
enum class InputType : std::uint8_t {
    management_system = 1,  ///< 管理信息系统
    production_system = 2,  ///< 生产监控管理系统
    dcs = 3,                ///< 分布式控制系统
    field_meter = 4,        ///< 现场仪表
    manual = 5,             ///< 手工填报
    supplier = 6,           ///< 能源供应单位
    other = 7,              ///< 其他
};

/// How the value of a period is made.
enum class ItemMethod : std::uint8_t {
    difference,  ///< 累计差: what flowed, from index points and other amounts
    manual,      ///< 手工: entered, never computed
    last,        ///< 期末值: as it is at the end of the period
    mean,        ///< 平均
    ratio,       ///< 比值: sums over the period first, then the division
    total,       ///< 综合能耗: of the other items, by in_total and their coal factors
};

/// Whether amounts of periods add up to the amount of the longer one.
constexpr bool is_additive(ItemMethod method) {
    switch (method) {
        case ItemMethod::difference:
        case ItemMethod::manual:
        case ItemMethod::total:
            return true;
        case ItemMethod::last:
        case ItemMethod::mean:
        case ItemMethod::ratio:
            return false;
    }
    return false;
}

/// What a coal factor (折标系数) rests on. Calorific and equivalent values are never summed with one another.
enum class CoalBasis : std::uint8_t {
    calorific,   ///< 当量
    equivalent,  ///< 等价
    measured,    ///< 实测
    reference,   ///< 参考
};

/// How an item enters the comprehensive energy consumption (综合能耗).
enum class InTotal : std::uint8_t { none, plus, minus };

struct CoalFactor {
    /// A number, or the name of a coefficient (without "coef.") that has the value at the time.
    std::variant<Decimal, std::string> value;
    std::string unit;  ///< as written: "tce/万kWh"
    std::optional<CoalBasis> basis;
};

/// The code of an item, by destination.
struct ItemCodes {
    std::optional<ItemCode> standard;        ///< none: not sent to those who are not named
    std::map<UplinkId, ItemCode> by_uplink;  ///< instead of it; the uplinks may be yet unknown

    [[nodiscard]] const ItemCode* of(const UplinkId& uplink) const;
    [[nodiscard]] bool empty() const { return !standard && by_uplink.empty(); }
};

/// Which destinations an item is sent to; of those only where it has a code.
struct ItemUplinks {
    bool all{true};
    std::set<UplinkId> named;  ///< when not all; empty: to none. They may be yet unknown

    [[nodiscard]] bool contains(const UplinkId& uplink) const { return all || named.contains(uplink); }
};

/// One version of one item (采集项): what is reported from valid_from on. Options hold the versions of an id
/// one behind the other, by valid_from and without overlap. Within a calendar year of the site the versions
/// of an id have the same unit, the same number of decimals, and are either all additive or none is: a year
/// is the sum of its periods, digit for digit.
struct ItemOptions {
    std::string id;  ///< permanent; in one namespace with the metering points
    std::string name;
    ItemCodes codes;
    std::string enterprise;  ///< empty: the site's; for several legal entities on one box

    /// The code in words, as written.
    std::string process;
    std::string process_unit;
    std::string equipment;
    std::string energy;
    std::string use;

    std::set<StatType> periods;            ///< at least one
    std::chrono::milliseconds interval{};  ///< of real-time values; multiple of site.boundary, divides 1 h
    InputType source{InputType::field_meter};
    InputType month_source{InputType::field_meter};  ///< of month and year; e.g. manual: by stock-taking
    ItemMethod method{ItemMethod::difference};
    std::string formula;  ///< as written; empty exactly for manual and total
    std::string unit;     ///< as written: "万kWh"
    int decimals{2};      ///< 0 … 9; the base data of a platform may say otherwise

    std::optional<CoalFactor> coal;  ///< there when in_total is not none
    InTotal in_total{InTotal::none};

    std::optional<Decimal> day_min;    ///< below it the value of a day is suspect; of a mean day for others
    std::optional<Decimal> day_max;    ///< not below day_min
    std::optional<Decimal> last_year;  ///< what the last year came to, in the unit

    ItemUplinks uplinks;
    UtcTime valid_from{};             ///< midnight at the site; UtcTime{}: since ever (only a first version)
    std::optional<UtcTime> valid_to;  ///< exclusive; set where a later version follows
    std::string responsible;
    std::string remark;
    TableRow row;

    [[nodiscard]] bool valid_at(UtcTime time) const {
        return valid_from <= time && (!valid_to || time < *valid_to);
    }
};

/// A dated value that formulas use as `coef.name`. Options hold the values of a name one behind the other,
/// all in one unit; each holds until the next.
struct CoefficientOptions {
    std::string name;  ///< without "coef."
    Decimal value;
    std::string unit;      ///< as written: "tce/t"; "1" where it has none
    UtcTime valid_from{};  ///< midnight at the site; UtcTime{}: since ever (only a first one)
    std::string source;    ///< what it rests on: a standard, an analysis
    std::string year;
    std::string region;
    std::string author;
    std::string remark;
    TableRow row;
};

}  // namespace mg
