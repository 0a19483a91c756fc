#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/base/guarded.h"
#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/layout_cache.h"
#include "gateway/buffer/packed_groups.h"
#include "gateway/buffer/progress.h"
#include "gateway/buffer/sample_rows.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/buffer/slot_lookup.h"

namespace mg {

struct OwnedSlot {
    MeterId meter;
    Slot slot;
};
/// What damaged rows were about.
struct DamagedSlots {
    std::vector<OwnedSlot> single;
    std::vector<OwnedSlot> of_groups;  ///< of groups that are damaged as a whole
};

/// Reads one file by sequence, samples and gaps merged, whether it is packed or not. One thread at a time;
/// blocks for the disk. Of a packed file it holds one group, about 5 MiB, until forget_group().
class FileReader {
public:
    [[nodiscard]] static Result<std::unique_ptr<FileReader>> open(const std::filesystem::path& folder,
                                                                  const FileEntry& entry,
                                                                  LayoutCache& layouts);
    /// The key of what was opened: a file that was closed meanwhile wants another connection.
    [[nodiscard]] const FileName& name() const { return name_; }
    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] SlotLookup& lookup() { return lookup_; }

    /// Stands before the first item in (after, through].
    Result<> begin(Sequence after, Sequence through);
    /// Of the item that take() will give; none at the end.
    [[nodiscard]] std::optional<Sequence> next() const;
    /// The next item, moving on. corrupt: damaged() says what cannot be read; the following may be. Other
    /// failures end the reading.
    Result<StoredItem> take();
    /// What the last take() passed over.
    [[nodiscard]] DamagedItems damaged() const { return damaged_; }
    /// Whose samples of which slots cannot be read any more, as far as the file still says it. Of rows its
    /// index says it: `sound` is what could be read, in runs without a hole; of a group in `pieces` its head
    /// does. Ends the reading; reads all of the index. In file_reader_damage.cpp.
    Result<DamagedSlots> lost_slots(const std::vector<DamagedItems>& pieces,
                                    const std::vector<SequenceRange>& sound);
    /// Lets go of the rows; needed before the reader rests, or the log of the file could not be emptied.
    void end();
    /// The file itself is damaged, not a single item or group of it.
    [[nodiscard]] bool broken() const { return broken_; }
    [[nodiscard]] bool keeps_group() const { return groups_ && groups_->keeps_one(); }
    void forget_group();

private:
    FileReader(const FileName& name, bool closed, LayoutCache& layouts)
        : name_{name}, closed_{closed}, layouts_{layouts} {}
    Result<> prepare();
    Result<> note_if_broken(Result<> outcome);
    Result<> step_gaps();
    [[nodiscard]] bool sample_is_next() const;
    Result<LayoutRef> layout(std::int64_t number);
    Result<MeterId> meter(std::int64_t number);
    Result<StoredItem> next_sample();
    Result<StoredItem> next_gap();
    Result<> add_by_index(const std::vector<SequenceRange>& sound, std::vector<OwnedSlot>& slots);
    Result<> add_by_head(const PackedGroups::Range& range, std::vector<OwnedSlot>& slots);

    FileName name_;
    bool closed_;
    bool broken_{false};
    LayoutCache& layouts_;
    sqlite::Database file_;
    DayFormat format_;
    std::unique_ptr<PackedGroups> groups_;  ///< only of a packed file
    std::unique_ptr<SampleRows> samples_;
    SlotLookup lookup_;
    sqlite::Statement gaps_;
    std::optional<Sequence> gap_;  ///< the one that stands next
    Sequence gap_before_{0};
    DamagedItems damaged_;
    sqlite::Statement find_layout_;
    sqlite::Statement find_meter_;
    std::vector<LayoutRef> known_layouts_;  ///< by number
};

/// Open readers that rest between two uses, because opening one costs a hundred times a lookup. Thread-safe;
/// the readers that it lends out are each used by one thread.
class FileReaders {
public:
    FileReaders(std::filesystem::path folder, LayoutCache& layouts)
        : folder_{std::move(folder)}, layouts_{layouts} {}

    /// Comes back by itself at the end of its life.
    using Lease = std::unique_ptr<FileReader, std::function<void(FileReader*)>>;
    [[nodiscard]] Result<Lease> take(const FileEntry& entry);
    /// The file is closed, gone or renamed: nobody gets a reader that was opened before.
    void forget(const FileName& name);

private:
    struct State {
        std::vector<std::unique_ptr<FileReader>> resting;  ///< the longest unused first
        std::uint64_t generation{0};                       ///< counts forget()
    };
    void give_back(FileReader* reader, std::uint64_t generation);

    std::filesystem::path folder_;
    LayoutCache& layouts_;
    Guarded<State> state_;
};

}  // namespace mg
