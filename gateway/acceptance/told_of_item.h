#pragma once

#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/uplink/provincial/configuration_messages.h"

namespace mg {

/// The calls of a platform with one call for each thing that this item of the site rests on: its process,
/// unit and equipment, itself for each kind of period, and its instruments, with all replacements among the
/// calls. Of a platform that takes all of it in one message, that message: a part of it would take the place
/// of the whole. Pure.
std::vector<ConfigurationCall> told_of_item(const std::vector<ConfigurationCall>& calls,
                                            const Options& options, const ProvincialOptions& uplink,
                                            const ProfileOptions& profile, std::string_view item);

/// Those of instruments that this item rests on.
std::vector<DatedRecord> replacements_of_item(const std::vector<DatedRecord>& replacements,
                                              const Options& options, std::string_view item);

/// Of the enterprise, processes, units and items; otherwise of instruments.
bool is_configuration(PlatformCall call);
/// Whether the platform is told anything of instruments: ledger, replaced or verified ones.
bool tells_instruments(const ProfileOptions& profile);

}  // namespace mg
