#pragma once

#include <string>

#include "gateway/base/result.h"
#include "gateway/uplink/destination.h"

/// What the numbers of MQTT mean for the next step. Sources: MQTT 5.0 (OASIS) table 2-6; MQTT 3.1.1
/// table 3.1. Pure.
namespace mg {

/// The reason in a PUBACK of MQTT 5; below 0x80 the broker has the message.
Outcome outcome_of_puback(Ticket ticket, int reason);
/// Why a CONNACK refused. version: 5, or 4 for the return codes of MQTT 3.1.1.
Error connack_error(int version, int code);
/// Why the broker ended the connection (DISCONNECT of MQTT 5) of the client with this id.
Error disconnect_error(int reason, const std::string& client_id);

}  // namespace mg
