#pragma once

#include <span>

#include "gateway/accounting/dated_record.h"
#include "gateway/uplink/provincial/configuration_messages.h"

/// What a platform is told of the life of instruments: replaced, verified. Pure. Of metering points that
/// items of this destination rest on; one call each. Where profile.steps has no such step, none: the ledger
/// itself shows what is in place.
namespace mg {

/// `records`: what people put on record, of any kind. Replacements that are in force and not in the future,
/// under the key "replacement/<id>". left_out: one without both serial numbers, by which the platform knows
/// the instruments.
ConfigurationMessages replacement_messages(const ConfigurationScene& scene,
                                           std::span<const DatedRecord> records);

/// The last verification of each instrument as the ledger has it (verified_on, verified_by), under the key
/// "verification/<meter>/2024-03-12": a later one is a call of its own. left_out: one without serial number
/// or without who verified it.
ConfigurationMessages verification_messages(const ConfigurationScene& scene);

}  // namespace mg
