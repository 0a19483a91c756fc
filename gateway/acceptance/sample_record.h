#pragma once

#include <optional>
#include <string>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/uplink/provincial/carried_items.h"

namespace mg {

/// The record that a platform is tried with.
struct SampleRecord {
    std::string item;  ///< whose it is, or would be; empty: the destination carries none
    std::optional<OutgoingRecord> record;
    bool is_invented{false};
    std::string why_none;  ///< with no record, or an invented one
};

/// What the destination carries, in the order of items.csv.
std::vector<EnrolledItem> carried_items(const Options& options, const ProvincialOptions& uplink,
                                        const ProfileOptions& profile, UtcTime now);

/// The newest record with a value of the first item that has one, or of `item` alone where it says something.
/// `books` may be nullptr. Blocks for the disk.
SampleRecord newest_record(const Options& options, const ProvincialOptions& uplink,
                           const ProfileOptions& profile, const std::string& item, Books* books,
                           const FactorOfRecord& factor, UtcTime now);

/// Where there is none: how one would look, of the last period that has ended.
SampleRecord invented_record(SampleRecord none, const Options& options, const ProvincialOptions& uplink,
                             const ProfileOptions& profile, UtcTime now);

}  // namespace mg
