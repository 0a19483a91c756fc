#pragma once

#include <filesystem>

#include "config/options.h"

namespace mg {

struct PlatformCodesAsked {
    std::filesystem::path write_to;  ///< empty: only shown
    bool json{false};
};

/// Prints the pick-lists that the gateway downloaded from the uplink's platform, and where the items differ
/// from them; writes them as files of codes/ where asked. Reads the storage folder; asks no gateway. Returns
/// the exit code.
int show_platform_codes(const Options& options, const ProvincialOptions& uplink,
                        const ProfileOptions& profile, const PlatformCodesAsked& asked);

}  // namespace mg
