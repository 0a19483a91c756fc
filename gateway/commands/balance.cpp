#include "gateway/balance/balance.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "config/balance_rules.h"
#include "config/fields.h"
#include "gateway/accounting/books.h"
#include "gateway/balance/balance_sections.h"
#include "gateway/balance/flow_picture.h"
#include "gateway/balance/metering_network.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/data_options.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/output_file.h"
#include "gateway/commands/section_view.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

struct BalanceArguments {
    std::string day;
    std::string month;
    std::string energy;
    std::string svg;  ///< a file; empty: none
    bool network{false};
    bool json{false};
};

/// The day or month that is asked for, yesterday where none is. None: complained.
std::optional<StatPeriod> period_of(const BalanceArguments& arguments, const SiteOptions& site, UtcTime now) {
    const SiteCalendar calendar{.utc_offset = site.utc_offset, .real_time = site.boundary};
    const bool is_month = !arguments.month.empty();
    const std::string& given = is_month ? arguments.month : arguments.day;
    if (given.empty()) return calendar.before(calendar.containing(StatType::day, now));
    const auto period = calendar.parse(given);
    if (!period || period->type != (is_month ? StatType::month : StatType::day)) {
        print_error(trf("no such period: {0}; such as {1}", "没有这个周期：{0}；例如 {1}", given,
                        is_month ? "2026-11" : "2026-11-22"));
        return std::nullopt;
    }
    if (period->from > now) {
        print_error(trf("{} has not begun yet", "{} 尚未开始", given));
        return std::nullopt;
    }
    return period;
}

/// A misspelt energy would give an empty table that looks like an answer.
template <class Media>
bool keep_only(Media& media, const std::string& energy) {
    if (energy.empty()) return true;
    std::vector<std::string> names;
    for (const auto& medium : media) names.push_back(medium.energy);
    if (std::ranges::find(names, energy) == names.end()) {
        const std::string nearest = nearest_of(energy, names);
        print_error(
            trf("no metering point measures '{}'", "没有计量“{}”的计量点", energy) +
            (nearest.empty() ? std::string{} : trf("; is \"{}\" meant?", "；是否想输入“{}”？", nearest)));
        return false;
    }
    std::erase_if(media, [&](const auto& medium) { return medium.energy != energy; });
    return true;
}

int write_svg(const std::string& svg, const std::string& file) {
    OutputFile output{file};
    if (!output.is_open() || !output.write(svg) || !output.finish()) {
        print_error(trf("{}: cannot be written", "{}：无法写入", output.name()));
        return kExitFailed;
    }
    return kExitOk;
}

int draw(const MediumBalance& medium, const std::string& file) {
    const std::string svg = flow_picture(medium);
    if (!svg.empty()) return write_svg(svg, file);
    print_error(trf("nothing is known of {} in that time", "该时段没有{}的数据", medium.energy));
    return kExitFailed;
}

int draw(const MeteringNetwork& network, const std::string& file) {
    const std::string svg = network_picture(network);
    if (!svg.empty()) return write_svg(svg, file);
    print_error(trf("meters.csv does not say of any metering point of {} from where to where",
                    "meters.csv 中{}的计量点均未注明来源和去向", network.energy));
    return kExitFailed;
}

/// Without the books: the network is what the configuration says.
int show_network(const Options& options, std::chrono::minutes utc_offset, const BalanceArguments& arguments) {
    std::vector<MeteringNetwork> networks = metering_networks(options.meters);
    if (!keep_only(networks, arguments.energy)) return kExitUsage;
    if (!arguments.svg.empty()) return draw(networks.front(), arguments.svg);
    print(arguments.json ? to_json(networks) + '\n' : sections_view(network_sections(networks), utc_offset));
    return kExitOk;
}

int show(const DataPlace& place, const BalanceRules& rules, const BalanceArguments& arguments) {
    if (place.options.meters.empty()) {
        print_error(text("where energy flows is in the configuration: give its folder with --config",
                         "能源流向由配置决定：请用 --config 指定配置目录"));
        return kExitUsage;
    }
    if (arguments.network) return show_network(place.options, place.site.utc_offset, arguments);
    const SystemClock clock;
    const auto period = period_of(arguments, place.site, clock.utc());
    if (!period) return kExitUsage;
    const auto file = place.storage.path / kBooksFile;
    const auto books = Books::look_into(file);
    if (!books) {
        print_error(books.error().what);
        return kExitFailed;
    }
    if (*books == nullptr) {
        print_error(trf("{}: no books yet", "{}：尚无核算库", file.string()));
        return kExitFailed;
    }
    auto balance = read_balance(**books, place.options, rules, *period);
    if (!balance) {
        print_error(balance.error().what);
        return kExitFailed;
    }
    if (!keep_only(balance->media, arguments.energy)) return kExitUsage;
    if (!arguments.svg.empty()) return draw(balance->media.front(), arguments.svg);
    if (arguments.json) {
        print(to_json(*balance) + '\n');
    } else {
        print(sections_view(balance_sections(*balance), place.site.utc_offset));
    }
    return kExitOk;
}

}  // namespace

void add_balance(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "balance",
        text("Show what each metering point measured, and the balance of each node; standard: of yesterday",
             "显示各计量点计量结果和各节点的能源平衡；默认昨天"));
    const auto arguments = std::make_shared<BalanceArguments>();
    const auto option = [&](const char* name, const char* value, std::string& into,
                            const std::string& description) {
        return add_option(*command, name, value, description)->each([&into](const std::string& given) {
            into = given;
        });
    };
    auto* day = option("--day", "DAY", arguments->day, text("Of a day: 2026-11-22", "某日：2026-11-22"));
    auto* month = option("--month", "MONTH", arguments->month, text("Of a month: 2026-11", "某月：2026-11"));
    day->excludes(month);
    auto* energy =
        option("--energy", "NAME", arguments->energy, text("Only this energy: 电力", "仅此能源品种：电力"));
    auto* svg = option("--svg", "FILE", arguments->svg,
                       text("Draw the flow of that energy, or its network, into this file",
                            "把该品种的能流图（或计量网络图）画到此文件"));
    svg->needs(energy);
    auto* network = add_flag(*command, "--network",
                             text("Which meters stand between which places, instead of amounts",
                                  "只看计量网络：各计量点的来源与去向"));
    network->excludes(day)->excludes(month);
    auto* json = add_flag(*command, "--json", text("Print JSON", "输出 JSON"));
    add_data_options(*command);
    command->callback([=, &exit_code] {
        arguments->network = network->count() > 0;
        arguments->json = json->count() > 0;
        exit_code = kExitConfiguration;
        const auto place = data_place(*command);
        if (!place) return;
        const auto rules = balance_rules(config_directory(*command));
        if (!rules) return print_error(rules.error().what);
        exit_code = show(*place, *rules, *arguments);
    });
}

}  // namespace mg
