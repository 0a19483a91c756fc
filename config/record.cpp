#include "config/record.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

Complaint wrong_type(TomlKind kind, std::string_view wanted_en, std::string_view wanted_zh,
                     const Field& field) {
    const std::string limits = allowed_values(field);
    std::string allowed(tr(wanted_en, wanted_zh));
    if (!limits.empty()) allowed += trf(", {}", "，{}", limits);
    return {trf("wrong type: {}", "类型不对：是{}", describe(kind)), allowed};
}

Parsed<Value> read_bilingual(const Field& field, const TomlNode& node) {
    if (node.kind == TomlKind::text) return Value{Bilingual{node.text, node.text}};
    if (node.kind != TomlKind::table) {
        return tl::unexpected(
            wrong_type(node.kind, "a text, or one for each language", "文字，或两种语言各一", field));
    }
    Bilingual both;
    for (const auto& member : node.members) {
        const bool known = member.key == "zh" || member.key == "en";
        if (!known || member.value.kind != TomlKind::text) {
            return tl::unexpected(Complaint{trf("'{}' does not belong here", "此处不能写“{}”", member.key),
                                            allowed_values(field)});
        }
        (member.key == "zh" ? both.zh : both.en) = member.value.text;
    }
    if (both.zh.empty()) both.zh = both.en;
    if (both.en.empty()) both.en = both.zh;
    return Value{both};
}

Parsed<Value> read_marks(const Field& field, const TomlNode& node) {
    if (node.kind != TomlKind::array) return tl::unexpected(wrong_type(node.kind, "a list", "列表", field));
    std::vector<std::uint64_t> marks;
    for (const TomlNode& item : node.items) {
        if (item.kind != TomlKind::text && item.kind != TomlKind::integer) {
            return tl::unexpected(wrong_type(item.kind, "numbers or texts", "数或文字", field));
        }
        const auto mark = parse_unsigned(item.text);
        if (!mark) return tl::unexpected(mark.error());
        marks.push_back(*mark);
    }
    return Value{marks};
}

Complaint too_long() {
    return {std::string(tr("the text is too long", "文字过长")),
            trf("at most {} bytes", "不超过 {} 字节", kLongestText)};
}

Parsed<Value> read_list(const Field& field, const TomlNode& node) {
    if (node.kind != TomlKind::array && node.kind != TomlKind::text) {
        return tl::unexpected(wrong_type(node.kind, "a text or a list of texts", "文字或文字列表", field));
    }
    const std::vector<TomlNode> one{node};
    std::vector<std::string> texts;
    for (const TomlNode& item : node.kind == TomlKind::array ? node.items : one) {
        if (item.kind != TomlKind::text || item.text.empty()) {
            return tl::unexpected(wrong_type(item.kind, "texts in quotes", "加引号的文字", field));
        }
        if (item.text.size() > kLongestText) return tl::unexpected(too_long());
        texts.push_back(item.text);
    }
    return Value{texts};
}

/// Whether they exist is known when all files are read.
Parsed<Value> read_ids(const Field& field, const TomlNode& node) {
    if (node.kind != TomlKind::array) return tl::unexpected(wrong_type(node.kind, "a list", "列表", field));
    std::vector<Listed> ids;
    for (const TomlNode& item : node.items) {
        if (item.kind != TomlKind::text) {
            return tl::unexpected(wrong_type(item.kind, "texts in quotes", "加引号的文字", field));
        }
        ids.push_back({item.text, item.place});
    }
    return Value{std::move(ids)};
}

/// Which kinds of TOML value a field accepts, and what they are called.
struct Wanted {
    bool text;
    bool integer;
    bool decimal;
    std::string_view en;
    std::string_view zh;
};

Wanted wanted_for(ValueType type) {
    switch (type) {
        case ValueType::integer:
            return {false, true, false, "a whole number", "整数"};
        case ValueType::decimal:
        case ValueType::positive:
            return {true, true, true, "a number", "数"};
        case ValueType::choice:
            return {true, true, false, "a text", "文字"};
        case ValueType::duration:
            return {true, true, false, "a text with its unit", "带单位的文字"};
        case ValueType::id:
        case ValueType::model_id:
        case ValueType::prose:
        case ValueType::code:
        case ValueType::choices:
        case ValueType::minutes:
        case ValueType::size:
        case ValueType::date:
        case ValueType::moment:
        case ValueType::utc_offset:
        case ValueType::boolean:
        case ValueType::bilingual:
        case ValueType::hex_marks:
        case ValueType::code_list:
        case ValueType::ids:
            break;
    }
    return {true, false, false, "a text in quotes", "加引号的文字"};
}

Parsed<Value> read_value(const Field& field, const TomlNode& node) {
    if (field.type == ValueType::bilingual) return read_bilingual(field, node);
    if (field.type == ValueType::hex_marks) return read_marks(field, node);
    if (field.type == ValueType::code_list) return read_list(field, node);
    if (field.type == ValueType::ids) return read_ids(field, node);
    if (field.type == ValueType::boolean) {
        if (node.kind == TomlKind::boolean) return Value{node.text == "true"};
        return tl::unexpected(wrong_type(node.kind, "without quotes", "不加引号", field));
    }
    const Wanted wanted = wanted_for(field.type);
    const bool fits = (node.kind == TomlKind::text && wanted.text) ||
                      (node.kind == TomlKind::integer && wanted.integer) ||
                      (node.kind == TomlKind::decimal && wanted.decimal) ||
                      (node.kind == TomlKind::date && field.type == ValueType::date && !node.text.empty());
    if (!fits) return tl::unexpected(wrong_type(node.kind, wanted.en, wanted.zh, field));
    if (node.text.size() > kLongestText) return tl::unexpected(too_long());
    return parse_value(field, node.text);
}

Complaint unknown_key(FieldSection section, std::string_view key) {
    std::string keys;
    for (const Field& field : fields_of(section)) {
        if (!keys.empty()) keys += ", ";
        keys += field.key;
    }
    return {trf("unknown key '{}', nearest is '{}'", "没有“{}”这个键，最接近的是“{}”", key,
                nearest_key(section, key)),
            keys};
}

std::string found_in(const TomlNode& node) {
    return node.kind == TomlKind::array || node.kind == TomlKind::table ? std::string(describe(node.kind))
                                                                        : node.text;
}

void report_missing(const Record& record, FieldSection section, Reporter& report) {
    for (const Field& field : fields_of(section)) {
        if (!field.required || record.has(field.key)) continue;
        report.error(record.place(), record.field_name(field.key),
                     {std::string(tr("is missing", "缺少此项")), allowed_values(field)});
    }
}

}  // namespace

const Record::Entry* Record::find(std::string_view key) const {
    const auto found =
        std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.field->key == key; });
    return found == entries_.end() ? nullptr : &*found;
}

void Record::reject(std::string_view key) {
    const auto found =
        std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.field->key == key; });
    if (found != entries_.end()) found->valid = false;
}

Place Record::place_of(std::string_view key) const {
    const Entry* entry = find(key);
    return entry != nullptr ? entry->place : place_;
}

std::string_view Record::text(std::string_view key) const {
    const Entry* entry = find(key);
    return entry != nullptr ? std::string_view{entry->text} : std::string_view{};
}

std::string Record::field_name(std::string_view key) const {
    if (text_of(section_).table) return std::string(key);
    return fmt::format("{}.{}", text_of(section_).name, key);
}

Record read_table(FieldSection section, const TomlNode& table, Reporter& report) {
    Record record{section, table.place};
    for (const auto& [key, key_place, node] : table.members) {
        const Field* field = field_by_key(section, key);
        if (field == nullptr) {
            report.error(key_place, record.field_name(key), unknown_key(section, key));
            continue;
        }
        // An empty text says as much as no text: a template's `name = ""` is no mistake.
        if (node.kind == TomlKind::text && node.text.empty()) continue;
        auto value = read_value(*field, node);
        if (!value) report.error(node.place, record.field_name(key), value.error(), found_in(node));
        record.add({field, node.place, node.text, value.has_value(), value.value_or(Value{})});
    }
    report_missing(record, section, report);
    return record;
}

}  // namespace mg
