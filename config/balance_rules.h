#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/reading/decimal.h"

namespace mg {

/// By how much what flows into a node and what flows out of it may differ. Nobody prescribes it for every
/// medium, so it is data.
struct BalanceRules {
    struct OfEnergy {
        std::string energy;  ///< as meters.csv writes it
        Decimal share;
    };
    std::string edition;
    std::string source;
    bool verified{false};
    Decimal share;  ///< of what flows in: 0.05 is 5 %; above 0, at most 1
    std::vector<OfEnergy> of_energies;

    [[nodiscard]] const Decimal& threshold(std::string_view energy) const;
};

/// The file of a site that takes the place of what is shipped.
inline constexpr std::string_view kBalanceRulesFile = "balance.toml";

/// invalid_config: says what is wrong and in which line.
Result<BalanceRules> parse_balance_rules(std::string_view text);
/// balance.toml of the configuration folder, or what is built in where there is none. invalid_config: as
/// above, or the file cannot be read.
Result<BalanceRules> balance_rules(const std::filesystem::path& directory);

}  // namespace mg
