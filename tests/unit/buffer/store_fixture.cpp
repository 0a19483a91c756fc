#include "tests/unit/buffer/store_fixture.h"

#include <algorithm>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

namespace mg::test {
namespace {

std::string time_text(UtcTime time) {
    const auto of_day =
        std::chrono::floor<std::chrono::seconds>(time.time_since_epoch() + std::chrono::hours{8}) %
        std::chrono::days{1};
    const std::chrono::hh_mm_ss hms{of_day};
    return fmt::format("{:02}:{:02}:{:02}", hms.hours().count(), hms.minutes().count(),
                       hms.seconds().count());
}

std::string readings_text(const Sample& sample) {
    if (sample.missing()) return std::string(to_string(sample.readings.front().quality));
    std::string text;
    for (const Reading& reading : sample.readings) {
        if (!text.empty()) text += ',';
        text += has_value(reading.quality) ? std::to_string(reading.bits) : "-";
    }
    const bool same = std::ranges::all_of(
        sample.readings, [&](const Reading& reading) { return reading == sample.readings.front(); });
    return same ? text.substr(0, text.find(',')) : text;
}

}  // namespace

std::vector<std::filesystem::path> files(const TemporaryFolder& folder, const std::string& part) {
    std::vector<std::filesystem::path> found;
    for (const auto& each : std::filesystem::directory_iterator(folder.path())) {
        const std::string name = each.path().filename().native();
        if (name.find(part) == std::string::npos || name.ends_with("-wal") || name.ends_with("-shm"))
            continue;
        found.push_back(each.path());
    }
    std::ranges::sort(found);
    return found;
}

LayoutRef layout(const std::string& meter, std::size_t points, WireType type) {
    Layout made{.meter = MeterId{meter}, .model = "test", .points = {}};
    for (std::size_t i = 0; i < points; ++i) {
        made.points.push_back(LayoutPoint{.id = PointId{fmt::format("p{}", i)}, .type = type, .unit = "kWh"});
    }
    return std::make_shared<const Layout>(std::move(made));
}

Sample sample(const LayoutRef& layout, UtcTime slot, std::uint64_t bits, bool boundary, ClockEpoch epoch) {
    Sample made{.layout = layout,
                .slot = {slot},
                .taken_at = slot + milliseconds{40},
                .epoch = epoch,
                .boundary = boundary,
                .readings = {}};
    made.readings.assign(layout->points.size(), Reading{bits, Quality::good});
    return made;
}

Sample missing(const LayoutRef& layout, UtcTime slot, Quality why) {
    Sample made = missing_sample(layout, Slot{slot}, why);
    made.taken_at = slot + milliseconds{400};
    return made;
}

Sample partly(const LayoutRef& layout, UtcTime slot, std::initializer_list<Reading> readings) {
    Sample made = sample(layout, slot, 0);
    made.readings = readings;
    return made;
}

StorageOptions storage_in(const std::filesystem::path& folder) {
    return StorageOptions{.path = folder, .commit_interval = milliseconds{20}, .allow_tmpfs = true};
}

std::unique_ptr<SampleStore> open_or_fail(const StorageOptions& options, Clock& clock) {
    auto store = open_store(options, SiteOptions{}, clock);
    if (!store) throw std::runtime_error(store.error().what);
    return std::move(*store);
}

void settle(SampleStore& store, Clock& clock) {
    if (!store.flush(clock.steady() + std::chrono::seconds{10}))
        throw std::runtime_error("the store does not settle");
}

std::vector<StoredItem> everything(SampleStore& store, std::size_t most) {
    std::vector<StoredItem> all;
    Sequence after = 0;
    while (true) {
        auto peeked = store.peek(after, most);
        if (!peeked) throw std::runtime_error(peeked.error().what);
        std::ranges::move(peeked->items, std::back_inserter(all));
        if (peeked->through == after) return all;
        after = peeked->through;
    }
}

std::string text_of(const StoredItem& item) {
    if (const auto* gap = std::get_if<StoredGap>(&item)) {
        return fmt::format("{}@{}..{} {}", gap->gap.meter.text, time_text(gap->gap.from.at),
                           time_text(gap->gap.to.at), to_string(gap->gap.reason));
    }
    const auto& stored = std::get<StoredSample>(item);
    return fmt::format("{}@{}={} r{}", stored.sample.meter().text, time_text(stored.sample.slot.at),
                       readings_text(stored.sample), stored.revision);
}

std::vector<std::string> texts(SampleStore& store) {
    std::vector<std::string> all;
    for (const StoredItem& item : everything(store)) all.push_back(text_of(item));
    return all;
}

bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 1000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
}

}  // namespace mg::test
