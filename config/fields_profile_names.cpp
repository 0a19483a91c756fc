#include <array>

#include "config/fields_tables.h"

namespace mg {
namespace {

constexpr Field path_of(std::string_view key, std::string_view zh, std::string_view en,
                        std::string_view help_zh, std::string_view help_en) {
    return {.section = Section::profile_paths,
            .key = key,
            .zh = zh,
            .en = en,
            .type = ValueType::code,
            .help_zh = help_zh,
            .help_en = help_en};
}
constexpr Field address_of(std::string_view key, std::string_view zh, std::string_view en,
                           std::string_view help_zh, std::string_view help_en) {
    return {.section = Section::profile_addresses,
            .key = key,
            .zh = zh,
            .en = en,
            .type = ValueType::code_list,
            .help_zh = help_zh,
            .help_en = help_en};
}
constexpr Field name_of(Section section, std::string_view key, std::string_view zh, std::string_view en,
                        std::string_view standard, std::string_view help_zh, std::string_view help_en) {
    return {.section = section,
            .key = key,
            .zh = zh,
            .en = en,
            .type = ValueType::code,
            .standard = standard,
            .help_zh = help_zh,
            .help_en = help_en};
}

constexpr std::string_view kAddresses = "version|base_data|enterprise|ledger|data|own_configuration|own_data";

constexpr std::array kFields{
    path_of("working_key", "工作密钥", "working key", "申请工作密钥", "Asks for the working key."),
    path_of("application", "接入申请", "application", "申请接入，报送企业信息",
            "Applies, with the enterprise's data."),
    path_of("application_update", "修改申请", "changed application", "修改已申请的企业信息", "Changes them."),
    path_of("token", "AK", "token", "申请 AK", "Asks for the token."),
    path_of("addresses", "地址", "addresses", "询问各地址", "Asks for the addresses."),
    path_of("version", "版本校验", "version", "平台版本校验", "Asks for the versions."),
    path_of("public_base_data", "公开基础数据", "public base data", "下载不需 AK 的基础数据",
            "Base data that need no token."),
    path_of("base_data", "基础数据", "base data", "下载基础数据", "Base data."),
    path_of("enterprise", "企业信息", "enterprise", "上传企业、工序、单元和采集项",
            "Uploads enterprise, processes, units and items."),
    path_of("process", "工序", "process", "配置生产工序", "Configures a process."),
    path_of("process_unit", "工序单元", "process unit", "配置工序单元", "Configures a unit."),
    path_of("equipment", "重点设备", "equipment", "配置重点耗能设备", "Configures an equipment."),
    path_of("product", "产品", "product", "配置产品和物料", "Configures a product or material."),
    path_of("items", "采集项", "items", "配置采集项", "Configures an item."),
    path_of("ledger", "计量器具", "ledger", "上传计量器具台账", "Uploads the ledger of instruments."),
    path_of("replacement", "器具更换", "replacement", "上传计量器具更换", "Uploads a replacement."),
    path_of("verification", "器具检定", "verification", "上传计量器具检定", "Uploads a verification."),
    path_of("data", "采集数据", "data", "上报采集数据", "Uploads records."),
    path_of("own_configuration", "本企业配置", "own configuration", "下载平台上的本企业配置",
            "Downloads what the platform holds of our configuration."),
    path_of("own_data", "本企业数据", "own data", "下载平台上的本企业数据",
            "Downloads what it holds of our data."),

    address_of("version", "版本校验", "version", "应答中版本校验地址的名称",
               "Under which the answer gives it."),
    address_of("base_data", "基础数据", "base data", "应答中基础数据地址的名称",
               "Under which the answer gives it."),
    address_of("enterprise", "企业信息", "enterprise", "应答中企业信息地址的名称",
               "Under which the answer gives it; configuration calls use it too."),
    address_of("ledger", "计量器具", "ledger", "应答中台账地址的名称", "Under which the answer gives it."),
    address_of("data", "采集数据", "data", "应答中数据上报地址的名称", "Under which the answer gives it."),
    address_of("own_configuration", "本企业配置", "own configuration", "应答中该地址的名称",
               "Under which the answer gives it."),
    address_of("own_data", "本企业数据", "own data", "应答中该地址的名称",
               "Under which the answer gives it."),
    Field{.section = Section::profile_addresses,
          .key = "required",
          .zh = "必须给出",
          .en = "required",
          .type = ValueType::choices,
          .choices = kAddresses,
          .help_zh = "应答中缺少其一即为错误",
          .help_en = "An answer without one of them is wrong."},
    Field{.section = Section::profile_addresses,
          .key = "folders",
          .zh = "目录地址",
          .en = "folders",
          .type = ValueType::choices,
          .choices = kAddresses,
          .help_zh = "这些地址是目录，其后接 [paths] 的路径",
          .help_en = "These are folders that the paths of [paths] stand in."},

    name_of(Section::profile_names, "enterprise_code", "统一社会信用代码", "enterprise code",
            "enterpriseCode", "企业代码的字段名", "Name of the enterprise's code."),
    name_of(Section::profile_names, "region", "行政区划", "region", "region", "行政区划代码的字段名",
            "Name of the region's code."),
    name_of(Section::profile_names, "device_id", "设备编号", "device id", "deviceId", "设备编号的字段名",
            "Name of the id that the platform gives."),
    name_of(Section::profile_names, "secret_key", "密钥", "secret key", "secretKey", "密钥的字段名",
            "Name of the key that it gives."),
    name_of(Section::profile_names, "reg_version", "注册版本", "version of registration", "regVersion",
            "注册版本的字段名", "A change means: register again."),
    name_of(Section::profile_names, "dic_version", "字典版本", "version of base data", "dicVersion",
            "基础数据版本的字段名", "A change means: new base data."),
    name_of(Section::profile_names, "upload_time", "上报时间", "upload time", "uploadTime",
            "平台分配的每日上报时间的字段名", "Name of the time of day that it assigns."),
    name_of(Section::profile_names, "password", "口令", "password", "password", "口令的字段名",
            "Name of the password."),
    name_of(Section::profile_names, "token", "AK", "token", "token", "AK 的字段名", "Name of the token."),
    name_of(Section::profile_names, "token_from", "AK 起始", "begin of the token", "akValidAt",
            "AK 起始时间的字段名", "Name of the time from which it is valid."),
    name_of(Section::profile_names, "token_until", "AK 截止", "end of the token", "akExpiresIn",
            "AK 截止时间的字段名", "Name of the time up to which it is; a plain number is seconds."),
    name_of(Section::profile_names, "platform_time", "平台时间", "platform time", "platformTime",
            "平台时间的字段名", "Name of the platform's clock."),
    name_of(Section::profile_names, "base_table", "基础数据编号", "number of base data", "itemIndex",
            "所要基础数据编号的字段名", "Name of the number of the base data that is asked for."),
    name_of(Section::profile_names, "response_code", "应答码", "code", "responseCode", "应答码的字段名",
            "Name of the answer's code."),
    name_of(Section::profile_names, "response_message", "应答信息", "message", "responseMessage",
            "应答信息的字段名", "Name of its message."),
    name_of(Section::profile_names, "data_index", "配置编号", "index of what was told", "dataIndex",
            "平台给每条配置的编号的字段名",
            "Name of the number under which it keeps a thing that it was told."),
    name_of(Section::profile_names, "add", "新增", "adding", "add",
            "使用 AK 的平台：配置路径之后表示新增的一段",
            "With tokens: follows a configuration's path for a new thing."),
    name_of(Section::profile_names, "update", "修改", "changing", "update", "表示修改的一段",
            "The same for one that changed."),
    name_of(Section::profile_names, "delete", "删除", "removing", "delete", "表示删除的一段",
            "The same for one that is gone."),
    name_of(Section::profile_names, "wrapper", "数据层", "wrapper", {},
            "应答内容所在的一层；不写则与应答码同级",
            "The object that holds everything else; left out: it stands beside the code."),

    name_of(Section::profile_fields, "data_code", "采集数据编码", "data code", "dataCode", "字段名",
            "Its name."),
    name_of(Section::profile_fields, "data_value", "数值", "value", "dataValue", "字段名", "Its name."),
    name_of(Section::profile_fields, "input_type", "数据来源", "source", "inputType", "字段名", "Its name."),
    name_of(Section::profile_fields, "stat_type", "统计类型", "kind of period", "statType", "字段名",
            "Its name."),
    name_of(Section::profile_fields, "stat_date", "统计时间", "begin of the period", "statDate", "字段名",
            "Its name."),
    name_of(Section::profile_fields, "upload_date", "上报时间", "time of sending", "uploadDate", "字段名",
            "Its name."),
    name_of(Section::profile_fields, "scope", "范围", "scope", "scope", "字段名", "Its name."),
    name_of(Section::profile_fields, "valid", "有效性", "valid", "valid", "字段名", "Its name."),
    name_of(Section::profile_fields, "factor", "折标系数", "coal factor", "convertRation",
            "字段名；无折标系数者写 1", "Its name; 1 is sent where an item has none."),
    name_of(Section::profile_fields, "remark", "备注", "remark", "remark", "字段名", "Its name."),
};

}  // namespace

std::span<const Field> profile_name_fields() {
    return kFields;
}

}  // namespace mg
