#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/control/platform_report.h"
#include "gateway/control/status.h"

/// Uplinks to platforms, and what became of their records, as people read it, in their language.
namespace mg {

/// One line beside the table of all uplinks: what waits, and until when. Empty when nothing does.
std::string platform_uplink_note(const UplinkStatus& uplink, std::chrono::minutes utc_offset);
/// Everything about one. It has a `platform`.
std::string platform_uplink_view(const UplinkStatus& uplink, const ClockStatus& clock);

/// A line an answer. Not empty.
std::string record_receipts_view(const std::vector<ReceiptReport>& receipts, std::chrono::minutes utc_offset);
std::string records_set_aside_view(const std::vector<SetAsideReport>& records,
                                   std::chrono::minutes utc_offset);

std::string receipt_csv_heading();
/// Times with the offset of the site. What a platform says is put so that a spreadsheet takes it for text.
std::string receipt_csv_row(const ReceiptReport& receipt, std::chrono::minutes utc_offset);

}  // namespace mg
