#include "gateway/control/dated_report.h"

#include <array>
#include <utility>

#include "gateway/accounting/dated_record_json.h"
#include "gateway/control/json_fields.h"

namespace mg {

using namespace control_json;

namespace {

Json record_json(const DatedRecord& record) {
    return Json::parse(json_of(record));
}

DatedRecord record_from(const Json& json) {
    auto record = dated_record_from_json(json.dump());
    if (!record) throw NotAsDocumented(record.error().what);
    return std::move(*record);
}

Decimal decimal_from(const Json& json) {
    const auto value = Decimal::parse(json.get_ref<const std::string&>());
    if (!value) throw NotAsDocumented("not a decimal: " + json.dump());
    return *value;
}

Json to_json(const RecordEffect& effect) {
    return {{"from", utc_text(effect.from)}, {"to", time_json(effect.to)}, {"items", effect.items}};
}

RecordEffect effect_from(const Json& json) {
    return {.from = time_from(json.at("from")),
            .to = optional_time_from(json.at("to")),
            .items = json.at("items").get<std::vector<std::string>>()};
}

Json to_json(const CoefficientReport& coefficient) {
    return {{"name", coefficient.name},        {"value", coefficient.value.to_string()},
            {"unit", coefficient.unit},        {"from", time_json(coefficient.from)},
            {"to", time_json(coefficient.to)}, {"now", coefficient.now},
            {"source", coefficient.source},    {"year", coefficient.year},
            {"region", coefficient.region},    {"author", coefficient.author},
            {"record", coefficient.record}};
}

CoefficientReport coefficient_from(const Json& json) {
    return {.name = json.at("name").get<std::string>(),
            .value = decimal_from(json.at("value")),
            .unit = json.at("unit").get<std::string>(),
            .from = optional_time_from(json.at("from")),
            .to = optional_time_from(json.at("to")),
            .now = json.at("now").get<bool>(),
            .source = json.at("source").get<std::string>(),
            .year = json.at("year").get<std::string>(),
            .region = json.at("region").get<std::string>(),
            .author = json.at("author").get<std::string>(),
            .record = whole_from<DatedId>(json.at("record"))};
}

Json to_json(const BreakReport& found) {
    return {{"meter", found.meter.text},
            {"point", found.point.text},
            {"last_good", utc_text(found.last_good)},
            {"first_after", utc_text(found.first_after)},
            {"index_before", found.index_before.to_string()},
            {"index_after", found.index_after.to_string()},
            {"found_at", utc_text(found.found_at)}};
}

BreakReport break_from(const Json& json) {
    return {.meter = {json.at("meter").get<std::string>()},
            .point = {json.at("point").get<std::string>()},
            .last_good = time_from(json.at("last_good")),
            .first_after = time_from(json.at("first_after")),
            .index_before = decimal_from(json.at("index_before")),
            .index_after = decimal_from(json.at("index_after")),
            .found_at = time_from(json.at("found_at"))};
}

/// No value is an empty text.
std::optional<Decimal> optional_decimal_from(const Json& json) {
    if (json.get_ref<const std::string&>().empty()) return std::nullopt;
    return decimal_from(json);
}

Json to_json(const RequestReport& request) {
    return {{"item", request.item},
            {"type", to_string(request.period.type)},
            {"period", request.period_text},
            {"from", utc_text(request.period.from)},
            {"to", utc_text(request.period.to)},
            {"stands", request.stands ? request.stands->to_string() : std::string{}},
            {"wanted", request.wanted ? request.wanted->to_string() : std::string{}},
            {"unit", request.unit},
            {"marks", request.marks},
            {"cause", request.cause},
            {"asked_at", utc_text(request.asked_at)}};
}

RequestReport request_from(const Json& json) {
    return {.item = json.at("item").get<std::string>(),
            .period = {enum_from(json.at("type"), kStatTypes), time_from(json.at("from")),
                       time_from(json.at("to"))},
            .period_text = json.at("period").get<std::string>(),
            .stands = optional_decimal_from(json.at("stands")),
            .wanted = optional_decimal_from(json.at("wanted")),
            .unit = json.at("unit").get<std::string>(),
            .marks = json.at("marks").get<std::vector<std::string>>(),
            .cause = json.at("cause").get<std::string>(),
            .asked_at = time_from(json.at("asked_at"))};
}

Json to_json(const PeriodStateReport& state) {
    return {{"type", to_string(state.period.type)}, {"period", state.period_text},
            {"from", utc_text(state.period.from)},  {"to", utc_text(state.period.to)},
            {"state", to_string(state.state)},      {"reported", state.reported}};
}

PeriodStateReport state_from(const Json& json) {
    return {.period = {enum_from(json.at("type"), kStatTypes), time_from(json.at("from")),
                       time_from(json.at("to"))},
            .period_text = json.at("period").get<std::string>(),
            .state = enum_from(json.at("state"), kPeriodStates),
            .reported = json.at("reported").get<bool>()};
}

template <class T>
Json list_json(const std::vector<T>& all) {
    Json list = Json::array();
    for (const T& each : all) list.push_back(to_json(each));
    return list;
}

}  // namespace

std::string dated_to_json(const DatedReport& report) {
    return to_line({{"record", record_json(report.record)},
                    {"again", report.again ? to_json(*report.again) : Json(nullptr)}});
}

Result<DatedReport> dated_from_json(std::string_view json) {
    return read_as<DatedReport>(json, [](const Json& answer) {
        DatedReport report{.record = record_from(answer.at("record")), .again = std::nullopt};
        if (!answer.at("again").is_null()) report.again = effect_from(answer.at("again"));
        return report;
    });
}

std::string dated_list_to_json(const DatedListReport& report) {
    Json list = Json::array();
    for (const DatedRecord& record : report.records) list.push_back(record_json(record));
    return to_line({{"records", std::move(list)}, {"next", report.next}});
}

Result<DatedListReport> dated_list_from_json(std::string_view json) {
    return read_as<DatedListReport>(json, [](const Json& answer) {
        DatedListReport report{.records = {}, .next = whole_from<DatedId>(answer.at("next"))};
        for (const Json& one : answer.at("records")) report.records.push_back(record_from(one));
        return report;
    });
}

std::string coefficients_to_json(const std::vector<CoefficientReport>& coefficients) {
    return to_line({{"coefficients", list_json(coefficients)}});
}

Result<std::vector<CoefficientReport>> coefficients_from_json(std::string_view json) {
    return read_as<std::vector<CoefficientReport>>(json, [](const Json& answer) {
        std::vector<CoefficientReport> all;
        for (const Json& one : answer.at("coefficients")) all.push_back(coefficient_from(one));
        return all;
    });
}

std::string breaks_to_json(const std::vector<BreakReport>& breaks) {
    return to_line({{"breaks", list_json(breaks)}});
}

Result<std::vector<BreakReport>> breaks_from_json(std::string_view json) {
    return read_as<std::vector<BreakReport>>(json, [](const Json& answer) {
        std::vector<BreakReport> all;
        for (const Json& one : answer.at("breaks")) all.push_back(break_from(one));
        return all;
    });
}

std::string_view to_string(PeriodState state) {
    switch (state) {
        case PeriodState::open:
            return "open";
        case PeriodState::reported:
            return "reported";
        case PeriodState::locked:
            return "locked";
    }
    return {};
}

std::string periods_to_json(const PeriodsReport& report) {
    Json locks = Json::array();
    for (const DatedRecord& lock : report.locks) locks.push_back(record_json(lock));
    return to_line({{"states", list_json(report.states)},
                    {"locks", std::move(locks)},
                    {"requests", list_json(report.requests)},
                    {"more", report.more}});
}

Result<PeriodsReport> periods_from_json(std::string_view json) {
    return read_as<PeriodsReport>(json, [](const Json& answer) {
        PeriodsReport report{
            .states = {}, .locks = {}, .requests = {}, .more = answer.at("more").get<bool>()};
        for (const Json& one : answer.at("states")) report.states.push_back(state_from(one));
        for (const Json& one : answer.at("locks")) report.locks.push_back(record_from(one));
        for (const Json& one : answer.at("requests")) report.requests.push_back(request_from(one));
        return report;
    });
}

}  // namespace mg
