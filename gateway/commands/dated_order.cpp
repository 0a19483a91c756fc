#include "gateway/commands/dated_order.h"

#include <CLI/CLI.hpp>

#include "gateway/accounting/dated_record_json.h"
#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/dated_view.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/terminal.h"
#include "gateway/control/dated_report.h"

namespace mg {

SigningOptions add_signing_options(CLI::App& command) {
    SigningOptions options{};
    options.by = add_by_option(command);
    options.remark =
        add_option(command, "--remark", "TEXT", std::string(tr("Why, or which paper says so", "原因或依据")));
    options.socket = add_socket_option(command);
    options.json = add_json_flag(command);
    return options;
}

int put_on_record(const CLI::App& command, const SigningOptions& options, const BodyMaker& make) {
    return with_gateway(socket_of(command, *options.socket), [&](RunningGateway& gateway) {
        const auto offset = gateway.utc_offset();
        if (!offset) return complain(offset.error());
        const auto body = make(gateway, *offset);
        if (!body) return complain(body.error());
        return ask_for_change(gateway, "dated-put",
                              {{"kind", std::string(kind_of(*body))},
                               {"body", json_of(*body)},
                               {"by", value_of(options.by)},
                               {"remark", value_of(options.remark)}},
                              options.json->count() > 0);
    });
}

int ask_for_change(RunningGateway& gateway, const std::string& command,
                   const ControlClient::Arguments& arguments, bool as_json) {
    const auto answer = gateway.call(command, arguments);
    if (!answer) return complain(answer.error());
    if (as_json) {
        print(*answer + '\n');
        return kExitOk;
    }
    const auto report = dated_from_json(*answer);
    if (!report) return complain(report.error());
    const auto offset = gateway.utc_offset();
    if (!offset) return complain(offset.error());
    print(dated_answer(*report, *offset));
    return kExitOk;
}

std::vector<std::string> values_of(const CLI::Option* option) {
    return option->count() > 0 ? option->as<std::vector<std::string>>() : std::vector<std::string>{};
}

}  // namespace mg
