#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/decimal.h"
#include "gateway/reading/stat_period.h"

/// What the daemon answers about the records of a platform, piece by piece; docs/control-socket.md. Reading
/// gives corrupt when the text is something else.
namespace mg {

/// One revision of a record, as far as a destination is concerned.
struct SentRecord {
    std::string item;
    StatPeriod period;
    std::string period_text;  ///< at the site: "2026-11"
    std::uint32_t revision{0};
    std::optional<Decimal> value;
    std::string unit;  ///< empty: of an item that is configured no more
};

/// One line of receipts: what was answered to it. The same answer again is counted in its line.
struct ReceiptReport {
    SentRecord record;
    std::string outcome;  ///< a code such as "accepted"; of a later version there may be unknown ones
    std::string words;    ///< the platform's own
    UtcTime at{};         ///< when it was said first
    UtcTime last_at{};
    std::uint32_t times{1};
};

/// `next`: where to read on, to be given as `after`; empty: there is no more.
struct ReceiptsReport {
    std::vector<ReceiptReport> receipts;
    std::string next;
};

std::string record_receipts_to_json(const ReceiptsReport& report);
Result<ReceiptsReport> record_receipts_from_json(std::string_view json);
/// One of them, as it stands in the list.
std::string record_receipt_to_json(const ReceiptReport& receipt);

/// A record that the platform refuses, with its words.
struct SetAsideReport {
    SentRecord record;
    std::string words;
    UtcTime at{};
};

struct SetAsideRecords {
    std::vector<SetAsideReport> records;
    std::string next;
};

std::string records_set_aside_to_json(const SetAsideRecords& report);
Result<SetAsideRecords> records_set_aside_from_json(std::string_view json);
std::string record_set_aside_to_json(const SetAsideReport& record);

/// How many records wait because of an order that did not wait before.
std::string records_ordered_to_json(std::size_t records);
Result<std::size_t> records_ordered_from_json(std::string_view json);

}  // namespace mg
