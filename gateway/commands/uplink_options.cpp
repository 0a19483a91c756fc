#include "gateway/commands/uplink_options.h"

#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/running_gateway.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

/// What only some of them have; nullptr: not this one.
struct VerbOptions {
    CLI::Option* since{nullptr};
    CLI::Option* from{nullptr};
    CLI::Option* to{nullptr};
    CLI::Option* meters{nullptr};
    CLI::Option* items{nullptr};
    CLI::Option* type{nullptr};
    CLI::Option* csv{nullptr};
    CLI::Option* data{nullptr};
    CLI::Option* wait{nullptr};
    CLI::Option* call_off{nullptr};
};

CLI::Option* add_items_option(CLI::App& command) {
    return add_option(command, "--item", "ID",
                      text("Of platforms: only this item; may be given several times",
                           "平台：只限该采集项；可多次给出"))
        ->take_all();
}

CLI::Option* add_type_option(CLI::App& command) {
    return add_option(command, "--type", "TYPE",
                      text("Of platforms: only real-time, day, month or year",
                           "平台：只限 real-time（实时）、day（日）、month（月）或 year（年）"))
        ->check(CLI::IsMember({"real-time", "real_time", "day", "month", "year"}));
}

VerbOptions add_history_options(CLI::App& command) {
    VerbOptions options;
    options.since = add_option(command, "--since", "TIME",
                               text("Of brokers: from when on, in the site's time; standard: the last 24 h",
                                    "MQTT 目标：起始时间（站点时间）；默认最近 24 小时"));
    options.from = add_option(
        command, "--from", "TIME",
        text("Of platforms: periods that begin then or later: 2026, 2026-11, 2026-11-22 or "
             "\"2026-11-22 10:15\"; standard: from yesterday on",
             "平台：从该时间起的周期：2026、2026-11、2026-11-22 或 \"2026-11-22 10:15\"；默认从昨日起"));
    options.to = add_option(command, "--to", "TIME",
                            text("Up to then; a year, month or day alone is included",
                                 "截止时间；只写年、月、日则含该年、月、日"));
    options.items = add_items_option(command);
    options.type = add_type_option(command);
    options.csv = add_option(command, "--csv", "FILE",
                             text("Of platforms: into a table for Excel and WPS instead",
                                  "平台：改为写入 Excel、WPS 可打开的表格"));
    options.csv->excludes(command.get_option("--json"));
    options.data = add_option(command, "--data", "DIR",
                              text("Of platforms: from the books in this data folder, also without a gateway",
                                   "平台：直接读取该数据目录中的核算库，网关不运行也可"));
    return options;
}

VerbOptions add_resend_options(CLI::App& command) {
    VerbOptions options;
    options.from =
        add_option(command, "--from", "TIME",
                   text("First slot, or begin of the first period, in the site's time: 2026-11-22 or "
                        "\"2026-11-22 10:15\"",
                        "起始时刻或首个周期的起点（站点时间）：2026-11-22 或 \"2026-11-22 10:15\""));
    options.to = add_option(command, "--to", "TIME",
                            text("Up to, without this slot; a date alone includes that day",
                                 "截止时刻（不含）；只写日期则含当日"));
    options.meters = add_option(command, "--meter", "ID",
                                text("Of brokers: only this metering point; may be given several times",
                                     "MQTT 目标：只补传该计量点；可多次给出"))
                         ->take_all();
    options.items = add_items_option(command);
    options.type = add_type_option(command);
    options.wait =
        add_flag(command, "--wait", text("Of brokers: until it is through", "MQTT 目标：等待直至完成"));
    options.call_off = add_option(command, "--call-off", "ORDER",
                                  text("Of brokers: end this order", "MQTT 目标：取消该指令"));
    options.from->needs(options.to);
    options.to->needs(options.from);
    options.call_off->excludes(options.from);
    return options;
}

VerbOptions add_verb_options(const std::string& verb, CLI::App& command) {
    if (verb == "history") return add_history_options(command);
    if (verb == "resend") return add_resend_options(command);
    VerbOptions options;
    if (verb == "release") options.items = add_items_option(command);
    return options;
}

bool is_given(const CLI::Option* option) {
    return option != nullptr && option->count() > 0;
}

std::string one_of(const CLI::Option* option) {
    return is_given(option) ? option->as<std::string>() : std::string{};
}

std::vector<std::string> all_of(const CLI::Option* option) {
    return is_given(option) ? option->as<std::vector<std::string>>() : std::vector<std::string>{};
}

}  // namespace

UplinkOptionsOf add_uplink_options(CLI::App& command, const std::string& verb, bool needs_uplink) {
    CLI::Option* id = add_option(command, "uplink", " ", text("Id of the uplink", "上传目标编号"));
    if (needs_uplink) id->required();
    add_socket_option(command);
    CLI::Option* json = add_json_flag(command);
    const VerbOptions options = add_verb_options(verb, command);
    return [=] {
        if (options.call_off != nullptr && !is_given(options.call_off) && !is_given(options.from)) {
            throw CLI::RequiredError("--from");
        }
        return UplinkAsked{.uplink = one_of(id),
                           .json = json->count() > 0,
                           .from = one_of(options.from),
                           .to = one_of(options.to),
                           .since = one_of(options.since),
                           .meters = all_of(options.meters),
                           .call_off = is_given(options.call_off) ? options.call_off->as<std::uint64_t>() : 0,
                           .wait = is_given(options.wait),
                           .items = all_of(options.items),
                           .type = one_of(options.type),
                           .csv = one_of(options.csv)};
    };
}

}  // namespace mg
