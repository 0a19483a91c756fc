#include "gateway/buffer/damaged_rows.h"

namespace mg {
namespace {

constexpr std::size_t kMostKnown = 10'000;

}  // namespace

bool DamagedRows::add(State& state, const FileName& file, const DamagedItems& what) {
    if (state.known.size() >= kMostKnown || !state.known.emplace(file, what.first).second) return false;
    state.items += static_cast<std::uint64_t>(what.items);
    return true;
}

bool DamagedRows::note(const FileName& file, const DamagedItems& what) {
    return state_.with([&](State& state) {
        if (!add(state, file, what)) return false;
        state.files.insert(file);
        return true;
    });
}

void DamagedRows::know(const FileName& file, const std::vector<DamagedItems>& pieces) {
    state_.with([&](State& state) {
        for (const DamagedItems& piece : pieces) add(state, file, piece);
    });
}

void DamagedRows::look_again(const FileName& file) {
    state_.with([&](State& state) { state.files.insert(file); });
}

std::vector<FileName> DamagedRows::take_files() {
    return state_.with([](State& state) {
        std::vector<FileName> files{state.files.begin(), state.files.end()};
        state.files.clear();
        return files;
    });
}

std::uint64_t DamagedRows::items() const {
    return state_.with([](const State& state) { return state.items; });
}

}  // namespace mg
