#pragma once

#include <functional>
#include <memory>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"

namespace mg {

/// How the store's thread shows that it lives: progress at least every 10 s, unless it said before that it
/// waits for the disk. Called from that thread; must not block.
struct StoreLife {
    std::function<void()> progress{[] {}};
    std::function<void()> waiting_for_disk{[] {}};
};

/// Opens (or begins) the store in options.path and starts its thread. Takes the data lock: a second process
/// on the same folder gets invalid_config. Also invalid_config: the folder cannot be created or written, or
/// is a tmpfs, or holds a file that a later version of the program wrote. A file that is not readable is set
/// aside under another name with a logged alarm; collection goes on with a new one. Destruction commits what
/// waits (at most 3 s) and closes.
Result<std::unique_ptr<SampleStore>> open_store(const StorageOptions& options, const SiteOptions& site,
                                                Clock& clock, StoreLife life = {});

}  // namespace mg
