#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"

namespace mg {

/// How a thread of the store shows that it lives: progress at least every 10 s, unless it said before that it
/// waits for the disk. Called from that thread; must not block.
struct StoreLife {
    std::function<void()> progress{[] {}};
    std::function<void()> waiting_for_disk{[] {}};
};

struct HousekeepingSetup {
    StoreLife life;  ///< of the thread "housekeeping"
    /// Whose samples are wanted: what one of these has not settled goes later than what all have. None: all
    /// that the store knows of.
    std::vector<UplinkId> consumers;
    /// Before this, what is stored is not for that consumer, as long as the store has never seen it.
    std::map<UplinkId, UtcTime> not_before;
};

/// Opens (or begins) the store in options.path and starts its threads, "buffer" and "housekeeping". Takes the
/// data lock: a second process on the same folder gets invalid_config. Also invalid_config: the folder cannot
/// be created or written, or is a tmpfs, or holds a file that a later version of the program wrote. A file
/// that is not readable is set aside under another name with a logged alarm; collection goes on with a new
/// one. Destruction commits what waits (at most 3 s) and closes.
Result<std::unique_ptr<SampleStore>> open_store(const StorageOptions& options, const SiteOptions& site,
                                                Clock& clock, StoreLife life = {},
                                                HousekeepingSetup housekeeping = {});

}  // namespace mg
