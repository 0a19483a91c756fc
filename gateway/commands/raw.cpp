#include <string>

#include <CLI/CLI.hpp>

#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/direct_errand.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/line_argument.h"
#include "gateway/commands/raw_view.h"
#include "gateway/commands/running_gateway.h"
#include "gateway/commands/terminal.h"
#include "gateway/control/control_client.h"
#include "gateway/diagnosis/raw_errand.h"
#include "gateway/diagnosis/raw_question.h"

namespace mg {
namespace {

/// A busy line keeps a question waiting for a boundary sweep.
constexpr milliseconds kPatience{180'000};

struct RawArguments {
    std::filesystem::path directory;
    std::string line;
    RawWords words;
    bool json{false};
};

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

/// With the daemon stopped the wire is free, and this process asks itself.
Result<RawReport> ask_directly(const LineOptions& line, RawQuestion question, Clock& clock) {
    Result<RawReport> report = fail(Failure::transient, {});
    RawErrand errand{line, std::move(question), clock,
                     [&report](const Result<RawReport>& done) { report = done; }};
    if (auto ran = run_directly(line, errand, clock); !ran) return pass_on(ran.error());
    return report;
}

Result<RawReport> ask_line(const RawArguments& arguments, const Options& options, const LineOptions& line) {
    auto question = raw_question(arguments.words, options, line);
    if (!question) return pass_on(question.error());
    SystemClock clock;
    auto daemon = ControlClient::connect(options.control.socket, clock);
    if (!daemon) {
        if (daemon.error().kind != Failure::session_lost) return pass_on(daemon.error());
        return ask_directly(line, std::move(*question), clock);
    }
    const RawWords& words = arguments.words;
    auto answer = daemon->call("raw",
                               {{"line", line.id.text},
                                {"unit", words.unit},
                                {"function", words.function},
                                {"address", words.address},
                                {"count", words.count},
                                {"baud", words.baud},
                                {"parity", words.parity}},
                               kPatience);
    // A line on which nothing is polled is not held open by the gateway.
    if (!answer && answer.error().kind == Failure::unsupported)
        return ask_directly(line, std::move(*question), clock);
    if (!answer) return pass_on(answer.error());
    return raw_report_from_json(*answer);
}

int ask_raw(const RawArguments& arguments) {
    const auto options = load_or_complain(arguments.directory);
    if (!options) return kExitConfiguration;
    const LineOptions* line = line_or_complain(*options, arguments.line);
    if (line == nullptr) return kExitUsage;
    const auto report = ask_line(arguments, *options, *line);
    if (!report) {
        print_error(report.error().what);
        return report.error().kind == Failure::rejected ? kExitUsage : kExitFailed;
    }
    print(arguments.json ? raw_report_to_json(*report) + '\n' : raw_text(*report));
    return report->error.empty() ? kExitOk : kExitFailed;
}

}  // namespace

void add_raw(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "raw", text("Put one question to a unit on a line and show the bytes; reading only",
                    "向线路上的一个从站提一个问题并显示报文；只能读取"));
    add_config_option(*command);
    CLI::Option* line = add_option(*command, "line", " ", text("Id of the line", "线路编号"))->required();
    CLI::Option* unit =
        add_option(*command, "unit", " ", text("Unit, 1 … 247", "从站地址，1 … 247"))->required();
    CLI::Option* function =
        add_option(*command, "function", " ",
                   text("01, 02, 03, 04, or 2B for the identification", "01、02、03、04，或 2B 读设备标识"))
            ->required();
    CLI::Option* address =
        add_option(*command, "address", " ",
                   text("First register, counted from 0, decimal or 0x; of 2B the level 1 … 4",
                        "起始寄存器，从 0 起，十进制或 0x；2B 时为级别 1 … 4"));
    CLI::Option* count = add_option(*command, "count", " ", text("How many", "数量"));
    CLI::Option* baud =
        add_option(*command, "--baud", "N",
                   text("Of the meter, where it differs from the line", "表计波特率，与线路不同时"));
    CLI::Option* parity =
        add_option(*command, "--parity", "none|even|odd", text("The same", "表计校验方式，与线路不同时"));
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        exit_code = ask_raw({.directory = config_directory(*command),
                             .line = line->as<std::string>(),
                             .words = {.unit = unit->as<std::string>(),
                                       .function = function->as<std::string>(),
                                       .address = value_of(address),
                                       .count = value_of(count),
                                       .baud = value_of(baud),
                                       .parity = value_of(parity)},
                             .json = json->count() > 0});
    });
}

}  // namespace mg
