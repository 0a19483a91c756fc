#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/commands/data_options.h"
#include "gateway/commands/receipt_output.h"
#include "gateway/commands/running_gateway.h"

/// What `metergate uplink` does about the records of a platform. Each gives the exit code.
namespace mg {

/// Which records. Times and ids as typed; empty: all.
struct RecordsAsked {
    std::string uplink;
    std::vector<std::string> items;
    std::string type;  ///< "real-time" or "real_time", "day", …
    std::string from;
    std::string to;
    std::string meters;  ///< of no use here, and that is said
    std::string since;
    ReceiptForm form;
};

int resend_records(RunningGateway& gateway, const RecordsAsked& asked, std::chrono::minutes utc_offset);
int release_records(RunningGateway& gateway, const RecordsAsked& asked);
int show_records_set_aside(RunningGateway& gateway, const RecordsAsked& asked,
                           std::chrono::minutes utc_offset);
/// Without a time: from yesterday on, as of `now`.
int show_record_receipts(RunningGateway& gateway, const RecordsAsked& asked, std::chrono::minutes utc_offset,
                         UtcTime now);
/// The same from the books in a data folder, whether a gateway runs on it or not.
int show_receipts_in_books(const DataPlace& place, const RecordsAsked& asked);

}  // namespace mg
