#pragma once

#include <filesystem>

#include "gateway/base/result.h"

namespace mg {

/// What was made, renamed and removed in it survives a power cut when this returns ok.
Result<> sync_folder(const std::filesystem::path& folder);

}  // namespace mg
