#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/item_code.h"
#include "config/table_row.h"
#include "gateway/base/clock.h"
#include "gateway/reading/decimal.h"

/// The typed configuration of what the plant is made of: units.csv. Part of options.h, which is what others
/// include.
namespace mg {

inline constexpr std::size_t kMostPlantRows = 5000;

enum class PlantUnitKind : std::uint8_t { enterprise, process, unit, equipment };

/// One energy that a part of the plant uses, and the meters that GB 17167 asks for.
struct EnergyNeed {
    std::string energy;                 ///< as written; empty: of the part as a whole
    std::optional<Decimal> annual_use;  ///< not below 0
    std::string annual_unit;
    std::optional<Decimal> rated;  ///< power, or use an hour; not below 0
    std::string rated_unit;
    std::optional<int> required_meters;
};

/// The enterprise, a process (生产工序), a unit of a process (工序单元) or an equipment (重点设备).
struct PlantUnitOptions {
    PlantUnitKind kind{PlantUnitKind::process};
    std::string name;
    /// Where it stands in data-item codes: `process` and so on, with zeros below its kind.
    std::uint8_t process{0};
    std::uint8_t process_unit{0};
    std::uint8_t equipment_type{0};
    std::uint8_t equipment_no{0};
    std::string industry;
    std::optional<UtcTime> in_operation_since;  ///< midnight at the site
    std::string designed_capacity;              ///< as written
    std::vector<EnergyNeed> needs;
    std::string remark;
    TableRow row;  ///< the first of its rows

    /// Whether this is what the code speaks of, down to the kind of this part.
    [[nodiscard]] bool has_place_in(const ItemCode& code) const;
};

}  // namespace mg
