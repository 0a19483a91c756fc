#include "gateway/control/trace_report.h"

#include "gateway/control/json_fields.h"

namespace mg {
namespace {

using control_json::Json;
using control_json::number_or_null;
using control_json::optional_number_from;

TraceFrame frame_from(const Json& json) {
    TraceFrame frame{.at = control_json::time_from(json.at("at")),
                     .fate = json.at("fate").get<std::string>(),
                     .bytes = json.at("bytes").get<std::string>(),
                     .sound = json.at("sound").get<bool>(),
                     .unit = control_json::whole_from<int>(json.at("unit")),
                     .function = control_json::whole_from<int>(json.at("function")),
                     .exception = optional_number_from(json.at("exception")),
                     .address = optional_number_from(json.at("address")),
                     .count = optional_number_from(json.at("count")),
                     .registers = {},
                     .lost = control_json::whole_from<std::uint64_t>(json.at("lost"))};
    for (const Json& word : json.at("registers"))
        frame.registers.push_back(control_json::whole_from<std::uint16_t>(word));
    return frame;
}

TraceEnd end_from(const Json& json) {
    return {.frames = control_json::whole_from<std::uint64_t>(json.at("frames")),
            .lost = control_json::whole_from<std::uint64_t>(json.at("lost")),
            .because = json.at("because").get<std::string>()};
}

}  // namespace

std::string trace_frame_to_json(const TraceFrame& frame) {
    return control_json::to_line({{"at", utc_text(frame.at)},
                                  {"fate", frame.fate},
                                  {"bytes", frame.bytes},
                                  {"sound", frame.sound},
                                  {"unit", frame.unit},
                                  {"function", frame.function},
                                  {"exception", number_or_null(frame.exception)},
                                  {"address", number_or_null(frame.address)},
                                  {"count", number_or_null(frame.count)},
                                  {"registers", Json(frame.registers)},
                                  {"lost", frame.lost}});
}

Result<TraceFrame> trace_frame_from_json(std::string_view json) {
    return control_json::read_as<TraceFrame>(json, frame_from);
}

std::string trace_end_to_json(const TraceEnd& end) {
    return control_json::to_line({{"frames", end.frames}, {"lost", end.lost}, {"because", end.because}});
}

Result<TraceEnd> trace_end_from_json(std::string_view json) {
    return control_json::read_as<TraceEnd>(json, end_from);
}

}  // namespace mg
