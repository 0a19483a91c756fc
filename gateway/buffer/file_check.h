#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/buffer/day_file.h"
#include "gateway/buffer/layout_cache.h"

namespace mg {

/// What a look at every page and every row of one day file found.
struct FileFindings {
    FileName name;
    FileSummary summary;  ///< as the header says, with what was added since
    std::string store_id;
    std::uint64_t bytes{0};
    std::int64_t items_read{0};
    std::vector<std::string> problems;  ///< the first ones, in words; empty: sound
    std::uint64_t more_problems{0};

    [[nodiscard]] bool sound() const { return problems.empty(); }
};

struct CheckHooks {
    std::stop_token stop{};
    /// Items read so far of this file; called a few times a second at the most of reading.
    std::function<void(std::int64_t)> progress{};
};

/// Checks the header, the pages (integrity check), that each row decodes, that sequences increase, the
/// checksums of packed groups, and that the header says what is there. Changes nothing; a daemon may be
/// writing the file. Blocks for reading all of it. transient: stopped, or the file is gone.
Result<FileFindings> check_file(const std::filesystem::path& folder, const FileName& name,
                                LayoutCache& layouts, const CheckHooks& hooks = {});

}  // namespace mg
