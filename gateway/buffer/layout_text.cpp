#include "gateway/buffer/layout_text.h"

#include <algorithm>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "config/options.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMostOffset = 1000;  // far beyond any model's

Json json_of(const LayoutPoint& point) {
    Json json{{"id", point.id.text}, {"type", to_string(point.type)}, {"kind", to_string(point.kind)}};
    if (point.ratio != Ratio::none) json["ratio"] = to_string(point.ratio);
    if (point.scale != Decimal{1, 0}) json["scale"] = point.scale.to_string();
    if (!point.unit.empty()) json["unit"] = point.unit;
    if (point.exponent_from) json["exponent_from"] = *point.exponent_from;
    if (point.exponent_offset != 0) json["exponent_offset"] = point.exponent_offset;
    return json;
}

tl::unexpected<Error> damaged(const std::string& why) {
    return fail(Failure::corrupt, trf("a stored layout is damaged: {}", "存储的测点布局已损坏：{}", why));
}

/// nlohmann's get() casts what does not fit, and a cast of 1e300 is undefined.
bool is_whole(const Json& json, int least, int most) {
    if (json.is_number_unsigned()) return json.get<std::uint64_t>() <= static_cast<std::uint64_t>(most);
    return json.is_number_integer() && json >= least && json <= most;
}

Result<LayoutPoint> point_from(const Json& json, std::size_t points) {
    LayoutPoint point;
    point.id.text = json.at("id").get<std::string>();
    const auto type = wire_type_from(json.at("type").get<std::string>());
    const auto kind = point_kind_from(json.at("kind").get<std::string>());
    const auto ratio = ratio_from(json.value("ratio", std::string("none")));
    const auto scale = Decimal::parse(json.value("scale", std::string("1")));
    if (!type || !kind || !ratio || !scale) return damaged(point.id.text);
    point.type = *type;
    point.kind = *kind;
    point.ratio = *ratio;
    point.scale = *scale;
    point.unit = json.value("unit", std::string{});
    if (const auto from = json.find("exponent_from"); from != json.end()) {
        if (!is_whole(*from, 0, static_cast<int>(std::min(points, kMostPointsPerModel)) - 1)) {
            return damaged(point.id.text);
        }
        point.exponent_from = from->get<std::uint16_t>();
    }
    if (const auto offset = json.find("exponent_offset"); offset != json.end()) {
        if (!is_whole(*offset, -kMostOffset, kMostOffset)) return damaged(point.id.text);
        point.exponent_offset = offset->get<int>();
    }
    return point;
}

}  // namespace

std::string layout_text(const Layout& layout) {
    Json points = Json::array();
    for (const LayoutPoint& point : layout.points) points.push_back(json_of(point));
    // Names come from people: bytes that are not UTF-8 are replaced rather than losing the samples.
    return Json{{"meter", layout.meter.text}, {"model", layout.model}, {"points", std::move(points)}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
}

Result<Layout> layout_from(std::string_view text) try {
    const Json json = Json::parse(text);
    Layout layout;
    layout.meter.text = json.at("meter").get<std::string>();
    layout.model = json.at("model").get<std::string>();
    const Json& points = json.at("points");
    for (const Json& each : points) {
        auto point = point_from(each, points.size());
        if (!point) return tl::unexpected<Error>(point.error());
        layout.points.push_back(std::move(*point));
    }
    return layout;
} catch (const nlohmann::json::exception& problem) {
    return damaged(problem.what());
}

}  // namespace mg
