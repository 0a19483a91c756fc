#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "config/message_names.h"
#include "config/profile_parts.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

void complain(const Record& record, std::string_view key, Reporter& report, std::string_view en,
              std::string_view zh, std::string_view found = {}) {
    report.error(record.place_of(key), record.field_name(key), {std::string(tr(en, zh)), {}}, found);
}

bool is_path(std::string_view text) {
    const bool plain = std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view{"/_.-~%?=&"}.find(c) != std::string_view::npos;
    });
    return plain && !text.starts_with("//") && text.find("..") == std::string_view::npos;
}

bool is_header(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != ':'; });
}

void check_paths(const Record& paths, Reporter& report) {
    for (const Record::Entry& entry : paths.entries()) {
        if (!entry.valid || is_path(entry.text)) continue;
        complain(paths, entry.field->key, report, "not a path below the platform's address",
                 "不是平台地址之下的路径", entry.text);
    }
}

bool is_reachable(const ProfileOptions& profile, PlatformCall call) {
    return !profile.call(call).path.empty() || !profile.call(call).answer_names.empty();
}

void need(const Record& record, std::string_view key, const ProfileOptions& profile, PlatformCall call,
          Reporter& report) {
    if (is_reachable(profile, call)) return;
    std::string ways = fmt::format("paths.{}", to_string(call));
    if (field_by_key(FieldSection::profile_addresses, to_string(call)) != nullptr)
        ways += fmt::format(", addresses.{}", to_string(call));
    report.error(record.place_of(key), record.field_name(key),
                 {trf("nothing says where '{}' goes", "没有写明“{}”发往何处", to_string(call)), ways});
}

bool has(const ProfileOptions& profile, PlatformStep step) {
    return profile.steps.contains(step);
}

void check_calls(const Record& about, const Record& addresses, const ProfileOptions& profile,
                 Reporter& report) {
    const bool token = profile.flow == PlatformFlow::token;
    need(about, "flow", profile, PlatformCall::data, report);
    if (token) need(about, "flow", profile, PlatformCall::token, report);
    if (token && profile.password == PasswordForm::sm4_cbc)
        need(about, "password", profile, PlatformCall::working_key, report);
    if (has(profile, PlatformStep::version)) need(about, "steps", profile, PlatformCall::version, report);
    if (has(profile, PlatformStep::base_data)) need(about, "steps", profile, PlatformCall::base_data, report);
    if (has(profile, PlatformStep::enterprise))
        need(about, "steps", profile, token ? PlatformCall::application : PlatformCall::enterprise, report);
    if (has(profile, PlatformStep::items))
        need(about, "steps", profile, token ? PlatformCall::items : PlatformCall::enterprise, report);
    if (has(profile, PlatformStep::ledger)) need(about, "steps", profile, PlatformCall::ledger, report);
    if (has(profile, PlatformStep::replacement))
        need(about, "steps", profile, PlatformCall::replacement, report);
    if (has(profile, PlatformStep::verification))
        need(about, "steps", profile, PlatformCall::verification, report);
    for (const PlatformCall call : profile.required) {
        if (profile.call(call).answer_names.empty())
            complain(addresses, "required", report, "no name is given for this address",
                     "没有写出此地址的名称", to_string(call));
    }
}

void check_record_form(const Record& record, const Record& names, const ProfileOptions& profile,
                       Reporter& report) {
    const RecordFormOptions& form = profile.record;
    if (form.list.empty() && form.batch > 1)
        complain(record, "batch", report, "several records need a list", "多条记录需写明数组名 list",
                 record.text("batch"));
    std::set<std::string> used;
    for (std::size_t i = 0; i < kRecordFields; ++i) {
        const RecordFieldOptions& field = form.fields[i];
        const auto key = to_string(static_cast<RecordField>(i));
        if (field.sent && !used.insert(field.name).second)
            complain(names, key, report, "two fields of this name", "字段名重复", field.name);
        if (field.encrypted && !field.sent)
            complain(record, "encrypted", report, "a field that is not sent", "该字段并不发送", key);
    }
    for (const RecordField needed :
         {RecordField::data_code, RecordField::data_value, RecordField::stat_type, RecordField::stat_date}) {
        if (!form.field(needed).sent)
            complain(record, "sends", report, "without this a record says nothing", "缺少它，记录就没有意义",
                     to_string(needed));
    }
    if (form.input_type_otherwise > form.most_input_type)
        complain(record, "input_type_otherwise", report, "the platform does not know it either",
                 "平台也不认得这个值", record.text("input_type_otherwise"));
}

void check_headers(const Record& about, const ProfileOptions& profile, Reporter& report) {
    if (!is_header(profile.token_header))
        complain(about, "token_header", report, "not the name of a header", "不是请求头名称",
                 profile.token_header);
    if (std::ranges::any_of(profile.content_type, [](char c) { return c < ' ' || c >= 0x7F; }))
        complain(about, "content_type", report, "not a content type", "不是内容类型", profile.content_type);
    if (!is_header(about.text("token_prefix")))
        complain(about, "token_prefix", report, "not one word", "不是一个词", about.text("token_prefix"));
}

bool is_name(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    });
}

/// Names of one object, after renaming, are all different.
void check_renames(const Record& about, const ProfileOptions& profile, Reporter& report) {
    for (const std::string& rename : about.get_or<std::vector<std::string>>("renames", {})) {
        if (rename.find('=') == std::string::npos)
            complain(about, "renames", report, "not of the form object.field=name",
                     "不是“对象.字段=名称”的写法", rename);
    }
    std::set<std::string> used;
    for (const std::string_view name : message_names()) {
        if (!profile.renames.contains(name)) used.emplace(name);
    }
    for (const auto& [name, other] : profile.renames) {
        if (std::ranges::find(message_names(), name) == message_names().end()) {
            report.error(about.place_of("renames"), about.field_name("renames"),
                         {trf("no such field, nearest is '{}'", "没有这个字段，最接近的是“{}”",
                              nearest_message_name(name)),
                          {}},
                         name);
            continue;
        }
        const std::string object = name.substr(0, name.find('.') + 1);
        if (!is_name(other) || (!other.empty() && !used.insert(object + other).second))
            complain(about, "renames", report, "not a name, or one that is used already",
                     "不是字段名，或已被使用", fmt::format("{}={}", name, other));
    }
}

void check_base_lists(const Record& about, Reporter& report) {
    for (const std::string& written : about.get_or<std::vector<std::string>>("base_lists", {})) {
        if (base_list_from(written)) continue;
        report.error(about.place_of("base_lists"), about.field_name("base_lists"),
                     {std::string(tr("not of the form array=table or array=table:class",
                                     "不是“数组=码表”或“数组=码表:类”的写法")),
                      fmt::format("{}", fmt::join(code_table_names(), ", "))},
                     written);
    }
}

/// Parts of an address and of JSON: nothing else may slip in.
void check_told_names(const Record& names, const PlatformNames& told, Reporter& report) {
    for (const auto& [key, name] : {std::pair{"data_index", &told.data_index}, std::pair{"add", &told.add},
                                    std::pair{"update", &told.update}, std::pair{"delete", &told.remove}}) {
        if (name->empty() || !is_name(*name)) complain(names, key, report, "not a name", "不是名称", *name);
    }
}

void check_verdicts(const Record& record, const PlatformVerdicts& verdicts, Reporter& report) {
    std::map<std::string, std::string_view> meaning;
    for (const auto& [key, codes] :
         {std::pair{"success", &verdicts.success}, std::pair{"expired", &verdicts.expired},
          std::pair{"transient", &verdicts.transient}, std::pair{"refused", &verdicts.refused}}) {
        for (const std::string& code : *codes) {
            if (!meaning.emplace(code, key).second)
                complain(record, key, report, "the code has another meaning above", "该应答码已有别的含义",
                         code);
        }
    }
}

}  // namespace

void check_profile(const ProfileParts& parts, const ProfileOptions& profile, Reporter& report) {
    const Record& about = parts.at(FieldSection::profile);
    const Record& record = parts.at(FieldSection::profile_record);
    check_paths(parts.at(FieldSection::profile_paths), report);
    check_calls(about, parts.at(FieldSection::profile_addresses), profile, report);
    check_record_form(record, parts.at(FieldSection::profile_fields), profile, report);
    check_headers(about, profile, report);
    check_renames(about, profile, report);
    check_base_lists(about, report);
    check_told_names(parts.at(FieldSection::profile_names), profile.names, report);
    check_verdicts(parts.at(FieldSection::profile_answers), profile.verdicts, report);
}

}  // namespace mg
