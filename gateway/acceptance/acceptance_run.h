#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"

/// What came of walking through the steps of a platform. Nothing in it is secret; texts are in the language
/// of who asked.
namespace mg {

enum class AcceptanceStep : std::uint8_t {
    address,       ///< reached, and who it proves to be
    registration,  ///< of a platform at which boxes register
    working_key,   ///< from here to token: of a platform with tokens
    application,
    token,
    addresses,  ///< where everything else goes, and who answers there
    version,
    base_data,
    configuration,  ///< enterprise, processes, units, items
    ledger,         ///< instruments: the ledger, replaced and verified ones
    record,
    repetition,  ///< the same record once more
};
inline constexpr std::size_t kAcceptanceSteps = 12;
std::string_view label(AcceptanceStep step);

enum class StepOutcome : std::uint8_t {
    passed,
    failed,
    not_tried,   ///< something that it needs failed or is not there; `trouble` says what
    not_needed,  ///< the platform has no such step
};
std::string_view label(StepOutcome outcome);

/// A request and what was answered, masked and cut for showing.
struct ShownExchange {
    std::string what;  ///< the call, for people
    std::string url;
    std::vector<std::string> headers;
    std::string request;
    std::string note;  ///< about the request: what it would say in clear, what is encrypted; mostly empty
    bool sent{true};   ///< false: a dry run
    int status{0};     ///< 0: no answer came
    milliseconds took{0};
    std::string verdict;  ///< what the gateway makes of it, for people
    std::string answer;   ///< or why none came
};

struct StepReport {
    AcceptanceStep step{};
    StepOutcome outcome{StepOutcome::not_tried};
    std::vector<std::string> findings;  ///< what was seen; one line each
    std::string trouble;                ///< why it failed or was not tried
    std::string advice;                 ///< what to do and whom to ask
    std::vector<ShownExchange> exchanges;
};

struct AcceptanceRun {
    std::vector<StepReport> steps;  ///< in the order in which they were walked
    UtcTime begun{};
    UtcTime ended{};
    bool dry{false};

    [[nodiscard]] std::size_t count(StepOutcome outcome) const;
};

}  // namespace mg
