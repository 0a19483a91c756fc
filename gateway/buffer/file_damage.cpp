#include "gateway/buffer/file_damage.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::int64_t kLookEvery = 4096;  // items, some milliseconds
constexpr milliseconds kInstant{1};  // a gap is at least as long; the interval of the meter is not known

Gap lost_slot(const OwnedSlot& owned) {
    return {.meter = owned.meter,
            .from = owned.slot,
            .to = {owned.slot.at + kInstant},
            .reason = Quality::storage_lost,
            .epoch = 0};
}

/// Neighbours of one meter become one gap, which never reaches over a boundary slot: its sample is in another
/// file and may be whole.
std::vector<Gap> joined(const std::vector<OwnedSlot>& slots, const SlotGrid& boundaries) {
    std::map<std::pair<MeterId, Slot>, Gap> runs;
    for (const OwnedSlot& each : slots) {
        const Gap gap = lost_slot(each);
        auto [run, added] = runs.try_emplace({each.meter, boundaries.at_or_before(each.slot.at)}, gap);
        if (added) continue;
        run->second.from = std::min(run->second.from, gap.from);
        run->second.to = std::max(run->second.to, gap.to);
    }
    std::vector<Gap> gaps;
    for (auto& [key, gap] : runs) gaps.push_back(std::move(gap));
    return gaps;
}

}  // namespace

Result<FileDamage> look_for_damage(FileReader& reader, const SlotGrid& boundaries,
                                   const std::stop_token& stop, const std::function<void()>& look) {
    FileDamage damage;
    std::vector<SequenceRange> sound;
    if (auto begun = reader.begin(0, std::numeric_limits<Sequence>::max()); !begun)
        return tl::unexpected<Error>(std::move(begun.error()));
    for (std::int64_t read = 1; reader.next() && !reader.broken(); ++read) {
        if (read % kLookEvery == 0) {
            if (stop.stop_requested()) return fail(Failure::transient, std::string(tr("stopped", "已停止")));
            if (look) look();
        }
        const auto item = reader.take();
        if (item) {
            const Sequence sequence = sequence_of(*item);
            if (sound.empty() || sequence != sound.back().last + 1) sound.push_back({sequence, sequence});
            sound.back().last = sequence;
            continue;
        }
        if (item.error().kind != Failure::corrupt || reader.broken())
            return tl::unexpected<Error>(std::move(item.error()));
        const DamagedItems what = reader.damaged();
        damage.pieces.push_back(what);
        damage.items += what.items;
        if (damage.first == 0) damage.first = what.first;
        damage.last = std::max(what.first, what.last);
    }
    reader.end();
    if (damage.none()) return damage;
    auto slots = reader.lost_slots(damage.pieces, sound);
    if (!slots) return tl::unexpected<Error>(std::move(slots.error()));
    const auto named = static_cast<std::int64_t>(slots->single.size() + slots->of_groups.size());
    damage.nameless = std::max<std::int64_t>(0, damage.items - named);
    std::ranges::transform(slots->single, std::back_inserter(damage.lost), lost_slot);
    if (reader.name().kind == FileKind::boundary) {
        std::ranges::transform(slots->of_groups, std::back_inserter(damage.lost), lost_slot);
    } else {
        std::ranges::move(joined(slots->of_groups, boundaries), std::back_inserter(damage.lost));
    }
    return damage;
}

}  // namespace mg
