#include "gateway/acceptance/told_of_item.h"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "gateway/uplink/provincial/item_meters.h"

namespace mg {
namespace {

/// Keys of the parts of the plant that stand in the code, as ConfigurationCall has them.
void add_parts(const ItemCode& code, std::set<std::string>& keys) {
    keys.insert(fmt::format("process/{:02}", code.process));
    keys.insert(fmt::format("unit/{:02}{:02}", code.process, code.process_unit));
    keys.insert(fmt::format("equipment/{:02}{:02}{:02}{:02}", code.process, code.process_unit,
                            code.equipment_type, code.equipment_no));
}

}  // namespace

std::vector<ConfigurationCall> told_of_item(const std::vector<ConfigurationCall>& calls,
                                            const Options& options, const ProvincialOptions& uplink,
                                            const ProfileOptions& profile, std::string_view item) {
    if (profile.flow == PlatformFlow::registration) return calls;
    std::set<std::string> keys;
    std::set<std::string> begins{fmt::format("item/{}/", item), "replacement/"};
    for (const ItemOptions& version : options.items) {
        if (version.id != item) continue;
        if (const ItemCode* code = version.codes.of(uplink.id)) add_parts(*code, keys);
        for (const auto& [meter, enters] : meters_in(version.formula)) {
            keys.insert(fmt::format("meter/{}/{}", meter.text, item));
            begins.insert(fmt::format("verification/{}/", meter.text));
        }
    }
    std::vector<ConfigurationCall> chosen;
    std::ranges::copy_if(calls, std::back_inserter(chosen), [&](const ConfigurationCall& call) {
        return keys.contains(call.key) || std::ranges::any_of(begins, [&](const std::string& begin) {
                   return call.key.starts_with(begin);
               });
    });
    return chosen;
}

bool tells_instruments(const ProfileOptions& profile) {
    return profile.steps.contains(PlatformStep::ledger) ||
           profile.steps.contains(PlatformStep::replacement) ||
           profile.steps.contains(PlatformStep::verification);
}

std::vector<DatedRecord> replacements_of_item(const std::vector<DatedRecord>& replacements,
                                              const Options& options, std::string_view item) {
    std::set<MeterId> meters;
    for (const ItemOptions& version : options.items) {
        if (version.id != item) continue;
        for (const auto& [meter, enters] : meters_in(version.formula)) meters.insert(meter);
    }
    std::vector<DatedRecord> chosen;
    std::ranges::copy_if(replacements, std::back_inserter(chosen), [&](const DatedRecord& record) {
        return meters.contains(MeterId{subject_of(record.body)});
    });
    return chosen;
}

bool is_configuration(PlatformCall call) {
    switch (call) {
        case PlatformCall::enterprise:
        case PlatformCall::process:
        case PlatformCall::process_unit:
        case PlatformCall::equipment:
        case PlatformCall::product:
        case PlatformCall::items:
            return true;
        case PlatformCall::registration:
        case PlatformCall::working_key:
        case PlatformCall::application:
        case PlatformCall::application_update:
        case PlatformCall::token:
        case PlatformCall::addresses:
        case PlatformCall::version:
        case PlatformCall::public_base_data:
        case PlatformCall::base_data:
        case PlatformCall::ledger:
        case PlatformCall::replacement:
        case PlatformCall::verification:
        case PlatformCall::data:
        case PlatformCall::own_configuration:
        case PlatformCall::own_data:
            return false;
    }
    return false;
}

}  // namespace mg
