#include "gateway/buffer/packed_groups.h"

#include "gateway/base/language.h"

namespace mg {
namespace {

// The numbers stand before the blobs in a row: these two read none of the pages that hold blobs, so that a
// damaged one hides only its group.
constexpr std::string_view kNext =
    "SELECT first_seq, last_seq, items FROM groups WHERE last_seq > ? ORDER BY first_seq LIMIT 1";
constexpr std::string_view kCovering =
    "SELECT first_seq, last_seq, items FROM groups WHERE first_slot <= ? AND last_slot >= ? ORDER BY "
    "first_seq";
constexpr std::string_view kHead = "SELECT head FROM groups WHERE first_seq = ?";
constexpr std::string_view kBody = "SELECT body FROM groups WHERE first_seq = ?";

tl::unexpected<Error> pass_on(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

PackedGroups::Range range_in(const sqlite::Statement& row) {
    return {.first = row.integer(0), .last = row.integer(1), .items = row.integer(2)};
}

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

Result<PackedGroups> PackedGroups::open(sqlite::Database& file, RowGroup::LayoutOf layout_of) {
    PackedGroups groups;
    groups.layout_of_ = std::move(layout_of);
    for (const auto& [statement, sql] :
         {std::pair{&groups.next_, kNext}, std::pair{&groups.covering_, kCovering},
          std::pair{&groups.head_, kHead}, std::pair{&groups.body_, kBody}}) {
        auto prepared = file.prepare(sql);
        if (!prepared) return pass_on(prepared.error());
        *statement = std::move(*prepared);
    }
    return groups;
}

Result<std::optional<PackedGroups::Range>> PackedGroups::first_beyond(Sequence after) {
    const auto row = next_.bind(1, after).step();
    if (!row) return pass_on(row.error());
    if (!*row) return std::nullopt;
    const Range range = range_in(next_);
    next_.reset();
    return range;
}

Result<std::vector<PackedGroups::Range>> PackedGroups::covering(std::int64_t first_slot,
                                                                std::int64_t last_slot) {
    std::vector<Range> ranges;
    covering_.bind(1, last_slot).bind(2, first_slot);
    while (true) {
        const auto row = covering_.step();
        if (!row) return pass_on(row.error());
        if (!*row) return ranges;
        ranges.push_back(range_in(covering_));
    }
}

Result<const RowGroup*> PackedGroups::head(const Range& range) {
    if (kept_ && kept_->range == range) return &kept_->group;
    kept_.reset();
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
