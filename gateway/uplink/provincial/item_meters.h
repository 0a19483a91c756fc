#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string_view>

#include "gateway/uplink/provincial/configuration_messages.h"

/// Which metering points the figures of a destination rest on. Pure.
namespace mg {

enum class Enters : std::uint8_t { added = 1, subtracted = 2 };  ///< numbers of the platforms' ledger

/// The metering points that a formula names, and the sign in front of each. What a formula does with them
/// beyond that (a quotient, a share) is not told: the platforms' form has no place for it.
std::map<MeterId, Enters> meters_in(std::string_view formula);

/// The items that are sent to this destination at this time.
template <class Use>
void for_each_sent_item(const ConfigurationScene& scene, const Use& use) {
    for (const ItemOptions& item : scene.options.items) {
        const ItemCode* code = item.codes.of(scene.uplink);
        if (code != nullptr && item.valid_at(scene.at) && item.uplinks.contains(scene.uplink))
            use(item, *code);
    }
}

/// The metering points of all of these, as far as they are known.
std::set<MeterId> meters_sent(const ConfigurationScene& scene);

}  // namespace mg
