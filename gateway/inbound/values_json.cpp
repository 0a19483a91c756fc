#include "gateway/inbound/values_json.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/base/language.h"

namespace mg {
namespace {

using Json = nlohmann::ordered_json;

struct NamedFate {
    EntryFate fate;
    std::string_view name;
};
constexpr std::array kFates{
    NamedFate{EntryFate::accepted, "accepted"}, NamedFate{EntryFate::already, "already"},
    NamedFate{EntryFate::refused, "refused"}, NamedFate{EntryFate::not_entered, "not_entered"}};

std::string_view name_of(EntryFate fate) {
    return std::ranges::find(kFates, fate, &NamedFate::fate)->name;
}

/// One line. Bytes that are not UTF-8 become U+FFFD.
std::string to_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json to_json(const EntryFault& fault) {
    return {{"field", fault.field},
            {"text", fault.complaint.what},
            {"allowed", fault.complaint.allowed},
            {"found", fault.found}};
}

Json to_json(const EntryAnswer& answer) {
    Json json{{"state", name_of(answer.fate)}, {"item", answer.item}};
    if (answer.fate == EntryFate::refused) {
        json["faults"] = Json::array();
        for (const EntryFault& fault : answer.faults) json["faults"].push_back(to_json(fault));
        return json;
    }
    json["period"] = answer.period_text;
    json["value"] = answer.value->to_string();
    json["unit"] = answer.unit;
    if (answer.record != 0) json["record"] = answer.record;
    if (answer.waits) json["waits"] = true;
    if (answer.doubt) json["doubt"] = to_json(*answer.doubt);
    return json;
}

EntryFault fault_from(const Json& json) {
    return {.field = json.at("field").get<std::string>(),
            .complaint = {json.at("text").get<std::string>(), json.at("allowed").get<std::string>()},
            .found = json.at("found").get<std::string>()};
}

struct NotAnAnswer : std::runtime_error {
    using std::runtime_error::runtime_error;
};

EntryAnswer answer_from(const Json& json) {
    const auto name = json.at("state").get<std::string>();
    const auto* named = std::ranges::find(kFates, name, &NamedFate::name);
    if (named == kFates.end()) throw NotAnAnswer("unknown state: " + name);
    EntryAnswer answer{.fate = named->fate, .item = json.at("item").get<std::string>()};
    if (answer.fate == EntryFate::refused) {
        for (const Json& fault : json.at("faults")) answer.faults.push_back(fault_from(fault));
        return answer;
    }
    answer.period_text = json.at("period").get<std::string>();
    const auto value = Decimal::parse(json.at("value").get<std::string>());
    if (!value) throw NotAnAnswer("no decimal");
    answer.value = *value;
    answer.unit = json.at("unit").get<std::string>();
    answer.record = json.value("record", DatedId{0});
    answer.waits = json.value("waits", false);
    if (json.contains("doubt")) answer.doubt = fault_from(json.at("doubt"));
    return answer;
}

}  // namespace

std::string values_to_json(std::span<const GivenValue> values) {
    Json list = Json::array();
    for (const GivenValue& value : values) {
        list.push_back({{"item", value.item},
                        {"type", value.type},
                        {"period", value.period},
                        {"value", value.value},
                        {"evidence", value.evidence},
                        {"input_type", value.input_type}});
    }
    return to_line(list);
}

std::string answers_to_json(std::span<const EntryAnswer> answers) {
    Json json = Json::object();
    for (const auto& [fate, name] : kFates) {
        json[std::string(name)] = std::ranges::count(answers, fate, &EntryAnswer::fate);
    }
    json["values"] = Json::array();
    for (const EntryAnswer& answer : answers) json["values"].push_back(to_json(answer));
    return to_line(json);
}

Result<std::vector<EntryAnswer>> answers_from_json(std::string_view json) {
    try {
        std::vector<EntryAnswer> answers;
        const Json whole = Json::parse(json);
        for (const Json& one : whole.at("values")) answers.push_back(answer_from(one));
        return answers;
    } catch (const std::exception& error) {
        return fail(Failure::corrupt, error.what());
    }
}

std::string error_to_json(std::string_view kind, std::string_view text) {
    return to_line({{"error", {{"kind", kind}, {"text", text}}}});
}

}  // namespace mg
