#include <algorithm>
#include <array>
#include <initializer_list>
#include <stdexcept>
#include <utility>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "gateway/accounting/dated_record_json.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"

namespace mg {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestJson = std::size_t{512} * 1024;

/// What the reading functions throw; the two functions of the header catch it.
struct NotAsDocumented : std::runtime_error {
    using std::runtime_error::runtime_error;
};

[[noreturn]] void expected(std::string_view field, std::string_view en, std::string_view zh,
                           const Json& found) {
    throw NotAsDocumented(trf("{0}: {1} expected, found {2}", "{0}：应为{3}，实为 {2}", field, en,
                              found.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 80), zh));
}

/// One object with its path, read field by field. Throws at the first thing that is not as documented.
class Fields {
public:
    Fields(const Json& object, std::string path, std::initializer_list<std::string_view> known)
        : object_{object}, path_{std::move(path)} {
        if (!object.is_object()) expected(path_.empty() ? "JSON" : path_, "an object", "对象", object);
        for (const auto& field : object.items()) {
            if (std::ranges::find(known, field.key()) != known.end()) continue;
            throw NotAsDocumented(trf("{0}: no such field; there are {1}", "{0}：没有此字段；可用字段：{1}",
                                      name(field.key()), fmt::join(known, ", ")));
        }
    }

    [[nodiscard]] std::string name(std::string_view key) const {
        return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
    }
    [[nodiscard]] bool has(const char* key) const {
        return object_.contains(key) && !object_.at(key).is_null();
    }
    [[nodiscard]] const Json& at(const char* key) const {
        if (!has(key)) throw NotAsDocumented(trf("{0}: is missing", "{0}：缺少", name(key)));
        return object_.at(key);
    }

    [[nodiscard]] std::string text(const char* key) const {
        const Json& value = at(key);
        if (!value.is_string()) expected(name(key), "a text", "文字", value);
        return value.get<std::string>();
    }
    [[nodiscard]] std::string text_or_empty(const char* key) const {
        return has(key) ? text(key) : std::string{};
    }
    [[nodiscard]] Decimal number(const char* key) const {
        const Json& value = at(key);
        const auto number = value.is_string() ? Decimal::parse(value.get_ref<const std::string&>())
                                              : Result<Decimal>{fail(Failure::rejected, {})};
        if (!number) {
            expected(name(key), "a decimal number in quotes, like \"12.5\"", "带引号的十进制数，如 \"12.5\"",
                     value);
        }
        return *number;
    }
    [[nodiscard]] UtcTime time(const char* key) const {
        const Json& value = at(key);
        const auto time =
            value.is_string() ? utc_from_iso(value.get_ref<const std::string&>()) : std::nullopt;
        if (!time) {
            expected(name(key), "a time with its offset, like \"2026-11-22T10:07+08:00\"",
                     "带时区的时间，如 \"2026-11-22T10:07+08:00\"", value);
        }
        return *time;
    }
    [[nodiscard]] bool yes_or_no(const char* key) const {
        const Json& value = at(key);
        if (!value.is_boolean()) expected(name(key), "true or false", " true 或 false", value);
        return value.get<bool>();
    }
    /// 0 … 2^53.
    [[nodiscard]] std::int64_t whole(const char* key) const {
        const Json& value = at(key);
        constexpr std::uint64_t kMost = std::uint64_t{1} << 53U;
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kMost) {
            expected(name(key), "a whole number", "非负整数", value);
        }
        return value.get<std::int64_t>();
    }
    [[nodiscard]] const Json& list(const char* key) const {
        const Json& value = at(key);
        if (!value.is_array()) expected(name(key), "a list", "列表", value);
        return value;
    }
    [[nodiscard]] std::optional<Decimal> optional_number(const char* key) const {
        return has(key) ? std::optional{number(key)} : std::nullopt;
    }
    [[nodiscard]] std::optional<UtcTime> optional_time(const char* key) const {
        return has(key) ? std::optional{time(key)} : std::nullopt;
    }

private:
    const Json& object_;
    std::string path_;
};

Multiplier multiplier_from(const Json& object) {
    const Fields fields{object, "multiplier", {"ct", "pt"}};
    return {fields.number("ct"), fields.number("pt")};
}

StatPeriod period_from(const Json& object) {
    const Fields fields{object, "period", {"type", "from", "to"}};
    const auto type = stat_type_from(fields.text("type"));
    if (!type) expected("period.type", "day, month or year", " day、month 或 year", fields.at("type"));
    return {*type, fields.time("from"), fields.time("to")};
}

InitialInstrument initial_instrument_from(const Json& object) {
    const Fields fields{object, {}, {"meter", "serial", "multiplier"}};
    return {{fields.text("meter")}, fields.text_or_empty("serial"), multiplier_from(fields.at("multiplier"))};
}

Replacement replacement_from(const Json& object) {
    const Fields fields{object,
                        {},
                        {"meter", "removed_at", "installed_at", "old_serial", "new_serial", "multiplier",
                         "rollover", "registers"}};
    Replacement body{.meter = {fields.text("meter")},
                     .removed_at = fields.time("removed_at"),
                     .installed_at = fields.time("installed_at"),
                     .old_serial = fields.text_or_empty("old_serial"),
                     .new_serial = fields.text_or_empty("new_serial"),
                     .multiplier = std::nullopt,
                     .rollover = fields.optional_number("rollover"),
                     .registers = {}};
    if (fields.has("multiplier")) body.multiplier = multiplier_from(fields.at("multiplier"));
    for (const Json& each : fields.list("registers")) {
        const Fields of{each, "registers", {"point", "old_end", "new_start", "unmetered"}};
        body.registers.push_back({{of.text("point")},
                                  of.number("old_end"),
                                  of.number("new_start"),
                                  of.optional_number("unmetered").value_or(Decimal{})});
    }
    return body;
}

MultiplierChange multiplier_change_from(const Json& object) {
    const Fields fields{object, {}, {"meter", "at", "multiplier", "registers"}};
    MultiplierChange body{
        {fields.text("meter")}, fields.time("at"), multiplier_from(fields.at("multiplier")), {}};
    for (const Json& each : fields.list("registers")) {
        const Fields of{each, "registers", {"point", "index"}};
        body.registers.push_back({{of.text("point")}, of.number("index")});
    }
    return body;
}

IndexRuling ruling_from(const Json& object) {
    const Fields fields{object, {}, {"meter", "point", "at", "verdict", "before", "after", "until"}};
    const auto verdict = index_verdict_from(fields.text("verdict"));
    if (!verdict) {
        expected("verdict", "rolled_over, was_reset, genuine or false_value",
                 " rolled_over、was_reset、genuine 或 false_value", fields.at("verdict"));
    }
    return {{fields.text("meter")},
            {fields.text("point")},
            fields.time("at"),
            *verdict,
            fields.optional_number("before"),
            fields.optional_number("after"),
            fields.optional_time("until")};
}

OutOfService out_of_service_from(const Json& object) {
    const Fields fields{object, {}, {"meter", "from", "to"}};
    return {{fields.text("meter")}, fields.time("from"), fields.optional_time("to")};
}

ProductionStop production_stop_from(const Json& object) {
    const Fields fields{object, {}, {"meters", "from", "to"}};
    ProductionStop body{{}, fields.time("from"), fields.optional_time("to")};
    for (const Json& meter : fields.list("meters")) {
        if (!meter.is_string()) expected("meters", "a text", "文字", meter);
        body.meters.push_back({meter.get<std::string>()});
    }
    return body;
}

OpeningAmount opening_from(const Json& object) {
    const Fields fields{object, {}, {"item", "from", "to", "amount"}};
    return {fields.text("item"), fields.time("from"), fields.time("to"), fields.number("amount")};
}

EnteredValue entry_from(const Json& object) {
    const Fields fields{object, {}, {"item", "period", "value", "input_type", "evidence"}};
    EnteredValue body{.item = fields.text("item"),
                      .period = period_from(fields.at("period")),
                      .value = fields.number("value"),
                      .input_type = EnteredValue{}.input_type,
                      .evidence = fields.text_or_empty("evidence")};
    if (fields.has("input_type")) {
        // sound() knows the range; what does not fit an int is out of it.
        body.input_type = static_cast<int>(std::min<std::int64_t>(fields.whole("input_type"), 99));
    }
    return body;
}

CoefficientValue coefficient_from(const Json& object) {
    const Fields fields{object, {}, {"name", "value", "unit", "from", "source", "year", "region"}};
    return {fields.text("name"),           fields.number("value"),         fields.text_or_empty("unit"),
            fields.time("from"),           fields.text_or_empty("source"), fields.text_or_empty("year"),
            fields.text_or_empty("region")};
}

PeriodLock lock_from(const Json& object) {
    const Fields fields{object, {}, {"period"}};
    return {period_from(fields.at("period"))};
}

Verification verification_from(const Json& object) {
    const Fields fields{
        object, {}, {"meter", "serial", "on", "valid_until", "by", "certificate", "result", "traceability"}};
    const auto result = verification_result_from(fields.text("result"));
    if (!result) {
        expected("result", "passed, limited or failed", " passed、limited 或 failed", fields.at("result"));
    }
    const auto traceability = traceability_from(fields.text("traceability"));
    if (!traceability) {
        expected("traceability", "legal, verification or calibration", " legal、verification 或 calibration",
                 fields.at("traceability"));
    }
    return {.meter = {fields.text("meter")},
            .serial = fields.text("serial"),
            .on = fields.time("on"),
            .valid_until = fields.optional_time("valid_until"),
            .by = fields.text_or_empty("by"),
            .certificate = fields.text_or_empty("certificate"),
            .result = *result,
            .traceability = *traceability};
}

struct BodyReader {
    std::string_view kind;
    DatedBody (*read)(const Json& object);
};
constexpr std::array<BodyReader, std::variant_size_v<DatedBody>> kReaders{{
    {"replacement", [](const Json& object) { return DatedBody{replacement_from(object)}; }},
    {"multiplier", [](const Json& object) { return DatedBody{multiplier_change_from(object)}; }},
    {"ruling", [](const Json& object) { return DatedBody{ruling_from(object)}; }},
    {"out_of_service", [](const Json& object) { return DatedBody{out_of_service_from(object)}; }},
    {"production_stop", [](const Json& object) { return DatedBody{production_stop_from(object)}; }},
    {"opening", [](const Json& object) { return DatedBody{opening_from(object)}; }},
    {"entry", [](const Json& object) { return DatedBody{entry_from(object)}; }},
    {"coefficient", [](const Json& object) { return DatedBody{coefficient_from(object)}; }},
    {"lock", [](const Json& object) { return DatedBody{lock_from(object)}; }},
    {"initial_instrument", [](const Json& object) { return DatedBody{initial_instrument_from(object)}; }},
    {"verification", [](const Json& object) { return DatedBody{verification_from(object)}; }},
}};

DatedBody body_from(std::string_view kind, const Json& object) {
    const auto reader = std::ranges::find(kReaders, kind, &BodyReader::kind);
    if (reader == kReaders.end()) {
        throw NotAsDocumented(trf("kind: there is no '{0}'; there are {1}", "kind：没有“{0}”；可用：{1}",
                                  kind.substr(0, 80), fmt::join(dated_kinds(), ", ")));
    }
    try {
        return reader->read(object);
    } catch (const NotAsDocumented& problem) {
        throw NotAsDocumented(std::string(kind) + ": " + problem.what());
    }
}

DatedRecord record_from(const Json& object) {
    const Fields fields{
        object,
        {},
        {"id", "kind", "subject", "body", "author", "remark", "entered_at", "needs_confirmation",
         "confirmed_by", "confirmed_at", "revoked_by", "revoked_at", "revoke_remark"}};
    return {.id = fields.has("id") ? fields.whole("id") : 0,
            .body = body_from(fields.text("kind"), fields.at("body")),
            .author = fields.text_or_empty("author"),
            .remark = fields.text_or_empty("remark"),
            .entered_at = fields.time("entered_at"),
            .needs_confirmation = fields.has("needs_confirmation") && fields.yes_or_no("needs_confirmation"),
            .confirmed_by = fields.text_or_empty("confirmed_by"),
            .confirmed_at = fields.optional_time("confirmed_at"),
            .revoked_by = fields.text_or_empty("revoked_by"),
            .revoked_at = fields.optional_time("revoked_at"),
            .revoke_remark = fields.text_or_empty("revoke_remark")};
}

/// Everything that `read` throws becomes `rejected`; what it gives has to be sound.
template <class T, class Read>
Result<T> read_as(std::string_view text, Read read) {
    if (text.size() > kLongestJson) {
        return fail(Failure::rejected, std::string(tr("the JSON is too long", "JSON 过长")));
    }
    try {
        T value = read(Json::parse(text));
        if (auto checked = sound(value); !checked) return tl::unexpected<Error>(checked.error());
        return value;
    } catch (const NotAsDocumented& problem) {
        return fail(Failure::rejected, problem.what());
    } catch (const std::exception& problem) {
        return fail(Failure::rejected, trf("not JSON: {}", "不是 JSON：{}", problem.what()));
    }
}

}  // namespace

Result<DatedBody> dated_body_from_json(std::string_view kind, std::string_view json) {
    return read_as<DatedBody>(json, [&](const Json& object) { return body_from(kind, object); });
}

Result<DatedRecord> dated_record_from_json(std::string_view json) {
    return read_as<DatedRecord>(json, [](const Json& object) { return record_from(object); });
}

}  // namespace mg
