#include "gateway/control/clock_report.h"

#include <utility>

#include "gateway/control/clock_json.h"

namespace mg {
namespace control_json {

Json to_json(const ClockStatus& clock) {
    return {{"trusted", clock.trusted},
            {"reason", clock.reason},
            {"epoch", clock.epoch},
            {"utc", utc_text(clock.utc)},
            {"utc_offset_minutes", clock.utc_offset.count()},
            {"vouched_at", time_json(clock.vouched_at)},
            {"vouched_by", clock.vouched_by},
            {"bound_ms", milliseconds_json(clock.bound)},
            {"platform", clock.platform},
            {"platform_differs_ms", milliseconds_json(clock.platform_differs)},
            {"held", clock.held},
            {"held_of_earlier_boots", clock.held_of_earlier_boots}};
}

ClockStatus clock_from(const Json& json) {
    return {.trusted = json.at("trusted").get<bool>(),
            .reason = json.at("reason").get<std::string>(),
            .epoch = whole_from<ClockEpoch>(json.at("epoch")),
            .utc = time_from(json.at("utc")),
            .utc_offset = std::chrono::minutes{whole_from<int>(json.at("utc_offset_minutes"))},
            .vouched_at = optional_time_from(json.at("vouched_at")),
            .vouched_by = json.at("vouched_by").get<std::string>(),
            .bound = optional_milliseconds_from(json.at("bound_ms")),
            .platform = json.at("platform").get<std::string>(),
            .platform_differs = optional_milliseconds_from(json.at("platform_differs_ms")),
            .held = whole_from<std::uint64_t>(json.at("held")),
            .held_of_earlier_boots = whole_from<std::uint64_t>(json.at("held_of_earlier_boots"))};
}

}  // namespace control_json

namespace {

using control_json::Json;

ClockReport report_from(const Json& json) {
    ClockReport report{.clock = control_json::clock_from(json.at("clock")), .notes = {}};
    for (const Json& note : json.at("notes")) {
        report.notes.push_back({.at = control_json::time_from(note.at("at")),
                                .epoch = control_json::whole_from<ClockEpoch>(note.at("epoch")),
                                .sequence = control_json::whole_from<Sequence>(note.at("from_sequence")),
                                .reason = note.at("reason").get<std::string>(),
                                .who = note.at("who").get<std::string>()});
    }
    return report;
}

}  // namespace

std::string clock_report_to_json(const ClockReport& report) {
    Json notes = Json::array();
    for (const ClockNote& note : report.notes) {
        notes.push_back(Json{{"at", utc_text(note.at)},
                             {"epoch", note.epoch},
                             {"from_sequence", note.sequence},
                             {"reason", note.reason},
                             {"who", note.who}});
    }
    return control_json::to_line(
        {{"clock", control_json::to_json(report.clock)}, {"notes", std::move(notes)}});
}

Result<ClockReport> clock_report_from_json(std::string_view json) {
    return control_json::read_as<ClockReport>(json, report_from);
}

}  // namespace mg
