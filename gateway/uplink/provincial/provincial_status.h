#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounting/outbox.h"
#include "gateway/base/clock.h"
#include "gateway/reading/ids.h"
#include "gateway/uplink/forwarder_status.h"

namespace mg {

/// An uplink to a provincial platform, as `metergate status` shows it.
struct ProvincialStatus {
    UplinkId id;
    std::string name;
    std::string destination;  ///< "https://host:port"
    std::string profile;      ///< id
    ForwarderState state{ForwarderState::connecting};
    UtcTime since{};                   ///< of the state
    std::string last_error;            ///< why waiting or held, or of the last time; empty: none yet
    std::vector<std::string> remarks;  ///< it works, but: configuration not taken, old TLS
    std::string device_id;             ///< empty: not registered, or a platform with tokens
    std::string reg_version;           ///< of the platform, as last seen
    std::string dic_version;
    std::optional<UtcTime> next_upload;    ///< of the records of the day; none: they go as they come
    OutboxStatus outbox;                   ///< a few seconds old
    std::uint64_t accepted{0};             ///< records since start
    std::optional<UtcTime> last_accepted;  ///< when the last one was, since start
    std::uint64_t bytes_sent{0};           ///< since start, without TLS and TCP headers
    std::uint64_t bytes_received{0};
};

}  // namespace mg
