#include "gateway/accounting/dated_record_json.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "gateway/base/utc_text.h"

namespace mg {
namespace {

using Json = nlohmann::ordered_json;

Json json(const Decimal& number) {
    return number.to_string();
}
Json json(UtcTime time) {
    return utc_text(time);
}
Json json(const Multiplier& multiplier) {
    return {{"ct", json(multiplier.ct)}, {"pt", json(multiplier.pt)}};
}
template <class T>
Json json(const std::optional<T>& value) {
    return value ? json(*value) : Json(nullptr);
}

/// The three keys that say which period it is.
Json period_json(const StatPeriod& period) {
    return {{"type", to_string(period.type)}, {"from", json(period.from)}, {"to", json(period.to)}};
}

Json body_json(const InitialInstrument& body) {
    return {{"meter", body.meter.text}, {"serial", body.serial}, {"multiplier", json(body.multiplier)}};
}

Json body_json(const Replacement& body) {
    Json registers = Json::array();
    for (const auto& each : body.registers) {
        registers.push_back({{"point", each.point.text},
                             {"old_end", json(each.old_end)},
                             {"new_start", json(each.new_start)},
                             {"unmetered", json(each.unmetered)}});
    }
    return {{"meter", body.meter.text},
            {"removed_at", json(body.removed_at)},
            {"installed_at", json(body.installed_at)},
            {"old_serial", body.old_serial},
            {"new_serial", body.new_serial},
            {"multiplier", json(body.multiplier)},
            {"rollover", json(body.rollover)},
            {"registers", std::move(registers)}};
}

Json body_json(const MultiplierChange& body) {
    Json registers = Json::array();
    for (const auto& each : body.registers) {
        registers.push_back({{"point", each.point.text}, {"index", json(each.index)}});
    }
    return {{"meter", body.meter.text},
            {"at", json(body.at)},
            {"multiplier", json(body.multiplier)},
            {"registers", std::move(registers)}};
}

Json body_json(const IndexRuling& body) {
    return {{"meter", body.meter.text},           {"point", body.point.text},    {"at", json(body.at)},
            {"verdict", to_string(body.verdict)}, {"before", json(body.before)}, {"after", json(body.after)},
            {"until", json(body.until)}};
}

Json body_json(const OutOfService& body) {
    return {{"meter", body.meter.text}, {"from", json(body.from)}, {"to", json(body.to)}};
}

Json body_json(const ProductionStop& body) {
    Json meters = Json::array();
    for (const MeterId& meter : body.meters) meters.push_back(meter.text);
    return {{"meters", std::move(meters)}, {"from", json(body.from)}, {"to", json(body.to)}};
}

Json body_json(const OpeningAmount& body) {
    return {
        {"item", body.item}, {"from", json(body.from)}, {"to", json(body.to)}, {"amount", json(body.amount)}};
}

Json body_json(const EnteredValue& body) {
    return {{"item", body.item},
            {"period", period_json(body.period)},
            {"value", json(body.value)},
            {"input_type", body.input_type},
            {"evidence", body.evidence}};
}

Json body_json(const CoefficientValue& body) {
    return {{"name", body.name},       {"value", json(body.value)}, {"unit", body.unit},
            {"from", json(body.from)}, {"source", body.source},     {"year", body.year},
            {"region", body.region}};
}

Json body_json(const PeriodLock& body) {
    return {{"period", period_json(body.period)}};
}

Json body_json(const Verification& body) {
    return {{"meter", body.meter.text},
            {"serial", body.serial},
            {"on", json(body.on)},
            {"valid_until", json(body.valid_until)},
            {"by", body.by},
            {"certificate", body.certificate},
            {"result", to_string(body.result)},
            {"traceability", to_string(body.traceability)}};
}

Json body_json(const DatedBody& body) {
    return std::visit([](const auto& each) { return body_json(each); }, body);
}

/// Bytes that are not UTF-8 become U+FFFD instead of an exception.
std::string one_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string json_of(const DatedBody& body) {
    return one_line(body_json(body));
}

std::string json_of(const DatedRecord& record) {
    return one_line({{"id", record.id},
                     {"kind", kind_of(record.body)},
                     {"subject", subject_of(record.body)},
                     {"body", body_json(record.body)},
                     {"author", record.author},
                     {"remark", record.remark},
                     {"entered_at", json(record.entered_at)},
                     {"needs_confirmation", record.needs_confirmation},
                     {"confirmed_by", record.confirmed_by},
                     {"confirmed_at", json(record.confirmed_at)},
                     {"revoked_by", record.revoked_by},
                     {"revoked_at", json(record.revoked_at)},
                     {"revoke_remark", record.revoke_remark}});
}

}  // namespace mg
