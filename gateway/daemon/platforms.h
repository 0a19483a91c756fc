#pragma once

#include <list>
#include <memory>
#include <span>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/coal_factors.h"
#include "gateway/base/clock.h"
#include "gateway/daemon/accounting_life.h"
#include "gateway/polling/clock_watch.h"
#include "gateway/uplink/provincial/provincial_uplink.h"

namespace mg {

/// All uplinks to provincial platforms of a running gateway. Main thread only.
class Platforms {
public:
    /// All outlive this. The threads start at once.
    Platforms(const Options& options, AccountingLife& accounting, ClockWatch& watch, Clock& clock);

    [[nodiscard]] std::span<const std::unique_ptr<ProvincialUplink>> all() const { return uplinks_; }
    /// nullptr: none is called so.
    [[nodiscard]] ProvincialUplink* find(std::string_view id) const;
    void request_stop();

private:
    std::list<CoalFactors> factors_;  ///< one each: used by its thread alone
    std::vector<std::unique_ptr<ProvincialUplink>> uplinks_;
};

}  // namespace mg
