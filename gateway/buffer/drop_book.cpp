#include "gateway/buffer/drop_book.h"

#include <utility>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/base/sync_folder.h"
#include "gateway/buffer/data_folder.h"

namespace mg {

Result<> DropBook::load() {
    const auto known = meta_.drops();
    if (!known) return tl::unexpected<Error>(known.error());
    state_.with([&](State& state) { state.items = known->items(); });
    return {};
}

void DropBook::finish_removals(const std::filesystem::path& folder) {
    const auto going = meta_.going();
    if (!going) return log::warning("{}", going.error().what);
    for (const GoingFile& file : *going) {
        const auto name = FileName::from(file.name);
        const auto found = name ? inspect_at_start(folder / file.name, *name)
                                : Result<Inspected>{fail(Failure::corrupt, file.name)};
        // Whatever else has this name now was never counted.
        if (found && found->summary.first == file.first) {
            remove(folder, file.name);
        } else {
            static_cast<void>(meta_.drop_done(file.name));
        }
    }
}

void DropBook::remove(const std::filesystem::path& folder, const std::string& file) {
    remove_database(folder / file);
    std::error_code problem;
    if (std::filesystem::exists(folder / file, problem)) {
        log::error("{}", trf("{} cannot be removed, the next start tries again",
                             "{} 无法删除，下次启动时再试", (folder / file).native()));
        return;
    }
    // While the removal is not sure to survive a power cut the mark stays. That does no harm: a later file of
    // that name begins with another sequence.
    if (sync_folder(folder)) static_cast<void>(meta_.drop_done(file));
}

Result<> DropBook::note(const std::optional<GoingFile>& file, const DropTally& tally) {
    const auto noted = meta_.note_drop(file, tally);
    if (!noted && noted.error().kind != Failure::storage_full) return noted;
    state_.with([&](State& state) {
        if (!noted) state.unwritten.add(tally);
        state.items += tally.items();
    });
    return {};
}

void DropBook::catch_up() {
    DropTally left = state_.with([](State& state) { return std::exchange(state.unwritten, {}); });
    if (left.dropped.empty() || meta_.note_drop(std::nullopt, left)) return;
    state_.with([&](State& state) { state.unwritten.add(left); });
}

std::uint64_t DropBook::items() const {
    return state_.with([](const State& state) { return state.items; });
}

}  // namespace mg
