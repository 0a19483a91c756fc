#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace mg {

/// What came of one damaged file.
struct Salvaged {
    std::string from;
    std::string into;  ///< the new day file; empty: nothing had to be saved
    std::uint64_t saved{0};
    std::uint64_t stored_already{0};  ///< the store has them, of this or a later revision
    std::uint64_t unreadable{0};      ///< that the file must have had, by its header; a lower bound
    std::string trouble;              ///< why nothing could be read at all
    /// The file is in use and sound but for its unreadable rows; so many others stay in it. None: it was set
    /// aside.
    std::optional<std::uint64_t> stays{};
    Sequence first_unreadable{0};  ///< of a file that stays
    Sequence last_unreadable{0};
};

struct SalvageHooks {
    /// Before each file.
    std::function<void(const std::string& file)> file{};
    /// Items read of it.
    std::function<void(std::uint64_t)> progress{};
};

/// Saves what can still be read of the day files that were set aside as damaged, and of those that turn out
/// to be damaged now (they are set aside first), into new files of the same kind and day. Without a daemon:
/// takes the data lock. The damaged files themselves are never changed or removed, so it may be done again.
///
/// A file in which only single rows are damaged stays where it is and is reported: nothing can be saved of a
/// row whose checksum says that it is not what was written, and the gateway enters gaps for them by itself.
///
/// What is saved gets new sequences, above all that were given out: consumers may have passed over the old
/// ones while the file was away, and (slot, meter, revision) makes a repeat harmless. A sample or gap that
/// the store has in the same or a later revision is not stored again.
///
/// invalid_config: a daemon has the folder, or it cannot be used. Blocks for the disk; needs room for a copy
/// of the largest damaged file.
Result<std::vector<Salvaged>> salvage(const StorageOptions& options, const SiteOptions& site, Clock& clock,
                                      const SalvageHooks& hooks = {});

}  // namespace mg
