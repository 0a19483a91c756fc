#include "gateway/daemon/platform_orders.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/base/utc_text.h"
#include "gateway/control/platform_report.h"
#include "gateway/control/uplink_report.h"
#include "gateway/daemon/item_versions.h"
#include "gateway/daemon/order_arguments.h"
#include "gateway/daemon/receipt_pages.h"
#include "gateway/daemon/release_items.h"
#include "gateway/reading/stat_period.h"

namespace mg {
namespace {

/// About a megabyte of JSON.
constexpr std::size_t kMostListed = 2'000;

/// Empty: all of them.
Result<std::optional<StatType>> type_of(const ControlRequest& request) {
    const std::string given = request.argument("type");
    if (given.empty()) return std::nullopt;
    if (const auto type = stat_type_from(given)) return type;
    return fail(Failure::rejected, trf("\"{}\" is not one of real_time, day, month, year",
                                       "“{}”不是 real_time、day、month、year 之一", given));
}

}  // namespace

bool PlatformOrders::knows(std::string_view id) const {
    return std::ranges::any_of(options_.provincial,
                               [&](const ProvincialOptions& uplink) { return uplink.id.text == id; });
}

PlatformOrders::Handler PlatformOrders::handler_of(std::string_view command) {
    struct Command {
        std::string_view name;
        Handler handler;
    };
    static constexpr std::array kCommands{Command{"uplink-pause", &PlatformOrders::pause},
                                          Command{"uplink-resume", &PlatformOrders::resume},
                                          Command{"uplink-resend", &PlatformOrders::resend},
                                          Command{"uplink-release", &PlatformOrders::release},
                                          Command{"uplink-history", &PlatformOrders::history},
                                          Command{"uplink-set-aside", &PlatformOrders::set_aside}};
    const auto found = std::ranges::find(kCommands, command, &Command::name);
    return found == kCommands.end() ? nullptr : found->handler;
}

Result<std::string> PlatformOrders::answer(const std::string& command, const ControlRequest& request) {
    const std::string id = request.argument("uplink");
    ProvincialUplink* uplink = platforms_ == nullptr ? nullptr : platforms_->find(id);
    if (uplink == nullptr) {
        return fail(Failure::unsupported, trf("uplink {}: without items and books nothing is reported to it",
                                              "上传目标 {}：没有采集项和核算库，不向其上报", id));
    }
    const Handler handler = handler_of(command);
    if (handler == nullptr) {
        return fail(
            Failure::unsupported,
            trf("{} is a platform: its records are sent again without an order that could be called "
                "off; `metergate uplink pause` stops them",
                "{} 是平台：补传的记录直接进入待传，没有可取消的指令；metergate uplink pause 可停止上传",
                id));
    }
    return (this->*handler)(request, *uplink);
}

Result<std::string> PlatformOrders::pause(const ControlRequest& request, ProvincialUplink& uplink) {
    if (auto kept = uplink.set_paused(true); !kept) return pass_on(kept.error());
    log::warning("{}",
                 trf("uplink {}: paused by {}", "上传目标 {}：由 {} 暂停", uplink.id().text, request.user));
    return order_to_json(0);
}

Result<std::string> PlatformOrders::resume(const ControlRequest& request, ProvincialUplink& uplink) {
    if (auto kept = uplink.set_paused(false); !kept) return pass_on(kept.error());
    log::info("{}",
              trf("uplink {}: resumed by {}", "上传目标 {}：由 {} 恢复", uplink.id().text, request.user));
    return order_to_json(0);
}

Result<std::vector<std::string>> PlatformOrders::items_of(const ControlRequest& request) const {
    if (!request.argument("meters").empty()) {
        return fail(Failure::rejected, std::string(tr("to a platform go items, not meters: name items",
                                                      "向平台上报的是采集项而不是计量点：请给出采集项")));
    }
    std::vector<std::string> items = words_of(request.argument("items"));
    for (const std::string& item : items) {
        if (const auto known = versions_of(options_, item); !known) return pass_on(known.error());
    }
    return items;
}

Result<std::string> PlatformOrders::resend(const ControlRequest& request, ProvincialUplink& uplink) {
    const auto from = time_argument(request, "from");
    if (!from) return pass_on(from.error());
    const auto to = time_argument(request, "to");
    if (!to) return pass_on(to.error());
    if (*to <= *from) {
        return fail(Failure::rejected,
                    std::string(tr("the period ends before it begins", "时段的结束早于开始")));
    }
    const auto type = type_of(request);
    if (!type) return pass_on(type.error());
    auto items = items_of(request);
    if (!items) return pass_on(items.error());
    const auto records =
        outbox_->resend(uplink.id(), {.items = std::move(*items), .type = *type, .from = *from, .to = *to});
    if (!records) return pass_on(records.error());
    const auto offset = options_.site.utc_offset;
    log::info("{}", trf("uplink {0}: {1} orders {2} to {3} to be sent again: {4} more records wait",
                        "上传目标 {0}：{1} 下达补传 {2} 至 {3}：新增待传 {4} 条", uplink.id().text,
                        request.user, local_text(*from, offset), local_text(*to, offset), *records));
    uplink.try_now();
    return records_ordered_to_json(*records);
}

Result<std::string> PlatformOrders::release(const ControlRequest& request, ProvincialUplink& uplink) {
    const auto items = items_of(request);
    if (!items) return pass_on(items.error());
    const auto released = items->empty() ? outbox_->release(uplink.id(), std::nullopt)
                                         : release_items(*outbox_, uplink.id(), *items, clock_.utc());
    if (!released) return pass_on(released.error());
    log::info("{}",
              trf("uplink {0}: {1} releases {2} records that were set aside",
                  "上传目标 {0}：{1} 将 {2} 条搁置记录恢复待传", uplink.id().text, request.user, *released));
    uplink.try_now();
    return records_ordered_to_json(*released);
}

Result<std::string> PlatformOrders::history(const ControlRequest& request, ProvincialUplink& uplink) {
    if (!request.argument("since").empty()) {
        return fail(Failure::rejected, std::string(tr("of a platform give the periods: --from and --to",
                                                      "平台的回执按周期查询：请用 --from 和 --to")));
    }
    ReceiptQuestion question;
    question.uplink = uplink.id();
    question.items = words_of(request.argument("items"));
    const auto type = type_of(request);
    if (!type) return pass_on(type.error());
    question.type = *type;
    for (const auto& [name, into] : {std::pair{"from", &question.from}, std::pair{"to", &question.to}}) {
        if (request.argument(name).empty()) continue;
        const auto given = time_argument(request, name);
        if (!given) return pass_on(given.error());
        *into = *given;
    }
    return ReceiptPages{options_, *outbox_}
        .receipts(question, request.argument("after"), most_of(request, kMostListed))
        .map(record_receipts_to_json);
}

Result<std::string> PlatformOrders::set_aside(const ControlRequest& request, ProvincialUplink& uplink) {
    return ReceiptPages{options_, *outbox_}
        .set_aside(uplink.id(), request.argument("after"), most_of(request, kMostListed))
        .map(records_set_aside_to_json);
}

}  // namespace mg
