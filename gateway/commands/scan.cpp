#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/direct_errand.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/line_argument.h"
#include "gateway/commands/running_gateway.h"
#include "gateway/commands/scan_view.h"
#include "gateway/commands/terminal.h"
#include "gateway/control/control_client.h"
#include "gateway/diagnosis/scan_errand.h"
#include "gateway/diagnosis/scan_order.h"

namespace mg {
namespace {

/// Beyond what it would take on an idle line: a busy one gives it little time.
constexpr int kBusier = 10;
constexpr milliseconds kPatience{600'000};

struct ScanArguments {
    std::filesystem::path directory;
    std::string line;
    ScanWords words;
    bool json{false};
};

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

void show(const ScanProgress& progress) {
    print_plain_error(scan_progress_text(progress));
}

Result<ScanReport> scan_directly(const LineOptions& line, ScanOrder order, Clock& clock) {
    Result<ScanReport> report = fail(Failure::transient, {});
    ScanErrand errand{line,
                      std::move(order),
                      clock,
                      {.wanted = [] { return true; },
                       .progress = show,
                       .done = [&report](const Result<ScanReport>& done) { report = done; }}};
    if (auto ran = run_directly(line, errand, clock); !ran) return pass_on(ran.error());
    return report;
}

Result<ScanReport> scan_line(const ScanArguments& arguments, const Options& options,
                             const LineOptions& line) {
    auto order = scan_order(arguments.words, options, line, /*polled=*/false);
    if (!order) return pass_on(order.error());
    SystemClock clock;
    auto daemon = ControlClient::connect(options.control.socket, clock);
    if (!daemon) {
        if (daemon.error().kind != Failure::session_lost) return pass_on(daemon.error());
        return scan_directly(line, std::move(*order), clock);
    }
    const ScanWords& words = arguments.words;
    const auto answer =
        daemon->call("scan",
                     {{"line", line.id.text},
                      {"addresses", words.addresses},
                      {"all_settings", words.all_settings},
                      {"listen", words.listen},
                      {"thorough", words.thorough},
                      {"pause_seconds", words.pause}},
                     kBusier * longest_scan(*order, line) + kPatience, [](std::string_view json) {
                         if (const auto progress = scan_progress_from_json(json)) show(*progress);
                     });
    // A line on which nothing is polled is not held open by the gateway.
    if (!answer && answer.error().kind == Failure::unsupported)
        return scan_directly(line, std::move(*order), clock);
    if (!answer) return pass_on(answer.error());
    return scan_report_from_json(*answer);
}

int scan(const ScanArguments& arguments) {
    const auto options = load_or_complain(arguments.directory);
    if (!options) return kExitConfiguration;
    const LineOptions* line = line_or_complain(*options, arguments.line);
    if (line == nullptr) return kExitUsage;
    if (!arguments.words.all_settings.empty()) {
        print_plain_error(
            text("questions at other baud rates are noise to whoever else is on the line: a controller or "
                 "an old instrument may report a fault",
                 "其他波特率的提问对线路上的其他设备是干扰：控制器或老式仪表可能因此报故障"));
    }
    if (!arguments.words.pause.empty()) {
        print_plain_error(
            trf("while other settings are tried the meters of line {} are read at boundaries "
                "only, for {} s at most; their other slots are stored as missing",
                "尝试其他参数期间（最长 {1} 秒），线路 {0} 的表计仅在边界时刻读取，其余时刻记为缺失",
                line->id.text, arguments.words.pause));
    }
    const auto report = scan_line(arguments, *options, *line);
    if (!report) {
        print_error(report.error().what);
        return report.error().kind == Failure::rejected ? kExitUsage : kExitFailed;
    }
    print(arguments.json ? scan_report_to_json(*report) + '\n' : scan_text(*report));
    return kExitOk;
}

}  // namespace

void add_scan(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand("scan", text("Find out who answers on a line, and what it may be",
                                                        "查找线路上有哪些从站、可能是什么表"));
    add_config_option(*command);
    CLI::Option* line = add_option(*command, "line", " ", text("Id of the line", "线路编号"))->required();
    CLI::Option* addresses =
        add_option(*command, "--addresses", "LIST",
                   text("As 1-32 or 1-10,20; standard 1-247", "地址，如 1-32 或 1-10,20；默认 1-247"));
    CLI::Option* all = add_flag(
        *command, "--all-settings",
        text(
            "Also the common baud rates and parities; while the gateway does not poll the line, or may pause",
            "同时尝试常用波特率和校验；仅在网关未采集该线路时，或允许暂停采集时"));
    CLI::Option* pause =
        add_option(*command, "--pause-polling", "TIME",
                   text("As 10m, at most 1h: so long polls may wait for other settings; boundaries are read",
                        "如 10m，最长 1h：尝试其他参数时允许暂停采集的时间；边界时刻照常读取"))
            ->transform(
                CLI::AsNumberWithUnit(std::map<std::string, std::uint64_t>{{"s", 1}, {"m", 60}, {"h", 3600}},
                                      CLI::AsNumberWithUnit::UNIT_OPTIONAL))
            ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{3600}));
    CLI::Option* thorough =
        add_flag(*command, "--thorough",
                 text("Ask whoever stays silent for the registers of every built-in model, too; takes long",
                      "对无应答的地址再按各采集模板的寄存器提问；耗时较长"));
    CLI::Option* listen =
        add_option(*command, "--listen", "SECONDS",
                   text("Listen so long for another master before the first question; standard 65",
                        "提问前先监听其他主站的秒数；默认 65"));
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        exit_code = scan({.directory = config_directory(*command),
                          .line = line->as<std::string>(),
                          .words = {.addresses = value_of(addresses),
                                    .all_settings = all->count() > 0 ? "true" : "",
                                    .listen = value_of(listen),
                                    .thorough = thorough->count() > 0 ? "true" : "",
                                    .pause = value_of(pause)},
                          .json = json->count() > 0});
    });
}

}  // namespace mg
