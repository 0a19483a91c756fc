#include "gateway/daemon/uplink_status.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/ranges.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

/// So much of an id that a platform has given is shown: it is half of what this box is known by there.
constexpr std::size_t kShownOfId = 4;

UplinkState state_of(ForwarderState state) {
    switch (state) {
        case ForwarderState::connecting:
            return UplinkState::connecting;
        case ForwarderState::connected:
            return UplinkState::connected;
        case ForwarderState::waiting:
        case ForwarderState::stopped:
            return UplinkState::waiting;
        case ForwarderState::held:
            return UplinkState::held;
        case ForwarderState::paused:
            return UplinkState::paused;
        case ForwarderState::not_begun:
            return UplinkState::not_begun;
    }
    return UplinkState::waiting;
}

std::vector<LaneTotals> lanes_of(const ForwarderStatus& forwarder) {
    std::vector<LaneTotals> lanes;
    for (const Lane lane : {Lane::live, Lane::backlog, Lane::resend}) {
        const auto& count = forwarder.lanes.at(static_cast<std::size_t>(lane));
        lanes.push_back(
            {.lane = lane, .messages = count.messages, .samples = count.samples, .gaps = count.gaps});
    }
    return lanes;
}

TrafficStatus traffic_of(const BudgetState& budget) {
    return {.sent = budget.sent,
            .limit = budget.limit,
            .per = budget.period,
            .end = budget.end,
            .forecast = budget.forecast,
            .used_up = budget.used_up()};
}

/// What a person should look at.
std::string alarm_of(const ForwarderStatus& forwarder) {
    if (forwarder.state == ForwarderState::held) return forwarder.last_error;
    if (forwarder.budget.used_up()) {
        return std::string(tr("the byte budget is used up: only boundary samples go until the period ends",
                              "流量已用完：周期结束前只传边界采样"));
    }
    return forwarder.notice;
}

/// "3f2a…90c1".
std::string shortened(const std::string& id) {
    if (id.size() <= 2 * kShownOfId) return id;
    return id.substr(0, kShownOfId) + "…" + id.substr(id.size() - kShownOfId);
}

std::string alarm_of(const ProvincialStatus& platform) {
    if (platform.state == ForwarderState::held) return platform.last_error;
    return fmt::format("{}", fmt::join(platform.remarks, "; "));
}

std::optional<UtcTime> oldest_of(const OutboxStatus& outbox) {
    std::optional<UtcTime> oldest;
    for (const auto& each : outbox.oldest_from) {
        if (each && (!oldest || *each < *oldest)) oldest = each;
    }
    return oldest;
}

PlatformStatus platform_block(const ProvincialStatus& platform) {
    PlatformStatus block{.profile = platform.profile,
                         .device_id = shortened(platform.device_id),
                         .reg_version = platform.reg_version,
                         .dic_version = platform.dic_version,
                         .next_upload = platform.next_upload,
                         .waiting = {},
                         .oldest = platform.outbox.oldest_from,
                         .accepted = platform.accepted,
                         .last_accepted = platform.last_accepted,
                         .remarks = platform.remarks,
                         .bytes_sent = platform.bytes_sent,
                         .bytes_received = platform.bytes_received};
    std::ranges::copy(platform.outbox.waiting, block.waiting.begin());
    return block;
}

}  // namespace

UplinkStatus uplink_status(const ForwarderStatus& forwarder) {
    return {.id = forwarder.id,
            .name = forwarder.name,
            .kind = std::string(kMqttUplink),
            .destination = forwarder.destination,
            .state = state_of(forwarder.state),
            .since = forwarder.since,
            .delivered_samples = forwarder.delivered_samples,
            .delivered_messages = forwarder.delivered_messages,
            .backlog = forwarder.backlog,
            .in_flight = forwarder.in_flight,
            .set_aside = forwarder.set_aside,
            .not_selected = forwarder.not_selected,
            .oldest_unsent = forwarder.oldest_unsent,
            .lanes = lanes_of(forwarder),
            .traffic = traffic_of(forwarder.budget),
            .resends = forwarder.resends,
            .last_error = forwarder.last_error,
            .alarm = alarm_of(forwarder),
            .platform = std::nullopt};
}

UplinkStatus uplink_status(const ProvincialStatus& platform) {
    const auto& waiting = platform.outbox.waiting;
    UplinkStatus status;
    status.id = platform.id;
    status.name = platform.name;
    status.kind = kPlatformUplink;
    status.destination = platform.destination;
    status.state = state_of(platform.state);
    status.since = platform.since;
    status.delivered_samples = platform.accepted;
    status.backlog = std::accumulate(waiting.begin(), waiting.end(), std::uint64_t{0});
    status.set_aside = platform.outbox.set_aside;
    status.oldest_unsent = oldest_of(platform.outbox);
    status.last_error = platform.last_error;
    status.alarm = alarm_of(platform);
    status.platform = platform_block(platform);
    return status;
}

UplinkStatus status_without_books(const ProvincialOptions& uplink, UtcTime since) {
    UplinkStatus status;
    status.id = uplink.id;
    status.name = uplink.name;
    status.kind = kPlatformUplink;
    status.destination = uplink.url;
    status.state = UplinkState::waiting;
    status.since = since;
    status.alarm = tr("without items and books nothing is reported to this platform",
                      "没有采集项和核算库，不向该平台上报");
    status.platform = PlatformStatus{};
    status.platform->profile = uplink.profile;
    return status;
}

}  // namespace mg
