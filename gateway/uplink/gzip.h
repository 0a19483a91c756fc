#pragma once

#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace mg {

/// A whole gzip file (RFC 1952) with `text` in it. About 7 ns a byte. transient: no memory.
Result<std::string> gzip(std::string_view text);

}  // namespace mg
