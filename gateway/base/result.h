#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace mg {

/// What the caller does next. Not what went wrong: that is in the text.
enum class Failure : std::uint8_t {
    transient,       ///< ask again: timeout, bad checksum, busy
    session_lost,    ///< reopen the line or connection first
    unsupported,     ///< the other side has no such thing: stop asking until it is reopened
    rejected,        ///< this item will never be accepted: set it aside
    refused,         ///< the destination refuses everything now: hold, alarm
    storage_full,    ///< no room on the disk
    corrupt,         ///< stored or received bytes are not what they claim to be
    invalid_config,  ///< a human must act; a restart will not help
};

/// `what` is one log line: where, what, what is allowed. In the language of the user (see language.h).
struct Error {
    Failure kind{};
    std::string what;
};

template <class T = void>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Failure kind, std::string what) {
    return tl::unexpected<Error>(Error{kind, std::move(what)});
}

/// The error of one call as the error of the function that made it.
[[nodiscard]] inline tl::unexpected<Error> pass_on(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace mg
