#include "gateway/buffer/drop_tally.h"

#include <algorithm>
#include <unordered_map>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::uint64_t kLookForStopEvery = 4096;  // items, some milliseconds

/// What one meter has in the file.
struct OfMeter {
    DropCount count;
    std::vector<std::uint64_t> unsettled;  ///< by consumer
};

void widen(DropCount& count, Slot first, Slot last) {
    count.first = std::min(count.first, first);
    count.last = std::max(count.last, last);
}

}  // namespace

void DropTally::add(const DropTally& more) {
    for (const auto& [key, count] : more.dropped) {
        DropCount& sum = dropped[key];
        sum.samples += count.samples;
        sum.gaps += count.gaps;
        sum.at = std::max(sum.at, count.at);
        widen(sum, count.first, count.last);
    }
    for (const auto& [key, items] : more.unsettled) unsettled[key] += items;
}

std::uint64_t DropTally::items() const {
    std::uint64_t items = 0;
    for (const auto& [key, count] : dropped) items += count.samples + count.gaps;
    return items;
}

Result<DropTally> tally_of(FileReader& reader, const FileEntry& file, DropReason reason,
                           const std::map<UplinkId, Progress>& consumers, UtcTime now,
                           const std::stop_token& stop) {
    std::unordered_map<MeterId, OfMeter> meters;
    const auto of = [&](const MeterId& meter) -> OfMeter& {
        OfMeter& found = meters[meter];
        found.unsettled.resize(consumers.size());
        return found;
    };
    const auto note_unsettled = [&](OfMeter& meter, Sequence sequence) {
        std::size_t number = 0;
        for (const auto& [id, progress] : consumers) {
            if (!progress.is_settled(sequence)) ++meter.unsettled[number];
            ++number;
        }
    };
    if (auto begun = reader.begin(0, file.summary.last); !begun)
        return tl::unexpected<Error>(std::move(begun.error()));
    std::uint64_t read = 0;
    std::uint64_t counted = 0;
    while (reader.next() && !reader.broken()) {
        if (++read % kLookForStopEvery == 0 && stop.stop_requested()) {
            return fail(Failure::transient, std::string(tr("stopped", "已停止")));
        }
        const auto item = reader.take();
        if (!item && item.error().kind != Failure::corrupt)
            return tl::unexpected<Error>(std::move(item.error()));
        if (!item) continue;
        ++counted;
        if (const auto* gap = std::get_if<StoredGap>(&*item)) {
            OfMeter& meter = of(gap->gap.meter);
            ++meter.count.gaps;
            widen(meter.count, gap->gap.from, last_covered(gap->gap));
            note_unsettled(meter, gap->sequence);
        } else {
            const auto& stored = std::get<StoredSample>(*item);
            OfMeter& meter = of(stored.sample.meter());
            ++meter.count.samples;
            widen(meter.count, stored.sample.slot, stored.sample.slot);
            note_unsettled(meter, stored.sequence);
        }
    }
    reader.end();
    DropTally tally;
    for (const auto& [meter, found] : meters) {
        DropCount& count = tally.dropped[{meter, file.name.kind, reason}];
        count = found.count;
        count.at = now;
        std::size_t number = 0;
        for (const auto& [id, progress] : consumers) {
            if (const auto items = found.unsettled[number++]; items > 0) tally.unsettled[{id, meter}] = items;
        }
    }
    const auto all = static_cast<std::uint64_t>(std::max<std::int64_t>(file.summary.items, 0));
    if (all > counted) {
        FileEntry rest = file;
        rest.summary.items = static_cast<std::int64_t>(all - counted);
        tally.add(unread_tally(rest, reason, now));
    }
    return tally;
}

DropTally unread_tally(const FileEntry& file, DropReason reason, UtcTime now) {
    DropTally tally;
    if (file.summary.items <= 0) return tally;
    tally.dropped[{MeterId{}, file.name.kind, reason}] = {
        .samples = static_cast<std::uint64_t>(file.summary.items),
        .gaps = 0,
        .first = file.summary.first_slot,
        .last = file.summary.last_slot,
        .at = now};
    return tally;
}

}  // namespace mg
