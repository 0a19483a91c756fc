#include "gateway/control/control_protocol.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/control/json_fields.h"

namespace mg {
namespace {

using control_json::Json;

constexpr std::array kFailures{Failure::transient, Failure::session_lost,  Failure::unsupported,
                               Failure::rejected,  Failure::refused,       Failure::storage_full,
                               Failure::corrupt,   Failure::invalid_config};

/// Lists in lists of an argument. A line has room for 30,000, and to write those takes more stack than there
/// is.
constexpr int kMostLevels = 16;

bool is_deeper_than(int levels, const Json& value) {
    return value.is_structured() &&
           (levels == 0 || std::any_of(value.begin(), value.end(),
                                       [&](const Json& inner) { return is_deeper_than(levels - 1, inner); }));
}

Error bad_request(std::string_view en, std::string_view zh) {
    return {Failure::rejected, std::string(tr(en, zh))};
}

Result<ControlRequest> request_from(const Json& json) {
    const auto command = json.find("command");
    if (command == json.end() || !command->is_string()) {
        return tl::unexpected(
            bad_request("\"command\" is missing or not a text", "缺少 \"command\" 或它不是文本"));
    }
    ControlRequest request{.command = command->get<std::string>(), .arguments = {}};
    if (const auto spoken = json.find("lang"); spoken != json.end()) {
        if (*spoken != "zh" && *spoken != "en") {
            return tl::unexpected(
                bad_request("\"lang\" is neither \"zh\" nor \"en\"", "\"lang\" 既不是 \"zh\" 也不是 \"en\""));
        }
        request.language = *spoken == "zh" ? Language::zh : Language::en;
    }
    for (const auto& [key, value] : json.items()) {
        if (key == "id" || key == "command" || key == "lang") continue;
        if (is_deeper_than(kMostLevels, value)) {
            return tl::unexpected(bad_request("nested too deep", "嵌套过深"));
        }
        request.arguments[key] = value.is_string() ? value.get<std::string>() : control_json::to_line(value);
    }
    return request;
}

/// A line break in JSON is white space, never content; on the socket it would end the message.
std::string on_one_line(std::string_view json) {
    std::string line{json};
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

}  // namespace

std::string_view to_string(Failure kind) {
    switch (kind) {
        case Failure::transient:
            return "transient";
        case Failure::session_lost:
            return "session_lost";
        case Failure::unsupported:
            return "unsupported";
        case Failure::rejected:
            return "rejected";
        case Failure::refused:
            return "refused";
        case Failure::storage_full:
            return "storage_full";
        case Failure::corrupt:
            return "corrupt";
        case Failure::invalid_config:
            return "invalid_config";
    }
    return "";
}

std::optional<Failure> failure_from(std::string_view name) {
    const auto* found = std::ranges::find(kFailures, name, [](Failure kind) { return to_string(kind); });
    if (found == kFailures.end()) return std::nullopt;
    return *found;
}

ParsedRequest parse_request(std::string_view line) {
    const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) {
        return {"null", tl::unexpected(bad_request("not a JSON object", "不是 JSON 对象"))};
    }
    const auto id = json.find("id");
    if (id == json.end()) return {"null", request_from(json)};
    if (!id->is_number_integer() && !id->is_string()) {
        return {"null", tl::unexpected(bad_request("\"id\" must be a whole number or a text",
                                                   "\"id\" 只能是整数或文本"))};
    }
    return {control_json::to_line(*id), request_from(json)};
}

std::string result_line(std::string_view id_json, std::string_view result_json) {
    return fmt::format("{{\"id\":{},\"ok\":true,\"result\":{}}}\n", id_json, on_one_line(result_json));
}

std::string piece_line(std::string_view id_json, std::string_view piece_json) {
    return fmt::format("{{\"id\":{},\"ok\":true,\"more\":true,\"result\":{}}}\n", id_json,
                       on_one_line(piece_json));
}

std::string error_line(std::string_view id_json, const Error& error) {
    const Json body{{"kind", to_string(error.kind)}, {"text", error.what}};
    return fmt::format("{{\"id\":{},\"ok\":false,\"error\":{}}}\n", id_json, control_json::to_line(body));
}

std::string request_line(std::int64_t id, const std::string& command,
                         const std::map<std::string, std::string>& arguments) {
    Json json{{"id", id}, {"command", command}, {"lang", language() == Language::zh ? "zh" : "en"}};
    for (const auto& [key, value] : arguments) json[key] = value;
    return control_json::to_line(json) + '\n';
}

Result<ParsedAnswer> parse_answer(std::string_view line) {
    return control_json::read_as<ParsedAnswer>(line, [](const Json& json) -> ParsedAnswer {
        ParsedAnswer answer{.id = std::nullopt, .more = json.value("more", false), .result = std::string{}};
        if (!json.at("id").is_null()) answer.id = control_json::whole_from<std::int64_t>(json.at("id"));
        if (json.at("ok").get<bool>()) {
            answer.result = control_json::to_line(json.at("result"));
            return answer;
        }
        const Json& error = json.at("error");
        const auto kind = failure_from(error.at("kind").get<std::string>());
        answer.result = fail(kind.value_or(Failure::corrupt), error.at("text").get<std::string>());
        return answer;
    });
}

}  // namespace mg
