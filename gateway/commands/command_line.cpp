#include "gateway/commands/command_line.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/fields.h"
#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/terminal.h"
#include "gateway/daemon/build_info.h"

namespace mg {
namespace {

constexpr std::string_view kLanguageOption = "--lang";

/// The language must be known before the first text is made, hence before the command line is parsed.
std::optional<std::string_view> language_asked_for(std::span<const char* const> arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument{arguments[i]};
        if (argument == kLanguageOption && i + 1 < arguments.size()) return arguments[i + 1];
        if (argument.starts_with("--lang=")) return argument.substr(kLanguageOption.size() + 1);
    }
    return std::nullopt;
}

void choose_language(std::span<const char* const> arguments) {
    const auto asked = language_asked_for(arguments);
    if (asked == "zh") return set_language(Language::zh);
    if (asked == "en") return set_language(Language::en);
    set_language(language_of_environment());
}

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

void describe(CLI::App& app) {
    app.description(text("metergate reads the energy meters of a site, keeps every reading, and delivers it.",
                         "metergate 采集企业的能源计量表，保存每一个读数并可靠上传。"));
    app.footer(
        text("Exit codes: 0 done, 1 failed, 2 the configuration has errors, 3 metergate is not running,\n"
             "64 the command line is wrong. `metergate COMMAND --help` explains a command.",
             "退出码：0 成功，1 失败，2 配置有错，3 metergate 没有运行，64 命令行有误。\n"
             "“metergate 命令 --help”显示该命令的说明。"));
    const auto labels = std::make_shared<CLI::Formatter>();
    labels->label("Usage", text("Usage", "用法"));
    labels->label("OPTIONS", text("OPTIONS", "选项"));
    labels->label("SUBCOMMAND", text("COMMAND", "命令"));
    labels->label("Positionals", text("Arguments", "参数"));
    labels->label("REQUIRED", text("(required)", "(必填)"));
    labels->column_width(26);
    app.formatter(labels);
    app.option_defaults()->group(text("Options", "选项"));
    app.set_help_flag("-h,--help", text("Show this help", "显示本说明"));
    app.set_version_flag("--version", fmt::format("metergate {}", version()),
                         text("Show the version", "显示版本"));
    add_option(app, std::string(kLanguageOption), "zh|en",
               text("Language; standard: from the locale", "语言；默认按系统区域设置"))
        ->check(CLI::IsMember({"zh", "en"}));
}

/// What stands behind "…: " in a message of the parser; it quotes the user's own words there.
std::string quoted(const CLI::ParseError& error) {
    const std::string_view what{error.what()};
    const auto colon = what.find(": ");
    return std::string(colon == std::string_view::npos ? what : what.substr(colon + 2));
}

std::string unknown_argument(const std::string& unknown, const std::vector<std::string>& commands) {
    const std::string problem = trf("unknown or surplus argument: {}", "未知或多余的参数：{}", unknown);
    const std::string nearest = unknown.starts_with('-') ? std::string{} : nearest_of(unknown, commands);
    return nearest.empty() ? problem : problem + trf("; is \"{}\" meant?", "；是否想输入“{}”？", nearest);
}

/// `left_over` is what the parser could make nothing of.
std::string in_words(const CLI::ParseError& error, const std::vector<std::string>& left_over,
                     const std::vector<std::string>& commands) {
    const std::string& kind = error.get_name();
    if (kind == "ExtrasError") return unknown_argument(quoted(error), commands);
    // A mistyped command is reported as a missing one; the word itself tells the user more.
    if (kind == "RequiredError" && !left_over.empty()) return unknown_argument(left_over.front(), commands);
    if (kind == "RequiredError") {
        const std::string_view what{error.what()};
        const std::string name{what.substr(0, what.find(" is required"))};
        return trf("missing: {}", "缺少：{}", name == "A subcommand" ? text("a command", "命令") : name);
    }
    if (kind == "ArgumentMismatch")
        return trf("wrong number of values: {}", "取值个数不对：{}", error.what());
    const auto of_two = [what = std::string_view{error.what()}](std::string_view between) {
        const auto at = what.find(between);
        if (at == std::string_view::npos) return std::pair{std::string(what), std::string{}};
        return std::pair{std::string(what.substr(0, at)), std::string(what.substr(at + between.size()))};
    };
    if (kind == "RequiresError") {
        const auto [given, needed] = of_two(" requires ");
        return trf("{} goes with {}", "{} 要与 {} 一起给出", given, needed);
    }
    if (kind == "ExcludesError") {
        const auto [given, other] = of_two(" excludes ");
        return trf("{} does not go with {}", "{} 不能与 {} 同时给出", given, other);
    }
    if (kind == "ValidationError") return trf("not allowed: {}", "取值不允许：{}", error.what());
    return error.what();
}

int complain(const CLI::App& app, const CLI::ParseError& error) {
    std::vector<std::string> commands;
    for (const CLI::App* command : app.get_subcommands({})) commands.push_back(command->get_name());
    print_error(in_words(error, app.remaining(true), commands));
    print_error(text("`metergate --help` shows what is possible", "“metergate --help”显示可用的命令"));
    return kExitUsage;
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
    choose_language({argv, static_cast<std::size_t>(argc)});
    CLI::App app;
    app.name("metergate");
    describe(app);
    app.require_subcommand(1);
    app.fallthrough();  // --lang may follow the command
    int exit_code = kExitOk;
    add_run(app, exit_code);
    add_check(app, exit_code);
    add_read(app, exit_code);
    add_raw(app, exit_code);
    add_scan(app, exit_code);
    add_trace(app, exit_code);
    add_status(app, exit_code);
    add_clock(app, exit_code);
    add_uplink(app, exit_code);
    add_platform(app, exit_code);
    add_acceptance(app, exit_code);
    add_items(app, exit_code);
    add_completeness(app, exit_code);
    add_records(app, exit_code);
    add_enter(app, exit_code);
    add_balance(app, exit_code);
    add_explain(app, exit_code);
    add_doctor(app, exit_code);
    add_replace_meter(app, exit_code);
    add_set_multiplier(app, exit_code);
    add_coefficient(app, exit_code);
    add_factors(app, exit_code);
    add_rule(app, exit_code);
    add_period(app, exit_code);
    add_dated(app, exit_code);
    add_models(app, exit_code);
    add_buffer(app, exit_code);
    add_backup(app, exit_code);
    add_restore(app, exit_code);
    for (CLI::App* command : app.get_subcommands({})) {
        command->group(text("Commands", "命令"));
        // The parser made it before it took over the parent's group.
        command->get_help_ptr()->group(text("Options", "选项"));
    }
    if (argc <= 1) {
        print(app.help());
        return kExitUsage;
    }
    try {
        app.parse(argc, argv);
        return exit_code;
    } catch (const CLI::Success& asked_for_text) {  // --help, --version
        return app.exit(asked_for_text);
    } catch (const CLI::ParseError& error) {
        return complain(app, error);
    }
}

}  // namespace mg
