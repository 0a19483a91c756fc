#include <iterator>

#include <CLI/CLI.hpp>

#include "gateway/accounting/dated_record_json.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/dated_order.h"
#include "gateway/commands/dated_terms.h"
#include "gateway/commands/dated_verification.h"
#include "gateway/commands/dated_view.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/terminal.h"

// What people put on record: to look at, to confirm, to revoke, and the rarer kinds of it.
namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

struct Asked {
    std::string kind;
    std::string subject;
    std::string from;
    std::string to;
    bool all{false};
    bool json{false};
};

/// All that fit: the gateway gives them in pieces.
Result<std::vector<DatedRecord>> collect(RunningGateway& gateway, ControlClient::Arguments arguments) {
    std::vector<DatedRecord> records;
    while (true) {
        const auto json = gateway.call("dated-list", arguments);
        if (!json) return pass_on(json.error());
        auto piece = dated_list_from_json(*json);
        if (!piece) return pass_on(piece.error());
        std::ranges::move(piece->records, std::back_inserter(records));
        if (piece->next == 0) return records;
        arguments["after"] = std::to_string(piece->next);
    }
}

int list(RunningGateway& gateway, const Asked& asked) {
    const auto offset = gateway.utc_offset();
    if (!offset) return complain(offset.error());
    ControlClient::Arguments arguments{
        {"kind", asked.kind}, {"subject", asked.subject}, {"void", asked.all ? "true" : "false"}};
    for (const auto& [name, given, end] :
         {std::tuple{"from", &asked.from, PeriodEnd::begin}, std::tuple{"to", &asked.to, PeriodEnd::end}}) {
        if (given->empty()) continue;
        const auto time = begin_or_end(*given, end, *offset);
        if (!time) return complain(time.error());
        arguments[name] = utc_text(*time);
    }
    const auto records = collect(gateway, std::move(arguments));
    if (!records) return complain(records.error());
    print(asked.json ? dated_list_to_json({.records = *records}) + '\n' : dated_view(*records, *offset));
    return kExitOk;
}

int show(RunningGateway& gateway, const std::string& id, bool as_json) {
    const auto json = gateway.call("dated-list", {{"record", id}});
    if (!json) return complain(json.error());
    const auto report = dated_list_from_json(*json);
    if (!report || report->records.empty()) {
        return complain(report ? Error{Failure::corrupt, *json} : report.error());
    }
    const auto offset = gateway.utc_offset();
    if (!offset) return complain(offset.error());
    const DatedRecord& record = report->records.front();
    print(as_json ? json_of(record) + '\n' : dated_details(record, *offset));
    return kExitOk;
}

CLI::Option* add_id(CLI::App& command) {
    return add_option(command, "record", " ", text("Number of the record", "记录编号"))->required();
}

CLI::App* add_verb(CLI::App& dated, const char* name, std::string_view en, std::string_view zh) {
    CLI::App* command = dated.add_subcommand(name, text(en, zh));
    command->group(text("Commands", "命令"));
    return command;
}

void add_looking(CLI::App& dated, int& exit_code) {
    CLI::App* command = add_verb(dated, "show", "Everything about one", "一条记录的详情");
    CLI::Option* id = add_id(*command);
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        exit_code = with_gateway(socket_of(*command, *socket), [&](RunningGateway& gateway) {
            return show(gateway, value_of(id), json->count() > 0);
        });
    });
}

void add_changing(CLI::App& dated, int& exit_code, const char* name, const char* order,
                  std::pair<std::string_view, std::string_view> says, bool with_remark) {
    CLI::App* command = add_verb(dated, name, says.first, says.second);
    CLI::Option* id = add_id(*command);
    CLI::Option* by = add_by_option(*command);
    CLI::Option* remark = nullptr;
    if (with_remark) {
        remark = add_option(*command, "--remark", "TEXT", text("Why", "原因"))->required();
    }
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        ControlClient::Arguments arguments{{"record", value_of(id)}, {"by", value_of(by)}};
        if (remark != nullptr) arguments["remark"] = value_of(remark);
        exit_code = with_gateway(socket_of(*command, *socket), [&](RunningGateway& gateway) {
            return ask_for_change(gateway, order, arguments, json->count() > 0);
        });
    });
}

/// --from and --to, the latter perhaps open.
struct Span {
    CLI::Option* from;
    CLI::Option* to;
};
Span add_span(CLI::App& command) {
    Span span{};
    span.from = add_option(command, "--from", "TIME",
                           text("In the site's time: 2026-11-22 or \"2026-11-22 10:15\"",
                                "起始时间（站点时间）：2026-11-22 或 \"2026-11-22 10:15\""))
                    ->required();
    span.to = add_option(command, "--to", "TIME",
                         text("Up to then; a day alone is included; standard: until further notice",
                              "截止时间；只写日期则含当日；默认另行通知"));
    return span;
}

struct Times {
    UtcTime from{};
    std::optional<UtcTime> to;
};
Result<Times> times_of(const Span& span, std::chrono::minutes utc_offset) {
    const auto from = begin_or_end(value_of(span.from), PeriodEnd::begin, utc_offset);
    if (!from) return pass_on(from.error());
    if (span.to->count() == 0) return Times{*from, std::nullopt};
    const auto to = begin_or_end(value_of(span.to), PeriodEnd::end, utc_offset);
    if (!to) return pass_on(to.error());
    return Times{*from, *to};
}

void add_out_of_service(CLI::App& dated, int& exit_code) {
    CLI::App* command = add_verb(dated, "out-of-service", "A meter measures nothing: it counts as zero",
                                 "计量点停用，按零计");
    CLI::Option* meter =
        add_option(*command, "meter", " ", text("Id of the metering point", "计量点编号"))->required();
    const Span span = add_span(*command);
    const SigningOptions signing = add_signing_options(*command);
    command->callback([=, &exit_code] {
        exit_code = put_on_record(*command, signing,
                                  [&](RunningGateway&, std::chrono::minutes utc_offset) -> Result<DatedBody> {
                                      const auto times = times_of(span, utc_offset);
                                      if (!times) return pass_on(times.error());
                                      return OutOfService{{value_of(meter)}, times->from, times->to};
                                  });
    });
}

void add_stop(CLI::App& dated, int& exit_code) {
    CLI::App* command =
        add_verb(dated, "production-stop", "Nothing is produced: zeros are true", "停产：零值属实");
    CLI::Option* meters =
        add_option(*command, "meter", " ",
                   text("Ids of metering points; standard: the whole site", "计量点编号；默认全站"))
            ->expected(1, -1)
            ->allow_extra_args();
    const Span span = add_span(*command);
    const SigningOptions signing = add_signing_options(*command);
    command->callback([=, &exit_code] {
        exit_code = put_on_record(*command, signing,
                                  [&](RunningGateway&, std::chrono::minutes utc_offset) -> Result<DatedBody> {
                                      const auto times = times_of(span, utc_offset);
                                      if (!times) return pass_on(times.error());
                                      ProductionStop body{{}, times->from, times->to};
                                      for (const std::string& meter : values_of(meters))
                                          body.meters.push_back({meter});
                                      return body;
                                  });
    });
}

void add_opening(CLI::App& dated, int& exit_code) {
    CLI::App* command = add_verb(dated, "opening", "What an item came to before this gateway measured it",
                                 "期初值：本网关投运前的数量");
    CLI::Option* item = add_option(*command, "item", " ", text("Id of the item", "采集项编号"))->required();
    CLI::Option* amount =
        add_option(*command, "amount", " ", text("In the unit of the item", "数量，按采集项的单位"))
            ->required();
    const Span span = add_span(*command);
    span.to->required();
    const SigningOptions signing = add_signing_options(*command);
    command->callback([=, &exit_code] {
        exit_code = put_on_record(
            *command, signing, [&](RunningGateway&, std::chrono::minutes utc_offset) -> Result<DatedBody> {
                const auto times = times_of(span, utc_offset);
                if (!times) return pass_on(times.error());
                const auto value = decimal_from(value_of(amount));
                if (!value) return pass_on(value.error());
                return OpeningAmount{value_of(item), times->from, times->to.value_or(times->from), *value};
            });
    });
}

}  // namespace

void add_dated(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "dated", text("What people put on record; confirm or revoke it, and rarer kinds of it",
                      "登记的记录：查看、确认、撤销，以及停用、停产、期初值、检定校准"));
    CLI::Option* kind =
        add_option(*command, "--kind", "KIND",
                   text("replacement, multiplier, ruling, out_of_service, production_stop, "
                        "opening, entry, coefficient, lock, verification",
                        "replacement（换表）、multiplier（倍率）、ruling（裁定）、out_of_service（停用）、"
                        "production_stop（停产）、opening（期初）、entry（补录）、"
                        "coefficient（系数）、lock（锁定）、verification（检定校准）"));
    CLI::Option* subject =
        add_option(*command, "--about", "ID", text("Meter, item or coefficient", "计量点、采集项或系数"));
    CLI::Option* from =
        add_option(*command, "--from", "TIME", text("What holds from then on", "生效起始时间"));
    CLI::Option* to = add_option(*command, "--to", "TIME", text("Up to then", "生效截止时间"));
    CLI::Option* all = add_flag(
        *command, "--all", text("Also what was revoked or waits for a second person", "含已撤销和待确认的"));
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json = add_json_flag(*command);
    add_looking(*command, exit_code);
    add_changing(*command, exit_code, "confirm", "dated-confirm",
                 {"As a second person: from now on it counts", "由另一人确认，自此生效"}, false);
    add_changing(*command, exit_code, "revoke", "dated-revoke",
                 {"It counts no longer; it stays on record", "撤销，不再生效；记录仍保留"}, true);
    add_out_of_service(*command, exit_code);
    add_stop(*command, exit_code);
    add_opening(*command, exit_code);
    add_dated_verification(*command, exit_code);
    command->callback([=, &exit_code] {
        if (!command->get_subcommands().empty()) return;
        const Asked asked{.kind = value_of(kind),
                          .subject = value_of(subject),
                          .from = value_of(from),
                          .to = value_of(to),
                          .all = all->count() > 0,
                          .json = json->count() > 0};
        exit_code = with_gateway(socket_of(*command, *socket),
                                 [&](RunningGateway& gateway) { return list(gateway, asked); });
    });
}

}  // namespace mg
