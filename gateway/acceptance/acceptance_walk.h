#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/acceptance/acceptance_run.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/accounting/outbox.h"
#include "gateway/base/clock.h"
#include "gateway/uplink/provincial/platform_credentials.h"
#include "gateway/uplink/provincial/wire_record.h"

namespace mg {

/// Who is tried with what. All referred to outlive the walk.
struct AcceptanceSite {
    const Options& options;
    const ProvincialOptions& uplink;
    const ProfileOptions& profile;  ///< profile_for()
    const EnterpriseOptions& enterprise;
    Clock& clock;
    PlatformCredentials secrets;
    /// A copy of what a running gateway keeps of this platform; empty: nothing. What it was told already is
    /// told as a change, and not a second time as something new.
    DestinationState known;
    /// Of instruments, that people put on record.
    std::vector<DatedRecord> replacements;
    std::string item;  ///< whose configuration is told to a platform with one call for each; empty: none
    std::optional<OutgoingRecord> sample;
    std::string why_no_sample;
    bool sample_is_invented{false};  ///< never sent: for a dry run
};

/// Is told as it goes, so that a person sees something while a platform takes its time. Each may be empty.
struct AcceptanceWatcher {
    std::function<void(AcceptanceStep)> begins;
    std::function<void(const ShownExchange&)> exchanged;
    std::function<void(const StepReport&)> ended;
};

/// Takes every step at the platform as a gateway would, one after the other, and goes on with what can still
/// be tried when one fails. Everything that is sent is true: the configuration of the site and one record
/// that the gateway sends as well, twice. Nothing is written on this machine. One thread; blocks for the
/// time-out of the uplink at most for each request.
AcceptanceRun walk_platform(const AcceptanceSite& site, const AcceptanceWatcher& watcher,
                            const std::stop_token& stop);

/// Shows every request that walk_platform() would make, in order, with placeholders for what only the
/// platform can give. Sends nothing. Pure, but for the time of the clock.
AcceptanceRun walk_without_network(const AcceptanceSite& site, const AcceptanceWatcher& watcher);

}  // namespace mg
