#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/document/document.h"

/// Which meters stand between which places (能源计量网络图): what GB 17167-2006, 4.3 and JJF 1356-2012 ask of
/// an enterprise as a drawing beside its ledger. From the configuration alone. Pure.
namespace mg {

/// How a metering point is read.
enum class MeterReading : std::uint8_t {
    on_wire,  ///< by this gateway
    by_hand,  ///< in the ledger only
    idle,     ///< faulty or disused, as meters.csv says
};
/// "on_wire": in JSON.
std::string_view to_string(MeterReading reading);

struct NetworkMeter {
    std::string meter;
    std::string name;
    std::string from;
    std::string to;
    MeterLevel level{MeterLevel::unstated};
    MeterReading reading{MeterReading::on_wire};
};

struct MeteringNetwork {
    std::string energy;                ///< as meters.csv writes it
    std::vector<NetworkMeter> meters;  ///< in the order of meters.csv
    /// Metering points of this energy of which meters.csv does not say from where to where.
    std::vector<std::string> without_place;
};

/// One for each energy, in the order of meters.csv.
std::vector<MeteringNetwork> metering_networks(const std::vector<MeterOptions>& meters);

/// A whole <svg> element, for paper: places as blocks, a metering point a line with a circle in which its
/// level stands (GB 17167: 1 enterprise, 2 unit, 3 equipment), with id and name. Dashed: read by hand;
/// crossed out: faulty or disused. Empty where no metering point has a place.
std::string network_picture(const MeteringNetwork& network);

/// For each energy the picture with its legend and the table.
std::vector<Section> network_sections(const std::vector<MeteringNetwork>& networks);

std::string to_json(const std::vector<MeteringNetwork>& networks);

}  // namespace mg
