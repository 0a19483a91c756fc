#include "gateway/control/uplink_json.h"

#include <utility>

namespace mg::control_json {
namespace {

constexpr std::array kUplinkStates{UplinkState::connecting, UplinkState::connected, UplinkState::waiting,
                                   UplinkState::held,       UplinkState::paused,    UplinkState::not_begun};
constexpr std::array kPeriods{BudgetPeriod::day, BudgetPeriod::month};

std::string_view to_string(BudgetPeriod period) {
    return period == BudgetPeriod::day ? "day" : "month";
}

Json to_json(const TrafficStatus& traffic) {
    return {{"sent", traffic.sent},
            {"limit", traffic.limit},
            {"per", to_string(traffic.per)},
            {"end", utc_text(traffic.end)},
            {"forecast", traffic.forecast ? Json(*traffic.forecast) : Json(nullptr)},
            {"used_up", traffic.used_up}};
}

TrafficStatus traffic_from(const Json& json) {
    TrafficStatus traffic{.sent = whole_from<std::uint64_t>(json.at("sent")),
                          .limit = whole_from<std::uint64_t>(json.at("limit")),
                          .per = BudgetPeriod::month,
                          .end = time_from(json.at("end")),
                          .forecast = std::nullopt,
                          .used_up = json.at("used_up").get<bool>()};
    for (const BudgetPeriod period : kPeriods) {
        if (json.at("per") == to_string(period)) traffic.per = period;
    }
    if (!json.at("forecast").is_null()) traffic.forecast = whole_from<std::uint64_t>(json.at("forecast"));
    return traffic;
}

Json to_json(const PlatformStatus& platform) {
    Json waiting = Json::object();
    Json oldest = Json::object();
    for (const StatType type : kStatTypes) {
        const std::string name(mg::to_string(type));
        waiting[name] = platform.waiting.at(static_cast<std::size_t>(type));
        oldest[name] = time_json(platform.oldest.at(static_cast<std::size_t>(type)));
    }
    return {{"profile", platform.profile},
            {"device_id", platform.device_id},
            {"reg_version", platform.reg_version},
            {"dic_version", platform.dic_version},
            {"next_upload", time_json(platform.next_upload)},
            {"waiting", std::move(waiting)},
            {"oldest", std::move(oldest)},
            {"accepted", platform.accepted},
            {"last_accepted", time_json(platform.last_accepted)},
            {"remarks", platform.remarks},
            {"bytes_sent", platform.bytes_sent},
            {"bytes_received", platform.bytes_received}};
}

PlatformStatus platform_from(const Json& json) {
    PlatformStatus platform{.profile = json.at("profile").get<std::string>(),
                            .device_id = json.at("device_id").get<std::string>(),
                            .reg_version = json.at("reg_version").get<std::string>(),
                            .dic_version = json.at("dic_version").get<std::string>(),
                            .next_upload = optional_time_from(json.at("next_upload")),
                            .waiting = {},
                            .oldest = {},
                            .accepted = whole_from<std::uint64_t>(json.at("accepted")),
                            .last_accepted = optional_time_from(json.at("last_accepted")),
                            .remarks = json.at("remarks").get<std::vector<std::string>>(),
                            .bytes_sent = whole_from<std::uint64_t>(json.at("bytes_sent")),
                            .bytes_received = whole_from<std::uint64_t>(json.at("bytes_received"))};
    for (const StatType type : kStatTypes) {
        const std::string name(mg::to_string(type));
        platform.waiting.at(static_cast<std::size_t>(type)) =
            whole_from<std::uint64_t>(json.at("waiting").at(name));
        platform.oldest.at(static_cast<std::size_t>(type)) = optional_time_from(json.at("oldest").at(name));
    }
    return platform;
}

Json to_json(const LaneTotals& lane) {
    return {{"lane", mg::to_string(lane.lane)},
            {"messages", lane.messages},
            {"samples", lane.samples},
            {"gaps", lane.gaps}};
}

LaneTotals lane_from(const Json& json) {
    return {.lane = enum_from(json.at("lane"), kLanes),
            .messages = whole_from<std::uint64_t>(json.at("messages")),
            .samples = whole_from<std::uint64_t>(json.at("samples")),
            .gaps = whole_from<std::uint64_t>(json.at("gaps"))};
}

Json to_json(const Resend& order) {
    Json meters = Json::array();
    for (const MeterId& meter : order.meters) meters.push_back(meter.text);
    return {{"order", order.id},
            {"from", utc_text(order.from.at)},
            {"to", utc_text(order.to.at)},
            {"meters", std::move(meters)},
            {"done", order.done},
            {"until", order.until},
            {"ordered_at", utc_text(order.ordered_at)},
            {"ordered_by", order.ordered_by}};
}

Resend resend_from(const Json& json) {
    Resend order{.id = whole_from<std::uint64_t>(json.at("order")),
                 .from = {time_from(json.at("from"))},
                 .to = {time_from(json.at("to"))},
                 .meters = {},
                 .done = whole_from<Sequence>(json.at("done")),
                 .until = whole_from<Sequence>(json.at("until")),
                 .ordered_at = time_from(json.at("ordered_at")),
                 .ordered_by = json.at("ordered_by").get<std::string>()};
    for (const Json& meter : json.at("meters")) order.meters.push_back({meter.get<std::string>()});
    return order;
}

}  // namespace

Json to_json(const UplinkStatus& uplink) {
    Json lanes = Json::array();
    for (const LaneTotals& lane : uplink.lanes) lanes.push_back(to_json(lane));
    Json resends = Json::array();
    for (const Resend& order : uplink.resends) resends.push_back(to_json(order));
    return {{"id", uplink.id.text},
            {"name", uplink.name},
            {"kind", uplink.kind},
            {"destination", uplink.destination},
            {"state", mg::to_string(uplink.state)},
            {"since", time_json(uplink.since)},
            {"delivered_samples", uplink.delivered_samples},
            {"delivered_messages", uplink.delivered_messages},
            {"backlog", uplink.backlog},
            {"in_flight", uplink.in_flight},
            {"set_aside", uplink.set_aside},
            {"not_selected", uplink.not_selected},
            {"oldest_unsent", time_json(uplink.oldest_unsent)},
            {"lanes", std::move(lanes)},
            {"traffic", uplink.traffic ? to_json(*uplink.traffic) : Json(nullptr)},
            {"resends", std::move(resends)},
            {"last_error", uplink.last_error},
            {"alarm", uplink.alarm},
            {"platform", uplink.platform ? to_json(*uplink.platform) : Json(nullptr)}};
}

UplinkStatus uplink_from(const Json& json) {
    UplinkStatus uplink{.id = {json.at("id").get<std::string>()},
                        .name = json.at("name").get<std::string>(),
                        .kind = json.at("kind").get<std::string>(),
                        .destination = json.at("destination").get<std::string>(),
                        .state = enum_from(json.at("state"), kUplinkStates),
                        .since = optional_time_from(json.at("since")),
                        .delivered_samples = whole_from<std::uint64_t>(json.at("delivered_samples")),
                        .delivered_messages = whole_from<std::uint64_t>(json.at("delivered_messages")),
                        .backlog = whole_from<std::uint64_t>(json.at("backlog")),
                        .in_flight = whole_from<std::uint64_t>(json.at("in_flight")),
                        .set_aside = whole_from<std::uint64_t>(json.at("set_aside")),
                        .not_selected = whole_from<std::uint64_t>(json.at("not_selected")),
                        .oldest_unsent = optional_time_from(json.at("oldest_unsent")),
                        .lanes = {},
                        .traffic = std::nullopt,
                        .resends = {},
                        .last_error = json.at("last_error").get<std::string>(),
                        .alarm = json.at("alarm").get<std::string>(),
                        .platform = std::nullopt};
    if (!json.at("traffic").is_null()) uplink.traffic = traffic_from(json.at("traffic"));
    if (!json.at("platform").is_null()) uplink.platform = platform_from(json.at("platform"));
    for (const Json& lane : json.at("lanes")) uplink.lanes.push_back(lane_from(lane));
    for (const Json& order : json.at("resends")) uplink.resends.push_back(resend_from(order));
    return uplink;
}

}  // namespace mg::control_json
