#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/control/scan_report.h"
#include "gateway/diagnosis/bus_scan.h"
#include "gateway/diagnosis/scan_order.h"
#include "gateway/polling/errand.h"

namespace mg {

/// A search for units on one line: listens first and ends when another master is heard, then asks one
/// question a step. Where it keeps polls waiting it ends when its time for that is over, with what it has
/// found.
class ScanErrand final : public Errand {
public:
    /// All are called in the line's thread. `wanted` false: nobody waits for it any more.
    struct Client {
        std::function<bool()> wanted;
        std::function<void(const ScanProgress&)> progress;
        std::function<void(const Result<ScanReport>&)> done;
    };

    /// Speaks the language of the thread that makes it. What `order` points to outlives it.
    ScanErrand(const LineOptions& line, ScanOrder order, Clock& clock, Client client);

    [[nodiscard]] milliseconds longest_step() const override;
    [[nodiscard]] std::optional<SerialSettings> settings() const override;
    /// While it asks with other settings than the line's own, where the order lets polling wait.
    [[nodiscard]] bool pauses_polling() const override;
    bool step(Channel& channel, const StopEvent& stop) override;
    void give_up(const Error& why) override;

private:
    bool listen(Channel& channel, const StopEvent& stop);
    [[nodiscard]] bool another_master_is_heard() const;
    [[nodiscard]] bool pause_is_over() const;
    void report(bool complete);
    void say_progress(const ScanQuestion& question);

    LineOptions line_;
    ScanOrder order_;
    BusScan scan_;
    Clock& clock_;
    Client client_;
    Language spoken_;
    PduExchange exchange_;
    milliseconds listened_{0};
    std::vector<std::uint8_t> heard_;
    SteadyTime said_{};
    std::optional<SteadyTime> paused_at_;  ///< the first question that kept polls waiting
};

}  // namespace mg
