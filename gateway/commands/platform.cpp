#include <algorithm>
#include <cstdio>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/ranges.h>

#include "config/fields.h"
#include "gateway/acceptance/acceptance_walk.h"
#include "gateway/acceptance/conformity_report.h"
#include "gateway/acceptance/sample_record.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/coal_factors.h"
#include "gateway/accounting/item_graph.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/commands/acceptance_view.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/output_file.h"
#include "gateway/commands/platform_codes.h"
#include "gateway/commands/running_gateway.h"
#include "gateway/commands/terminal.h"
#include "gateway/daemon/build_info.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

struct Asked {
    std::string uplink;
    std::string item;
    std::string report;
    bool dry{false};
};

/// The one that is named, or the only one. None: complained, with the exit code.
const ProvincialOptions* uplink_asked_for(const Options& options, const Asked& asked, int& exit_code) {
    std::vector<std::string> ids;
    for (const ProvincialOptions& uplink : options.provincial) ids.push_back(uplink.id.text);
    if (ids.empty()) {
        print_error(
            text("no uplink of kind \"provincial\" is configured", "没有配置 provincial 类型的上传目标"));
        exit_code = kExitConfiguration;
        return nullptr;
    }
    exit_code = kExitUsage;
    if (asked.uplink.empty() && ids.size() > 1) {
        print_error(trf("which uplink? {}", "请指明上传目标：{}", fmt::format("{}", fmt::join(ids, ", "))));
        return nullptr;
    }
    const auto found = std::ranges::find_if(options.provincial, [&](const ProvincialOptions& uplink) {
        return asked.uplink.empty() || uplink.id.text == asked.uplink;
    });
    if (found != options.provincial.end()) return &*found;
    print_error(trf("no provincial uplink \"{}\"; the nearest is \"{}\"",
                    "没有省平台上传目标“{}”；最接近的是“{}”", asked.uplink, nearest_of(asked.uplink, ids)));
    return nullptr;
}

bool carries_item(const Options& options, const ProvincialOptions& uplink, const ProfileOptions& profile,
                  const std::string& item, UtcTime now) {
    std::vector<std::string> ids;
    for (const EnrolledItem& carried : carried_items(options, uplink, profile, now))
        ids.push_back(carried.item);
    if (std::ranges::find(ids, item) != ids.end()) return true;
    print_error(trf("{0} sends no item \"{1}\"; the nearest is \"{2}\"",
                    "{0} 不上传采集项“{1}”；最接近的是“{2}”", uplink.id.text, item, nearest_of(item, ids)));
    return false;
}

/// What lies in the data folder about this destination; a running gateway goes on writing there.
class WhatIsThere {
public:
    WhatIsThere(const Options& options, Clock& clock) : graph_{check_items(options).graph} {
        auto books = Books::look_into(options.storage.path / kBooksFile);
        if (!books) {
            trouble_ = trf("the books cannot be read: {} (as whom the gateway runs, or root, can)",
                           "核算库无法读取：{}(请用网关的运行用户或 root 执行)", books.error().what);
            return;
        }
        books_ = std::move(*books);
        if (books_) factors_.emplace(options, graph_, *books_, clock);
    }

    [[nodiscard]] DestinationState known(const UplinkId& uplink) const {
        return books_ ? books_->outbox().state(uplink).value_or(DestinationState{}) : DestinationState{};
    }
    [[nodiscard]] std::vector<DatedRecord> replacements() const {
        return books_ ? books_->dated(DatedQuery{.kind = "replacement"}).value_or(std::vector<DatedRecord>{})
                      : std::vector<DatedRecord>{};
    }
    [[nodiscard]] SampleRecord sample(const Options& options, const ProvincialOptions& uplink,
                                      const ProfileOptions& profile, const std::string& item, UtcTime now) {
        SampleRecord found = newest_record(
            options, uplink, profile, item, books_.get(),
            [&](const ItemRecord& record) { return factors_->of(record); }, now);
        if (!found.record && !trouble_.empty()) found.why_none = trouble_;
        return found;
    }

private:
    ItemGraph graph_;
    std::unique_ptr<Books> books_;
    std::optional<CoalFactors> factors_;
    std::string trouble_;
};

AcceptanceWatcher printer(bool dry) {
    return {
        .begins = [number = 0](AcceptanceStep step) mutable { print(acceptance_step_head(step, ++number)); },
        .exchanged =
            [](const ShownExchange& exchange) {
                print(acceptance_exchange(exchange));
                std::fflush(stdout);
            },
        .ended =
            [dry](const StepReport& report) {
                print(acceptance_step_end(report, dry));
                std::fflush(stdout);
            }};
}

int cannot_write(const OutputFile& file) {
    print_error(trf("{}: cannot be written", "{}：无法写入", file.name()));
    return kExitFailed;
}

int write_report(const AcceptanceSite& site, const AcceptanceRun& run, OutputFile& file) {
    const std::string report = conformity_report({.site = site, .version = std::string(version())}, run);
    if (!file.write(report) || !file.finish()) return cannot_write(file);
    print(trf("report: {}\n", "报告：{}\n", file.name()));
    return kExitOk;
}

int walk(const Options& options, const ProvincialOptions& uplink, const Asked& asked) {
    SystemClock clock;
    const EnterpriseOptions& enterprise = *options.enterprise(uplink.enterprise);
    const ProfileOptions profile = profile_for(*options.profile(uplink.profile), uplink);
    if (!asked.item.empty() && !carries_item(options, uplink, profile, asked.item, clock.utc()))
        return kExitUsage;
    const auto secrets = asked.dry ? PlatformCredentials{} : read_platform_credentials(uplink.credentials);
    if (!secrets) {
        print_error(secrets.error().what);
        return kExitConfiguration;
    }
    // Known before anything is sent.
    OutputFile report{asked.report};
    if (!report.is_open()) return cannot_write(report);
    WhatIsThere there{options, clock};
    SampleRecord sample = there.sample(options, uplink, profile, asked.item, clock.utc());
    if (asked.dry) sample = invented_record(std::move(sample), options, uplink, profile, clock.utc());
    const AcceptanceSite site{.options = options,
                              .uplink = uplink,
                              .profile = profile,
                              .enterprise = enterprise,
                              .clock = clock,
                              .secrets = *secrets,
                              .known = there.known(uplink.id),
                              .replacements = there.replacements(),
                              .item = sample.item,
                              .sample = sample.record,
                              .why_no_sample = sample.why_none,
                              .sample_is_invented = sample.is_invented};
    print(acceptance_head(site, asked.dry));
    const AcceptanceRun run = asked.dry ? walk_without_network(site, printer(true))
                                        : walk_platform(site, printer(false), std::stop_token{});
    if (!asked.dry) print(acceptance_summary(run));
    const int written = asked.report.empty() ? kExitOk : write_report(site, run, report);
    return run.count(StepOutcome::failed) > 0 ? kExitFailed : written;
}

int test(const std::filesystem::path& directory, const Asked& asked) {
    // What a session notes for the journal is shown here as a finding.
    log::set_level(log::Level::warning);
    const auto options = load_or_complain(directory);
    if (!options) return kExitConfiguration;
    int exit_code = kExitOk;
    const ProvincialOptions* uplink = uplink_asked_for(*options, asked, exit_code);
    return uplink == nullptr ? exit_code : walk(*options, *uplink, asked);
}

int codes(const std::filesystem::path& directory, const Asked& asked, const PlatformCodesAsked& how) {
    const auto options = load_or_complain(directory);
    if (!options) return kExitConfiguration;
    int exit_code = kExitOk;
    const ProvincialOptions* uplink = uplink_asked_for(*options, asked, exit_code);
    return uplink == nullptr
               ? exit_code
               : show_platform_codes(*options, *uplink, *options->profile(uplink->profile), how);
}

void add_codes(CLI::App& platform, int& exit_code) {
    CLI::App* command = platform.add_subcommand(
        "codes", text("Pick-lists, units and decimals as the platform has them, and where the items differ",
                      "平台下发的编码、单位和小数位数，以及采集项与其不一致之处"));
    command->group(text("Commands", "命令"));
    CLI::Option* uplink = add_option(
        *command, "uplink", " ",
        text("Id of the uplink; may be left out where there is only one", "上传目标编号；只有一个时可省略"));
    add_config_option(*command);
    CLI::Option* folder =
        add_option(*command, "--write", "FOLDER",
                   text("Writes them as files that can stand in codes/ of the configuration",
                        "写成可放入配置目录 codes/ 的文件"));
    CLI::Option* json = add_flag(*command, "--json", text("For programs", "供程序读取"));
    command->callback([=, &exit_code] {
        exit_code = codes(config_directory(*command), Asked{.uplink = value_of(uplink)},
                          {.write_to = value_of(folder), .json = json->count() > 0});
    });
}

}  // namespace

void add_platform(CLI::App& app, int& exit_code) {
    CLI::App* platform = app.add_subcommand(
        "platform", text("Try a provincial platform, and write the report for the acceptance file",
                         "对接测试省平台，生成验收用的符合性报告"));
    platform->require_subcommand(1);
    add_codes(*platform, exit_code);
    CLI::App* command = platform->add_subcommand(
        "test", text("Walk through every step, with one record; says what failed and what to ask",
                     "逐步走完对接流程，用一条真实数据；指出问题和应向平台询问的内容"));
    command->group(text("Commands", "命令"));
    CLI::Option* uplink = add_option(
        *command, "uplink", " ",
        text("Id of the uplink; may be left out where there is only one", "上传目标编号；只有一个时可省略"));
    add_config_option(*command);
    CLI::Option* item = add_option(*command, "--item", "ID",
                                   text("Whose newest record is sent; standard: the first that has one",
                                        "用哪个采集项的最新记录；默认第一个有记录的采集项"));
    CLI::Option* dry = add_flag(
        *command, "--dry-run",
        text("Without network: shows every request that would be made", "不联网：列出将要发送的每个请求"));
    CLI::Option* report = add_option(*command, "--report", "FILE",
                                     text("Writes the report (HTML); in Chinese unless --lang en",
                                          "生成报告(HTML)；默认中文，--lang en 为英文"));
    command->callback([=, &app, &exit_code] {
        const Asked asked{.uplink = value_of(uplink),
                          .item = value_of(item),
                          .report = value_of(report),
                          .dry = dry->count() > 0};
        // The report is for a Chinese file: the words of a run stand in it as they were said.
        const bool chosen = app.get_option("--lang")->count() > 0;
        const SpokenLanguage spoken{asked.report.empty() || chosen ? language() : Language::zh};
        exit_code = test(config_directory(*command), asked);
    });
}

}  // namespace mg
