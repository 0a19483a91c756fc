#include "gateway/control/read_report.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/hex_text.h"
#include "gateway/base/language.h"
#include "gateway/control/json_fields.h"
#include "gateway/control/point_json.h"

namespace mg {
namespace {

std::string raw_text(std::uint64_t bits, WireType type) {
    std::string text;
    for (int word = size_of(type) / 2 - 1; word >= 0; --word) {
        if (!text.empty()) text += ' ';
        fmt::format_to(std::back_inserter(text), "{:04x}", (bits >> (16 * word)) & 0xffffU);
    }
    return text;
}

const PointOptions* described_in(const ModelOptions* model, const PointId& id) {
    if (model == nullptr) return nullptr;
    const auto found = std::ranges::find(model->points, id, &PointOptions::id);
    return found == model->points.end() ? nullptr : &*found;
}

ReadPoint read_point(const Sample& sample, std::size_t index, const MeterOptions& meter,
                     const ModelOptions* model) {
    ReadPoint point{
        .value = point_status(sample, index, meter.multiplier), .name_zh = {}, .name_en = {}, .raw = {}};
    const LayoutPoint& layout = sample.layout->points[index];
    if (const PointOptions* described = described_in(model, layout.id)) {
        point.name_zh = described->name_zh;
        point.name_en = described->name_en;
    }
    const Reading& reading = sample.readings[index];
    if (has_value(reading.quality)) point.raw = raw_text(reading.bits, layout.type);
    return point;
}

using control_json::Json;

Json to_json(const ReadPoint& point) {
    Json json = control_json::point_json(point.value);
    json["name_zh"] = point.name_zh;
    json["name_en"] = point.name_en;
    json["raw"] = point.raw;
    return json;
}

ReadPoint read_point_from(const Json& json) {
    return {.value = control_json::point_from(json),
            .name_zh = json.at("name_zh").get<std::string>(),
            .name_en = json.at("name_en").get<std::string>(),
            .raw = json.at("raw").get<std::string>()};
}

Json to_json(const ReadExchange& exchange) {
    return {{"request", exchange.request},
            {"answer", exchange.answer},
            {"error", exchange.error},
            {"took_ms", exchange.took.count()}};
}

ReadExchange exchange_from(const Json& json) {
    return {.request = json.at("request").get<std::string>(),
            .answer = json.at("answer").get<std::string>(),
            .error = json.at("error").get<std::string>(),
            .took = milliseconds{control_json::whole_from<std::int64_t>(json.at("took_ms"))}};
}

ReadReport report_from(const Json& json) {
    ReadReport report{.meter = {json.at("meter").get<std::string>()},
                      .name = json.at("name").get<std::string>(),
                      .line = {json.at("line").get<std::string>()},
                      .address = json.at("address").get<std::string>(),
                      .model = json.at("model").get<std::string>(),
                      .taken_at = control_json::time_from(json.at("taken_at")),
                      .answered = json.at("answered").get<bool>(),
                      .trouble = json.at("trouble").get<std::string>(),
                      .points = {},
                      .wire = {}};
    for (const Json& point : json.at("points")) report.points.push_back(read_point_from(point));
    for (const Json& exchange : json.at("wire")) report.wire.push_back(exchange_from(exchange));
    return report;
}

}  // namespace

bool ReadReport::any_value() const {
    return std::ranges::any_of(points, [](const ReadPoint& point) { return has_value(point.value.quality); });
}

Result<ReadReport> read_report(const Options& options, const MeterOptions& meter,
                               std::span<const LayoutRef> layouts, const PollResult& poll, UtcTime taken_at) {
    const auto mine =
        std::ranges::find(layouts, meter.id, [](const LayoutRef& layout) { return layout->meter; });
    const auto index = static_cast<std::size_t>(mine - layouts.begin());
    if (mine == layouts.end() || index >= poll.readings.size() ||
        poll.readings[index].size() != (*mine)->points.size()) {
        return fail(Failure::corrupt, trf("{}: the poll brought nothing for this meter",
                                          "{}：本次采集没有该计量点的数据", meter.id.text));
    }
    Sample sample;
    sample.layout = *mine;
    sample.taken_at = taken_at;
    sample.readings = poll.readings[index];
    ReadReport report{.meter = meter.id,
                      .name = meter.name,
                      .line = meter.line.value_or(LineId{}),
                      .address = meter.address,
                      .model = meter.model,
                      .taken_at = taken_at,
                      .answered = poll.answered,
                      .trouble = poll.trouble,
                      .points = {},
                      .wire = {}};
    const ModelOptions* model = options.model(meter.model);
    for (std::size_t i = 0; i < sample.readings.size(); ++i) {
        report.points.push_back(read_point(sample, i, meter, model));
    }
    for (const WireRecord& record : poll.wire) {
        report.wire.push_back({hex_text(record.request), hex_text(record.answer), record.error, record.took});
    }
    return report;
}

std::string read_report_to_json(const ReadReport& report) {
    Json points = Json::array();
    for (const ReadPoint& point : report.points) points.push_back(to_json(point));
    Json wire = Json::array();
    for (const ReadExchange& exchange : report.wire) wire.push_back(to_json(exchange));
    return control_json::to_line({{"meter", report.meter.text},
                                  {"name", report.name},
                                  {"line", report.line.text},
                                  {"address", report.address},
                                  {"model", report.model},
                                  {"taken_at", utc_text(report.taken_at)},
                                  {"answered", report.answered},
                                  {"trouble", report.trouble},
                                  {"points", std::move(points)},
                                  {"wire", std::move(wire)}});
}

Result<ReadReport> read_report_from_json(std::string_view json) {
    return control_json::read_as<ReadReport>(json, report_from);
}

}  // namespace mg
