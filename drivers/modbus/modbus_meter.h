#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/driver.h"
#include "drivers/modbus/exchange.h"
#include "drivers/modbus/read_plan.h"

namespace mg {

/// An instrument that speaks Modbus, at one unit id of one line. One thread only. The options it was made
/// from must outlive it.
///
/// Blocks are joined over registers that nobody asked for where these cost less than another request would,
/// by baud rate and the meter's latency, and never beyond the model's limits.
///
/// One bad register never hides the others: a block that the meter refuses is read without such registers,
/// and then halved, within the same poll until the refused points stand alone. Those are left out until the
/// channel was reopened (not more often than every ten minutes) and for a day at most; a point that was ever
/// read well only after three refusals in a row. A meter that stays silent `retries` + 1 times in a row is
/// left alone until the next poll.
///
/// A question that will be asked again is waited for as long as the meter is known to need, at most the
/// configured time; the last try always has all of it. However short the waiting, an answer that comes within
/// the configured time is never taken for another: the silence after a time-out makes up for the difference.
class ModbusMeter final : public Meter {
public:
    ModbusMeter(const InstrumentOptions& instrument, std::uint8_t unit, std::vector<LayoutRef> layouts,
                std::vector<std::vector<std::size_t>> points_of_layout, Clock& clock);

    [[nodiscard]] const std::string& address() const override { return address_; }
    [[nodiscard]] std::span<const LayoutRef> layouts() const override { return layouts_; }
    PollResult poll(Channel& channel, const StopEvent& stop, Effort effort, bool record_wire) override;
    [[nodiscard]] MeterFigures figures() const override;
    [[nodiscard]] PollCost cost() const override;

private:
    struct Point {
        bool wanted{false};    ///< some layout has it
        bool proven{false};    ///< it was read well once
        bool left_out{false};  ///< the meter has no such register
        int refusals{0};       ///< in a row, alone in its block
        Reading reading;       ///< of this poll
    };
    struct Task {
        Block block;
        int tries{0};
    };
    /// The trouble of one poll, worst first kept.
    struct Round;

    void plan_if_due(const Channel& channel);
    [[nodiscard]] ReadPlan plan() const;
    [[nodiscard]] RequestCost request_cost() const;
    [[nodiscard]] std::chrono::microseconds silence() const;
    [[nodiscard]] ExchangeTiming timing_of(const Task& task, const Round& round) const;
    void count(const Answer& answer);
    bool ask(Task task, Channel& channel, const StopEvent& stop, Round& round);
    void take_over(const Block& block, std::span<const std::uint8_t> registers);
    bool after_exception(const Task& task, const NoAnswer& refusal, Round& round);
    void split(const Block& block);
    void refuse(std::size_t index);
    bool after_broken_session(const Task& task, const NoAnswer& trouble, Channel& channel,
                              const StopEvent& stop, Round& round);
    void mark(const Block& block, Quality quality);
    void mark_unread(Quality quality);
    [[nodiscard]] std::span<const std::size_t> points_in(const Block& block) const;
    [[nodiscard]] std::string named(const Block& block, const std::string& trouble) const;
    [[nodiscard]] std::vector<std::vector<Reading>> readings_by_layout() const;

    const LineOptions& line_;
    const ModelOptions& model_;
    SerialSettings settings_;
    ExchangeTiming timing_;
    std::string address_;
    std::vector<LayoutRef> layouts_;
    std::vector<std::vector<std::size_t>> points_of_layout_;
    Clock& clock_;
    Exchange exchange_;
    LatencyWatch latency_;
    MeterFigures figures_;

    std::vector<Point> points_;  ///< beside model_.points
    ReadPlan plan_;
    bool planned_{false};
    SteadyTime planned_at_{};
    SteadyTime plan_expires_{};
    std::uint64_t opened_at_plan_{0};
    std::vector<Task> tasks_;  ///< of this poll; kept for its memory
};

}  // namespace mg
