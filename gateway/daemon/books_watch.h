#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace mg {

/// What in the books waits for a person.
struct BooksFindings {
    std::uint64_t unconfirmed{0};
    std::uint64_t requests{0};
    std::vector<std::string> without_value;
};

/// Blocks for the disk: some queries an item.
Result<BooksFindings> look_into(const Options& options, Books& books, UtcTime now);

}  // namespace mg
