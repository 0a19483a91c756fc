#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/base/sqlite.h"
#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/day_file.h"
#include "gateway/buffer/layout_cache.h"
#include "gateway/buffer/slot_lookup.h"
#include "gateway/buffer/waiting.h"

namespace mg {

/// Writes one file of the day: begin, insert …, commit. One thread. Every call blocks for the disk; commit()
/// for an fsync. What commit() said was done survives a power cut (WAL with synchronous=FULL).
///
/// A commit that *fails* is in doubt: its frames may be whole in the log, so that a crash now could bring
/// them to life. The next commit writes over them; opening the file again shows whether they live. The
/// connection is kept after a failure for that reason: after a failed fsync the kernel calls lost pages
/// clean, so only writing them again makes them safe.
class FileWriter {
public:
    [[nodiscard]] static Result<std::unique_ptr<FileWriter>> create(const std::filesystem::path& folder,
                                                                    const FileName& name,
                                                                    const std::string& store_id,
                                                                    LayoutCache& layouts);
    /// Goes on with a file that is not closed. One of an earlier format can only be closed.
    [[nodiscard]] static Result<std::unique_ptr<FileWriter>> resume(const std::filesystem::path& folder,
                                                                    const FileName& name,
                                                                    LayoutCache& layouts);

    [[nodiscard]] const FileName& name() const { return entry_.name; }
    /// As committed.
    [[nodiscard]] const FileEntry& entry() const { return entry_; }
    /// Large enough to begin another: bounds the check of an unfinished file at start.
    [[nodiscard]] bool full() const { return full_; }
    [[nodiscard]] SlotLookup& lookup() { return lookup_; }

    Result<> begin();
    Result<> insert(Sequence sequence, std::uint32_t revision, const WaitingSample& sample);
    Result<> insert(Sequence sequence, const Gap& gap);
    Result<> commit();
    void roll_back();
    /// The newest slots of the meters in the last commit; given once.
    LastSlots take_committed_slots() { return std::exchange(committed_slots_, {}); }

    /// Writes the header and moves the log into the file when the log has grown long.
    Result<> tidy_when_due();
    /// The same now, and empties the log if nobody reads. `for_good`: no row will ever be added.
    Result<> finish(bool for_good);

private:
    struct LayoutNumbers {
        LayoutRef layout;  ///< held, so that the address stays its own
        std::int64_t meter;
        std::int64_t layout_number;
        std::optional<Slot> newest;  ///< in the transaction that is open
    };

    FileWriter(const FileName& name, LayoutCache& layouts) : layouts_{layouts} { entry_.name = name; }
    Result<> prepare();
    Result<std::int64_t> number_of(const MeterId& meter);
    Result<LayoutNumbers*> numbers_of(const LayoutRef& layout);
    void collect_open_slots();
    Result<> write_header(bool closed);
    Result<> save_slots();

    LayoutCache& layouts_;
    sqlite::Database file_;
    std::string store_id_;
    SlotLookup lookup_;
    sqlite::Statement insert_sample_;
    sqlite::Statement insert_gap_;
    sqlite::Statement find_meter_;
    sqlite::Statement next_meter_;
    sqlite::Statement insert_meter_;
    sqlite::Statement find_layout_;
    sqlite::Statement next_layout_;
    sqlite::Statement insert_layout_;
    std::unordered_map<const Layout*, LayoutNumbers> layout_numbers_;
    std::unordered_map<MeterId, std::int64_t> meter_numbers_;

    FileEntry entry_;                      ///< as committed
    FileSummary open_;                     ///< with the rows of the transaction that is open
    LastSlots unsaved_;                    ///< committed, not yet in `meters`
    LastSlots open_slots_;                 ///< of the transaction that is open; without what is in `touched_`
    std::vector<LayoutNumbers*> touched_;  ///< they have a `newest`
    LastSlots committed_slots_;
    bool full_{false};
    int tidy_at_pages_{0};
};

}  // namespace mg
