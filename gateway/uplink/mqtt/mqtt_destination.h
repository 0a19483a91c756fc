#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/uplink/destination.h"

namespace mg {

/// An MQTT broker, MQTT 5 or 3.1.1, QoS 1. Topics: docs/mqtt.md. connect() tries its addresses in turn, each
/// with an equal share of the time (address_order.h). Resolves their names itself, before Paho sees them
/// (docs/adr/0007). On MQTT 5 the reason in each PUBACK counts; MQTT 3.1.1 has none, so connect()
/// proves with a probe to itself that what is published arrives. Credentials and certificates are read anew
/// for each connect(). `wake` is raised for all news and outlives this.
std::unique_ptr<Destination> make_mqtt_destination(const UplinkOptions& uplink, const SiteOptions& site,
                                                   Clock& clock, Signal& wake);

}  // namespace mg
