#include <array>

#include "config/fields.h"

namespace mg {
namespace {

constexpr std::array kOrder{FieldSection::site,
                            FieldSection::storage,
                            FieldSection::control,
                            FieldSection::accounting,
                            FieldSection::line,
                            FieldSection::uplink,
                            FieldSection::provincial,
                            FieldSection::enterprise,
                            FieldSection::inbound,
                            FieldSection::inbound_http,
                            FieldSection::meter,
                            FieldSection::item,
                            FieldSection::coefficient,
                            FieldSection::calendar,
                            FieldSection::plant,
                            FieldSection::code,
                            FieldSection::model,
                            FieldSection::point,
                            FieldSection::entry,
                            FieldSection::display_reading,
                            FieldSection::profile,
                            FieldSection::profile_record,
                            FieldSection::profile_answers,
                            FieldSection::profile_paths,
                            FieldSection::profile_addresses,
                            FieldSection::profile_names,
                            FieldSection::profile_fields};

/// A vertical bar ends a cell of a Markdown table.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '|') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string type_name(ValueType type) {
    switch (type) {
        case ValueType::id:
            return std::string(tr("id", "编号"));
        case ValueType::model_id:
            return std::string(tr("model id", "模板名"));
        case ValueType::prose:
        case ValueType::code:
            return std::string(tr("text", "文字"));
        case ValueType::integer:
            return std::string(tr("whole number", "整数"));
        case ValueType::decimal:
        case ValueType::positive:
            return std::string(tr("number", "数"));
        case ValueType::duration:
            return std::string(tr("duration", "时长"));
        case ValueType::size:
            return std::string(tr("size", "容量"));
        case ValueType::choice:
            return std::string(tr("choice", "选择"));
        case ValueType::choices:
            return std::string(tr("choices", "多选"));
        case ValueType::minutes:
            return std::string(tr("minutes", "分钟"));
        case ValueType::boolean:
            return std::string(tr("yes or no", "是否"));
        case ValueType::date:
            return std::string(tr("date", "日期"));
        case ValueType::moment:
            return std::string(tr("time", "时间"));
        case ValueType::utc_offset:
            return std::string(tr("offset", "偏移"));
        case ValueType::bilingual:
            return std::string(tr("text in two languages", "双语文字"));
        case ValueType::hex_marks:
            return std::string(tr("list", "列表"));
        case ValueType::code_list:
            return std::string(tr("text or list", "文字或列表"));
        case ValueType::ids:
            return std::string(tr("list of ids", "编号列表"));
    }
    return {};
}

std::string allowed_cell(const Field& field) {
    std::string text = type_name(field.type);
    if (const std::string allowed = allowed_values(field); !allowed.empty())
        text += trf(": {}", "：{}", allowed);
    if (!field.unit.empty()) text += trf(" ({})", "（{}）", field.unit);
    return text;
}

std::string standard_cell(const Field& field) {
    if (field.required) return std::string(tr("**required**", "**必填**"));
    return field.standard.empty() ? std::string{} : fmt::format("`{}`", field.standard);
}

std::string title(const SectionText& section) {
    const std::string_view name = tr(section.en, section.zh);
    if (section.table) return fmt::format("`{}`: {}", section.name, name);
    return fmt::format(fmt::runtime(section.many ? "`[[{}]]`: {}" : "`[{}]`: {}"), section.name, name);
}

std::string file_heading(FieldSection section) {
    switch (section) {
        case FieldSection::site:
            return "\n# gateway.toml\n";
        case FieldSection::meter:
            return "\n# meters.csv\n";
        case FieldSection::item:
            return "\n# items.csv\n";
        case FieldSection::coefficient:
            return "\n# coefficients.csv\n";
        case FieldSection::calendar:
            return "\n# calendars.csv\n";
        case FieldSection::plant:
            return "\n# units.csv\n";
        case FieldSection::code:
            return "\n# codes/*.csv\n";
        case FieldSection::model:
            return "\n# models/*.toml\n";
        case FieldSection::entry:
            return "\n# values.csv\n";
        case FieldSection::display_reading:
            return "\n# readings.csv\n";
        case FieldSection::profile:
            return "\n# profiles/*.toml\n";
        case FieldSection::storage:
        case FieldSection::control:
        case FieldSection::accounting:
        case FieldSection::line:
        case FieldSection::uplink:
        case FieldSection::provincial:
        case FieldSection::enterprise:
        case FieldSection::inbound:
        case FieldSection::inbound_http:
        case FieldSection::point:
        case FieldSection::factor:
        case FieldSection::profile_record:
        case FieldSection::profile_answers:
        case FieldSection::profile_paths:
        case FieldSection::profile_addresses:
        case FieldSection::profile_names:
        case FieldSection::profile_fields:
            return {};
    }
    return {};
}

std::string section_reference(FieldSection section) {
    const SectionText& about = text_of(section);
    std::string text = fmt::format("{}\n## {}\n\n{}\n\n", file_heading(section), title(about),
                                   tr(about.help_en, about.help_zh));
    text += tr("| key | name | what it may be | when left out | meaning |\n",
               "| 键 | 名称 | 可以是 | 不写时 | 含义 |\n");
    text += "|---|---|---|---|---|\n";
    for (const Field& field : fields_of(section)) {
        // The Chinese name is the heading of the column: English readers need it as well.
        const std::string name = about.table && language() == Language::en
                                     ? fmt::format("{} ({})", field.en, field.zh)
                                     : std::string(tr(field.en, field.zh));
        text +=
            fmt::format("| `{}` | {} | {} | {} | {} |\n", field.key, cell(name), cell(allowed_cell(field)),
                        cell(standard_cell(field)), cell(tr(field.help_en, field.help_zh)));
    }
    return text;
}

}  // namespace

std::string fields_reference(Language wanted) {
    const SpokenLanguage spoken{wanted};
    std::string text;
    text +=
        tr("Every key of the configuration, generated from the table that the program checks it by.\n"
           "`metergate check --config DIR` names each mistake with its place.\n\n"
           "Durations are written with their unit (`500ms`, `60s`, `15m`, `2h`, `180d`), sizes as well "
           "(`64KiB`, "
           "`16MiB`). Relative paths start at the configuration folder. Unknown keys are mistakes.\n",
           "配置中的每一个键。本页由程序检查配置所用的字段表生成。\n"
           "`metergate check --config 目录` 会指出每一处错误的位置。\n\n"
           "时长带单位(`500ms`、`60s`、`15m`、`2h`、`180d`)，容量也带单位(`64KiB`、`16MiB`)。"
           "相对路径从配置目录算起。未知的键按错误处理。\n");
    for (const FieldSection section : kOrder) text += section_reference(section);
    return text;
}

}  // namespace mg
