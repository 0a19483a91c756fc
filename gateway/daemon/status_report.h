#pragma once

#include <deque>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "config/options.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/control/status.h"
#include "gateway/daemon/accounting_life.h"
#include "gateway/daemon/clock_keeper.h"
#include "gateway/daemon/line_builder.h"
#include "gateway/daemon/platforms.h"
#include "gateway/uplink/forwarder.h"

namespace mg {

/// Puts together what status shows, from the parts that know it. Main thread only; never blocks on wire or
/// disk.
class StatusReport {
public:
    StatusReport(const Options& options, const BuiltLines& lines, SampleStore& store,
                 const ClockKeeper& keeper, Clock& clock,
                 std::span<const std::unique_ptr<Forwarder>> forwarders, const Platforms* platforms,
                 const AccountingLife* accounting);

    /// Called every few seconds; keeps the last minute of each line's load.
    void tick();
    [[nodiscard]] GatewayStatus make(StatusDetail detail) const;

private:
    struct LoadSample {
        SteadyTime at;
        std::uint64_t busy_milliseconds{0};
    };
    [[nodiscard]] std::optional<BooksStatus> books_status() const;
    [[nodiscard]] std::optional<ModemStatus> modem_status(const LineId& line) const;
    [[nodiscard]] LineStatus line_status(const LineOptions& line, const LineSnapshot* snapshot,
                                         const LineThread* worker) const;
    [[nodiscard]] int busy_percent(const LineThread& worker) const;
    void add_meters(GatewayStatus& status, const std::map<LineId, LineSnapshot>& snapshots,
                    StatusDetail detail) const;

    const Options& options_;
    const BuiltLines& lines_;
    SampleStore& store_;
    const ClockKeeper& keeper_;
    Clock& clock_;
    std::span<const std::unique_ptr<Forwarder>> forwarders_;
    const Platforms* platforms_;        ///< nullptr: there are no books
    const AccountingLife* accounting_;  ///< nullptr: there is none
    UtcTime started_;
    std::map<LineId, std::deque<LoadSample>> loads_;
};

}  // namespace mg
