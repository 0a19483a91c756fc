#include "gateway/completeness/completeness.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include <CLI/CLI.hpp>

#include "gateway/accounting/books.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/data_options.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/section_view.h"
#include "gateway/commands/terminal.h"
#include "gateway/completeness/completeness_sections.h"
#include "gateway/completeness/quality_score.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

struct Asked {
    std::string day;
    std::string month;
    std::string year;
    std::string rule;
    bool meters{false};
    bool items{false};
    bool only_below{false};
    bool json{false};
};

/// The days that are asked for; yesterday and today where no period is. None: complained.
std::optional<CompletenessAsked> days_of(const Asked& asked, const SiteOptions& site, UtcTime now) {
    const SiteCalendar calendar{.utc_offset = site.utc_offset, .real_time = site.boundary};
    const StatPeriod today = calendar.containing(StatType::day, now);
    CompletenessAsked days{.from = calendar.before(today).from, .to = today.to, .now = now};
    days.meters = asked.meters || !asked.items;
    days.items = asked.items || !asked.meters;
    const auto read = [&](const std::string& given, StatType type, std::string_view example) {
        if (given.empty()) return true;
        const auto period = calendar.parse(given);
        if (!period || period->type != type) {
            print_error(
                trf("no such period: {0}; such as {1}", "没有这个周期：{0}；例如 {1}", given, example));
            return false;
        }
        if (period->from > now) {
            print_error(trf("{} has not begun yet", "{} 尚未开始", given));
            return false;
        }
        days.from = period->from;
        days.to = period->to;
        return true;
    };
    if (!read(asked.day, StatType::day, "2026-11-22") || !read(asked.month, StatType::month, "2026-11") ||
        !read(asked.year, StatType::year, "2026")) {
        return std::nullopt;
    }
    return days;
}

int show(const DataPlace& place, const Asked& asked, const std::filesystem::path& directory) {
    const SystemClock clock;
    const auto days = days_of(asked, place.site, clock.utc());
    if (!days) return kExitUsage;
    if (place.options.meters.empty() && place.options.items.empty()) {
        print_error(text("what is due is in the configuration: give its folder with --config",
                         "应有数据由配置决定：请用 --config 指定配置目录"));
        return kExitUsage;
    }
    const auto rule = quality_rule(asked.rule, directory);
    if (!rule) {
        std::istringstream lines{rule.error().what};
        for (std::string line; std::getline(lines, line);) print_error(line);
        return asked.rule.empty() ? kExitConfiguration : kExitUsage;
    }
    const auto books = Books::look_into(place.storage.path / kBooksFile);
    if (!books) {
        print_error(books.error().what);
        return kExitFailed;
    }
    if (*books == nullptr) {
        print_error(trf("{}: no books yet", "{}：尚无核算库", (place.storage.path / kBooksFile).string()));
        return kExitFailed;
    }
    auto found = completeness_of(**books, place.options, *days);
    if (!found) {
        print_error(found.error().what);
        return kExitFailed;
    }
    const QualityScore score = quality_score(*found, *rule);
    if (asked.only_below)
        std::erase_if(found->subjects, [](const SubjectCompleteness& each) { return !each.below_bar(); });
    if (asked.json) {
        print(to_json(*found, &score) + '\n');
    } else {
        auto sections = completeness_sections(*found, true);
        sections.push_back(quality_section(score));
        print(sections_view(sections, place.site.utc_offset));
    }
    return kExitOk;
}

}  // namespace

void add_completeness(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "completeness",
        text("Show what is there of what was due, and what has no value now; standard: today and yesterday",
             "显示应有数据的完整率和当前无数据的对象；默认今天和昨天"));
    const auto asked = std::make_shared<Asked>();
    const auto option = [&](const char* name, const char* value, std::string& into,
                            const std::string& description) {
        return add_option(*command, name, value, description)->each([&into](const std::string& given) {
            into = given;
        });
    };
    auto* day = option("--day", "DAY", asked->day, text("Of a day: 2026-11-22", "某日：2026-11-22"));
    auto* month = option("--month", "MONTH", asked->month, text("Of a month: 2026-11", "某月：2026-11"));
    auto* year = option("--year", "YEAR", asked->year, text("Of a year: 2026", "某年：2026"));
    option("--rule", "RULE", asked->rule,
           text("By this rule that comes with the program: national, yunnan-example, anhui-example",
                "按程序自带的这一规则评价：national、yunnan-example、anhui-example"));
    day->excludes(month)->excludes(year);
    month->excludes(year);
    auto* meters = add_flag(*command, "--meters", text("Only metering points", "仅计量点"));
    auto* items = add_flag(*command, "--items", text("Only items", "仅采集项"));
    auto* below = add_flag(*command, "--only-below", text("Only what is below 90 %", "仅低于 90 % 的"));
    auto* json = add_flag(*command, "--json", text("Print JSON", "输出 JSON"));
    add_data_options(*command);
    command->callback([=, &exit_code] {
        asked->meters = meters->count() > 0;
        asked->items = items->count() > 0;
        asked->only_below = below->count() > 0;
        asked->json = json->count() > 0;
        const auto place = data_place(*command);
        exit_code = place ? show(*place, *asked, config_directory(*command)) : kExitConfiguration;
    });
}

}  // namespace mg
