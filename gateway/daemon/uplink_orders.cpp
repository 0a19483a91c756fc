#include "gateway/daemon/uplink_orders.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "config/fields.h"
#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/base/utc_text.h"
#include "gateway/control/uplink_report.h"
#include "gateway/daemon/order_arguments.h"

namespace mg {
namespace {

constexpr std::size_t kMostListed = 10'000;

std::optional<std::uint64_t> number_from(const std::string& text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

UplinkOrders::UplinkOrders(const Options& options, SampleStore& store, Clock& clock,
                           std::span<const std::unique_ptr<Forwarder>> forwarders, PlatformOrders platforms)
    : options_{options},
      store_{store},
      clock_{clock},
      forwarders_{forwarders},
      platforms_{std::move(platforms)},
      thread_{clock, "orders"} {}

void UplinkOrders::answer_on(ControlServer& server) {
    answer(server, "uplink-pause", &UplinkOrders::pause);
    answer(server, "uplink-resume", &UplinkOrders::resume);
    answer(server, "uplink-resend", &UplinkOrders::resend);
    answer(server, "uplink-release", &UplinkOrders::release);
    answer(server, "uplink-call-off", &UplinkOrders::call_off);
    answer(server, "uplink-history", &UplinkOrders::history);
    answer(server, "uplink-set-aside", &UplinkOrders::set_aside);
}

void UplinkOrders::answer(ControlServer& server, const std::string& command, Handler handler) {
    server.on(command, [this, command, handler](const ControlRequest& request, const ControlReply& reply) {
        if (platforms_.knows(request.argument("uplink"))) {
            return thread_.take([this, command, request] { return platforms_.answer(command, request); },
                                reply);
        }
        const auto uplink = uplink_of(request);
        if (!uplink) return reply.done(pass_on(uplink.error()));
        thread_.take(
            [this, handler, request, uplink = *uplink] { return (this->*handler)(request, *uplink); }, reply);
    });
}

Result<Forwarder*> UplinkOrders::uplink_of(const ControlRequest& request) const {
    const std::string wanted = request.argument("uplink");
    std::vector<std::string> ids;
    for (const auto& forwarder : forwarders_) {
        if (forwarder->id().text == wanted) return forwarder.get();
        ids.push_back(forwarder->id().text);
    }
    for (const ProvincialOptions& platform : options_.provincial) ids.push_back(platform.id.text);
    return fail(Failure::rejected, trf("no uplink \"{}\"; the nearest is \"{}\"",
                                       "没有上传目标“{}”；最接近的是“{}”", wanted, nearest_of(wanted, ids)));
}

Result<std::string> UplinkOrders::pause(const ControlRequest& request, Forwarder& uplink) {
    if (auto kept = store_.deliveries().set_paused(uplink.id(), true); !kept) return pass_on(kept.error());
    log::warning("{}",
                 trf("uplink {}: paused by {}", "上传目标 {}：由 {} 暂停", uplink.id().text, request.user));
    uplink.look_at_orders();
    return order_to_json(0);
}

Result<std::string> UplinkOrders::resume(const ControlRequest& request, Forwarder& uplink) {
    if (auto kept = store_.deliveries().set_paused(uplink.id(), false); !kept) return pass_on(kept.error());
    log::info("{}",
              trf("uplink {}: resumed by {}", "上传目标 {}：由 {} 恢复", uplink.id().text, request.user));
    uplink.try_now();
    return order_to_json(0);
}

Result<Resend> UplinkOrders::period_of(const ControlRequest& request) const {
    const auto from = time_argument(request, "from");
    if (!from) return pass_on(from.error());
    const auto to = time_argument(request, "to");
    if (!to) return pass_on(to.error());
    if (*to <= *from) {
        return fail(Failure::rejected,
                    std::string(tr("the period ends before it begins", "时段的结束早于开始")));
    }
    if (!request.argument("items").empty() || !request.argument("type").empty()) {
        return fail(Failure::rejected,
                    std::string(tr("to a broker go samples of meters, not items: name meters",
                                   "向 MQTT 上传的是计量点的采样而不是采集项：请给出计量点")));
    }
    Resend order{.from = {*from}, .to = {*to}, .ordered_at = clock_.utc(), .ordered_by = request.user};
    std::vector<std::string> known;
    for (const MeterOptions& meter : options_.meters) known.push_back(meter.id.text);
    for (const std::string& meter : words_of(request.argument("meters"))) {
        // Of a meter that left the configuration there may be data as well, but then nobody can tell a slip.
        if (options_.meter({meter}) == nullptr) {
            return fail(Failure::rejected,
                        trf("no metering point \"{}\"; the nearest is \"{}\"",
                            "没有计量点“{}”；最接近的是“{}”", meter, nearest_of(meter, known)));
        }
        order.meters.push_back({meter});
    }
    return order;
}

Result<std::string> UplinkOrders::resend(const ControlRequest& request, Forwarder& uplink) {
    const auto order = period_of(request);
    if (!order) return pass_on(order.error());
    const auto number = store_.deliveries().order_resend(uplink.id(), *order);
    if (!number) return pass_on(number.error());
    log::info("{}", trf("uplink {0}: order {1} by {2}: send {3} to {4} again",
                        "上传目标 {0}：{2} 下达指令 {1}：补传 {3} 至 {4}", uplink.id().text, *number,
                        request.user, local_text(order->from.at, options_.site.utc_offset),
                        local_text(order->to.at, options_.site.utc_offset)));
    uplink.look_at_orders();
    return order_to_json(*number);
}

Result<std::string> UplinkOrders::release(const ControlRequest& /*request*/, Forwarder& uplink) {
    return fail(Failure::unsupported,
                trf("{} is a broker: what it rejected is sent again with its period: metergate uplink resend",
                    "{} 是 MQTT 目标：被拒收的数据请按时段补传：metergate uplink resend", uplink.id().text));
}

Result<std::string> UplinkOrders::call_off(const ControlRequest& request, Forwarder& uplink) {
    const auto number = number_from(request.argument("order"));
    const auto orders = store_.deliveries().resends(uplink.id());
    if (!number || std::ranges::count(orders, *number, &Resend::id) == 0) {
        return fail(Failure::rejected,
                    trf("no order {} is under way", "没有进行中的指令 {}", request.argument("order")));
    }
    if (auto ended = store_.deliveries().end_resend(uplink.id(), *number); !ended) {
        return pass_on(ended.error());
    }
    log::info("{}", trf("uplink {}: order {} called off by {}", "上传目标 {0}：指令 {1} 由 {2} 取消",
                        uplink.id().text, *number, request.user));
    uplink.look_at_orders();
    return order_to_json(*number);
}

Result<std::string> UplinkOrders::history(const ControlRequest& request, Forwarder& uplink) {
    if (!request.argument("from").empty() || !request.argument("items").empty()) {
        return fail(Failure::rejected, std::string(tr("of a broker give when it was confirmed: --since",
                                                      "MQTT 目标的回执按确认时间查询：请用 --since")));
    }
    UtcTime since{};
    if (!request.argument("since").empty()) {
        const auto given = time_argument(request, "since");
        if (!given) return pass_on(given.error());
        since = *given;
    }
    return store_.deliveries()
        .receipts(uplink.id(), since, most_of(request, kMostListed))
        .map(receipts_to_json);
}

Result<std::string> UplinkOrders::set_aside(const ControlRequest& request, Forwarder& uplink) {
    return store_.deliveries()
        .set_aside_items(uplink.id(), most_of(request, kMostListed))
        .map(set_aside_to_json);
}

}  // namespace mg
