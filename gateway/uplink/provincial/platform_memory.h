#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/accounting/outbox.h"
#include "gateway/base/result.h"
#include "gateway/uplink/provincial/platform_body.h"
#include "gateway/uplink/provincial/registration.h"

namespace mg {

/// What the platform was told once and took: one call of the configuration or the ledger.
struct ToldMessage {
    std::string digest;      ///< of its body
    std::string data_index;  ///< what the platform knows it by; empty: it gives none
    bool operator==(const ToldMessage&) const = default;
};

/// Name in the same DestinationState under which a person's pause stands; it is no part of the memory.
inline constexpr std::string_view kPausedState = "paused";

/// What a box has to remember of its platform over restarts; lies in the outbox as DestinationState. Pure.
struct PlatformMemory {
    std::string asked;  ///< whom, as whom, by which profile: of another one nothing here holds
    std::string device_id;
    std::string secret_key;
    PlatformVersions versions;  ///< the last that were seen
    PlatformAddresses addresses;
    std::optional<std::chrono::seconds> upload_time;  ///< after midnight at the site
    std::string base_data;                            ///< dicVersion of the base data in the folder
    std::map<std::string, ToldMessage> told;          ///< by ConfigurationCall::key

    bool operator==(const PlatformMemory&) const = default;
};

/// What cannot be read is taken as not there: it is asked for again.
PlatformMemory platform_memory_from(const DestinationState& state);
/// What has to be put so that `before` becomes `now`: an empty value removes its name.
DestinationState changes_of(const PlatformMemory& before, const PlatformMemory& now);

/// Where a session keeps its memory over restarts.
class DestinationMemory {
public:
    virtual ~DestinationMemory() = default;
    virtual Result<DestinationState> state() = 0;
    /// Others stay; an empty value removes its name.
    virtual Result<> put(const DestinationState& changes) = 0;
};

/// In the books, beside what waits for this destination. Thread-safe as they are.
class MemoryInTheBooks final : public DestinationMemory {
public:
    /// `outbox` outlives it.
    MemoryInTheBooks(Outbox& outbox, UplinkId uplink) : outbox_{outbox}, uplink_{std::move(uplink)} {}
    Result<DestinationState> state() override { return outbox_.state(uplink_); }
    Result<> put(const DestinationState& changes) override { return outbox_.put_state(uplink_, changes); }

private:
    Outbox& outbox_;
    UplinkId uplink_;
};

/// Gone with the program: for a test of the platform beside a gateway that has a memory of its own.
class PassingMemory final : public DestinationMemory {
public:
    explicit PassingMemory(DestinationState known) : state_{std::move(known)} {}
    Result<DestinationState> state() override { return state_; }
    Result<> put(const DestinationState& changes) override;

private:
    DestinationState state_;
};

/// Short, and another one for another text.
std::string digest_of(std::string_view text);

}  // namespace mg
