#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "gateway/base/guarded.h"
#include "gateway/buffer/day_file.h"
#include "gateway/buffer/sample_rows.h"

namespace mg {

/// Which items turned out to be damaged since the start, in files that are otherwise sound. In memory;
/// thread-safe.
class DamagedRows {
public:
    /// True: nobody knew. Beyond ten thousand pieces nothing more is noted.
    bool note(const FileName& file, const DamagedItems& what);
    /// The files of which something was noted since the last call.
    std::vector<FileName> take_files();
    /// The next take_files() is to give this one again.
    void look_again(const FileName& file);
    /// What a look at the whole file found: nobody needs to look for that once more.
    void know(const FileName& file, const std::vector<DamagedItems>& pieces);
    [[nodiscard]] std::uint64_t items() const;

private:
    struct State {
        std::set<std::pair<FileName, Sequence>> known;
        std::set<FileName> files;
        std::uint64_t items{0};
    };
    static bool add(State& state, const FileName& file, const DamagedItems& what);
    Guarded<State> state_;
};

}  // namespace mg
