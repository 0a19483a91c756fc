#pragma once

#include <chrono>
#include <string>

#include "config/options.h"
#include "drivers/modbus/exchange.h"
#include "gateway/base/result.h"
#include "gateway/diagnosis/bus_scan.h"

namespace mg {

/// What a person asks for, as he wrote it. Empty: not said.
struct ScanWords {
    std::string addresses;     ///< "1-32", "5", "1-10,20"; standard 1-247
    std::string all_settings;  ///< "true"
    std::string listen;        ///< seconds, 0 … 600; standard 65
    std::string thorough;      ///< "true"
    std::string pause;         ///< seconds, 1 … 3600: polling may wait so long for other settings
};

struct ScanOrder {
    ScanPlan plan;
    std::vector<ScanReport::Known> known;
    ExchangeTiming timing;
    std::chrono::seconds pause{0};   ///< how long other settings than the line's may keep polls waiting
    std::chrono::seconds listen{0};  ///< before the first question; 0 over Modbus TCP, where nobody is heard
};

/// rejected: what is wrong with it. `polled`: the gateway polls meters on that line now; then other settings
/// than the line's own are refused unless polling may wait, because they are noise to its meters.
Result<ScanOrder> scan_order(const ScanWords& words, const Options& options, const LineOptions& line,
                             bool polled);

/// How long it takes when nobody answers, listening included.
std::chrono::seconds longest_scan(const ScanOrder& order, const LineOptions& line);

}  // namespace mg
