#include "gateway/commands/store_figures.h"

#include <algorithm>
#include <set>

#include "gateway/buffer/disk_use.h"
#include "gateway/buffer/meta_file.h"
#include "gateway/buffer/store_view.h"

namespace mg {
namespace {

constexpr std::size_t kSampleItems = 2000;

/// Readings an item of this file has, from its first ones.
double readings_per_item(StoreView& view, const FileEntry& file) {
    const HistoryQuery of_file{file.summary.first_slot, {file.summary.last_slot.at + milliseconds{1}}, {}};
    const auto part = view.read(of_file, file.summary.first - 1, kSampleItems);
    if (!part) return 0;
    double items = 0;
    double readings = 0;
    for (const StoredItem& item : part->items) {
        const auto* stored = std::get_if<StoredSample>(&item);
        if (stored == nullptr || stored->sample.boundary != (file.name.kind == FileKind::boundary)) continue;
        ++items;
        readings += static_cast<double>(stored->sample.readings.size());
    }
    return items > 0 ? readings / items : 0;
}

void count_kind(StoreView& view, const std::vector<ViewedFile>& files, FileKind kind,
                StoreFigures::OfKind& figures) {
    std::set<std::chrono::local_days> days;
    for (const bool packed : {false, true}) {
        double bytes = 0;
        double items = 0;
        const FileEntry* newest = nullptr;
        for (const ViewedFile& file : files) {
            if (file.entry.name.kind != kind || file.entry.summary.packed != packed) continue;
            ++figures.files;
            figures.packed_files += packed ? 1 : 0;
            figures.items += static_cast<std::uint64_t>(file.entry.summary.items);
            figures.bytes += file.bytes;
            days.insert(file.entry.name.day);
            if (file.entry.summary.items == 0) continue;
            bytes += static_cast<double>(file.bytes);
            items += static_cast<double>(file.entry.summary.items);
            newest = &file.entry;
        }
        const double each = newest != nullptr ? readings_per_item(view, *newest) : 0;
        if (each > 0) {
            (packed ? figures.packed_bytes_per_reading : figures.hot_bytes_per_reading) =
                bytes / (items * each);
        }
    }
    figures.days = days.size();
}

Result<> add_consumers(const StorageOptions& storage, const StoreView& view,
                       const std::vector<UplinkOptions>& uplinks, StoreFigures& figures) {
    auto meta = MetaFile::view(storage.path / "meta.db");
    if (!meta) return pass_on(meta.error());
    auto drops = (*meta)->drops();
    if (!drops) return pass_on(drops.error());
    figures.drops = std::move(*drops);
    auto rows = (*meta)->deliveries();
    if (!rows) return pass_on(rows.error());
    std::set<UplinkId> configured;
    for (const UplinkOptions& uplink : uplinks) {
        configured.insert(uplink.id);
        (*rows)[uplink.id];
    }
    for (const auto& [id, row] : *rows) {
        StoreFigures::Consumer consumer{.id = id,
                                        .configured = configured.contains(id),
                                        .through = row.progress.through,
                                        .backlog = view.backlog(row.progress)};
        consumer.set_aside = (*meta)->set_aside_count(id).value_or(0);
        for (const auto& [key, items] : figures.drops.unsettled) {
            if (key.first == id) consumer.never_sent += items;
        }
        figures.consumers.push_back(consumer);
    }
    return {};
}

}  // namespace

Result<StoreFigures> store_figures(const StorageOptions& storage, const SiteOptions& site,
                                   const std::vector<UplinkOptions>& uplinks, UtcTime now) {
    auto view = StoreView::open(storage.path);
    if (!view) return pass_on(view.error());
    StoreFigures figures{.folder = storage.path.native(), .newest = (*view)->newest()};
    const auto files = (*view)->files();
    std::vector<FileUse> uses;
    std::uint64_t in_files = 0;
    for (const ViewedFile& file : files) {
        const FileSummary& summary = file.entry.summary;
        uses.push_back({file.entry.name.kind, file.entry.name.day, file.bytes, summary.packed});
        in_files += file.bytes;
        if (summary.items == 0) continue;
        figures.first_slot = std::min(figures.first_slot.value_or(summary.first_slot), summary.first_slot);
        figures.last_slot = std::max(figures.last_slot.value_or(summary.last_slot), summary.last_slot);
    }
    for (const FileKind kind : {FileKind::boundary, FileKind::other}) {
        count_kind(**view, files, kind, figures.kinds[static_cast<std::size_t>(kind)]);
    }
    figures.set_aside_files = (*view)->set_aside_files();
    for (const UnusableFile& file : (*view)->unusable()) {
        figures.unusable_files.push_back(file.name + ": " + file.why);
    }
    if (auto added = add_consumers(storage, **view, uplinks, figures); !added) return pass_on(added.error());
    figures.disk = disk_use(storage.path);
    figures.other_bytes = figures.disk.used > in_files ? figures.disk.used - in_files : 0;
    figures.room = room_left(figures.disk, {storage.budget, storage.reserve});
    const RetentionRule rule{storage.keep_boundary, storage.keep_other, storage.boundary_floor};
    figures.forecast = forecast(uses, local_day(now, site.utc_offset), rule, figures.room);
    return figures;
}

}  // namespace mg
