#include "gateway/daemon/status_report.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "gateway/daemon/build_info.h"
#include "gateway/daemon/uplink_status.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime::duration kLoadWindow = 60s;

LineState state_of(const LineSnapshot& snapshot) {
    if (!snapshot.since) return LineState::idle;
    const bool all_silent = std::ranges::all_of(snapshot.points, &LineSnapshot::Point::silent);
    return snapshot.down || all_silent ? LineState::down : LineState::up;
}

bool all_good(const Sample& sample) {
    return std::ranges::all_of(sample.readings, [](const Reading& r) { return r.quality == Quality::good; });
}

MeterState state_of(const LineSnapshot::Point& point) {
    if (point.silent || !point.last.layout) return MeterState::silent;
    return point.last_error.empty() && all_good(point.last) ? MeterState::ok : MeterState::trouble;
}

LoadStatus load_of(const LineBudget& budget) {
    LoadStatus status{.sweep_needs = budget.sweep,
                      .sweep_has = budget.sweep_has,
                      .intervals = {},
                      .percent = budget.percent};
    for (const auto& each : budget.intervals) status.intervals.push_back({each.every, each.needs, each.has});
    return status;
}

ListeningStatus listening_of(const LineHearing& hearing) {
    const HearingFigures& figures = hearing.figures;
    ListeningStatus status{.requests = figures.requests,
                           .answers = figures.answers,
                           .exceptions = figures.exceptions,
                           .doubtful = figures.doubtful,
                           .other = figures.other,
                           .bad_checksums = figures.bad_checksums,
                           .resynchronisations = figures.resynchronisations,
                           .never_asked = {}};
    for (const auto& each : hearing.never_asked)
        status.never_asked.push_back({each.meter, each.everything, each.points});
    return status;
}

ExchangeStatus exchanges_of(const MeterFigures& figures) {
    ExchangeStatus status{.asked = figures.asked,
                          .answered = figures.answered,
                          .exceptions = figures.exceptions,
                          .timeouts = figures.timeouts,
                          .corrupt = figures.corrupt,
                          .foreign = figures.foreign,
                          .latency = std::nullopt};
    if (figures.latency) status.latency = {figures.latency->p50, figures.latency->p95, figures.latency->most};
    return status;
}

}  // namespace

StatusReport::StatusReport(const Options& options, const BuiltLines& lines, SampleStore& store,
                           const ClockKeeper& keeper, Clock& clock,
                           std::span<const std::unique_ptr<Forwarder>> forwarders, const Platforms* platforms,
                           const AccountingLife* accounting)
    : options_{options},
      lines_{lines},
      store_{store},
      keeper_{keeper},
      clock_{clock},
      forwarders_{forwarders},
      platforms_{platforms},
      accounting_{accounting},
      started_{clock.utc()} {}

void StatusReport::tick() {
    const SteadyTime now = clock_.steady();
    for (const auto& worker : lines_.workers) {
        auto& load = loads_[worker->line().id];
        load.push_back({now, worker->counters().busy_milliseconds.value()});
        while (now - load.front().at > kLoadWindow) load.pop_front();
    }
}

int StatusReport::busy_percent(const LineThread& worker) const {
    const auto found = loads_.find(worker.line().id);
    if (found == loads_.end() || found->second.size() < 2) return 0;
    const LoadSample& first = found->second.front();
    const LoadSample& last = found->second.back();
    const auto passed = std::chrono::duration_cast<milliseconds>(last.at - first.at).count();
    if (passed <= 0) return 0;
    const auto busy = static_cast<std::int64_t>(last.busy_milliseconds - first.busy_milliseconds);
    return static_cast<int>(std::clamp<std::int64_t>(busy * 100 / passed, 0, 100));
}

std::optional<ModemStatus> StatusReport::modem_status(const LineId& line) const {
    const DtuMailbox* mailbox = lines_.modems != nullptr ? lines_.modems->mailbox(line) : nullptr;
    if (mailbox == nullptr) return std::nullopt;
    ModemState modem = mailbox->state();
    return ModemStatus{.since = modem.since,
                       .from = std::move(modem.from),
                       .calls = modem.connections,
                       .turned_away = lines_.modems->counters().sum()};
}

LineStatus StatusReport::line_status(const LineOptions& line, const LineSnapshot* snapshot,
                                     const LineThread* worker) const {
    LineStatus status{.id = line.id, .name = line.name, .kind = line.kind};
    status.meters = static_cast<std::uint64_t>(
        std::ranges::count(options_.meters, std::optional{line.id}, &MeterOptions::line));
    if (worker == nullptr) {
        if (status.meters > 0) status.state = LineState::not_supported;
        return status;
    }
    status.modem = modem_status(line.id);
    const LineCounters& counters = worker->counters();
    status.state = state_of(*snapshot);
    status.since = snapshot->since;
    status.polls = counters.polls.value();
    status.answered = counters.answered.value();
    status.failed = counters.failed.value();
    status.slots_missed = counters.missed_slots.value();
    status.last_error = snapshot->last_error;
    status.busy_percent = busy_percent(*worker);
    status.sweep = snapshot->sweep;
    status.sweep_lead = snapshot->sweep_lead;
    if (snapshot->hearing) {
        status.listening = listening_of(*snapshot->hearing);
    } else {
        status.load = load_of(snapshot->budget);
    }
    status.discarded_bytes = worker->channel_counters().discarded_bytes.value();
    return status;
}

void StatusReport::add_meters(GatewayStatus& status, const std::map<LineId, LineSnapshot>& snapshots,
                              StatusDetail detail) const {
    std::map<MeterId, const LineSnapshot::Point*> polled;
    for (const auto& worker : lines_.workers) {
        const LineSnapshot& snapshot = snapshots.at(worker->line().id);
        const auto ids = worker->meters();
        for (std::size_t i = 0; i < ids.size(); ++i) polled[ids[i]] = &snapshot.points[i];
    }
    for (const MeterOptions& meter : options_.meters) {
        MeterStatus shown{.id = meter.id, .name = meter.name, .line = meter.line, .model = meter.model};
        const auto found = polled.find(meter.id);
        if (found == polled.end()) {
            shown.state = meter.line ? MeterState::not_supported : MeterState::ledger_only;
        } else {
            const LineSnapshot::Point& point = *found->second;
            shown.state = state_of(point);
            shown.last_error = point.last_error;
            shown.exchanges = exchanges_of(point.figures);
            if (point.skew) {
                shown.skew = point.skew->at_last;
                shown.skew_change = point.skew->change;
            }
            if (point.last.layout) {
                shown.last_slot = point.last.slot;
                shown.taken_at = point.last.taken_at;
                if (detail == StatusDetail::points)
                    shown.points = point_statuses(point.last, meter.multiplier);
            }
        }
        status.meters.push_back(std::move(shown));
    }
}

std::optional<BooksStatus> StatusReport::books_status() const {
    if (accounting_ == nullptr) return std::nullopt;
    const AccountingStatus status = accounting_->status();
    BooksFindings findings = accounting_->findings();
    return BooksStatus{.figures_until = status.figures_until,
                       .to_do = status.to_do,
                       .breaks = status.breaks,
                       .unconfirmed = findings.unconfirmed,
                       .requests = findings.requests,
                       .without_value = std::move(findings.without_value),
                       .trouble = status.trouble};
}

GatewayStatus StatusReport::make(StatusDetail detail) const {
    GatewayStatus status{.version = std::string(version()),
                         .site = options_.site.id,
                         .site_name = options_.site.name,
                         .started = started_,
                         .clock = keeper_.status(options_.site.utc_offset)};
    std::map<LineId, LineSnapshot> snapshots;
    std::map<LineId, const LineThread*> workers;
    for (const auto& worker : lines_.workers) {
        snapshots.emplace(worker->line().id, worker->snapshot());
        workers.emplace(worker->line().id, worker.get());
    }
    for (const LineOptions& line : options_.lines) {
        const bool runs = workers.contains(line.id);
        status.lines.push_back(
            line_status(line, runs ? &snapshots.at(line.id) : nullptr, runs ? workers.at(line.id) : nullptr));
    }
    if (detail != StatusDetail::summary) add_meters(status, snapshots, detail);
    status.buffer = buffer_status(store_.stats());
    for (const auto& forwarder : forwarders_) status.uplinks.push_back(uplink_status(forwarder->status()));
    for (const ProvincialOptions& uplink : options_.provincial) {
        const ProvincialUplink* platform = platforms_ != nullptr ? platforms_->find(uplink.id.text) : nullptr;
        status.uplinks.push_back(platform != nullptr ? uplink_status(platform->status())
                                                     : status_without_books(uplink, started_));
    }
    status.accounting = books_status();
    return status;
}

}  // namespace mg
