#include "gateway/buffer/packed_groups.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "gateway/base/language.h"

namespace mg {
namespace {

// The numbers stand before the blobs in a row: this reads none of the pages that hold blobs, so that a
// damaged one hides only its group.
constexpr std::string_view kRanges =
    "SELECT first_seq, last_seq, items, first_slot, last_slot, sum FROM groups ORDER BY first_seq";
constexpr std::string_view kUnprovedRanges =
    "SELECT first_seq, last_seq, items, first_slot, last_slot FROM groups ORDER BY first_seq";
constexpr std::string_view kHead = "SELECT head FROM groups WHERE first_seq = ?";
constexpr std::string_view kBody = "SELECT body FROM groups WHERE first_seq = ?";

/// Gives the only column of the only row to `read`.
template <class Read>
Result<> with_blob(sqlite::Statement& statement, Sequence first, const Read& read) {
    const auto row = statement.bind(1, first).step();
    if (!row) return pass_on(row.error());
    if (!*row) return fail(Failure::corrupt, trf("no group {}", "没有行组 {}", first));
    Result<> done = read(statement.bytes(0));
    statement.reset();
    return done;
}

}  // namespace

Result<PackedGroups> PackedGroups::open(sqlite::Database& file, const DayFormat& format,
                                        RowGroup::LayoutOf layout_of) {
    PackedGroups groups;
    groups.layout_of_ = std::move(layout_of);
    for (const auto& [statement, sql] : {std::pair{&groups.head_, kHead}, std::pair{&groups.body_, kBody}}) {
        auto prepared = file.prepare(sql);
        if (!prepared) return pass_on(prepared.error());
        *statement = std::move(*prepared);
    }
    if (auto read = groups.read_ranges(file, format); !read) return pass_on(read.error());
    return groups;
}

Result<> PackedGroups::read_ranges(sqlite::Database& file, const DayFormat& format) {
    auto rows = file.prepare(format.proved() ? kRanges : kUnprovedRanges);
    if (!rows) return pass_on(rows.error());
    while (true) {
        const auto row = rows->step();
        if (!row) return pass_on(row.error());
        if (!*row) break;
        const GroupRow read{rows->integer(0), rows->integer(1), rows->integer(2), rows->integer(3),
                            rows->integer(4)};
        ranges_.push_back({.first = read.first,
                           .last = read.last,
                           .items = read.items,
                           .first_slot = read.first_slot,
                           .last_slot = read.last_slot,
                           .sound = !format.proved() || sum_of(read) == rows->integer(5)});
    }
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
        Range& range = ranges_[i];
        if (range.sound) continue;
        const Sequence before = i == 0 ? 0 : ranges_[i - 1].last;
        const Sequence behind =
            i + 1 == ranges_.size() ? std::numeric_limits<Sequence>::max() : ranges_[i + 1].first;
        range.first = std::max(range.first, before + 1);
        range.last = std::max(range.first, behind - 1);
        range.items = std::clamp<std::int64_t>(range.items, 1, kMostGroupRows);
    }
    return {};
}

std::optional<PackedGroups::Range> PackedGroups::first_beyond(Sequence after) const {
    const auto found = std::ranges::find_if(ranges_, [&](const Range& range) { return range.last > after; });
    if (found == ranges_.end()) return std::nullopt;
    return *found;
}

std::vector<PackedGroups::Range> PackedGroups::covering(std::int64_t first_slot,
                                                        std::int64_t last_slot) const {
    std::vector<Range> found;
    std::ranges::copy_if(ranges_, std::back_inserter(found), [&](const Range& range) {
        return range.sound && range.first_slot <= last_slot && range.last_slot >= first_slot;
    });
    return found;
}

Result<const RowGroup*> PackedGroups::head(const Range& range) {
    if (kept_ && kept_->range == range) return &kept_->group;
    kept_.reset();
    if (!range.sound) {
        return fail(Failure::corrupt,
                    trf("the numbers of the group at {} are not what was written (checksum)",
                        "位于 {} 的行组编号与写入时不一致（校验和）", range.first));
    }
    const auto read = with_blob(head_, range.first, [&](std::span<const std::uint8_t> head) -> Result<> {
        auto group = RowGroup::open(head, range.items, range.first, range.last);
        if (!group) return pass_on(group.error());
        kept_ = Kept{range, std::move(*group)};
        return {};
    });
    if (!read) return pass_on(read.error());
    return &kept_->group;
}

Result<const RowGroup*> PackedGroups::whole(const Range& range) {
    if (auto opened = head(range); !opened) return opened;
    if (kept_->group.unfolded()) return &kept_->group;
    const auto read = with_blob(body_, range.first, [&](std::span<const std::uint8_t> body) {
        return kept_->group.unfold(body, layout_of_);
    });
    if (!read) return pass_on(read.error());
    return &kept_->group;
}

}  // namespace mg
