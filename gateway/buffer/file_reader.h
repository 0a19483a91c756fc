#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/base/guarded.h"
#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/layout_cache.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/buffer/slot_lookup.h"

namespace mg {

/// Reads one file by sequence, samples and gaps merged. One thread at a time; blocks for the disk.
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
    /// The next item, moving on. corrupt: this one is damaged, the following may be read. Other failures end
    /// the reading.
    Result<StoredItem> take();
    /// Lets go of the rows; needed before the reader rests, or the log of the file could not be emptied.
    void end();
    /// The file itself is damaged, not a single item of it.
    [[nodiscard]] bool broken() const { return broken_; }

private:
    struct Cursor {
        sqlite::Statement rows;
        bool at_row{false};
        Sequence sequence{0};
    };
    FileReader(const FileName& name, bool closed, LayoutCache& layouts)
        : name_{name}, closed_{closed}, layouts_{layouts} {}
    Result<> step(Cursor& cursor);
    Result<LayoutRef> layout(std::int64_t number);
    Result<MeterId> meter(std::int64_t number);
    Result<StoredItem> sample_at_row();
    Result<StoredItem> gap_at_row();

    FileName name_;
    bool closed_;
    bool broken_{false};
    LayoutCache& layouts_;
    sqlite::Database file_;
    SlotLookup lookup_;
    Cursor samples_;
    Cursor gaps_;
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
