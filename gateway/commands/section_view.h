#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gateway/document/document.h"

namespace mg {

/// Sections as lines on a terminal, in the language of the user: tables in columns, a mark before what is not
/// in order, a series of a chart as a short line of bars. Pictures and lines to sign are left out.
std::string section_view(const Section& section, std::chrono::minutes utc_offset);
std::string sections_view(const std::vector<Section>& sections, std::chrono::minutes utc_offset);

}  // namespace mg
