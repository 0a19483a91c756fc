#pragma once

#include <string>
#include <string_view>

#include "gateway/acceptance/acceptance_run.h"
#include "gateway/acceptance/masking.h"
#include "gateway/uplink/provincial/platform_session.h"

namespace mg {

/// "register", for people.
std::string_view label(PlatformCall call);
/// What the gateway does after such an answer, for people.
std::string_view label(PlatformVerdict verdict);

/// Learns what is secret in request and answer, then masks both. Pure.
ShownExchange shown_exchange(const PlatformExchange& exchange, milliseconds took, Masking& masking);

/// The same of a request that is not sent.
ShownExchange shown_request(PlatformCall call, std::string url, std::string_view body,
                            const ProfileOptions& profile, const Masking& masking);

}  // namespace mg
