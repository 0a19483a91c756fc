#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/progress.h"

/// Which files go, and why. Pure. Only closed files go, each as a whole.
namespace mg {

struct RetentionRule {
    std::chrono::days keep_boundary{};
    std::chrono::days keep_other{};
    /// Boundary samples younger than this never make room for anything.
    std::chrono::days boundary_floor{};
};

/// Why samples went. Stored by number: never renumber.
enum class DropReason : std::uint8_t {
    age = 1,      ///< kept for as long as was asked
    space = 2,    ///< to make room
    damaged = 3,  ///< the file could not be read; it lies beside the others under another name
};

/// At most so many files of a kind go for their age within an hour, and as many boundary files to make room.
/// A wall clock that jumps ten years ahead must not take all the data with it before anybody has seen the
/// alarm; in normal life one file a day is due.
inline constexpr std::size_t kMostDroppedAtOnce = 4;
/// At most so many files of other samples make room in one round, after which the disk is looked at again.
inline constexpr std::size_t kMostMadeRoomAtOnce = 16;

/// The files whose day lies further back than their kind is kept, oldest first.
std::vector<FileEntry> overdue(const std::vector<FileEntry>& files, std::chrono::local_days today,
                               const RetentionRule& rule);

struct SizedFile {
    FileEntry entry;
    std::uint64_t bytes{0};  ///< on disk, its log included
};

/// The files to remove so that at least `wanted` bytes come free, as far as there are any: first those with
/// other samples that all consumers have settled, then other samples that some have not, then boundary
/// samples beyond the floor; each the oldest first.
std::vector<FileEntry> make_room(std::vector<SizedFile> files, std::uint64_t wanted,
                                 const std::vector<Progress>& consumers, std::chrono::local_days today,
                                 const RetentionRule& rule);

/// Whether every consumer has settled every sequence of the run.
bool settled_by_all(SequenceRange run, const std::vector<Progress>& consumers);

struct DiskUse {
    std::uint64_t used{0};   ///< by the data folder
    std::uint64_t free{0};   ///< on its file system, for us
    std::uint64_t total{0};  ///< of the file system
};
struct SpaceRule {
    std::uint64_t budget{0};   ///< the folder may become so large; 0: no limit but the disk
    std::uint64_t reserve{0};  ///< to stay free on the file system, though never more than a tenth of it
};
/// How many bytes more may be stored; negative: so many too many.
std::int64_t room_left(const DiskUse& use, const SpaceRule& rule);
/// So much room that samples which were refused may come again, and do not have to be refused a minute later.
std::int64_t room_to_begin_again(const DiskUse& use, const SpaceRule& rule);

}  // namespace mg
