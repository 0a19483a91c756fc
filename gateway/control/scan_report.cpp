#include "gateway/control/scan_report.h"

#include <utility>

#include "gateway/control/json_fields.h"

namespace mg {
namespace {

using control_json::Json;

std::uint64_t count_from(const Json& json) {
    return control_json::whole_from<std::uint64_t>(json);
}
int number_from(const Json& json) {
    return control_json::whole_from<int>(json);
}

Json to_json(const ScanFound& found) {
    Json objects = Json::array();
    for (const auto& object : found.objects)
        objects.push_back(Json{{"id", object.id}, {"text", object.text}});
    Json models = Json::array();
    for (const auto& model : found.models)
        models.push_back(Json{{"id", model.id}, {"order", model.order}, {"likely", model.likely}});
    return {{"settings", found.settings},    {"unit", found.unit},
            {"garbled", found.garbled},      {"exception", found.exception},
            {"objects", std::move(objects)}, {"models", std::move(models)}};
}

ScanFound found_from(const Json& json) {
    ScanFound found{.settings = json.at("settings").get<std::string>(),
                    .unit = number_from(json.at("unit")),
                    .garbled = json.at("garbled").get<bool>(),
                    .exception = number_from(json.at("exception")),
                    .objects = {},
                    .models = {}};
    for (const Json& object : json.at("objects"))
        found.objects.push_back({number_from(object.at("id")), object.at("text").get<std::string>()});
    for (const Json& model : json.at("models")) {
        found.models.push_back({model.at("id").get<std::string>(), model.at("order").get<std::string>(),
                                model.at("likely").get<bool>()});
    }
    return found;
}

ScanReport report_from(const Json& json) {
    ScanReport report{.line = {json.at("line").get<std::string>()},
                      .asked = count_from(json.at("asked")),
                      .complete = json.at("complete").get<bool>(),
                      .found = {},
                      .known = {}};
    for (const Json& found : json.at("found")) report.found.push_back(found_from(found));
    for (const Json& known : json.at("known"))
        report.known.push_back({number_from(known.at("unit")), known.at("meter").get<std::string>()});
    return report;
}

ScanProgress progress_from(const Json& json) {
    return {.asked = count_from(json.at("asked")),
            .of = count_from(json.at("of")),
            .settings = json.at("settings").get<std::string>(),
            .unit = number_from(json.at("unit")),
            .found = count_from(json.at("found")),
            .seconds_left = count_from(json.at("seconds_left")),
            .listening = json.at("listening").get<bool>()};
}

}  // namespace

std::string scan_progress_to_json(const ScanProgress& progress) {
    return control_json::to_line({{"asked", progress.asked},
                                  {"of", progress.of},
                                  {"settings", progress.settings},
                                  {"unit", progress.unit},
                                  {"found", progress.found},
                                  {"seconds_left", progress.seconds_left},
                                  {"listening", progress.listening}});
}

Result<ScanProgress> scan_progress_from_json(std::string_view json) {
    return control_json::read_as<ScanProgress>(json, progress_from);
}

std::string scan_report_to_json(const ScanReport& report) {
    Json found = Json::array();
    for (const auto& each : report.found) found.push_back(to_json(each));
    Json known = Json::array();
    for (const auto& each : report.known) known.push_back(Json{{"unit", each.unit}, {"meter", each.meter}});
    return control_json::to_line({{"line", report.line.text},
                                  {"asked", report.asked},
                                  {"complete", report.complete},
                                  {"found", std::move(found)},
                                  {"known", std::move(known)}});
}

Result<ScanReport> scan_report_from_json(std::string_view json) {
    return control_json::read_as<ScanReport>(json, report_from);
}

}  // namespace mg
