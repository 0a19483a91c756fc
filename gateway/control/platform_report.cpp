#include "gateway/control/platform_report.h"

#include <utility>

#include "gateway/control/json_fields.h"

namespace mg {

using namespace control_json;

namespace {

Json record_json(const SentRecord& record) {
    return {{"item", record.item},
            {"type", to_string(record.period.type)},
            {"period", record.period_text},
            {"from", utc_text(record.period.from)},
            {"to", utc_text(record.period.to)},
            {"revision", record.revision},
            {"value", record.value ? record.value->to_string() : std::string{}},
            {"unit", record.unit}};
}

SentRecord sent_record_from(const Json& json) {
    SentRecord record{.item = json.at("item").get<std::string>(),
                      .period = {enum_from(json.at("type"), kStatTypes), time_from(json.at("from")),
                                 time_from(json.at("to"))},
                      .period_text = json.at("period").get<std::string>(),
                      .revision = whole_from<std::uint32_t>(json.at("revision")),
                      .value = std::nullopt,
                      .unit = json.at("unit").get<std::string>()};
    const auto& value = json.at("value").get_ref<const std::string&>();
    if (value.empty()) return record;
    const auto parsed = Decimal::parse(value);
    if (!parsed) throw NotAsDocumented("not a decimal: " + value);
    record.value = *parsed;
    return record;
}

Json to_json(const ReceiptReport& receipt) {
    Json json = record_json(receipt.record);
    json["outcome"] = receipt.outcome;
    json["words"] = receipt.words;
    json["at"] = utc_text(receipt.at);
    json["last_at"] = utc_text(receipt.last_at);
    json["times"] = receipt.times;
    return json;
}

ReceiptReport receipt_from(const Json& json) {
    return {.record = sent_record_from(json),
            .outcome = json.at("outcome").get<std::string>(),
            .words = json.at("words").get<std::string>(),
            .at = time_from(json.at("at")),
            .last_at = time_from(json.at("last_at")),
            .times = whole_from<std::uint32_t>(json.at("times"))};
}

Json to_json(const SetAsideReport& record) {
    Json json = record_json(record.record);
    json["words"] = record.words;
    json["at"] = utc_text(record.at);
    return json;
}

SetAsideReport set_aside_from(const Json& json) {
    return {.record = sent_record_from(json),
            .words = json.at("words").get<std::string>(),
            .at = time_from(json.at("at"))};
}

Json next_json(const std::string& next) {
    return next.empty() ? Json(nullptr) : Json(next);
}

std::string next_from(const Json& json) {
    return json.is_null() ? std::string{} : json.get<std::string>();
}

}  // namespace

std::string record_receipts_to_json(const ReceiptsReport& report) {
    Json list = Json::array();
    for (const ReceiptReport& receipt : report.receipts) list.push_back(to_json(receipt));
    return to_line({{"receipts", std::move(list)}, {"next", next_json(report.next)}});
}

Result<ReceiptsReport> record_receipts_from_json(std::string_view json) {
    return read_as<ReceiptsReport>(json, [](const Json& answer) {
        ReceiptsReport report{.receipts = {}, .next = next_from(answer.at("next"))};
        for (const Json& each : answer.at("receipts")) report.receipts.push_back(receipt_from(each));
        return report;
    });
}

std::string record_receipt_to_json(const ReceiptReport& receipt) {
    return to_line(to_json(receipt));
}

std::string records_set_aside_to_json(const SetAsideRecords& report) {
    Json list = Json::array();
    for (const SetAsideReport& record : report.records) list.push_back(to_json(record));
    return to_line({{"records", std::move(list)}, {"next", next_json(report.next)}});
}

Result<SetAsideRecords> records_set_aside_from_json(std::string_view json) {
    return read_as<SetAsideRecords>(json, [](const Json& answer) {
        SetAsideRecords report{.records = {}, .next = next_from(answer.at("next"))};
        for (const Json& each : answer.at("records")) report.records.push_back(set_aside_from(each));
        return report;
    });
}

std::string record_set_aside_to_json(const SetAsideReport& record) {
    return to_line(to_json(record));
}

std::string records_ordered_to_json(std::size_t records) {
    return to_line({{"records", records}});
}

Result<std::size_t> records_ordered_from_json(std::string_view json) {
    return read_as<std::size_t>(
        json, [](const Json& answer) { return whole_from<std::size_t>(answer.at("records")); });
}

}  // namespace mg
