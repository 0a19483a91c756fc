#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/ids.h"

namespace mg {

/// One question that somebody put to a unit by hand (`metergate raw`), and its answer;
/// docs/control-socket.md, raw.
struct RawReport {
    LineId line;
    int unit{0};
    int function{0};
    std::optional<int> address;  ///< none: an identification
    std::optional<int> count;
    UtcTime taken_at{};
    std::string request;  ///< "01 03 00 00 00 02 c4 0b"
    std::string answer;   ///< empty: none came
    std::string error;    ///< empty: fine
    milliseconds took{0};
    std::optional<int> exception;
    std::vector<std::uint16_t> registers;
    std::vector<int> bits;  ///< of functions 1 and 2, as many as were asked for
    struct Object {
        int id{0};
        std::string text;
    };
    std::vector<Object> objects;  ///< of an identification: maker, code, version …
};

std::string raw_report_to_json(const RawReport& report);
Result<RawReport> raw_report_from_json(std::string_view json);

}  // namespace mg
