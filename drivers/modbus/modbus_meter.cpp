#include "drivers/modbus/modbus_meter.h"

#include <algorithm>
#include <utility>

#include "drivers/channel/descriptor_wait.h"
#include "drivers/channel/wire_timing.h"
#include "drivers/modbus/register_codec.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr int kRefusalsUntilLeftOut = 3;
constexpr std::chrono::hours kPlanAgain{24};
// A TCP line is reopened after each time-out of each of its meters; asking again for what is missing each
// time would cost more than the meters' own polls.
constexpr std::chrono::minutes kProbeAgain{10};

// Of RTU: a request, and an answer without its registers.
constexpr std::size_t kFrameBytes = 8 + 5;

constexpr std::uint8_t kIllegalFunction = 0x01;
constexpr std::uint8_t kGatewayPath = 0x0A;

SerialSettings settings_of(const LineOptions& line) {
    return std::visit([](const auto& channel) { return channel.settings; }, line.channel);
}

Framing framing_of(LineKind kind) {
    return kind == LineKind::modbus_tcp ? Framing::mbap : Framing::rtu;
}

}  // namespace

struct ModbusMeter::Round {
    PollResult result;
    bool record{false};
    Effort effort{Effort::usual};
    int silent{0};  ///< exchanges in a row without a sign of the meter
    bool reopened{false};
    Quality worst{Quality::good};

    void trouble(Quality quality, std::string what) {
        if (!result.trouble.empty() && severity(quality) <= severity(worst)) return;
        worst = quality;
        result.trouble = std::move(what);
    }
    static int severity(Quality quality) {
        if (quality == Quality::line_down) return 4;
        if (quality == Quality::no_reply) return 3;
        if (quality == Quality::corrupt_reply) return 2;
        return quality == Quality::refused ? 1 : 0;
    }
};

ModbusMeter::ModbusMeter(const InstrumentOptions& instrument, std::uint8_t unit,
                         std::vector<LayoutRef> layouts,
                         std::vector<std::vector<std::size_t>> points_of_layout, Clock& clock)
    : line_{*instrument.line},
      model_{*instrument.model},
      settings_{instrument.points.front()->settings.value_or(settings_of(line_))},
      timing_{model_.response_timeout.value_or(line_.response_timeout),
              std::max(model_.request_gap, line_.request_gap)},
      address_{instrument.points.front()->address},
      layouts_{std::move(layouts)},
      points_of_layout_{std::move(points_of_layout)},
      clock_{clock},
      exchange_{framing_of(line_.kind), unit, clock},
      points_(model_.points.size()) {
    for (const auto& indexes : points_of_layout_) {
        for (const auto index : indexes) points_[index].wanted = true;
    }
}

PollResult ModbusMeter::poll(Channel& channel, const StopEvent& stop, Effort effort, bool record_wire) {
    Round round;
    round.effort = effort;
    round.record = record_wire;
    plan_if_due(channel);
    for (auto& point : points_) {
        point.reading = {0, point.left_out ? Quality::unsupported : Quality::not_asked};
    }

    if (auto used = channel.use(settings_); !used) {
        round.trouble(Quality::line_down, used.error().what);
        mark_unread(Quality::line_down);
    } else {
        tasks_.clear();
        for (const auto& block : plan_.blocks) tasks_.push_back({block});
        // Retries and halves are added at the end: the question after a silent one is another one where there
        // is a choice, so that a late answer shows by its length.
        for (std::size_t next = 0; next < tasks_.size() && !is_stopped(stop); ++next) {
            if (!ask(tasks_[next], channel, stop, round)) break;
        }
    }
    round.result.readings = readings_by_layout();
    return std::move(round.result);
}

void ModbusMeter::plan_if_due(const Channel& channel) {
    const auto now = clock_.steady();
    const auto opened = channel.counters().opened.value();
    const bool reopened = opened != opened_at_plan_ && now >= planned_at_ + kProbeAgain;
    if (planned_ && !reopened && now < plan_expires_) return;
    plan_ = plan();
    for (auto& point : points_) point.left_out = false;
    planned_ = true;
    planned_at_ = now;
    plan_expires_ = now + kPlanAgain;
    opened_at_plan_ = opened;
}

// What was left out is asked for again, but alone, so that it can't take others with it.
ReadPlan ModbusMeter::plan() const {
    std::vector<std::size_t> together;
    std::vector<std::size_t> alone;
    for (std::size_t index = 0; index < points_.size(); ++index) {
        if (points_[index].wanted) (points_[index].left_out ? alone : together).push_back(index);
    }
    const auto gap = gap_worth_reading(request_cost(), model_.max_gap);
    auto plan = plan_reads(model_.points, together, {model_.max_registers, gap});
    for (const auto index : alone) {
        const auto& point = model_.points[index];
        plan.blocks.push_back({point.table, point.address, register_count(point), plan.order.size(), 1});
        plan.order.push_back(index);
    }
    return plan;
}

ExchangeTiming ModbusMeter::timing_of(const Task& task, const Round& round) const {
    auto timing = timing_;
    const auto configured = timing_.response_timeout;
    switch (round.effort) {
        case Effort::usual:
            if (task.tries < line_.retries && round.silent < line_.retries)
                timing.response_timeout = latency_.timeout(configured);
            break;
        case Effort::one_try:
            break;
        case Effort::quick:
            timing.response_timeout = latency_.probe_timeout(configured);
            break;
    }
    // Waiting and silence together never end before the configured time.
    timing.response_timeout = std::max(timing.response_timeout, configured - drain_time(line_));
    return timing;
}

void ModbusMeter::count(const Answer& answer) {
    if (!answer &&
        (answer.error().quality == Quality::not_asked || answer.error().next == Failure::session_lost)) {
        return;  // stopped, or no line
    }
    ++figures_.asked;
    if (const auto latency = exchange_.latency()) latency_.add(*latency);
    if (answer) {
        ++figures_.answered;
    } else if (answer.error().exception != 0) {
        ++figures_.exceptions;
    } else if (answer.error().quality == Quality::no_reply) {
        ++figures_.timeouts;
    } else {
        ++figures_.corrupt;
    }
}

MeterFigures ModbusMeter::figures() const {
    auto figures = figures_;
    figures.foreign = exchange_.foreign_frames();
    figures.latency = latency_.figures();
    return figures;
}

std::chrono::microseconds ModbusMeter::silence() const {
    const auto of_wire =
        line_.kind == LineKind::modbus_tcp ? std::chrono::microseconds{0} : frame_silence(settings_);
    return std::max<std::chrono::microseconds>(timing_.gap, of_wire);
}

RequestCost ModbusMeter::request_cost() const {
    const auto known = latency_.figures();
    const auto latency = known ? known->p50 : std::chrono::microseconds{kAssumedLatency};
    if (line_.kind == LineKind::modbus_tcp) return {silence() + latency, std::chrono::microseconds{0}};
    return {time_on_wire(settings_, kFrameBytes) + silence() + latency, time_on_wire(settings_, 2)};
}

PollCost ModbusMeter::cost() const {
    const auto& blocks = planned_ ? plan_.blocks : plan().blocks;
    PollCost cost{.requests = blocks.size()};
    for (const auto& block : blocks) {
        cost.wire += silence();
        if (line_.kind != LineKind::modbus_tcp)
            cost.wire += time_on_wire(settings_, kFrameBytes + std::size_t{2} * block.count);
    }
    return cost;
}

// False: leave the meter alone until the next poll.
bool ModbusMeter::ask(Task task, Channel& channel, const StopEvent& stop, Round& round) {
    WireRecord* record = nullptr;
    if (round.record) record = &round.result.wire.emplace_back();
    const auto answer = exchange_.read(channel, task.block, timing_of(task, round), stop, record);
    count(answer);
    if (answer) {
        round.result.answered = true;
        round.silent = 0;
        round.effort = Effort::usual;
        take_over(task.block, *answer);
        return true;
    }

    const auto& trouble = answer.error();
    if (trouble.quality == Quality::not_asked) return false;  // stopped
    if (trouble.next == Failure::session_lost)
        return after_broken_session(task, trouble, channel, stop, round);

    round.trouble(trouble.quality, named(task.block, trouble.what));
    mark(task.block, trouble.quality);
    if (trouble.exception != 0 && trouble.quality != Quality::no_reply)
        return after_exception(task, trouble, round);

    // A time-out, a bad frame, or a gateway's word that the meter is silent. The gateway is not at fault.
    if (trouble.exception == 0) channel.recover(stop);
    if (!channel.is_open()) {
        if (auto opened = channel.open(stop); !opened) {
            round.trouble(Quality::line_down, opened.error().what);
            mark_unread(Quality::line_down);
            return false;
        }
    }
    if (trouble.found_echo) {
        tasks_.push_back(task);
        return true;
    }
    round.silent = trouble.quality == Quality::no_reply ? round.silent + 1 : 0;
    if (round.effort != Effort::usual || round.silent > line_.retries) {
        mark_unread(trouble.quality);
        return false;
    }
    if (task.tries < line_.retries) tasks_.push_back({task.block, task.tries + 1});
    return true;
}

void ModbusMeter::take_over(const Block& block, std::span<const std::uint8_t> registers) {
    for (const auto index : points_in(block)) {
        const auto& point = model_.points[index];
        const auto offset = 2U * static_cast<std::size_t>(point.address - block.first);
        const auto size = std::size_t{2} * register_count(point);
        points_[index].reading = decode(point, registers.subspan(offset, size));
        points_[index].proven = true;
        points_[index].refusals = 0;
    }
}

bool ModbusMeter::after_exception(const Task& task, const NoAnswer& refusal, Round& round) {
    round.silent = 0;
    round.effort = Effort::usual;
    if (refusal.exception == kGatewayPath) {
        // The gateway does not know the unit, and will not know it for the next block either.
        mark_unread(Quality::refused);
        return false;
    }
    round.result.answered = true;
    switch (refusal.next) {
        case Failure::unsupported:
            if (task.block.size > 1 && refusal.exception != kIllegalFunction) {
                split(task.block);
            } else {
                for (const auto index : points_in(task.block)) refuse(index);
            }
            return true;
        case Failure::transient:
            if (task.tries < line_.retries) tasks_.push_back({task.block, task.tries + 1});
            return true;
        case Failure::session_lost:
        case Failure::rejected:
        case Failure::refused:
        case Failure::storage_full:
        case Failure::corrupt:
        case Failure::invalid_config:
            break;
    }
    return true;
}

// In this poll and, since the meter will refuse it again, in the next ones.
void ModbusMeter::split(const Block& block) {
    const auto parts = parts_of(block, model_.points, plan_);
    for (const auto& part : parts) tasks_.push_back({part});
    const auto place = std::ranges::find(plan_.blocks, block);
    if (place == plan_.blocks.end()) return;
    *place = parts.front();
    plan_.blocks.insert(std::next(place), std::next(parts.begin()), parts.end());
}

void ModbusMeter::refuse(std::size_t index) {
    auto& point = points_[index];
    ++point.refusals;
    if (point.proven && point.refusals < kRefusalsUntilLeftOut) {
        point.reading = {0, Quality::refused};
        // It was there yesterday: a meter in the middle of a restart refuses everything. Merge its blocks
        // again soon.
        plan_expires_ = std::min(plan_expires_, clock_.steady() + kProbeAgain);
        return;
    }
    point.left_out = true;
    point.reading = {0, Quality::unsupported};
    std::erase_if(plan_.blocks,
                  [&](const Block& block) { return block.size == 1 && plan_.order[block.begin] == index; });
}

bool ModbusMeter::after_broken_session(const Task& task, const NoAnswer& trouble, Channel& channel,
                                       const StopEvent& stop, Round& round) {
    channel.close();
    // Serial servers close connections that were idle: one reopening is ordinary, a second is trouble.
    auto opened = std::exchange(round.reopened, true) ? Result<>{fail(Failure::session_lost, trouble.what)}
                                                      : channel.open(stop);
    if (opened) {
        tasks_.push_back(task);
        return true;
    }
    round.trouble(Quality::line_down, opened.error().what);
    mark_unread(Quality::line_down);
    return false;
}

void ModbusMeter::mark(const Block& block, Quality quality) {
    for (const auto index : points_in(block)) points_[index].reading = {0, quality};
}

void ModbusMeter::mark_unread(Quality quality) {
    for (auto& point : points_) {
        if (point.reading.quality == Quality::not_asked) point.reading = {0, quality};
    }
}

std::span<const std::size_t> ModbusMeter::points_in(const Block& block) const {
    return std::span{plan_.order}.subspan(block.begin, block.size);
}

std::string ModbusMeter::named(const Block& block, const std::string& trouble) const {
    const auto table =
        block.table == RegisterTable::holding ? tr("holding", "保持寄存器") : tr("input", "输入寄存器");
    return trf("unit {0} {1} 0x{2:04X}+{3}: {4}", "从站 {0} {1} 0x{2:04X}+{3}：{4}", address_, table,
               block.first, block.count, trouble);
}

std::vector<std::vector<Reading>> ModbusMeter::readings_by_layout() const {
    std::vector<std::vector<Reading>> all;
    all.reserve(points_of_layout_.size());
    for (const auto& indexes : points_of_layout_) {
        auto& readings = all.emplace_back();
        readings.reserve(indexes.size());
        for (const auto index : indexes) readings.push_back(points_[index].reading);
    }
    return all;
}

}  // namespace mg
