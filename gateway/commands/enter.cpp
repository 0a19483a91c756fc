#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "config/text_file.h"
#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/item_view.h"
#include "gateway/commands/running_gateway.h"
#include "gateway/commands/terminal.h"
#include "gateway/control/control_client.h"
#include "gateway/control/item_report.h"
#include "gateway/inbound/values_json.h"
#include "gateway/inbound/values_table.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

int enter_one(RunningGateway& gateway, const ControlClient::Arguments& arguments, bool json) {
    const auto answer = gateway.call("enter", arguments);
    if (!answer) return complain(answer.error());
    const auto entry = entry_from_json(*answer);
    if (!entry) return complain(entry.error());
    print(json ? *answer + '\n' : entry_view(*entry));
    return kExitOk;
}

struct AskedTable {
    std::string file;
    std::string by;
    bool check{false};
    bool json{false};
};

std::size_t errors_among(const std::vector<Problem>& problems) {
    return static_cast<std::size_t>(std::ranges::count(problems, Severity::error, &Problem::severity));
}

std::string summary(const std::vector<EntryAnswer>& answers) {
    const auto count = [&](EntryFate fate) { return std::ranges::count(answers, fate, &EntryAnswer::fate); };
    const auto checked = count(EntryFate::not_entered);
    if (checked > 0) {
        return trf("{} values are right, {} of them are there already; nothing was entered\n",
                   "{} 个值无误，其中 {} 个已存在；未录入\n", answers.size(), count(EntryFate::already));
    }
    std::string text = trf("{} values entered, {} were there already\n", "录入 {} 个值，{} 个已存在\n",
                           count(EntryFate::accepted), count(EntryFate::already));
    if (const auto waiting = std::ranges::count(answers, true, &EntryAnswer::waits); waiting > 0) {
        text += trf("{} of them count once somebody else has confirmed them: metergate dated confirm\n",
                    "其中 {} 个须由另一人确认后才生效：metergate dated confirm\n", waiting);
    }
    return text;
}

/// Every mistake of the table at once; with one of them nothing is entered.
int enter_table(RunningGateway& gateway, const AskedTable& asked) {
    std::vector<Problem> problems;
    Reporter report{asked.file, problems};
    const auto table = read_text_file(asked.file, report);
    const auto rows = table ? read_values(*table, report) : std::vector<ValueRow>{};
    const auto values = values_of(rows);
    std::string json;
    std::vector<EntryAnswer> answers;
    if (!values.empty()) {
        const bool check = asked.check || errors_among(problems) > 0;
        const auto answer = gateway.call("enter-values", {{"values", values_to_json(values)},
                                                          {"by", asked.by},
                                                          {"file", asked.file},
                                                          {"check", check ? "true" : "false"}});
        if (!answer) return complain(answer.error());
        auto read = answers_from_json(*answer);
        if (read && read->size() != values.size()) read = fail(Failure::corrupt, "another number of answers");
        if (!read) return complain(read.error());
        answers = std::move(*read);
        json = *answer;
        report_answers(rows, answers, report);
    }
    sort_by_position(problems);
    for (const Problem& problem : problems) print_plain_error(problem.to_string());
    if (const auto errors = errors_among(problems); errors > 0) {
        print_error(trf("{} mistakes; nothing was entered", "共 {} 处错误，未录入任何数值", errors));
        return kExitUsage;
    }
    print(asked.json ? json + '\n' : summary(answers));
    return kExitOk;
}

int incomplete() {
    print_error(text("item, period, value and --evidence are needed, or --file",
                     "需要采集项、周期、数值和 --evidence，或用 --file"));
    return kExitUsage;
}

}  // namespace

void add_enter(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "enter", text("Put figures on record that no meter gave", "补录没有仪表数据的数值"));
    CLI::Option* item = add_option(*command, "item", " ", text("Id of the item", "采集项编号"));
    CLI::Option* period = add_option(
        *command, "period", " ",
        text("Day, month or year: 2026-11-22, 2026-11 or 2026", "日、月或年：2026-11-22、2026-11 或 2026"));
    CLI::Option* value =
        add_option(*command, "value", " ", text("In the unit of the item", "数值，按采集项的单位"));
    CLI::Option* evidence =
        add_option(*command, "--evidence", "TEXT", text("What it rests on", "依据（单据、台账等）"));
    CLI::Option* file = add_option(*command, "--file", "FILE",
                                   text("A table of values instead, see docs/inbound.md",
                                        "改为从表格录入，见 docs/inbound.zh-CN.md"))
                            ->excludes(item)
                            ->excludes(evidence);
    CLI::Option* check =
        add_flag(*command, "--check", text("Check the table and enter nothing", "只检查表格，不录入"))
            ->needs(file);
    CLI::Option* by = add_by_option(*command);
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        const bool one =
            item->count() > 0 && period->count() > 0 && value->count() > 0 && evidence->count() > 0;
        if (file->count() == 0 && !one) {
            exit_code = incomplete();
            return;
        }
        exit_code = with_gateway(socket_of(*command, *socket), [&](RunningGateway& gateway) {
            if (file->count() > 0) {
                return enter_table(gateway, {.file = value_of(file),
                                             .by = value_of(by),
                                             .check = check->count() > 0,
                                             .json = json->count() > 0});
            }
            return enter_one(gateway,
                             {{"item", value_of(item)},
                              {"period", value_of(period)},
                              {"value", value_of(value)},
                              {"evidence", value_of(evidence)},
                              {"by", value_of(by)}},
                             json->count() > 0);
        });
    });
}

}  // namespace mg
