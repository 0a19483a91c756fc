#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "gateway/base/result.h"
#include "gateway/control/platform_report.h"

namespace mg {

/// Gives a page; `after` is `next` of the page before, empty for the first.
using ReceiptSource = std::function<Result<ReceiptsReport>(const std::string& after)>;

struct ReceiptForm {
    bool json{false};  ///< one document, docs/control-socket.md; else tables
    std::string csv;   ///< a file to be written instead; empty: none
};

/// Shows or writes all that comes, page by page: memory does not grow with it. The exit code.
int show_receipts(const ReceiptSource& source, const ReceiptForm& form, std::chrono::minutes utc_offset);

}  // namespace mg
