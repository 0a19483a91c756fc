#pragma once

#include <string>
#include <vector>

#include "gateway/accounting/dated_record.h"
#include "gateway/uplink/provincial/configuration_messages.h"
#include "tests/unit/uplink/provincial/platform.h"

namespace mg {

/// A plant of which everything is said that a platform can be told, with `text` wherever people write freely.
struct StatedPlant {
    explicit StatedPlant(const std::string& text = "甲");

    [[nodiscard]] ConfigurationScene scene(const ProfileOptions& profile) const;
    [[nodiscard]] std::vector<DatedRecord> records() const;

    std::string text;
    Options options;
    EnterpriseOptions enterprise;
};

}  // namespace mg
