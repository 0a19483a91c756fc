#include <algorithm>
#include <iterator>

#include "gateway/buffer/file_reader.h"

// What a file still says about rows of it that cannot be read.
namespace mg {
namespace {

// The index repeats slot and meter of each row, on pages of its own: all that is asked is in it.
constexpr std::string_view kIndex = "SELECT seq, slot, meter FROM samples INDEXED BY samples_by_slot";

}  // namespace

Result<DamagedSlots> FileReader::lost_slots(const std::vector<DamagedItems>& pieces,
                                            const std::vector<SequenceRange>& sound) {
    end();
    DamagedSlots slots;
    for (const DamagedItems& piece : pieces) {
        const auto group = groups_ ? groups_->first_beyond(piece.first - 1) : std::nullopt;
        if (!group || group->first != piece.first || group->last != piece.last) continue;
        // A group whose head is damaged as well says nothing.
        auto added = add_by_head(*group, slots.of_groups);
        if (!added && added.error().kind != Failure::corrupt) return pass_on(added.error());
    }
    if (auto added = add_by_index(sound, slots.single); !added) return pass_on(added.error());
    return slots;
}

Result<> FileReader::add_by_index(const std::vector<SequenceRange>& sound, std::vector<OwnedSlot>& slots) {
    const auto was_read = [&](Sequence sequence) {
        const auto behind = std::ranges::upper_bound(sound, sequence, {}, &SequenceRange::first);
        return behind != sound.begin() && sequence <= std::prev(behind)->last;
    };
    auto rows = file_.prepare(kIndex);
    if (!rows) return pass_on(rows.error());
    while (true) {
        const auto row = rows->step();
        if (!row) return pass_on(row.error());
        if (!*row) return {};
        if (was_read(rows->integer(0))) continue;
        auto of = meter(rows->integer(2));
        if (!of && of.error().kind != Failure::corrupt) return pass_on(of.error());
        if (of) slots.push_back({std::move(*of), Slot{time_from(rows->integer(1))}});
    }
}

Result<> FileReader::add_by_head(const PackedGroups::Range& range, std::vector<OwnedSlot>& slots) {
    const auto group = groups_->head(range);
    if (!group) return pass_on(group.error());
    for (std::size_t i = 0; i < (*group)->size(); ++i) {
        const auto of = layout((*group)->row(i).layout);
        if (!of && of.error().kind != Failure::corrupt) return pass_on(of.error());
        if (of) slots.push_back({(*of)->meter, Slot{time_from((*group)->slot(i))}});
    }
    return {};
}

}  // namespace mg
