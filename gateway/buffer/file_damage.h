#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/buffer/file_reader.h"
#include "gateway/reading/sample.h"

namespace mg {

/// What one file has lost, row by row.
struct FileDamage {
    std::vector<DamagedItems> pieces;
    std::int64_t items{0};  ///< in all pieces
    Sequence first{0};
    Sequence last{0};
    /// The slots that were in them, as far as anything in the file still says it: a gap (storage_lost) for
    /// each row; of a packed group with other samples one for each meter and boundary interval. The same each
    /// time.
    std::vector<Gap> lost;
    std::int64_t nameless{0};  ///< items of which nobody can tell the meter and slot

    [[nodiscard]] bool none() const { return pieces.empty(); }
};

/// Reads all of a file. `look` is called every few thousand items. Blocks for the disk: a second for a day of
/// a large site. transient: stopped.
Result<FileDamage> look_for_damage(FileReader& reader, const SlotGrid& boundaries,
                                   const std::stop_token& stop, const std::function<void()>& look = {});

}  // namespace mg
