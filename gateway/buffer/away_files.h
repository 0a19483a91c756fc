#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "gateway/base/backoff.h"
#include "gateway/base/clock.h"
#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/delivery_book.h"
#include "gateway/buffer/meta_file.h"

namespace mg {

/// Day files that the disk would not give at the start. Consumers pass over what is in them; so it is noted
/// in meta.db where each consumer stood, the files are tried again, and when one is back, whoever passed over
/// it meanwhile gets it again by an order (Deliveries::resends): at once, or after any number of restarts. An
/// order is by slot and sequence, so that items of the other kind of file between them come twice, which
/// (slot, meter, revision) makes harmless.
///
/// start() from the thread that opens the store, then try_again() from the housekeeping's; both block for the
/// disk.
class AwayFiles {
public:
    /// All given outlive this.
    AwayFiles(std::filesystem::path folder, std::string store_id, Clock& clock, MetaFile& meta,
              DeliveryBook& book, Catalogue& catalogue)
        : folder_{std::move(folder)},
          store_id_{std::move(store_id)},
          clock_{clock},
          meta_{meta},
          book_{book},
          catalogue_{catalogue} {}

    /// These could not be read now. The catalogue knows the others; those of them that were away in an
    /// earlier life are given again.
    void start(const std::vector<FileName>& unread);
    /// Tries those whose time has come: after a minute, later once an hour.
    void try_again();
    /// Any thread.
    [[nodiscard]] std::size_t count() const { return count_; }

private:
    struct Away {
        Backoff pause;
        SteadyTime next;
    };
    /// False: it stays away.
    bool try_one(const FileName& name);
    void give_again(const FileEntry& file, const AwayNote& note);

    std::filesystem::path folder_;
    std::string store_id_;
    Clock& clock_;
    MetaFile& meta_;
    DeliveryBook& book_;
    Catalogue& catalogue_;
    std::map<FileName, Away> away_;
    std::atomic<std::size_t> count_{0};
};

}  // namespace mg
