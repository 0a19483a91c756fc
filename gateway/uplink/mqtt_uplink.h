#pragma once

#include <memory>

#include "config/options.h"
#include "gateway/uplink/forwarder.h"

namespace mg {

/// The uplink of one [[uplink]] table: an MQTT broker and the thread that serves it. All arguments outlive
/// the result.
std::unique_ptr<Forwarder> make_mqtt_uplink(const UplinkOptions& uplink, const Options& options,
                                            SampleStore& store, Clock& clock);
/// The same with other times; for tests.
std::unique_ptr<Forwarder> make_mqtt_uplink(const UplinkOptions& uplink, const Options& options,
                                            SampleStore& store, Clock& clock, Forwarder::Settings settings);

/// What make_mqtt_uplink() uses.
Forwarder::Settings forwarder_settings(const UplinkOptions& uplink, const SiteOptions& site,
                                       const Clock& clock);

}  // namespace mg
