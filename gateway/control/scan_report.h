#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/control/raw_report.h"
#include "gateway/reading/ids.h"

namespace mg {

/// How far a scan is; docs/control-socket.md, scan.
struct ScanProgress {
    std::uint64_t asked{0};  ///< questions to units that have not answered yet
    std::uint64_t of{0};
    std::string settings;  ///< "9600 8N1"; empty over TCP
    int unit{0};
    std::uint64_t found{0};
    std::uint64_t seconds_left{0};  ///< when nobody else answers
    bool listening{false};          ///< before the first question
};

/// Whoever answered anything.
struct ScanFound {
    std::string settings;  ///< "9600 8N1"; empty where they are set elsewhere
    int unit{0};
    bool garbled{false};  ///< bytes, but no sound frame: two at one address, or other settings
    int exception{0};     ///< the first answer was one; 0: it was none
    std::vector<RawReport::Object> objects;  ///< of its identification
    struct Model {
        std::string id;
        std::string order;   ///< of its words, where it is not that of the model; else empty
        bool likely{false};  ///< voltage and frequency are where the model has them; else one of them
    };
    std::vector<Model> models;  ///< that it may be, the most likely first
};

/// What a search for units on a line brought.
struct ScanReport {
    LineId line;
    std::uint64_t asked{0};
    bool complete{true};  ///< false: the time was over that polling could wait
    std::vector<ScanFound> found;
    struct Known {
        int unit{0};
        std::string meter;
    };
    std::vector<Known> known;  ///< in the table, and left alone
};

std::string scan_progress_to_json(const ScanProgress& progress);
Result<ScanProgress> scan_progress_from_json(std::string_view json);
std::string scan_report_to_json(const ScanReport& report);
Result<ScanReport> scan_report_from_json(std::string_view json);

}  // namespace mg
