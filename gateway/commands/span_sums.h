#pragma once

#include <string>
#include <vector>

#include "gateway/commands/running_gateway.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// `metergate records … --sum`: what items came to in any time.
namespace mg {

/// The options that ask for sums in place of records.
struct SumOptions {
    CLI::Option* sum{};
    CLI::Option* by{};
    CLI::Option* bill{};
    CLI::Option* bill_day{};

    [[nodiscard]] bool is_asked() const;
};
SumOptions add_sum_options(CLI::App& command);

struct SumQuestion {
    std::vector<std::string> items;
    std::string from;  ///< as written; empty for a bill
    std::string to;
    std::string calendar;
    std::string bill;
    std::string bill_day;
    bool json{false};
};

/// Prints them; the exit code.
int show_sums(RunningGateway& gateway, const SumQuestion& question);

}  // namespace mg
