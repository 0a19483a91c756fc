#include "gateway/uplink/start_place.h"

namespace mg {
namespace {

/// Everything before the first item with this slot or a later one. Items of one slot are stored in the order
/// of their lines: a few of the slots just before may come behind it, none of the later ones before it.
Result<std::optional<Sequence>> before_slot(History& history, Slot slot, const std::stop_token& stop) {
    const HistoryQuery query{.from = slot, .to = {UtcTime::max()}, .meters = {}};
    Sequence looked_at = 0;
    while (!stop.stop_requested()) {
        const auto found = history.read(query, looked_at, 1);
        if (!found) return tl::unexpected<Error>(found.error());
        if (!found->items.empty()) return sequence_of(found->items.front()) - 1;
        if (found->through <= looked_at || found->through >= history.newest()) return found->through;
        looked_at = found->through;
    }
    return std::nullopt;
}

}  // namespace

Result<std::optional<Sequence>> start_place(History& history, const StartOptions& start, UtcTime now,
                                            const std::stop_token& stop) {
    switch (start.at) {
        case StartOptions::At::oldest:
            return Sequence{0};
        case StartOptions::At::now:
            return history.newest();
        case StartOptions::At::slot:
            if (start.slot.at > now) return std::nullopt;
            return before_slot(history, start.slot, stop);
    }
    return Sequence{0};
}

}  // namespace mg
