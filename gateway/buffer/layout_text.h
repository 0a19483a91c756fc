#pragma once

#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/reading/layout.h"

namespace mg {

/// A layout as the JSON object that is stored beside the samples, for us and for whoever opens the file in
/// ten years:
/// {"meter","model","points":[{"id","type","kind","ratio","scale","unit","exponent_from","exponent_offset"}]}.
/// What has its default value is left out.
std::string layout_text(const Layout& layout);

/// corrupt: not JSON, not of that form, or a type, kind or ratio that this build does not know.
Result<Layout> layout_from(std::string_view text);

}  // namespace mg
