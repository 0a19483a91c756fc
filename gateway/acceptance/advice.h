#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/acceptance/acceptance_run.h"
#include "gateway/base/result.h"
#include "gateway/uplink/provincial/answer.h"
#include "gateway/uplink/provincial/server_papers.h"

/// What a person can do about a step that failed, and what to ask the platform's operator. Pure.
namespace mg {

enum class TroubleCause : std::uint8_t {
    unknown_ca,
    self_signed,
    expired_certificate,
    certificate_not_yet_valid,
    other_name,
    old_tls,
    no_tls,
    wants_certificate,
    our_files,       ///< certificate, key, password or CA file of ours
    name_not_found,  ///< no such host
    not_reached,
    timed_out,
    cut_off,
    cut_off_at_once,    ///< at the first request of all
    cut_off_handshake,  ///< before TLS was agreed upon, without a reason
    redirected,
    unauthorized,  ///< 401, or a token that is not taken
    forbidden,
    not_found,
    not_allowed,  ///< 405, 415
    proxy,
    too_many,  ///< 429
    server_error,
    no_json,  ///< a page of HTML with 200
    no_code,
    decryption,
    device_mismatch,
    not_known,  ///< the enterprise is not known or not admitted
    old_version,
    wrong_password,
    time_refused,
    code_unknown,
    repetition_refused,
    bad_answer,       ///< taken, but what it gives cannot be used: an address, an id, a key
    no_address,       ///< neither given nor in the profile
    ours_incomplete,  ///< something is missing in our own tables
    item_unsendable,  ///< our record cannot be written
    rejected,         ///< for a reason of the platform's own
    other,
};

/// All that is known of what went wrong.
struct TroubleSeen {
    AcceptanceStep step{};
    const Error* error{nullptr};            ///< of the step; nullptr: none
    const PlatformAnswer* answer{nullptr};  ///< the last one; nullptr: none came
    std::string_view body;                  ///< of it
    PapersFault papers{PapersFault::none};
};

TroubleCause cause_of(const TroubleSeen& seen);
/// One or two sentences, in the language of the user.
std::string_view advice_on(TroubleCause cause);

}  // namespace mg
