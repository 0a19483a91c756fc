#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "gateway/base/guarded.h"
#include "gateway/buffer/day_file.h"
#include "gateway/buffer/progress.h"

namespace mg {

struct FileEntry {
    FileName name;
    FileSummary summary;
};

/// What is stored where, and how far it may be seen. In memory; thread-safe; never touches the disk.
///
/// The one rule of visibility: publish() changes files, watermark and last slots in one step, and nobody
/// reads a sequence beyond the watermark. So a consumer that has seen sequence n has been offered every item
/// up to n.
class Catalogue {
public:
    /// One file of the folder, at start or when it can be read again.
    void add(const FileEntry& entry, const LastSlots& last_slots);

    /// Written files as they are now, and the newest slots of the meters in the commit. The watermark moves
    /// to the last item of all files.
    void publish(const std::vector<FileEntry>& written, const LastSlots& last_slots);
    /// A file was closed, or its writer let it go: the watermark stays where it is.
    void update(const FileEntry& entry);
    void remove(const FileName& name);

    /// Calls of add() so far.
    [[nodiscard]] std::uint64_t additions() const;
    [[nodiscard]] Sequence watermark() const;
    /// The first file of this kind that has items beyond `after`.
    [[nodiscard]] std::optional<FileEntry> first_beyond(FileKind kind, Sequence after) const;
    /// The same of those that may hold something in [from, to).
    [[nodiscard]] std::optional<FileEntry> first_beyond(FileKind kind, Sequence after, Slot from,
                                                        Slot to) const;
    /// The file of this kind with the highest sequences.
    [[nodiscard]] std::optional<FileEntry> newest(FileKind kind) const;
    /// The files, of either kind, that may hold something in [from, to].
    [[nodiscard]] std::vector<FileEntry> covering(Slot from, Slot to) const;
    [[nodiscard]] std::vector<FileEntry> files() const;
    [[nodiscard]] bool knows(const FileName& name) const;
    [[nodiscard]] std::optional<FileEntry> find(const FileName& name) const;

    [[nodiscard]] std::optional<Slot> last_slot(const MeterId& meter) const;
    [[nodiscard]] LastSlots last_slots() const;
    [[nodiscard]] UtcTime last_taken_at() const;
    [[nodiscard]] ClockEpoch last_epoch() const;
    void raise_epoch(ClockEpoch epoch);
    /// Items in the run, at most: restarts leave holes in the sequences.
    [[nodiscard]] std::uint64_t items_in(SequenceRange run) const;
    /// Not settled, at most.
    [[nodiscard]] std::uint64_t items_beyond(const Progress& progress) const;

    /// A reader found the file damaged: it will be set aside. True: this was news.
    bool report_damaged(const FileName& name);
    /// Closed ones belong to the housekeeping, the others to the buffer's thread.
    std::vector<FileEntry> take_damaged(bool closed);

private:
    struct State {
        std::map<FileName, FileSummary> files;  ///< few enough to walk: two a day
        LastSlots last_slots;
        Sequence watermark{0};
        UtcTime last_taken_at{};
        ClockEpoch last_epoch{0};
        std::uint64_t additions{0};
        std::set<FileName> damaged;
        std::set<FileName> to_set_aside;
    };
    static void note(State& state, const FileSummary& summary);
    static void raise(State& state, const LastSlots& last_slots);

    Guarded<State> state_;
};

}  // namespace mg
