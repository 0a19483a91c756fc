#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>

#include "config/options.h"
#include "gateway/accounting/item_record.h"
#include "gateway/base/result.h"
#include "gateway/uplink/provincial/platform_body.h"
#include "gateway/uplink/provincial/sm4.h"

namespace mg {

/// A record on its way to one destination, with what the item's configuration says for it.
struct OutgoingRecord {
    ItemRecord record;
    ItemCode code;            ///< in force at the begin of the period, for this destination
    std::string factor{"1"};  ///< coal factor as a plain number
    std::string remark;
};

/// Writes records as a profile says. Pure; one thread. Numbers keep every digit of the Decimal: no double is
/// in between. Times are those of the site.
class RecordWriter {
public:
    /// Copies what it needs of the profile. refused: fields are to be encrypted and the key is none.
    static Result<RecordWriter> create(const ProfileOptions& profile, const PlatformIdentity& identity,
                                       std::chrono::minutes utc_offset);

    /// The members of one record's JSON object, without braces. rejected, with the reason: no value, a value
    /// or factor that is too long or no plain number, a scope that does not fit the code.
    [[nodiscard]] Result<std::string> members(const OutgoingRecord& record, UtcTime upload) const;
    /// One POST of records written by members(): at most profile.record.batch of them, at least one.
    [[nodiscard]] std::string body(std::span<const std::string> records) const;

private:
    RecordWriter(RecordFormOptions form, std::optional<CodeScope> scope, std::chrono::minutes utc_offset)
        : form_{std::move(form)}, scope_{scope}, utc_offset_{utc_offset} {}

    [[nodiscard]] Result<std::string> plain(RecordField field, const OutgoingRecord& record,
                                            UtcTime upload) const;
    [[nodiscard]] bool is_text(RecordField field) const;

    RecordFormOptions form_;
    std::optional<CodeScope> scope_;
    std::chrono::minutes utc_offset_;
    std::optional<Sm4Fields> cipher_;
    std::string head_;  ///< the members beside the records
};

}  // namespace mg
