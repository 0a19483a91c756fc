#include "config/fields.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "config/fields_tables.h"
#include "config/values.h"
#include "gateway/base/check.h"

namespace mg {
namespace {

constexpr std::array kSections{
    SectionText{FieldSection::site, "site", false, false, "站点", "site", "整个站点。",
                "The site as a whole."},
    SectionText{FieldSection::storage, "storage", false, false, "本地存储", "storage",
                "采样在本机磁盘上的保存。", "How samples are kept on disk."},
    SectionText{FieldSection::control, "control", false, false, "控制", "control", "命令行如何找到守护进程。",
                "How commands reach the daemon."},
    SectionText{FieldSection::accounting, "accounting", false, false, "核算", "accounting",
                "登记的数据如何生效。", "How what people put on record comes into force."},
    SectionText{FieldSection::line, "line", true, false, "通信线路", "line",
                "一对 RS-485 或一个 TCP 端点，各写一段。", "One for each RS-485 pair or TCP endpoint."},
    SectionText{FieldSection::uplink, "uplink", true, false, "上传目标", "uplink", "每个上传去处各写一段。",
                "One for each destination."},
    SectionText{FieldSection::enterprise, "enterprise", true, false, "用能单位", "enterprise",
                "向省级平台上报的单位，各写一段；第一个是采集项缺省的“所属单位”。",
                "One for each legal entity that reports; items without one belong to the first."},
    SectionText{FieldSection::provincial, "uplink", true, false, "省级平台", "provincial platform",
                "上传目标中 kind = \"provincial\" 的一段：省级平台或第二数据中心。",
                "An uplink with kind = \"provincial\": a provincial platform or another data centre."},
    SectionText{
        FieldSection::model, "model", false, false, "采集模板", "model",
        "一种计量器具一个文件；文件名去掉 .toml 即模板名，同名者取代自带的模板。",
        "One file for each kind of instrument; its name without .toml is the model's id and replaces a "
        "shipped model of that id."},
    SectionText{FieldSection::point, "point", true, false, "测点", "point",
                "模板中的一个量；也可写成 point = [ { … }, { … } ]。",
                "One quantity of a model; `point = [ { … }, { … } ]` does as well."},
    SectionText{
        FieldSection::meter, "meters.csv", true, true, "计量点", "metering point",
        "一行一个计量点。表头用中文或键名；UTF-8 或 GB18030；逗号、分号或制表符分隔。",
        "One row for each metering point. Headings in Chinese or by key; UTF-8 or GB18030; separated by "
        "comma, semicolon or tab."},
    SectionText{
        FieldSection::item, "items.csv", true, true, "采集项", "item",
        "可选。一行一个采集项的一个版本：公式、名称、编码变了就加一行新的启用日期，旧行留着；同一自然年内单位"
        "和小数位"
        "不能变。编号与计量点共用一个名字空间。",
        "Optional. One row for each version of a reported figure: a changed formula, name or code is a new "
        "row with a new date, and the old row stays; unit and decimals stay within a calendar year. Ids are "
        "in one namespace with the metering points."},
    SectionText{FieldSection::coefficient, "coefficients.csv", true, true, "系数", "coefficient",
                "可选。一行一个系数从某日起的数值；公式中写 coef.名称。",
                "Optional. One row for each value of a coefficient from a date on; formulas say coef.name."},
    SectionText{
        FieldSection::calendar, "calendars.csv", true, true, "日历", "calendar",
        "可选。把时间分成时段：尖、峰、平、谷、深谷，或早、中、夜班；`metergate records … --by 日历` "
        "按它分摊。"
        "同一日历同一启用日期的各行为一版，到下一版为止；同一版中排在前面的行优先，特殊日子写在上面。"
        "不靠日期的行必须盖满每月每日的 24 小时。",
        "Optional. Divides time into slots, such as tariff periods or shifts; `metergate records … --by "
        "CALENDAR` splits amounts by it. The rows of one calendar and valid_from are a version, which holds "
        "until the next. Within a version the first row that has an instant decides: special days stand "
        "above. The rows without dates must cover all 24 hours of every month and weekday."},
    SectionText{
        FieldSection::plant, "units.csv", true, true, "用能单元", "process, unit or equipment",
        "可选。工序、工序单元、重点设备及应装计量器具；采集项编码中的文字按它核对。",
        "Optional. Processes, their units, equipment, and the meters they must have; the words beside "
        "data-item codes are checked against it."},
    SectionText{FieldSection::code, "codes/*.csv", true, true, "编码", "code",
                "可选。energy_classes、energy_types、processes、uses、equipment_types、instrument_types："
                "同名文件取代自带的编码表(`config/codes`)。自带的表只含见过的编码，并写明可信度。",
                "Optional. energy_classes, energy_types, processes, uses, equipment_types, instrument_types: "
                "a file of "
                "that name replaces the shipped table (`config/codes`), which holds what was seen and says "
                "how sure it "
                "is."},
    SectionText{FieldSection::factor, "factors/*.csv", true, true, "参考系数", "reference factor",
                "自带，不可改；供填写系数表时参考。",
                "Shipped, not to be changed; for filling in coefficients.csv."},
    SectionText{FieldSection::inbound, "inbound", false, false, "外来数值", "inbound values",
                "可选。其他系统(地磅、DCS、MIS)送来的日、月、年数值：docs/inbound.zh-CN.md。",
                "Optional. Values of days, months and years from other systems (weighbridge, DCS, MIS): "
                "docs/inbound.md."},
    SectionText{FieldSection::inbound_http, "inbound.http", false, false, "外来数值的 HTTP 接口",
                "inbound over HTTP", "可选。由其他系统以 HTTP 送数。",
                "Optional. Where other systems post values."},
    SectionText{
        FieldSection::entry, "values.csv", true, true, "录入值", "value to enter",
        "不在配置目录：metergate enter --file "
        "与接收目录读的表。一行一个采集项一个周期的值；表头用中文或键名；"
        "UTF-8 或 GB18030。",
        "Not of the configuration folder: the table that `metergate enter --file` and the drop folder "
        "read. One row for each value of an item and period; headings in Chinese or by key; UTF-8 or "
        "GB18030."},
    SectionText{
        FieldSection::display_reading, "readings.csv", true, true, "现场示值", "reading of a display",
        "不在配置目录：metergate acceptance --readings 读的表，空表由该命令写出。"
        "一行一个测点；表头用中文或键名；UTF-8 或 GB18030。",
        "Not of the configuration folder: the table that `metergate acceptance --readings` reads; that "
        "command writes the empty form. One row a point; headings in Chinese or by key; UTF-8 or GB18030."},
    SectionText{
        FieldSection::profile, "profile", false, false, "省级平台", "provincial platform",
        "一个平台一个文件；文件名去掉 .toml 即平台名，同名者取代自带的。说明见 docs/provincial.zh-CN.md。",
        "One file for each platform; its name without .toml is its id and replaces a shipped one of that "
        "id: docs/provincial.md."},
    SectionText{FieldSection::profile_record, "record", false, false, "上报记录", "record", "记录如何写。",
                "How records are written."},
    SectionText{FieldSection::profile_answers, "answers", false, false, "应答", "answers",
                "应答码的含义；数字与文字视为相同。其余的应答码：这一批不被接受。",
                "What codes mean; a number and its text are the same. Any other code: this batch is not "
                "accepted."},
    SectionText{FieldSection::profile_paths, "paths", false, false, "路径", "paths",
                "平台没有给出地址的调用。以 / 开头从服务器的根算起；否则 flow = \"register\" "
                "时与注册地址同级，flow = \"token\" 时在上传目标的地址之下。",
                "For calls whose address the platform does not give. With a leading / from the root of the "
                "server; otherwise beside the address of registration with flow = \"register\", below the "
                "uplink's with \"token\"."},
    SectionText{FieldSection::profile_addresses, "addresses", false, false, "给出的地址", "given addresses",
                "平台在注册应答(或地址应答)中以什么名称给出地址；可列几个，取先有的。",
                "Under which names the platform gives addresses when it answers the registration (or the "
                "question for addresses); of several the first that is there."},
    SectionText{FieldSection::profile_names, "names", false, false, "字段名", "names",
                "请求和应答中的字段名。", "What things are called in questions and answers."},
    SectionText{FieldSection::profile_fields, "fields", false, false, "记录字段名", "names of a record",
                "上报记录的字段名。", "What the fields of a record are called."},
};

/// Lower case, without spaces, underscores, hyphens and an appended "(unit)".
std::string heading_essence(std::string_view heading) {
    for (const std::string_view bracket : {"(", "（"}) {
        heading = heading.substr(0, heading.find(bracket));
    }
    std::string essence;
    for (const char c : trimmed(heading)) {
        if (c == ' ' || c == '_' || c == '-' || c == '\t' || c == '\n' || c == '\r') continue;
        essence += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    for (const std::string_view space : {"\u3000", "\u00A0"}) {
        for (auto at = essence.find(space); at != std::string::npos; at = essence.find(space)) {
            essence.erase(at, space.size());
        }
    }
    return essence;
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// How to reach a destination, then what goes there.
std::span<const Field> uplink_fields() {
    static const std::vector<Field> fields = [] {
        std::vector<Field> all;
        const auto reach =
            std::ranges::equal_range(gateway_fields(), FieldSection::uplink, {}, &Field::section);
        std::ranges::copy(reach, std::back_inserter(all));
        std::ranges::copy(delivery_fields(), std::back_inserter(all));
        return all;
    }();
    return fields;
}

}  // namespace

std::span<const Field> fields_of(FieldSection section) {
    const auto part = [&] {
        switch (section) {
            case FieldSection::site:
            case FieldSection::storage:
            case FieldSection::control:
            case FieldSection::accounting:
            case FieldSection::line:
                return gateway_fields();
            case FieldSection::uplink:
                return uplink_fields();
            case FieldSection::enterprise:
            case FieldSection::provincial:
                return provincial_fields();
            case FieldSection::model:
            case FieldSection::point:
                return model_fields();
            case FieldSection::meter:
                return meter_fields();
            case FieldSection::item:
                return item_fields();
            case FieldSection::coefficient:
                return coefficient_fields();
            case FieldSection::calendar:
                return calendar_fields();
            case FieldSection::plant:
                return plant_fields();
            case FieldSection::code:
            case FieldSection::factor:
                return code_fields();
            case FieldSection::inbound:
            case FieldSection::inbound_http:
            case FieldSection::entry:
                return inbound_fields();
            case FieldSection::display_reading:
                return display_fields();
            case FieldSection::profile:
            case FieldSection::profile_record:
            case FieldSection::profile_answers:
                return profile_fields();
            case FieldSection::profile_paths:
            case FieldSection::profile_addresses:
            case FieldSection::profile_names:
            case FieldSection::profile_fields:
                return profile_name_fields();
        }
        return std::span<const Field>{};
    }();
    const auto run = std::ranges::equal_range(part, section, {}, &Field::section);
    return {run.begin(), run.end()};
}

const SectionText& text_of(FieldSection section) {
    const auto found = std::ranges::find(kSections, section, &SectionText::section);
    MG_CHECK(found != kSections.end());
    return *found;
}

const Field* field_by_key(FieldSection section, std::string_view key) {
    const auto fields = fields_of(section);
    const auto found = std::ranges::find(fields, key, &Field::key);
    return found == fields.end() ? nullptr : &*found;
}

const Field* field_by_heading(FieldSection section, std::string_view heading) {
    const std::string wanted = heading_essence(heading);
    const auto fields = fields_of(section);
    const auto found = std::ranges::find_if(fields, [&](const Field& field) {
        return heading_essence(field.key) == wanted || heading_essence(field.zh) == wanted;
    });
    return found == fields.end() ? nullptr : &*found;
}

std::string nearest_key(FieldSection section, std::string_view text) {
    std::vector<std::string> names;
    for (const Field& field : fields_of(section)) {
        names.emplace_back(is_ascii(text) ? field.key : field.zh);
    }
    return nearest_of(text, names);
}

}  // namespace mg
