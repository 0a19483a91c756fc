#pragma once

#include <string>

#include "config/options.h"
#include "gateway/base/result.h"
#include "gateway/diagnosis/bus_scan.h"

namespace mg {

/// What a person asks for, as he wrote it. Empty: not said.
struct ScanWords {
    std::string addresses;     ///< "1-32", "5", "1-10,20"; standard 1-247
    std::string all_settings;  ///< "true"
    std::string listen;        ///< seconds, 0 … 600; standard 65
};

struct ScanOrder {
    ScanPlan plan;
    std::vector<ScanReport::Known> known;
    std::chrono::seconds listen{0};  ///< before the first question; 0 over Modbus TCP, where nobody is heard
};

/// rejected: what is wrong with it. `polled`: the gateway polls meters on that line now; then other settings
/// than the line's own are refused, because each change of them makes its meters hear noise.
Result<ScanOrder> scan_order(const ScanWords& words, const Options& options, const LineOptions& line,
                             bool polled);

/// How long it takes when nobody answers, listening included.
std::chrono::seconds longest_scan(const ScanOrder& order, const LineOptions& line);

}  // namespace mg
