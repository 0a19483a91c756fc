#include "gateway/control/raw_report.h"

#include "gateway/control/json_fields.h"

namespace mg {
namespace {

using control_json::Json;
using control_json::number_or_null;
using control_json::optional_number_from;

RawReport report_from(const Json& json) {
    RawReport report{.line = {json.at("line").get<std::string>()},
                     .unit = control_json::whole_from<int>(json.at("unit")),
                     .function = control_json::whole_from<int>(json.at("function")),
                     .address = optional_number_from(json.at("address")),
                     .count = optional_number_from(json.at("count")),
                     .taken_at = control_json::time_from(json.at("taken_at")),
                     .request = json.at("request").get<std::string>(),
                     .answer = json.at("answer").get<std::string>(),
                     .error = json.at("error").get<std::string>(),
                     .took = milliseconds{control_json::whole_from<std::int64_t>(json.at("took_ms"))},
                     .exception = optional_number_from(json.at("exception")),
                     .registers = {},
                     .bits = {},
                     .objects = {}};
    for (const Json& word : json.at("registers"))
        report.registers.push_back(control_json::whole_from<std::uint16_t>(word));
    for (const Json& bit : json.at("bits")) report.bits.push_back(control_json::whole_from<int>(bit));
    for (const Json& object : json.at("objects")) {
        report.objects.push_back(
            {control_json::whole_from<int>(object.at("id")), object.at("text").get<std::string>()});
    }
    return report;
}

}  // namespace

std::string raw_report_to_json(const RawReport& report) {
    Json objects = Json::array();
    for (const auto& object : report.objects)
        objects.push_back(Json{{"id", object.id}, {"text", object.text}});
    return control_json::to_line({{"line", report.line.text},
                                  {"unit", report.unit},
                                  {"function", report.function},
                                  {"address", number_or_null(report.address)},
                                  {"count", number_or_null(report.count)},
                                  {"taken_at", utc_text(report.taken_at)},
                                  {"request", report.request},
                                  {"answer", report.answer},
                                  {"error", report.error},
                                  {"took_ms", report.took.count()},
                                  {"exception", number_or_null(report.exception)},
                                  {"registers", Json(report.registers)},
                                  {"bits", Json(report.bits)},
                                  {"objects", std::move(objects)}});
}

Result<RawReport> raw_report_from_json(std::string_view json) {
    return control_json::read_as<RawReport>(json, report_from);
}

}  // namespace mg
