#include <algorithm>
#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/fields.h"
#include "drivers/driver.h"
#include "drivers/instruments.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/terminal.h"
#include "gateway/control/control_client.h"
#include "gateway/control/read_report.h"

namespace mg {
namespace {

/// Longer than a slow instrument with many blocks on a busy line needs.
constexpr milliseconds kPatience{120'000};

struct ReadArguments {
    std::filesystem::path directory;
    std::string meter;
    bool wire{false};
    bool json{false};
};

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

Result<ReadReport> read_through_daemon(ControlClient& daemon, const MeterOptions& meter) {
    const auto answer = daemon.call("read", {{"meter", meter.id.text}}, kPatience);
    if (!answer) return pass_on(answer.error());
    return read_report_from_json(*answer);
}

/// With the daemon stopped the wire is free, and this process asks the instrument itself.
Result<ReadReport> read_directly(const Options& options, const MeterOptions& meter, Clock& clock) {
    const auto instrument = instrument_of(options, meter);
    if (!instrument) return pass_on(instrument.error());
    if (auto allowed = may_ask(*instrument->line); !allowed) return pass_on(allowed.error());
    const Driver* driver = driver_for(instrument->model->protocol);
    if (driver == nullptr || !driver->supports(instrument->line->kind)) {
        return fail(Failure::unsupported,
                    trf("{}: this build cannot speak {} on line {}", "{}：本版本不支持在线路 {2} 上使用 {1}",
                        meter.id.text, label(instrument->model->protocol), instrument->line->id.text));
    }
    auto asked = driver->make_meter(*instrument, clock);
    if (!asked) return pass_on(asked.error());
    auto channel = make_channel(*instrument->line, clock);
    if (!channel) return pass_on(channel.error());
    const StopEvent never{std::stop_token{}};
    if (auto opened = (*channel)->open(never); !opened) {
        return fail(opened.error().kind,
                    trf("line {}: {}", "线路 {}：{}", meter.line->text, opened.error().what));
    }
    if (meter.settings) {
        if (auto used = (*channel)->use(*meter.settings); !used) return pass_on(used.error());
    }
    const PollResult poll = (*asked)->poll(**channel, never, Effort::usual, /*record_wire=*/true);
    return read_report(options, meter, (*asked)->layouts(), poll, clock.utc());
}

Result<ReadReport> read_meter(const Options& options, const MeterOptions& meter, Clock& clock) {
    auto daemon = ControlClient::connect(options.control.socket, clock);
    if (daemon) return read_through_daemon(*daemon, meter);
    if (daemon.error().kind == Failure::session_lost) return read_directly(options, meter, clock);
    return pass_on(daemon.error());
}

void print_report(const ReadReport& report, const Options& options, bool wire) {
    print(trf("{} {} · line {} · address {} · model {} · {}\n", "{} {} · 线路 {} · 地址 {} · 模板 {} · {}\n",
              report.meter.text, printable(report.name), report.line.text, printable(report.address),
              report.model, local_text(report.taken_at, options.site.utc_offset)));
    TextTable table{{{text("point", "测点")},
                     {text("name", "名称")},
                     {text("as read", "表上示值"), Align::right},
                     {text("multiplier", "倍率"), Align::right},
                     {text("with multiplier", "乘倍率后"), Align::right},
                     {text("unit", "单位")},
                     {text("quality", "质量")},
                     {text("raw", "原始值")}}};
    for (const ReadPoint& point : report.points) {
        const PointStatus& value = point.value;
        table.add({value.id.text, text(point.name_en, point.name_zh), value.displayed, value.multiplier,
                   value.with_multiplier, value.unit, std::string(label(value.quality)), point.raw});
    }
    print(table.to_string());
    if (!wire) return;
    print("\n");
    for (const ReadExchange& exchange : report.wire) {
        print(fmt::format("> {}\n< {}  ({} ms){}\n", exchange.request, exchange.answer, exchange.took.count(),
                          exchange.error.empty() ? std::string{} : "  " + printable(exchange.error)));
    }
}

int no_such_meter(const Options& options, const std::string& wanted) {
    std::vector<std::string> ids;
    for (const MeterOptions& meter : options.meters) ids.push_back(meter.id.text);
    print_error(trf("no metering point \"{}\"; the nearest is \"{}\"", "没有计量点“{}”；最接近的是“{}”",
                    wanted, nearest_of(wanted, ids)));
    return kExitUsage;
}

int read_now(const ReadArguments& arguments) {
    const auto options = load_or_complain(arguments.directory);
    if (!options) return kExitConfiguration;
    const MeterOptions* meter = options->meter({arguments.meter});
    if (meter == nullptr) return no_such_meter(*options, arguments.meter);
    SystemClock clock;
    const auto report = read_meter(*options, *meter, clock);
    if (!report) {
        print_error(report.error().what);
        return kExitFailed;
    }
    if (arguments.json) {
        print(read_report_to_json(*report) + '\n');
    } else {
        print_report(*report, *options, arguments.wire);
    }
    if (!report->trouble.empty()) print_error(report->trouble);
    return report->any_value() ? kExitOk : kExitFailed;
}

}  // namespace

void add_read(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "read", text("Read one metering point now, through the running gateway or directly",
                     "立即读取一个计量点：网关在运行则通过网关，否则直接读表"));
    add_config_option(*command);
    CLI::Option* meter =
        add_option(*command, "meter", " ", text("Id of the metering point", "计量点编号"))->required();
    CLI::Option* wire =
        add_flag(*command, "--wire", text("Show the bytes on the wire as well", "同时显示通信报文"));
    CLI::Option* json =
        add_flag(*command, "--json",
                 text("As JSON, see docs/control-socket.md", "输出 JSON，见 docs/control-socket.md"));
    command->callback([=, &exit_code] {
        exit_code = read_now({.directory = config_directory(*command),
                              .meter = meter->as<std::string>(),
                              .wire = wire->count() > 0,
                              .json = json->count() > 0});
    });
}

}  // namespace mg
