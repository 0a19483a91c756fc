#pragma once

#include <string>

#include "gateway/document/document.h"

namespace mg {

/// A chart as a whole <svg> element inside an HTML page for A4: readable in black and white, round numbers on
/// the axis, holes left as holes. Title and unit are in it. `number` tells the charts of one page apart.
/// Pure.
std::string chart_svg(const Chart& chart, int number = 1);

}  // namespace mg
