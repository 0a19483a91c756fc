#include <algorithm>
#include <array>
#include <optional>

#include "config/code_tables.h"
#include "config/profile_parts.h"

namespace mg {
namespace {

template <class T>
struct Word {
    std::string_view word;
    T meaning;
};
constexpr std::array kSteps{
    Word<PlatformStep>{"version", PlatformStep::version},
    Word<PlatformStep>{"base_data", PlatformStep::base_data},
    Word<PlatformStep>{"enterprise", PlatformStep::enterprise},
    Word<PlatformStep>{"items", PlatformStep::items},
    Word<PlatformStep>{"ledger", PlatformStep::ledger},
    Word<PlatformStep>{"replacement", PlatformStep::replacement},
    Word<PlatformStep>{"verification", PlatformStep::verification},
};
constexpr std::array kStatTypes{
    Word<StatType>{"real_time", StatType::real_time},
    Word<StatType>{"day", StatType::day},
    Word<StatType>{"month", StatType::month},
    Word<StatType>{"year", StatType::year},
};
constexpr std::array kBody{
    Word<BodyField>{"device_id", BodyField::device_id},
    Word<BodyField>{"enterprise_code", BodyField::enterprise_code},
    Word<BodyField>{"reg_version", BodyField::reg_version},
    Word<BodyField>{"dic_version", BodyField::dic_version},
};
constexpr std::array kScopes{
    Word<CodeScope>{"enterprise", CodeScope::enterprise},
    Word<CodeScope>{"process", CodeScope::process},
    Word<CodeScope>{"process_unit", CodeScope::process_unit},
    Word<CodeScope>{"equipment", CodeScope::equipment},
};
constexpr std::array kDates{
    Word<DateForm>{"yyyy-MM-dd HH:mm:ss", DateForm::dashes},
    Word<DateForm>{"yyyy/MM/dd HH:mm:ss", DateForm::slashes},
    Word<DateForm>{"yyyy-MM-ddTHH:mm:ss", DateForm::iso},
    Word<DateForm>{"yyyyMMddHHmmss", DateForm::digits},
};

struct NamedText {
    std::string_view key;
    std::string PlatformNames::* text;
};
constexpr std::array kNames{
    NamedText{"enterprise_code", &PlatformNames::enterprise_code},
    NamedText{"region", &PlatformNames::region},
    NamedText{"device_id", &PlatformNames::device_id},
    NamedText{"secret_key", &PlatformNames::secret_key},
    NamedText{"reg_version", &PlatformNames::reg_version},
    NamedText{"dic_version", &PlatformNames::dic_version},
    NamedText{"upload_time", &PlatformNames::upload_time},
    NamedText{"password", &PlatformNames::password},
    NamedText{"token", &PlatformNames::token},
    NamedText{"token_from", &PlatformNames::token_from},
    NamedText{"token_until", &PlatformNames::token_until},
    NamedText{"platform_time", &PlatformNames::platform_time},
    NamedText{"base_table", &PlatformNames::base_table},
    NamedText{"response_code", &PlatformNames::response_code},
    NamedText{"response_message", &PlatformNames::response_message},
    NamedText{"data_index", &PlatformNames::data_index},
    NamedText{"add", &PlatformNames::add},
    NamedText{"update", &PlatformNames::update},
    NamedText{"delete", &PlatformNames::remove},
    NamedText{"wrapper", &PlatformNames::wrapper},
};

template <class T, std::size_t N>
std::optional<T> meaning_of(const std::array<Word<T>, N>& words, std::string_view word) {
    const auto found = std::ranges::find(words, word, &Word<T>::word);
    return found == words.end() ? std::nullopt : std::optional{found->meaning};
}

std::optional<PlatformCall> call_from(std::string_view name) {
    for (std::size_t i = 0; i < kPlatformCalls; ++i) {
        if (to_string(static_cast<PlatformCall>(i)) == name) return static_cast<PlatformCall>(i);
    }
    return std::nullopt;
}

std::optional<RecordField> record_field_from(std::string_view name) {
    for (std::size_t i = 0; i < kRecordFields; ++i) {
        if (to_string(static_cast<RecordField>(i)) == name) return static_cast<RecordField>(i);
    }
    return std::nullopt;
}

using Texts = std::vector<std::string>;

/// The words of a field of choices, or those that hold when it is left out.
Texts words_of(const Record& record, std::string_view key, Texts standard = {}) {
    return record.get_or<Texts>(key, std::move(standard));
}

/// Those of the field table.
Texts standard_words(std::string_view key) {
    Texts words;
    for (const std::string_view word : list_parts(field_by_key(FieldSection::profile, key)->standard)) {
        words.emplace_back(word);
    }
    return words;
}

template <class T, std::size_t N>
std::vector<T> meanings(const std::array<Word<T>, N>& words, const Texts& written) {
    std::vector<T> found;
    for (const std::string& word : written) {
        if (const auto meaning = meaning_of(words, word)) found.push_back(*meaning);
    }
    return found;
}

template <class T>
std::set<T> as_set(const std::vector<T>& list) {
    return {list.begin(), list.end()};
}

void read_about(const Record& record, ProfileOptions& profile) {
    const auto name = record.get_or<Bilingual>("name", {});
    profile.name_zh = name.zh;
    profile.name_en = name.en;
    profile.source = record.text("source");
    profile.verified = record.get_or("verified", false);
    profile.flow = record.get_or<std::string>("flow", "register") == "token" ? PlatformFlow::token
                                                                             : PlatformFlow::registration;
    profile.steps = as_set(meanings(kSteps, words_of(record, "steps")));
    profile.stat_types =
        as_set(meanings(kStatTypes, words_of(record, "stat_types", {"real_time", "day", "month", "year"})));
    profile.scope = meaning_of(kScopes, record.get_or<std::string>("scope", "by_code"));
    profile.backfill_days = static_cast<int>(record.get_or<std::int64_t>("backfill_days", 0));
    profile.items_per_stat_type = record.get_or("items_per_stat_type", true);
    profile.items_with_code = record.get_or("items_with_code", false);
    profile.enterprise_required =
        words_of(record, "enterprise_required", standard_words("enterprise_required"));
    for (const std::string& rename : words_of(record, "renames")) {
        const std::size_t sign = rename.find('=');
        if (sign != std::string::npos) profile.renames[rename.substr(0, sign)] = rename.substr(sign + 1);
    }
    profile.ledger_list = record.get_or<std::string>("ledger_list", profile.ledger_list);
    profile.public_base_tables = record.get_or<std::vector<std::uint64_t>>("public_base_tables", {});
    profile.base_tables = record.get_or<std::vector<std::uint64_t>>("base_tables", {});
    for (const std::string& written : words_of(record, "base_lists")) {
        if (auto list = base_list_from(written)) profile.base_lists.push_back(std::move(*list));
    }
    profile.secret_key = record.get_or<std::string>("secret_key", "hexadecimal") == "characters"
                             ? KeyForm::characters
                             : KeyForm::hexadecimal;
    profile.password = record.get_or<std::string>("password", "plain") == "sm4_cbc" ? PasswordForm::sm4_cbc
                                                                                    : PasswordForm::plain;
    profile.content_type = record.get_or<std::string>("content_type", profile.content_type);
    profile.token_header = record.get_or<std::string>("token_header", profile.token_header);
    if (const auto* prefix = record.get<std::string>("token_prefix")) profile.token_prefix = *prefix + " ";
}

void mark_fields(RecordFormOptions& form, const Texts& names, bool RecordFieldOptions::* mark) {
    for (auto& field : form.fields) field.*mark = false;
    for (const std::string& name : names) {
        if (const auto field = record_field_from(name))
            form.fields[static_cast<std::size_t>(*field)].*mark = true;
    }
}

std::size_t size_of_field(const Record& record, std::string_view key, std::int64_t standard) {
    return static_cast<std::size_t>(record.get_or<std::int64_t>(key, standard));
}

void read_record_form(const Record& record, const Record& names, RecordFormOptions& form) {
    form.list = record.get_or<std::string>("list", {});
    form.batch = size_of_field(record, "batch", 1);
    form.body = meanings(kBody, words_of(record, "body", {"device_id", "enterprise_code"}));
    mark_fields(form,
                words_of(record, "sends",
                         {"data_code", "data_value", "input_type", "stat_type", "stat_date", "upload_date",
                          "scope", "valid"}),
                &RecordFieldOptions::sent);
    mark_fields(form, words_of(record, "texts"), &RecordFieldOptions::text);
    mark_fields(form, words_of(record, "encrypted"), &RecordFieldOptions::encrypted);
    for (const Field& field : fields_of(FieldSection::profile_fields)) {
        if (const auto known = record_field_from(field.key)) {
            form.fields[static_cast<std::size_t>(*known)].name =
                names.get_or<std::string>(field.key, std::string(field.standard));
        }
    }
    form.fields[static_cast<std::size_t>(RecordField::data_value)].longest =
        size_of_field(record, "value_length", 0);
    form.fields[static_cast<std::size_t>(RecordField::factor)].longest =
        size_of_field(record, "factor_length", 0);
    form.code =
        record.get_or<std::string>("code", "hyphens") == "digits" ? CodeForm::digits : CodeForm::hyphens;
    form.valid =
        record.get_or<std::string>("valid", "boolean") == "digit" ? ValidForm::digit : ValidForm::boolean;
    form.valid_inverted = record.get_or("valid_inverted", false);
    form.dates = meaning_of(kDates, record.get_or<std::string>("dates", {})).value_or(DateForm::dashes);
    form.most_input_type = static_cast<int>(record.get_or<std::int64_t>("most_input_type", 7));
    form.input_type_otherwise = static_cast<int>(record.get_or<std::int64_t>("input_type_otherwise", 1));
}

void read_verdicts(const Record& record, PlatformVerdicts& verdicts) {
    verdicts.success = as_set(words_of(record, "success", {"0"}));
    verdicts.expired = as_set(words_of(record, "expired"));
    verdicts.transient = as_set(words_of(record, "transient"));
    verdicts.refused = as_set(words_of(record, "refused"));
    verdicts.refused_words = words_of(record, "refused_words");
    verdicts.taken_words = words_of(record, "taken_words");
}

void read_calls(const Record& paths, const Record& addresses, ProfileOptions& profile) {
    for (std::size_t i = 0; i < kPlatformCalls; ++i) {
        const auto call = static_cast<PlatformCall>(i);
        profile.call(call).path = paths.get_or<std::string>(to_string(call), {});
        profile.call(call).answer_names = words_of(addresses, to_string(call));
    }
    for (const std::string& name : words_of(addresses, "folders")) {
        if (const auto call = call_from(name)) profile.call(*call).folder = true;
    }
    for (const std::string& name : words_of(addresses, "required")) {
        if (const auto call = call_from(name)) profile.required.insert(*call);
    }
}

}  // namespace

std::optional<BaseList> base_list_from(std::string_view written) {
    const std::size_t sign = written.find('=');
    if (sign == std::string_view::npos || sign == 0) return std::nullopt;
    const std::string_view ours = written.substr(sign + 1);
    const std::size_t colon = std::min(ours.find(':'), ours.size());
    BaseList list{.array = std::string(written.substr(0, sign)),
                  .table = std::string(ours.substr(0, colon)),
                  .group = colon < ours.size() ? std::string(ours.substr(colon + 1)) : std::string{}};
    const auto tables = code_table_names();
    return std::ranges::find(tables, list.table) == tables.end() ? std::nullopt : std::optional{list};
}

ProfileOptions read_profile(const ProfileParts& parts) {
    ProfileOptions profile;
    read_about(parts.at(FieldSection::profile), profile);
    read_record_form(parts.at(FieldSection::profile_record), parts.at(FieldSection::profile_fields),
                     profile.record);
    read_verdicts(parts.at(FieldSection::profile_answers), profile.verdicts);
    read_calls(parts.at(FieldSection::profile_paths), parts.at(FieldSection::profile_addresses), profile);
    for (const auto& [key, text] : kNames) {
        profile.names.*text =
            parts.at(FieldSection::profile_names).get_or<std::string>(key, profile.names.*text);
    }
    return profile;
}

}  // namespace mg
