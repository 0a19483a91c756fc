#include "gateway/buffer/slot_lookup.h"

#include <algorithm>

namespace mg {
namespace {

constexpr std::string_view kMeter = "SELECT id FROM meters WHERE name = ?";
constexpr std::string_view kLayouts = "SELECT id FROM layouts WHERE meter = ?";
constexpr std::string_view kLatest =
    "SELECT revision, epoch, data, seq, layout, slot + taken_after, sum FROM samples WHERE slot = ? AND "
    "meter = ? ORDER "
    "BY revision DESC LIMIT 1";
constexpr std::string_view kLatestUnproved =
    "SELECT revision, epoch, data FROM samples WHERE slot = ? AND meter = ? ORDER BY revision DESC LIMIT 1";
constexpr std::string_view kGap =
    "SELECT 1 FROM gaps WHERE meter = ? AND \"from\" = ? AND \"to\" = ? AND reason = ? AND epoch = ? LIMIT 1";
// The index leads with the slot. One step from slot to slot and one look for the meter in each costs a page
// or two; reading the whole range of all meters would cost minutes at the start of a large site.
constexpr std::string_view kNextSlot =
    "SELECT slot FROM samples WHERE slot >= ? AND slot < ? ORDER BY slot LIMIT 1";
constexpr std::string_view kGapsIn =
    "SELECT \"from\", \"to\", seq, reason, epoch, sum FROM gaps WHERE meter = ? AND \"from\" < ? AND \"to\" "
    "> ?";
constexpr std::string_view kUnprovedGapsIn =
    "SELECT \"from\", \"to\" FROM gaps WHERE meter = ? AND \"from\" < ? AND \"to\" > ?";

constexpr milliseconds kGapStep{1000};

}  // namespace

Result<SlotLookup> SlotLookup::open(sqlite::Database& file, const DayFormat& format, PackedGroups* groups) {
    SlotLookup lookup;
    lookup.proved_ = format.proved();
    lookup.groups_ = groups;
    for (const auto& [statement, sql] :
         {std::pair{&lookup.meter_, kMeter}, std::pair{&lookup.layouts_, kLayouts},
          std::pair{&lookup.latest_, lookup.proved_ ? kLatest : kLatestUnproved},
          std::pair{&lookup.gap_, kGap}, std::pair{&lookup.next_slot_, kNextSlot},
          std::pair{&lookup.gaps_in_, lookup.proved_ ? kGapsIn : kUnprovedGapsIn}}) {
        auto prepared = file.prepare(sql);
        if (!prepared) return tl::unexpected<Error>(prepared.error());
        *statement = std::move(*prepared);
    }
    return lookup;
}

Result<std::int64_t> SlotLookup::number_of(const MeterId& meter) {
    const auto row = meter_.bind(1, std::string_view{meter.text}).step();
    if (!row) return tl::unexpected<Error>(row.error());
    const std::int64_t number = *row ? meter_.integer(0) : 0;
    meter_.reset();
    return number;
}

Result<std::optional<LatestRow>> SlotLookup::latest(const MeterId& meter, Slot slot) {
    const auto number = number_of(meter);
    if (!number) return tl::unexpected<Error>(number.error());
    if (*number == 0) return std::nullopt;
    const auto row = latest_.bind(1, stored(slot.at)).bind(2, *number).step();
    if (!row) return tl::unexpected<Error>(row.error());
    std::optional<LatestRow> latest;
    if (*row) {
        const SampleRow read{.sequence = latest_.integer(3),
                             .slot = stored(slot.at),
                             .meter = *number,
                             .layout = latest_.integer(4),
                             .taken_at = latest_.integer(5),
                             .epoch = latest_.integer(1),
                             .revision = latest_.integer(0),
                             .data = latest_.bytes(2)};
        latest = LatestRow{.revision = static_cast<std::uint32_t>(read.revision), .epoch = {}, .packed = {}};
        if (!proved_ || sum_of(read) == latest_.integer(6)) {
            latest->epoch = static_cast<ClockEpoch>(read.epoch);
            latest->packed.assign(read.data.begin(), read.data.end());
        }
        latest_.reset();
    }
    if (auto looked = latest_in_groups(*number, slot, latest); !looked) {
        return tl::unexpected<Error>(looked.error());
    }
    return latest;
}

Result<std::vector<std::int64_t>> SlotLookup::layouts_of(std::int64_t meter) {
    std::vector<std::int64_t> layouts;
    layouts_.bind(1, meter);
    while (true) {
        const auto row = layouts_.step();
        if (!row) return tl::unexpected<Error>(row.error());
        if (!*row) return layouts;
        layouts.push_back(layouts_.integer(0));
    }
}

template <class See>
Result<> SlotLookup::look_in_groups(std::int64_t meter, Slot from, Slot to, const See& see) {
    if (groups_ == nullptr) return {};
    const auto layouts = layouts_of(meter);
    if (!layouts) return tl::unexpected<Error>(layouts.error());
    for (const PackedGroups::Range& range : groups_->covering(stored(from.at), stored(to.at))) {
        const auto group = groups_->head(range);
        if (!group && group.error().kind == Failure::corrupt) continue;
        if (!group) return tl::unexpected<Error>(group.error());
        for (const std::int64_t layout : *layouts) {
            for (const std::uint32_t row : (*group)->rows_of(layout)) {
                const std::int64_t slot = (*group)->slot(row);
                if (slot < stored(from.at) || slot > stored(to.at)) continue;
                if (auto seen = see(range, row, (*group)->row(row)); !seen) return seen;
            }
        }
    }
    return {};
}

Result<> SlotLookup::latest_in_groups(std::int64_t meter, Slot slot, std::optional<LatestRow>& latest) {
    return look_in_groups(meter, slot, slot,
                          [&](const PackedGroups::Range& range, std::uint32_t at, SampleRow row) -> Result<> {
                              const auto revision = static_cast<std::uint32_t>(row.revision);
                              if (latest && latest->revision > revision) return {};
                              const auto group = groups_->whole(range);
                              if (!group && group.error().kind != Failure::corrupt)
                                  return tl::unexpected<Error>(group.error());
                              if (group) row = (*group)->row(at);
                              latest = LatestRow{.revision = revision,
                                                 .epoch = static_cast<ClockEpoch>(row.epoch),
                                                 .packed = {row.data.begin(), row.data.end()}};
                              return {};
                          });
}

Result<bool> SlotLookup::has(const Gap& gap) {
    const auto number = number_of(gap.meter);
    if (!number) return tl::unexpected<Error>(number.error());
    gap_.bind(1, *number).bind(2, stored(gap.from.at)).bind(3, stored(gap.to.at));
    const auto row =
        gap_.bind(4, static_cast<std::int64_t>(gap.reason)).bind(5, std::int64_t{gap.epoch}).step();
    gap_.reset();
    return row;
}

Result<> SlotLookup::add_covered(const MeterId& meter, Slot from, Slot to, std::set<Slot>& slots) {
    const auto number = number_of(meter);
    if (!number) return tl::unexpected<Error>(number.error());
    if (*number == 0) return {};
    for (Slot at = from; at < to; at.at += milliseconds{1}) {
        const auto row = next_slot_.bind(1, stored(at.at)).bind(2, stored(to.at)).step();
        if (!row) return tl::unexpected<Error>(row.error());
        if (!*row) break;
        at = Slot{time_from(next_slot_.integer(0))};
        next_slot_.reset();
        const auto found = latest_.bind(1, stored(at.at)).bind(2, *number).step();
        latest_.reset();
        if (!found) return tl::unexpected<Error>(found.error());
        if (*found) slots.insert(at);
    }
    const Slot last{to.at - milliseconds{1}};
    auto looked = look_in_groups(*number, from, last,
                                 [&](const PackedGroups::Range&, std::uint32_t, const SampleRow& row) {
                                     slots.insert(Slot{time_from(row.slot)});
                                     return Result<>{};
                                 });
    if (!looked) return looked;
    gaps_in_.bind(1, *number).bind(2, stored(to.at)).bind(3, stored(from.at));
    while (true) {
        const auto row = gaps_in_.step();
        if (!row) return tl::unexpected<Error>(row.error());
        if (!*row) return {};
        const GapRow gap{.sequence = gaps_in_.integer(2),
                         .meter = *number,
                         .from = gaps_in_.integer(0),
                         .to = gaps_in_.integer(1),
                         .reason = gaps_in_.integer(3),
                         .epoch = gaps_in_.integer(4)};
        if (proved_ && sum_of(gap) != gaps_in_.integer(5)) continue;
        Slot at{time_from(gap.from)};
        const Slot end = std::min(to, Slot{time_from(gap.to)});
        if (at < from) at.at += kGapStep * ((from.at - at.at + kGapStep - milliseconds{1}) / kGapStep);
        for (; at < end; at.at += kGapStep) slots.insert(at);
    }
}

}  // namespace mg
