#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "drivers/driver.h"
#include "drivers/instruments.h"
#include "gateway/accounting/item_graph.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/terminal.h"
#include "gateway/daemon/frame_check.h"
#include "gateway/daemon/instrument_check.h"
#include "gateway/daemon/item_check.h"
#include "gateway/daemon/line_loads.h"

namespace mg {
namespace {

/// What load_config() cannot know: what the drivers of this build can do with it.
struct BuildFindings {
    std::vector<std::string> warnings;
    std::vector<std::string> errors;
};

void check_line(const Options& options, const LineOptions& line, Clock& clock, BuildFindings& findings) {
    const auto instruments = instruments_on(options, line);
    if (instruments.empty()) return;
    // Of a line that a modem calls there is nothing to try here.
    const auto channel =
        line.kind == LineKind::dtu ? Result<std::unique_ptr<Channel>>{} : make_channel(line, clock);
    if (!channel) {
        auto& list = channel.error().kind == Failure::unsupported ? findings.warnings : findings.errors;
        list.push_back(channel.error().what);
        return;
    }
    std::map<Protocol, std::size_t> without_driver;
    for (const InstrumentOptions& instrument : instruments) {
        const Protocol protocol = instrument.model->protocol;
        const Driver* driver = driver_for(protocol);
        if (driver == nullptr || !driver->supports(line.kind)) {
            without_driver[protocol] += instrument.points.size();
        } else if (const auto meter = driver->make_meter(instrument, clock); !meter) {
            findings.errors.push_back(meter.error().what);
        }
    }
    for (const auto& [protocol, count] : without_driver) {
        findings.warnings.push_back(trf("line {}: this build cannot speak {} on it; meters not polled: {}",
                                        "线路 {}：本版本不支持在该线路上使用 {}，不采集的计量点：{}",
                                        line.id.text, label(protocol), count));
    }
}

/// What load_config() cannot know: whether the items can be computed, in the days and steps of their figures,
/// and whether the instruments are those on record.
void add_accounting_problems(Loaded& loaded, Clock& clock) {
    for (const auto& problems :
         {problems_of(check_items(loaded.options), loaded.options), frame_problems_of(loaded.options),
          instrument_problems_of(loaded.options, clock.utc())}) {
        loaded.problems.insert(loaded.problems.end(), problems.begin(), problems.end());
    }
    sort_by_position(loaded.problems);
}

std::size_t count(const std::vector<Problem>& problems, Severity severity) {
    return static_cast<std::size_t>(std::ranges::count(problems, severity, &Problem::severity));
}

void print_summary(const Options& options, std::size_t errors, std::size_t warnings) {
    const auto on_lines = static_cast<std::size_t>(
        std::ranges::count_if(options.meters, [](const MeterOptions& m) { return m.line.has_value(); }));
    std::set<std::string> models;
    for (const MeterOptions& meter : options.meters) {
        if (!meter.model.empty()) models.insert(meter.model);
    }
    print(
        trf("lines: {} · metering points: {} ({} on lines, {} in the ledger only) · models in use: {} · "
            "uplinks: {}\n",
            "线路：{} · 计量点：{} (联网 {}，只进台账 {}) · 在用模板：{} · 上传目标：{}\n",
            options.lines.size(), options.meters.size(), on_lines, options.meters.size() - on_lines,
            models.size(), options.uplinks.size() + options.provincial.size()));
    if (!options.items.empty()) {
        std::set<std::string> items;
        for (const ItemOptions& item : options.items) items.insert(item.id);
        std::set<std::string> coefficients;
        for (const CoefficientOptions& value : options.coefficients) coefficients.insert(value.name);
        print(trf(
            "items: {} ({} versions) · coefficients: {} ({} values) · processes, units and equipment: {}\n",
            "采集项：{} (版本 {}) · 系数：{} (数值 {}) · 工序、单元和设备：{}\n", items.size(),
            options.items.size(), coefficients.size(), options.coefficients.size(),
            std::ranges::count_if(options.plant, [](const PlantUnitOptions& unit) {
                return unit.kind != PlantUnitKind::enterprise;
            })));
    }
    print(trf("errors: {} · warnings: {}\n", "错误：{} · 提示：{}\n", errors, warnings));
}

int check_config(const std::filesystem::path& directory) {
    Loaded loaded = load_config(directory);
    const bool complete = loaded.ok();
    SystemClock clock;
    if (complete) add_accounting_problems(loaded, clock);
    for (const Problem& problem : loaded.problems) print_plain_error(problem.to_string());
    BuildFindings findings;
    if (complete) {
        for (const LineOptions& line : loaded.options.lines)
            check_line(loaded.options, line, clock, findings);
    }
    std::vector<LineLoad> loads;
    if (complete) loads = line_loads(loaded.options, clock);
    for (const LineLoad& load : loads) {
        if (auto overload = overload_text(load)) findings.warnings.push_back(std::move(*overload));
    }
    for (const std::string& error : findings.errors) print_plain_error(error);
    for (const std::string& warning : findings.warnings) {
        print_plain_error(std::string(tr("warning: ", "提示：")) + warning);
    }
    const std::size_t errors = count(loaded.problems, Severity::error) + findings.errors.size();
    for (const LineLoad& load : loads) print(load_text(load) + '\n');
    for (const std::string& text : listening_texts(loaded.options)) print(text + '\n');
    print_summary(loaded.options, errors,
                  count(loaded.problems, Severity::warning) + findings.warnings.size());
    return errors == 0 && loaded.ok() ? kExitOk : kExitConfiguration;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "check", std::string(tr("Check the configuration and name every problem", "检查配置，列出所有问题")));
    add_config_option(*command);
    command->callback([command, &exit_code] { exit_code = check_config(config_directory(*command)); });
}

}  // namespace mg
