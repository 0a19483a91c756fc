#include "tests/faults/buffer/naive_store.h"

#include <algorithm>

#include "tests/faults/buffer/store_trial.h"

namespace mg::test {
namespace {

/// A value where there was none, and none taken away.
bool brings_values(const Sample& before, const Sample& now) {
    bool brings = false;
    for (std::size_t i = 0; i < now.readings.size(); ++i) {
        const bool had = has_value(before.readings[i].quality);
        const bool has = has_value(now.readings[i].quality);
        if (had && !has) return false;
        brings = brings || (has && !had);
    }
    return brings;
}

}  // namespace

void NaiveStore::commit() {
    for (const auto& waiting : waiting_) std::visit([&](const auto& item) { commit(item); }, waiting);
    waiting_.clear();
}

void NaiveStore::commit(const Sample& sample) {
    const StoredSample* latest = nullptr;
    for (const StoredItem& item : items_) {
        const auto* stored = std::get_if<StoredSample>(&item);
        if (stored != nullptr && stored->sample.meter() == sample.meter() &&
            stored->sample.slot == sample.slot)
            latest = stored;
    }
    if (latest == nullptr) {
        items_.emplace_back(StoredSample{.revision = 0, .sample = sample});
        return;
    }
    const Sample& before = latest->sample;
    if (sample.epoch > before.epoch || (sample.epoch == before.epoch && brings_values(before, sample)))
        items_.emplace_back(StoredSample{.revision = latest->revision + 1, .sample = sample});
}

void NaiveStore::commit(const Gap& gap) {
    const bool known = std::ranges::any_of(items_, [&](const StoredItem& item) {
        const auto* stored = std::get_if<StoredGap>(&item);
        return stored != nullptr && stored->gap == gap;
    });
    if (!known) items_.emplace_back(StoredGap{.gap = gap});
}

void NaiveStore::adopt(const std::vector<StoredItem>& found) {
    waiting_.clear();
    items_ = found;
}

std::vector<std::string> NaiveStore::content() const {
    std::vector<std::string> content;
    for (const StoredItem& item : items_) content.push_back(described(item));
    return content;
}

}  // namespace mg::test
