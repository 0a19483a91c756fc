#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/factor_view.h"
#include "gateway/commands/running_gateway.h"
#include "gateway/commands/terminal.h"

// The published factors that are part of the program; no gateway is asked.
namespace mg {

void add_factors(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "factors",
        std::string(tr("Published factors of standard coal, heating values and CO2, for coefficients.csv",
                       "折标准煤系数、发热量、碳排放因子参考值，供填写 coefficients.csv")));
    std::vector<std::string> kinds;
    for (const FactorKind kind : factor_kinds()) kinds.emplace_back(name_of(kind));
    CLI::Option* wanted =
        add_option(*command, "kind", " ",
                   std::string(tr("Only these: coal, heating-value or carbon",
                                  "只看 coal（折标）、heating-value（发热量）或 carbon（碳排放）")))
            ->check(CLI::IsMember(kinds));
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        std::vector<FactorTable> tables;
        for (const FactorKind kind : factor_kinds()) {
            if (wanted->count() == 0 || value_of(wanted) == name_of(kind))
                tables.push_back({kind, reference_factors(kind)});
        }
        print(json->count() > 0 ? factors_to_json(tables) + '\n' : factors_view(tables));
        exit_code = kExitOk;
    });
}

}  // namespace mg
