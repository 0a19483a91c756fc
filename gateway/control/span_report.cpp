#include "gateway/control/span_report.h"

#include <array>
#include <cstdint>
#include <utility>

#include "gateway/control/json_fields.h"

namespace mg {

using namespace control_json;

namespace {

constexpr std::array kTypes{StatType::real_time, StatType::day};

std::string text_of(const std::optional<Decimal>& value) {
    return value ? value->to_string() : std::string{};
}

std::optional<Decimal> value_from(const Json& json) {
    const auto& text = json.get_ref<const std::string&>();
    if (text.empty()) return std::nullopt;
    const auto value = Decimal::parse(text);
    if (!value) throw NotAsDocumented("not a decimal: " + text);
    return *value;
}

Json to_json(const SpanPartReport& part) {
    return {{"slot", part.slot},
            {"sum", text_of(part.sum)},
            {"percent", text_of(part.percent)},
            {"seconds", part.length.count()},
            {"periods", part.periods},
            {"missing", part.missing},
            {"doubtful", part.doubtful},
            {"marks", part.marks}};
}

SpanPartReport part_from(const Json& json) {
    return {.slot = json.at("slot").get<std::string>(),
            .sum = value_from(json.at("sum")),
            .percent = value_from(json.at("percent")),
            .length = std::chrono::seconds{whole_from<std::int64_t>(json.at("seconds"))},
            .periods = whole_from<std::size_t>(json.at("periods")),
            .missing = whole_from<std::size_t>(json.at("missing")),
            .doubtful = whole_from<std::size_t>(json.at("doubtful")),
            .marks = json.at("marks").get<std::vector<std::string>>()};
}

Json to_json(const SpanReport& span) {
    Json slots = Json::array();
    for (const SpanPartReport& slot : span.slots) slots.push_back(to_json(slot));
    return {{"item", span.item},
            {"from", utc_text(span.from)},
            {"to", utc_text(span.to)},
            {"bill_day", span.bill_day ? Json(*span.bill_day) : Json(nullptr)},
            {"calendar", span.calendar},
            {"unit", span.unit},
            {"type", to_string(span.type)},
            {"entered", span.entered},
            {"whole", to_json(span.whole)},
            {"slots", std::move(slots)}};
}

SpanReport span_from(const Json& json) {
    SpanReport span{.item = json.at("item").get<std::string>(),
                    .from = time_from(json.at("from")),
                    .to = time_from(json.at("to")),
                    .bill_day = std::nullopt,
                    .calendar = json.at("calendar").get<std::string>(),
                    .unit = json.at("unit").get<std::string>(),
                    .type = enum_from(json.at("type"), kTypes),
                    .entered = whole_from<std::size_t>(json.at("entered")),
                    .whole = part_from(json.at("whole")),
                    .slots = {}};
    if (!json.at("bill_day").is_null()) span.bill_day = whole_from<int>(json.at("bill_day"));
    for (const Json& slot : json.at("slots")) span.slots.push_back(part_from(slot));
    return span;
}

}  // namespace

std::string spans_to_json(const std::vector<SpanReport>& spans) {
    Json list = Json::array();
    for (const SpanReport& span : spans) list.push_back(to_json(span));
    return to_line({{"sums", std::move(list)}});
}

Result<std::vector<SpanReport>> spans_from_json(std::string_view json) {
    return read_as<std::vector<SpanReport>>(json, [](const Json& answer) {
        std::vector<SpanReport> spans;
        for (const Json& one : answer.at("sums")) spans.push_back(span_from(one));
        return spans;
    });
}

}  // namespace mg
