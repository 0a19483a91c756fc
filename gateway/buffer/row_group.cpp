#include "gateway/buffer/row_group.h"

#include <algorithm>
#include <limits>

#include "gateway/base/language.h"
#include "gateway/buffer/packing.h"
#include "gateway/buffer/row_group_form.h"

namespace mg {
namespace {

// What the frames of a head or body may unfold to: the values at their full width and what describes them.
constexpr std::size_t kMostUnfolded = std::size_t{16} << 20U;
constexpr std::size_t kMostPointsPerSample = 256;  // pack() has no more
constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();

tl::unexpected<Error> damaged() {
    return fail(Failure::corrupt, std::string(tr("a packed group is damaged", "打包的行组已损坏")));
}
std::size_t width_of(WireType type) {
    return static_cast<std::size_t>(size_of(type));
}

void put(std::uint8_t* to, std::uint64_t bits, std::size_t width) {
    for (std::size_t i = width; i-- > 0; bits >>= 8U) to[i] = static_cast<std::uint8_t>(bits);
}

}  // namespace

Result<RowGroup> RowGroup::open(std::span<const std::uint8_t> head, std::int64_t items, Sequence first,
                                Sequence last) {
    if (items < 1 || items > static_cast<std::int64_t>(kMostGroupRows)) return damaged();
    const auto rows = static_cast<std::size_t>(items);
    FrameReader frames{head, kMostUnfolded};
    const auto members = frames.next();
    if (!members) return pass_on(members.error());
    const std::size_t layouts = members->size() / 8;
    if (members->size() % 8 != 0 || layouts < 1 || layouts > rows) return damaged();
    RowGroup group;
    for (std::size_t i = 0; i < layouts; ++i) {
        std::uint64_t number = 0;
        for (std::size_t byte = 8; byte-- > 0;) number = number << 8U | (*members)[8 * i + byte];
        group.layouts_.push_back({.number = static_cast<std::int64_t>(number)});
    }
    const auto order = frames.next();
    if (!order) return pass_on(order.error());
    if (order->size() != 2 * rows) return damaged();
    if (auto read = group.read_order(*order); !read) return pass_on(read.error());
    auto columns = ColumnDecoder::open(frames);
    if (!columns) return pass_on(columns.error());
    if (auto read = group.read_heads(*columns); !read) return pass_on(read.error());
    if (group.sequence(0) != first || group.sequence(rows - 1) != last || first < 1 ||
        std::ranges::adjacent_find(group.sequences_, std::greater_equal{}) != group.sequences_.end()) {
        return damaged();
    }
    return group;
}

Result<> RowGroup::read_order(std::span<const std::uint8_t> order) {
    const std::size_t rows = order.size() / 2;
    Succession succession{layouts_.size()};
    layout_of_row_.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        const auto symbol = static_cast<std::uint32_t>(order[i] | order[rows + i] << 8U);
        const std::uint32_t layout = symbol == 0 ? succession.expected() : symbol - 1;
        if (layout >= layouts_.size()) return damaged();
        layout_of_row_[i] = layout;
        ++layouts_[layout].end;
        succession.saw(layout);
    }
    std::uint32_t begin = 0;
    for (Member& member : layouts_) {
        const std::uint32_t count = member.end;
        member.begin = member.end = begin;
        begin += count;
    }
    by_layout_.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        by_layout_[layouts_[layout_of_row_[i]].end++] = static_cast<std::uint32_t>(i);
    }
    return {};
}

Result<> RowGroup::read_heads(ColumnDecoder& columns) {
    const std::size_t rows = layout_of_row_.size();
    sequences_.resize(rows);
    if (auto read = columns.next(ColumnForm::number64, sequences_); !read) return read;
    slots_.resize(rows);
    taken_at_.resize(rows);
    epochs_.resize(rows);
    revisions_.resize(rows);
    for (const Member& member : layouts_) {
        const auto of_member = rows_of(member);
        column_.resize(of_member.size());
        const auto read = [&](const auto& keep) -> Result<> {
            if (auto next = columns.next(ColumnForm::number64, column_); !next) return next;
            for (std::size_t i = 0; i < of_member.size(); ++i) {
                if (!keep(of_member[i], column_[i])) return damaged();
            }
            return {};
        };
        const auto narrow = [](std::uint32_t& to, std::uint64_t number) {
            to = static_cast<std::uint32_t>(number);
            return number <= kMost32;
        };
        auto done = read([&](std::uint32_t row, std::uint64_t number) {
            slots_[row] = number;
            return true;
        });
        if (done) {
            done = read([&](std::uint32_t row, std::uint64_t number) {
                taken_at_[row] = slots_[row] + number;
                return true;
            });
        }
        if (done) {
            done =
                read([&](std::uint32_t row, std::uint64_t number) { return narrow(epochs_[row], number); });
        }
        if (done) {
            done = read(
                [&](std::uint32_t row, std::uint64_t number) { return narrow(revisions_[row], number); });
        }
        if (!done) return done;
    }
    return {};
}

Result<> RowGroup::unfold(std::span<const std::uint8_t> body, const LayoutOf& layout_of) {
    std::vector<LayoutRef> layouts;
    for (const Member& member : layouts_) {
        auto layout = layout_of(member.number);
        if (!layout) return pass_on(layout.error());
        layouts.push_back(std::move(*layout));
    }
    FrameReader frames{body, kMostUnfolded};
    if (auto placed = place_rows(frames, layouts); !placed) return placed;
    auto columns = ColumnDecoder::open(frames);
    if (!columns) return pass_on(columns.error());
    for (std::size_t at = 0; at < layouts_.size(); ++at) {
        if (auto filled = fill(layouts_[at], *layouts[at], *columns); !filled) return filled;
    }
    unfolded_ = true;
    return {};
}

/// The first bytes of every row and its place, from the qualities: they say which values follow.
Result<> RowGroup::place_rows(FrameReader& frames, const std::vector<LayoutRef>& layouts) {
    const auto read = frames.next();
    if (!read) return pass_on(read.error());
    if (read->size() < layouts_.size()) return damaged();
    std::span<const std::uint8_t> qualities = std::span{*read}.subspan(layouts_.size());
    begins_.assign(size(), 0);
    ends_.assign(size(), 0);
    data_.clear();
    data_.reserve(kMostGroupBytes);
    std::vector<std::uint8_t> of_row;
    for (std::size_t at = 0; at < layouts_.size(); ++at) {
        const std::vector<WireType> types = types_of(*layouts[at]);
        const auto rows = rows_of(layouts_[at]);
        const std::uint8_t kind = (*read)[at];
        if (kind > static_cast<std::uint8_t>(RowQualities::each_point)) return damaged();
        const bool each_point = kind == static_cast<std::uint8_t>(RowQualities::each_point);
        const bool all_good = kind == static_cast<std::uint8_t>(RowQualities::all_good);
        const std::size_t kept = all_good ? 0 : each_point ? types.size() : 1;
        if (types.size() > kMostPointsPerSample || qualities.size() < kept * rows.size()) return damaged();
        of_row.assign(std::max<std::size_t>(kept, 1), static_cast<std::uint8_t>(Quality::good));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            for (std::size_t point = 0; point < kept; ++point) {
                of_row[point] = qualities[point * rows.size() + i];
            }
            if (!place_row(rows[i], types, of_row)) return damaged();
        }
        qualities = qualities.subspan(kept * rows.size());
    }
    return {};
}

/// The row as pack() begins it, and room for its values. `qualities`: one for all, or one a point.
bool RowGroup::place_row(std::uint32_t row, std::span<const WireType> types,
                         std::span<const std::uint8_t> qualities) {
    if (!std::ranges::all_of(qualities, is_known_quality)) return false;
    const bool same = std::ranges::adjacent_find(qualities, std::not_equal_to{}) == qualities.end();
    std::size_t values = 0;
    for (std::size_t point = 0; point < types.size(); ++point) {
        if (has_value(static_cast<Quality>(qualities[same ? 0 : point]))) values += width_of(types[point]);
    }
    const std::size_t head = same ? 2 : 2 + qualities.size();
    if (data_.size() + head + values > kMostGroupBytes) return false;
    begins_[row] = static_cast<std::uint32_t>(data_.size());
    if (same) {
        data_.push_back(kOneQualityFormat);
        data_.push_back(qualities.front());
    } else {
        data_.push_back(kQualityPerPointFormat);
        data_.push_back(static_cast<std::uint8_t>(qualities.size() - 1));
        data_.insert(data_.end(), qualities.begin(), qualities.end());
    }
    ends_[row] = static_cast<std::uint32_t>(data_.size());
    data_.resize(data_.size() + values);
    return true;
}

Result<> RowGroup::fill(const Member& member, const Layout& layout, ColumnDecoder& columns) {
    const auto rows = rows_of(member);
    std::vector<std::uint64_t> second;
    for (std::size_t point = 0; point < layout.points.size(); ++point) {
        const WireType type = layout.points[point].type;
        const ValueColumns form = columns_of(type);
        const std::size_t width = width_of(type);
        const auto has = [&](std::uint32_t row) {
            return has_value(static_cast<Quality>(quality_in(std::span{data_}.subspan(begins_[row]), point)));
        };
        const auto count = static_cast<std::size_t>(std::ranges::count_if(rows, has));
        column_.resize(count);
        if (auto read = columns.next(form.first, column_); !read) return read;
        if (form.second) {
            second.resize(count);
            if (auto read = columns.next(*form.second, second); !read) return read;
            for (std::size_t i = 0; i < count; ++i) column_[i] = column_[i] << 32U | second[i];
        }
        std::size_t at = 0;
        for (const std::uint32_t row : rows) {
            if (count != rows.size() && !has(row)) continue;
            put(data_.data() + ends_[row], column_[at++], width);
            ends_[row] += static_cast<std::uint32_t>(width);
        }
    }
    return {};
}

SampleRow RowGroup::row(std::size_t row) const {
    SampleRow read{.sequence = sequence(row),
                   .slot = static_cast<std::int64_t>(slots_[row]),
                   .layout = layouts_[layout_of_row_[row]].number,
                   .taken_at = static_cast<std::int64_t>(taken_at_[row]),
                   .epoch = epochs_[row],
                   .revision = revisions_[row],
                   .data = {}};
    if (unfolded_) read.data = std::span{data_}.subspan(begins_[row], ends_[row] - begins_[row]);
    return read;
}

std::size_t RowGroup::first_beyond(Sequence after) const {
    const auto found = std::ranges::upper_bound(
        sequences_, after, {}, [](std::uint64_t sequence) { return static_cast<Sequence>(sequence); });
    return static_cast<std::size_t>(found - sequences_.begin());
}

std::span<const std::uint32_t> RowGroup::rows_of(const Member& member) const {
    return std::span{by_layout_}.subspan(member.begin, member.end - member.begin);
}

std::span<const std::uint32_t> RowGroup::rows_of(std::int64_t layout) const {
    const auto found = std::ranges::find(layouts_, layout, &Member::number);
    if (found == layouts_.end()) return {};
    return rows_of(*found);
}

}  // namespace mg
