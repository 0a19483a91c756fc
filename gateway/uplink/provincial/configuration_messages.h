#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/uplink/provincial/wire_record.h"

/// What a platform is told of the plant, from the tables of the site. Pure. Names of fields are those seen in
/// client programs; of the calls of a platform with tokens only some are known (docs/provincial.md).
namespace mg {

/// One call, to be made once and again when its body differs from what was accepted last.
struct ConfigurationCall {
    PlatformCall call{};
    std::string key;  ///< stable: "item/elec_purchased/0"; what the platform's dataIndex belongs to
    std::string body;
};

/// What a person should know: left out, and why. One line each.
struct ConfigurationMessages {
    std::vector<ConfigurationCall> calls;  ///< in the order in which they are made
    std::vector<std::string> left_out;
};

/// For whom and as of when: versions of items that are valid then.
struct ConfigurationScene {
    const Options& options;
    const ProfileOptions& profile;
    UplinkId uplink;
    PlatformIdentity identity;
    UtcTime at;
    const EnterpriseOptions* enterprise{nullptr};  ///< who reports; none: nothing is told of it
};

/// Processes, units and items, as far as profile.steps has `enterprise` and `items`: with registration one
/// message for all, in which the enterprise stands too unless something is missing of it that the platform
/// requires; with tokens one call for each process, unit, equipment and item (of the enterprise itself:
/// application_body()). An item is sent once for each StatType where the profile says so, never as real-time
/// where its values are typed in.
ConfigurationMessages configuration_messages(const ConfigurationScene& scene);

/// The instruments that items of this destination rest on, as far as profile.steps has `ledger`: one entry
/// for each instrument and item, in one message or one call each.
ConfigurationMessages ledger_messages(const ConfigurationScene& scene);

}  // namespace mg
