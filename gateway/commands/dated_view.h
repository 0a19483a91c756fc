#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/control/dated_report.h"

/// What people put on record as they read it, in their language and in the time of the site.
namespace mg {

/// "换表", "meter replacement"; the kind itself where this program does not know it.
std::string dated_kind_label(std::string_view kind);
/// What the record says, in one line: "SN-A → SN-C, removed 2026-11-22 10:07, …".
std::string dated_text(const DatedBody& body, std::chrono::minutes utc_offset);
/// A line a record.
std::string dated_view(const std::vector<DatedRecord>& records, std::chrono::minutes utc_offset);
/// Everything about one.
std::string dated_details(const DatedRecord& record, std::chrono::minutes utc_offset);
/// What was put on record, and what is computed again.
std::string dated_answer(const DatedReport& report, std::chrono::minutes utc_offset);
std::string coefficients_view(const std::vector<CoefficientReport>& coefficients,
                              std::chrono::minutes utc_offset);
/// What is closed, and the changes that it does not take.
std::string periods_view(const PeriodsReport& report, std::chrono::minutes utc_offset);
std::string breaks_view(const std::vector<BreakReport>& breaks, std::chrono::minutes utc_offset);

}  // namespace mg
