#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/options.h"
#include "drivers/modbus/exchange.h"
#include "drivers/modbus/pdu_exchange.h"
#include "gateway/base/result.h"

namespace mg {

/// A question by hand, as people write it. Numbers are decimal, or hexadecimal with 0x; functions as in the
/// manuals, hexadecimal: 03, 2B. Empty: not said.
struct RawWords {
    std::string unit;
    std::string function;
    std::string address;  ///< 0-based, as on the wire; of 2B the level 1 … 4
    std::string count;    ///< of 2B the first object
    std::string baud;
    std::string parity;  ///< none, even, odd
};

/// The same, checked: it reads and changes nothing.
struct RawQuestion {
    std::uint8_t unit{0};
    Pdu pdu;
    std::optional<int> address;
    std::optional<int> count;
    std::optional<SerialSettings> settings;  ///< none: the line's
    ExchangeTiming timing;
};

/// rejected: what is wrong, and what is allowed on that line; every function that can write is. A unit of the
/// table is asked with the settings, the gap and the patience that it needs.
Result<RawQuestion> raw_question(const RawWords& words, const Options& options, const LineOptions& line);

/// The settings that a person asked for in place of the line's; none: nothing was said. rejected.
Result<std::optional<SerialSettings>> settings_in_words(const std::string& baud, const std::string& parity,
                                                        const LineOptions& line);

}  // namespace mg
