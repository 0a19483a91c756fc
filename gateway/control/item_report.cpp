#include "gateway/control/item_report.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/coal_basis.h"
#include "gateway/control/json_fields.h"

namespace mg {

using namespace control_json;

namespace {

constexpr std::array kMethods{ItemMethod::difference, ItemMethod::manual, ItemMethod::last,
                              ItemMethod::mean,       ItemMethod::ratio,  ItemMethod::total};

/// The keys in items.csv.
std::string_view name_of(ItemMethod method) {
    switch (method) {
        case ItemMethod::difference:
            return "difference";
        case ItemMethod::manual:
            return "manual";
        case ItemMethod::last:
            return "last";
        case ItemMethod::mean:
            return "mean";
        case ItemMethod::ratio:
            return "ratio";
        case ItemMethod::total:
            return "total";
    }
    return {};
}

ItemMethod method_from(const Json& json) {
    const auto& name = json.get_ref<const std::string&>();
    const auto found = std::ranges::find(kMethods, name, name_of);
    if (found == kMethods.end()) throw NotAsDocumented("unknown code: " + name);
    return *found;
}

Json to_json(const std::optional<CoalReport>& coal) {
    if (!coal) return nullptr;
    return {{"factor", coal->factor},
            {"unit", coal->unit},
            {"basis", coal->basis ? Json(to_string(*coal->basis)) : Json(nullptr)}};
}

std::optional<CoalReport> coal_from(const Json& json) {
    if (json.is_null()) return std::nullopt;
    CoalReport coal{.factor = json.at("factor").get<std::string>(),
                    .unit = json.at("unit").get<std::string>(),
                    .basis = std::nullopt};
    if (const Json& basis = json.at("basis"); !basis.is_null()) {
        coal.basis = enum_from(basis, kCoalBases);
    }
    return coal;
}

Decimal decimal_from(const Json& json) {
    const auto value = Decimal::parse(json.get_ref<const std::string&>());
    if (!value) throw NotAsDocumented("not a decimal: " + json.dump());
    return *value;
}

Json to_json(const RecordReport& record) {
    return {{"item", record.item},
            {"type", to_string(record.period.type)},
            {"period", record.period_text},
            {"from", utc_text(record.period.from)},
            {"to", utc_text(record.period.to)},
            {"revision", record.revision},
            {"value", record.value ? record.value->to_string() : std::string{}},
            {"unit", record.unit},
            {"marks", record.marks},
            {"suspect", record.suspect},
            {"input_type", record.input_type},
            {"cause", record.cause},
            {"computed_at", utc_text(record.computed_at)}};
}

Json to_json(const std::optional<RecordReport>& record) {
    return record ? to_json(*record) : Json(nullptr);
}

RecordReport record_from(const Json& json) {
    RecordReport record{.item = json.at("item").get<std::string>(),
                        .period = {enum_from(json.at("type"), kStatTypes), time_from(json.at("from")),
                                   time_from(json.at("to"))},
                        .period_text = json.at("period").get<std::string>(),
                        .revision = whole_from<std::uint32_t>(json.at("revision")),
                        .value = std::nullopt,
                        .unit = json.at("unit").get<std::string>(),
                        .marks = json.at("marks").get<std::vector<std::string>>(),
                        .suspect = json.at("suspect").get<bool>(),
                        .input_type = whole_from<int>(json.at("input_type")),
                        .cause = json.at("cause").get<std::string>(),
                        .computed_at = time_from(json.at("computed_at"))};
    if (!json.at("value").get_ref<const std::string&>().empty())
        record.value = decimal_from(json.at("value"));
    return record;
}

std::optional<RecordReport> optional_record_from(const Json& json) {
    if (json.is_null()) return std::nullopt;
    return record_from(json);
}

Json to_json(const ItemVersionReport& version) {
    Json periods = Json::array();
    for (const StatType type : version.periods) periods.push_back(to_string(type));
    Json other_codes = Json::object();
    for (const auto& [uplink, code] : version.other_codes) other_codes[uplink] = code;
    return {{"valid_from", time_json(version.valid_from)},
            {"valid_to", time_json(version.valid_to)},
            {"name", version.name},
            {"code", version.code},
            {"other_codes", std::move(other_codes)},
            {"unit", version.unit},
            {"method", name_of(version.method)},
            {"formula", version.formula},
            {"periods", std::move(periods)},
            {"coal", to_json(version.coal)}};
}

ItemVersionReport version_from(const Json& json) {
    ItemVersionReport version{.valid_from = optional_time_from(json.at("valid_from")),
                              .valid_to = optional_time_from(json.at("valid_to")),
                              .name = json.at("name").get<std::string>(),
                              .code = json.at("code").get<std::string>(),
                              .other_codes = {},
                              .unit = json.at("unit").get<std::string>(),
                              .method = method_from(json.at("method")),
                              .formula = json.at("formula").get<std::string>(),
                              .periods = {},
                              .coal = coal_from(json.at("coal"))};
    for (const auto& [uplink, code] : json.at("other_codes").items()) {
        version.other_codes[uplink] = code.get<std::string>();
    }
    for (const Json& type : json.at("periods")) version.periods.push_back(enum_from(type, kStatTypes));
    return version;
}

Json to_json(const ItemReport& item) {
    Json versions = Json::array();
    for (const ItemVersionReport& version : item.versions) versions.push_back(to_json(version));
    return {{"id", item.id},
            {"now", to_json(item.now)},
            {"versions", std::move(versions)},
            {"day", to_json(item.day)},
            {"month", to_json(item.month)}};
}

ItemReport item_from(const Json& json) {
    ItemReport item{.id = json.at("id").get<std::string>(),
                    .now = version_from(json.at("now")),
                    .versions = {},
                    .day = optional_record_from(json.at("day")),
                    .month = optional_record_from(json.at("month"))};
    for (const Json& version : json.at("versions")) item.versions.push_back(version_from(version));
    return item;
}

}  // namespace

std::string items_to_json(const std::vector<ItemReport>& items) {
    Json list = Json::array();
    for (const ItemReport& item : items) list.push_back(to_json(item));
    return to_line({{"items", std::move(list)}});
}

Result<std::vector<ItemReport>> items_from_json(std::string_view json) {
    return read_as<std::vector<ItemReport>>(json, [](const Json& answer) {
        std::vector<ItemReport> items;
        for (const Json& one : answer.at("items")) items.push_back(item_from(one));
        return items;
    });
}

std::string records_to_json(const RecordsReport& report) {
    Json list = Json::array();
    for (const RecordReport& record : report.records) list.push_back(to_json(record));
    return to_line({{"records", std::move(list)}, {"next", time_json(report.next)}});
}

Result<RecordsReport> records_from_json(std::string_view json) {
    return read_as<RecordsReport>(json, [](const Json& answer) {
        RecordsReport report{.records = {}, .next = optional_time_from(answer.at("next"))};
        for (const Json& one : answer.at("records")) report.records.push_back(record_from(one));
        return report;
    });
}

std::string entry_to_json(const EntryReport& entry) {
    return to_line({{"record", entry.record},
                    {"item", entry.item},
                    {"period", entry.period_text},
                    {"value", entry.value.to_string()},
                    {"unit", entry.unit},
                    {"author", entry.author},
                    {"waits", entry.waits},
                    {"already", entry.already},
                    {"doubt", entry.doubt}});
}

Result<EntryReport> entry_from_json(std::string_view json) {
    return read_as<EntryReport>(json, [](const Json& answer) {
        return EntryReport{.record = whole_from<std::int64_t>(answer.at("record")),
                           .item = answer.at("item").get<std::string>(),
                           .period_text = answer.at("period").get<std::string>(),
                           .value = decimal_from(answer.at("value")),
                           .unit = answer.at("unit").get<std::string>(),
                           .author = answer.at("author").get<std::string>(),
                           .waits = answer.at("waits").get<bool>(),
                           .already = answer.at("already").get<bool>(),
                           .doubt = answer.at("doubt").get<std::string>()};
    });
}

}  // namespace mg
