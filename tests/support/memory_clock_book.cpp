#include "tests/support/memory_clock_book.h"

#include <algorithm>

namespace mg {

Result<std::optional<ClockVouch>> MemoryClockBook::vouch() {
    return state_.copy().vouch;
}

Result<> MemoryClockBook::keep_vouch(const ClockVouch& vouch) {
    state_.with([&](State& s) { s.vouch = vouch; });
    return {};
}

Result<std::string> MemoryClockBook::last_boot() {
    return state_.copy().boot;
}

Result<> MemoryClockBook::note_boot(const std::string& boot) {
    state_.with([&](State& s) { s.boot = boot; });
    return {};
}

Result<> MemoryClockBook::note(const ClockNote& note) {
    state_.with([&](State& s) { s.notes.insert(s.notes.begin(), note); });
    return {};
}

Result<std::vector<ClockNote>> MemoryClockBook::notes(std::size_t most) {
    auto notes = state_.copy().notes;
    notes.resize(std::min(notes.size(), most));
    return notes;
}

Result<> MemoryClockBook::hold(const Layout& layout, const std::string& boot, milliseconds since_boot,
                               const std::vector<Reading>& readings) {
    state_.with([&](State& s) { s.rows.push_back({layout, boot, {++s.last_id, since_boot, readings}}); });
    return {};
}

Result<std::vector<HeldReadings>> MemoryClockBook::held(const Layout& layout, const std::string& boot) {
    std::vector<HeldReadings> found;
    for (const Row& row : state_.copy().rows) {
        if (row.layout == layout && row.boot == boot) found.push_back(row.held);
    }
    std::ranges::stable_sort(found, {}, &HeldReadings::since_boot);
    return found;
}

Result<> MemoryClockBook::settle(const std::vector<HeldReadings>& placed) {
    state_.with([&](State& s) {
        std::erase_if(s.rows, [&](const Row& row) { return std::ranges::count(placed, row.held) > 0; });
    });
    return {};
}

Result<HeldCounts> MemoryClockBook::held_counts(const std::string& boot) {
    HeldCounts counts;
    for (const Row& row : state_.copy().rows)
        ++(row.boot == boot ? counts.of_this_boot : counts.of_earlier_boots);
    return counts;
}

}  // namespace mg
