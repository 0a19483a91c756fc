#include "gateway/balance/metering_network.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace mg {
namespace {

MeterReading reading_of(const MeterOptions& meter) {
    if (meter.state != InstrumentState::running) return MeterReading::idle;
    return meter.line ? MeterReading::on_wire : MeterReading::by_hand;
}

std::string_view level_text(MeterLevel level) {
    switch (level) {
        case MeterLevel::enterprise:
            return "enterprise";
        case MeterLevel::unit:
            return "unit";
        case MeterLevel::equipment:
            return "equipment";
        case MeterLevel::other:
            return "other";
        case MeterLevel::unstated:
            return "unstated";
    }
    return "";
}

}  // namespace

std::string_view to_string(MeterReading reading) {
    switch (reading) {
        case MeterReading::on_wire:
            return "on_wire";
        case MeterReading::by_hand:
            return "by_hand";
        case MeterReading::idle:
            return "idle";
    }
    return "";
}

std::vector<MeteringNetwork> metering_networks(const std::vector<MeterOptions>& meters) {
    std::vector<MeteringNetwork> networks;
    for (const MeterOptions& meter : meters) {
        auto network = std::ranges::find(networks, meter.energy, &MeteringNetwork::energy);
        if (network == networks.end()) network = networks.insert(networks.end(), {.energy = meter.energy});
        if (meter.from.empty() || meter.to.empty() || meter.from == meter.to) {
            network->without_place.push_back(meter.id.text);
            continue;
        }
        network->meters.push_back({.meter = meter.id.text,
                                   .name = meter.name,
                                   .from = meter.from,
                                   .to = meter.to,
                                   .level = meter.level,
                                   .reading = reading_of(meter)});
    }
    return networks;
}

std::string to_json(const std::vector<MeteringNetwork>& networks) {
    using Json = nlohmann::ordered_json;
    Json list = Json::array();
    for (const MeteringNetwork& network : networks) {
        Json meters = Json::array();
        for (const NetworkMeter& meter : network.meters) {
            meters.push_back({{"meter", meter.meter},
                              {"name", meter.name},
                              {"from", meter.from},
                              {"to", meter.to},
                              {"level", level_text(meter.level)},
                              {"reading", to_string(meter.reading)}});
        }
        list.push_back(
            {{"energy", network.energy}, {"meters", meters}, {"without_place", network.without_place}});
    }
    return Json{{"networks", list}}.dump(2);
}

}  // namespace mg
