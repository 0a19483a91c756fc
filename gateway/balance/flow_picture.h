#pragma once

#include <string>

#include "gateway/balance/balance.h"

namespace mg {

/// The flow of an energy (能流图) as a whole <svg> element, from sources on the left to consumers on the
/// right: each metering point a band as wide as its amount, with id and amount; what is not known dashed. Of
/// two-way metering points the band is the amount `forward`, the other stands behind it. Black and white, for
/// paper. Empty where nothing is known.
std::string flow_picture(const MediumBalance& medium);

}  // namespace mg
