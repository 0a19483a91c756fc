#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/item_record.h"
#include "gateway/accounting/outbox.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/uplink/provincial/wire_record.h"

namespace mg {

/// The coal factor (折标系数) of an item when a record's period ends, as a plain number.
using FactorOfRecord = std::function<Result<std::string>(const ItemRecord&)>;

/// Which items go to a platform, and as what: versions that have a code for the uplink, belong to its
/// enterprise, and name the uplink or all. Pure. Options outlive it.
class CarriedItems {
public:
    CarriedItems(const Options& options, const ProvincialOptions& uplink);

    /// Of those the types that the platform takes, never real-time values that are typed in.
    [[nodiscard]] OutboxPlan plan(const ProfileOptions& profile, UtcTime now) const;
    /// With the code of the version that made the record. rejected: none has a code for that time.
    [[nodiscard]] Result<OutgoingRecord> outgoing(ItemRecord record) const;

private:
    const ProvincialOptions& uplink_;
    std::map<std::string, std::vector<const ItemOptions*>, std::less<>> versions_;
};

/// As this uplink uses it: with the size of a batch that the uplink asks for.
ProfileOptions profile_for(const ProfileOptions& profile, const ProvincialOptions& uplink);

}  // namespace mg
