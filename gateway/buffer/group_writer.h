#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/data_folder.h"
#include "gateway/buffer/file_reader.h"
#include "gateway/buffer/file_writer.h"
#include "gateway/buffer/layout_cache.h"
#include "gateway/buffer/meta_file.h"
#include "gateway/buffer/waiting.h"

namespace mg {

struct GroupTally {
    std::uint64_t committed{0};
    std::uint64_t duplicates{0};
    std::uint64_t superseded{0};
    std::uint64_t commits{0};
};

/// Puts groups of items into the two files of the day. One thread; blocks for the disk.
///
/// One group is up to two transactions, one a file, and a failure may come between them. So:
///  - sequences are given out in order of arrival over both files, and never twice once a COMMIT was tried;
///  - what a consumer may see moves (Catalogue::publish) only when neither file is in doubt, that is: no
///  COMMIT of either
///    failed without a later one of the same file succeeding, or the file being opened again, which shows
///    what is in it;
///  - what the failed half held stays in the group and comes again with new, higher sequences, while the half
///  that was
///    committed keeps its own, not yet visible.
/// After a crash between the two, the half that is on disk is found at start and visible; the other was never
/// said to be stored. No consumer can have passed over it, because nothing of that group, nor of a later one,
/// had been visible.
class GroupWriter {
public:
    GroupWriter(const DataFolder& folder, std::string store_id, std::chrono::minutes utc_offset, Clock& clock,
                MetaFile& meta, Catalogue& catalogue, FileReaders& readers, LayoutCache& layouts);

    /// The first sequence that may be given out.
    void start_at(Sequence next);
    /// On success `group` is empty and everything is visible. On failure `group` holds what is not on disk.
    /// storage_full, transient: try again later.
    Result<> write(std::vector<WaitingItem>& group);
    /// What became visible since the last call.
    GroupTally take_tally();
    /// Closes the file of this name if it is being written, without tidying. True: it was.
    bool abandon(const FileName& name);
    [[nodiscard]] bool is_open(const FileName& name) const;
    /// Closes for good the files of earlier days, and files that a later one of their kind follows.
    void close_leftovers();
    /// The orderly end: headers written, logs emptied, unused sequences given back.
    void finish();

private:
    struct Half {
        std::unique_ptr<FileWriter> file;
        bool in_doubt{false};  ///< also remembered when the file had to be let go
        int failures{0};       ///< in a row
        bool begun{false};     ///< takes part in this group
        bool broken{false};    ///< failed in this group
        bool tried{false};     ///< its COMMIT was tried in this group
        GroupTally tally;      ///< of the rows of this group
    };
    Half& half(FileKind kind) { return halves_[static_cast<std::size_t>(kind)]; }
    void see_additions();
    Result<> reserve(std::size_t count);
    Result<> note_epochs(const std::vector<WaitingItem>& group);
    Result<> open_for(FileKind kind);
    void close_for_good(FileKind kind);
    /// Opens what the group needs and inserts its rows; a half that fails is rolled back and the other goes
    /// on. The first failure is the answer.
    Result<> insert_all(const std::vector<WaitingItem>& group);
    Result<> begin(FileKind kind);
    Result<> commit_halves();
    Result<> insert(Half& into, const WaitingSample& sample);
    Result<> insert(Half& into, const Gap& gap);
    Result<> refused(Half& into, const Error& why);
    /// `seen`: of its meter.
    Result<std::optional<LatestRow>> latest(const WaitingSample& sample, Slot seen);
    Result<bool> has(const Gap& gap);
    template <class Question>
    Result<> ask_files(Slot from, Slot to, const Question& question);
    void failed(FileKind kind, const Error& why);
    void let_go(Half& of);
    void settle_doubts();
    void publish();

    const DataFolder& folder_;
    std::string store_id_;
    std::chrono::minutes utc_offset_;
    Clock& clock_;
    MetaFile& meta_;
    Catalogue& catalogue_;
    FileReaders& readers_;
    LayoutCache& layouts_;

    std::array<Half, kFileKinds> halves_;
    Sequence next_{1};
    Sequence reserved_{0};
    ClockEpoch epoch_{0};
    /// Where rows of a meter may exist: at or before this. May be too high after a rollback, never too low; a
    /// sample after it needs no look at the disk, and that is nearly every one.
    LastSlots seen_;
    std::uint64_t seen_additions_;  ///< of the catalogue, as far as seen_ knows their slots
    GroupTally unseen_tally_;       ///< committed, not yet visible
    LastSlots unseen_slots_;
    GroupTally tally_;
};

}  // namespace mg
