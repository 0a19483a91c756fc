#include <cstdint>
#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/output_file.h"
#include "gateway/commands/running_gateway.h"
#include "gateway/commands/terminal.h"
#include "gateway/commands/trace_view.h"
#include "gateway/control/control_client.h"
#include "gateway/control/trace_report.h"

namespace mg {
namespace {

constexpr std::uint64_t kStandardSeconds = 60;
constexpr std::uint64_t kMostSeconds = 3600;
constexpr std::uint64_t kMostFrames = 1'000'000;
constexpr milliseconds kPatience{30'000};

struct TraceArguments {
    std::filesystem::path socket;
    std::string line;
    std::string meter;
    std::string file;
    std::uint64_t seconds{kStandardSeconds};
    std::string frames;
    bool json{false};
};

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

int finish(OutputFile& file, const Result<std::string>& answer, bool written) {
    if (!answer) return complain(answer.error());
    const auto end = trace_end_from_json(*answer);
    if (!end) return complain(end.error());
    if (!written || !file.finish()) {
        print_error(trf("cannot write {}", "无法写入 {}", file.name()));
        return kExitFailed;
    }
    print_plain_error(trf("{} frames, {} lost", "共 {} 帧，丢失 {} 帧", end->frames, end->lost) +
                      (end->because == "frames"
                           ? text("; more were not asked for, see --frames", "；已达上限，见 --frames")
                           : std::string{}));
    return kExitOk;
}

int trace_line(const TraceArguments& arguments) {
    OutputFile file{arguments.file};
    if (!file.is_open()) {
        print_error(trf("cannot write {}", "无法写入 {}", file.name()));
        return kExitFailed;
    }
    SystemClock clock;
    auto client = ControlClient::connect(arguments.socket, clock);
    if (!client) return complain(client.error());
    RunningGateway gateway{std::move(*client)};
    const auto offset = gateway.utc_offset();
    if (!offset) return complain(offset.error());
    auto watching = ControlClient::connect(arguments.socket, clock);
    if (!watching) return complain(watching.error());
    bool written = true;
    const auto show = [&](std::string_view json) {
        const auto frame = trace_frame_from_json(json);
        if (!frame) return;
        written =
            file.write(arguments.json ? std::string{json} + '\n' : trace_text(*frame, *offset)) && written;
    };
    const auto answer = watching->call("trace",
                                       {{"line", arguments.line},
                                        {"meter", arguments.meter},
                                        {"seconds", std::to_string(arguments.seconds)},
                                        {"frames", arguments.frames}},
                                       std::chrono::seconds{arguments.seconds} + kPatience, show);
    return finish(file, answer, written);
}

}  // namespace

void add_trace(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "trace", text("Show what passes on a line of the running gateway", "显示运行中网关某条线路上的报文"));
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* line = add_option(*command, "line", " ", text("Id of the line", "线路编号"))->required();
    CLI::Option* meter = add_option(*command, "--meter", "ID",
                                    text("Only what is about this metering point", "只看该计量点的报文"));
    CLI::Option* seconds =
        add_option(*command, "--for", "TIME",
                   text("As 90s or 5m; standard 60s, at most 1h", "时长，如 90s、5m；默认 60s，最长 1h"))
            ->transform(
                CLI::AsNumberWithUnit(std::map<std::string, std::uint64_t>{{"s", 1}, {"m", 60}, {"h", 3600}},
                                      CLI::AsNumberWithUnit::UNIT_OPTIONAL))
            ->check(CLI::Range(std::uint64_t{1}, kMostSeconds));
    CLI::Option* frames = add_option(*command, "--frames", "N",
                                     text("End after so many; standard 100000", "最多帧数；默认 100000"))
                              ->check(CLI::Range(std::uint64_t{1}, kMostFrames));
    CLI::Option* file = add_option(*command, "-o,--file", "FILE", text("To a file", "写入文件"));
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        exit_code =
            trace_line({.socket = socket_of(*command, *socket),
                        .line = line->as<std::string>(),
                        .meter = value_of(meter),
                        .file = value_of(file),
                        .seconds = seconds->count() > 0 ? seconds->as<std::uint64_t>() : kStandardSeconds,
                        .frames = value_of(frames),
                        .json = json->count() > 0});
    });
}

}  // namespace mg
