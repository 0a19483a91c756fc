#include <array>

#include "config/fields_tables.h"

namespace mg {
namespace {

constexpr std::array kFields{
    Field{.section = FieldSection::plant,
          .key = "kind",
          .zh = "类别",
          .en = "kind",
          .type = ValueType::choice,
          .required = true,
          .choices = "enterprise=全厂|process=工序=生产工序|unit=单元=工序单元|equipment=设备=重点设备",
          .help_zh = "全厂、工序、单元或设备；同一对象用几种能源就写几行",
          .help_en = "The enterprise, a process, a unit of a process or an equipment; one row for each "
                     "energy it uses."},
    Field{.section = FieldSection::plant,
          .key = "code",
          .zh = "编码",
          .en = "code",
          .type = ValueType::code,
          .help_zh = "编码中的这一段：工序和单元 2 位，设备 4 位(类型、编号)；全厂不写。上报 "
                     "processCode、processUnit.code",
          .help_en = "Its part of the data-item code: 2 digits, of an equipment 4 (type and number); none "
                     "for the enterprise. Reported as processCode, processUnit.code."},
    Field{.section = FieldSection::plant,
          .key = "name",
          .zh = "名称",
          .en = "name",
          .required = true,
          .help_zh = "上报 processName、processUnit.name",
          .help_en = "Reported as processName, processUnit.name."},
    Field{
        .section = FieldSection::plant,
        .key = "parent",
        .zh = "上级",
        .en = "parent",
        .type = ValueType::code,
        .help_zh = "单元写所属工序，设备写所属单元或工序：名称，或 2 位、4 位编码",
        .help_en =
            "The process of a unit, the unit or process of an equipment: by name, or by its 2 or 4 digits."},
    Field{.section = FieldSection::plant,
          .key = "industry",
          .zh = "行业代码",
          .en = "industry",
          .type = ValueType::code,
          .help_zh = "GB/T 4754 代码，如 C3011；上报 process.industryCode",
          .help_en = "By GB/T 4754, such as C3011; reported as process.industryCode."},
    Field{.section = FieldSection::plant,
          .key = "comm_date",
          .zh = "投产日期",
          .en = "in operation since",
          .type = ValueType::date,
          .help_zh = "上报 processUnit.commDate",
          .help_en = "Reported as processUnit.commDate."},
    Field{.section = FieldSection::plant,
          .key = "designed_capacity",
          .zh = "设计能力",
          .en = "designed capacity",
          .help_zh = "如 2500 t/d；上报 processUnit.designedCapacity",
          .help_en = "Such as 2500 t/d; reported as processUnit.designedCapacity."},
    Field{.section = FieldSection::plant,
          .key = "energy",
          .zh = "能源品种",
          .en = "energy",
          .help_zh = "以下各列所指的能源；与计量点的能源品种同样写法",
          .help_en = "What the next columns speak of; written as with the metering points."},
    Field{.section = FieldSection::plant,
          .key = "annual_use",
          .zh = "年用量",
          .en = "annual use",
          .type = ValueType::decimal,
          .help_zh = "实物量；GB 17167 按它划定主要次级用能单位",
          .help_en = "In physical units; GB 17167 tells by it which units are main ones."},
    Field{.section = FieldSection::plant,
          .key = "annual_unit",
          .zh = "年用量单位",
          .en = "unit of the annual use",
          .help_zh = "如 kWh、t、GJ",
          .help_en = "Such as kWh, t, GJ."},
    Field{.section = FieldSection::plant,
          .key = "rated",
          .zh = "额定用量",
          .en = "rated use",
          .type = ValueType::decimal,
          .help_zh = "单台额定功率或小时用量；GB 17167 按它划定主要用能设备",
          .help_en = "Rated power or use an hour; GB 17167 tells by it which equipment is main."},
    Field{.section = FieldSection::plant,
          .key = "rated_unit",
          .zh = "额定用量单位",
          .en = "unit of the rated use",
          .help_zh = "如 kW、t/h、m3/h",
          .help_en = "Such as kW, t/h, m3/h."},
    Field{.section = FieldSection::plant,
          .key = "required_meters",
          .zh = "应装数",
          .en = "required meters",
          .type = ValueType::integer,
          .limits = {0, 100'000},
          .help_zh = "GB 17167 要求的这种能源的计量器具台数；配备率 = 实装数 ÷ 应装数",
          .help_en = "How many meters of this energy GB 17167 asks for; the equipping rate is those there ÷ "
                     "those required."},
    Field{.section = FieldSection::plant,
          .key = "remark",
          .zh = "备注",
          .en = "remark",
          .help_zh = "任意文字",
          .help_en = "Anything."},
};

}  // namespace

std::span<const Field> plant_fields() {
    return kFields;
}

}  // namespace mg
