#pragma once

#include <string>

#include "gateway/control/scan_report.h"

namespace mg {

/// One line: how far it is.
std::string scan_progress_text(const ScanProgress& progress);
/// Who was found and what it may be; what is known; one remark on what to do next.
std::string scan_text(const ScanReport& report);

}  // namespace mg
