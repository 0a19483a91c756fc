#pragma once

#include <span>

#include "config/fields.h"

/// The parts of the field table, one a file that people write.
namespace mg {

std::span<const Field> gateway_fields();       ///< gateway.toml
std::span<const Field> delivery_fields();      ///< gateway.toml, [[uplink]]: what goes there and how
std::span<const Field> provincial_fields();    ///< gateway.toml, [[enterprise]] and [[uplink]] of a platform
std::span<const Field> model_fields();         ///< models/*.toml
std::span<const Field> item_fields();          ///< items.csv
std::span<const Field> plant_fields();         ///< units.csv
std::span<const Field> code_fields();          ///< codes/*.csv and the shipped factors
std::span<const Field> coefficient_fields();   ///< coefficients.csv
std::span<const Field> calendar_fields();      ///< calendars.csv
std::span<const Field> profile_fields();       ///< profiles/*.toml: what is sent, and what answers mean
std::span<const Field> profile_name_fields();  ///< profiles/*.toml: where to, and what things are called
std::span<const Field> meter_fields();         ///< meters.csv
std::span<const Field> inbound_fields();       ///< gateway.toml, [inbound]; values.csv
std::span<const Field> display_fields();       ///< readings.csv of the acceptance file

}  // namespace mg
