#include "gateway/uplink/mqtt_uplink.h"

#include <functional>
#include <utility>

#include "gateway/uplink/mqtt/mqtt_destination.h"

namespace mg {

Forwarder::Settings forwarder_settings(const UplinkOptions& uplink, const SiteOptions& site,
                                       const Clock& clock) {
    Forwarder::Settings settings;
    settings.id = uplink.id;
    settings.name = uplink.name;
    for (const BrokerAddress& broker : uplink.mqtt.brokers) {
        settings.destination += (settings.destination.empty() ? "" : ", ") + broker.to_string();
    }
    // Each address has the time that a single one would have.
    settings.connect_timeout *= static_cast<int>(uplink.mqtt.brokers.size());
    settings.delivery = uplink.delivery;
    settings.ack_timeout = uplink.mqtt.ack_timeout;
    // Boxes that were installed from one image and lost one broker must not come back in step.
    settings.seed = std::hash<std::string>{}(site.id + "/" + uplink.id.text) ^
                    static_cast<std::uint64_t>(clock.steady().time_since_epoch().count());
    return settings;
}

std::unique_ptr<Forwarder> make_mqtt_uplink(const UplinkOptions& uplink, const Options& options,
                                            SampleStore& store, Clock& clock, Forwarder::Settings settings) {
    return std::make_unique<Forwarder>(std::move(settings), options, store, clock, [&](Signal& wake) {
        return make_mqtt_destination(uplink, options.site, clock, wake);
    });
}

std::unique_ptr<Forwarder> make_mqtt_uplink(const UplinkOptions& uplink, const Options& options,
                                            SampleStore& store, Clock& clock) {
    return make_mqtt_uplink(uplink, options, store, clock, forwarder_settings(uplink, options.site, clock));
}

}  // namespace mg
