#include "config/plant_options.h"

namespace mg {

bool PlantUnitOptions::has_place_in(const ItemCode& code) const {
    const bool process_fits = process == code.process;
    const bool unit_fits = process_fits && process_unit == code.process_unit;
    switch (kind) {
        case PlantUnitKind::enterprise:
            return true;
        case PlantUnitKind::process:
            return process_fits;
        case PlantUnitKind::unit:
            return unit_fits;
        case PlantUnitKind::equipment:
            return unit_fits && equipment_type == code.equipment_type && equipment_no == code.equipment_no;
    }
    return false;
}

}  // namespace mg
