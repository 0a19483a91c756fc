#include <array>

#include "config/fields_tables.h"

namespace mg {
namespace {

constexpr std::array kFields{
    Field{.section = FieldSection::display_reading,
          .key = "meter",
          .zh = "计量点编号",
          .en = "metering point",
          .type = ValueType::id,
          .required = true,
          .help_zh = "meters.csv 中的编号",
          .help_en = "As in meters.csv."},
    Field{.section = FieldSection::display_reading,
          .key = "point",
          .zh = "测点",
          .en = "point",
          .type = ValueType::code,
          .help_zh = "模板中的累计量测点；不写则为主累计量",
          .help_en = "An index of its model; left out: the main one."},
    Field{.section = FieldSection::display_reading,
          .key = "name",
          .zh = "计量点名称",
          .en = "name",
          .help_zh = "仅便于现场查找，不读取",
          .help_en = "For finding it on site; not read."},
    Field{.section = FieldSection::display_reading,
          .key = "time",
          .zh = "读数时间",
          .en = "time",
          .help_zh = "看显示屏的时刻，如 2026-11-22 10:15 或 2026-11-22 10:15:30；有显示值则必填",
          .help_en = "When the display was read, such as 2026-11-22 10:15; required beside a value."},
    Field{.section = FieldSection::display_reading,
          .key = "display",
          .zh = "显示值",
          .en = "displayed value",
          .type = ValueType::decimal,
          .help_zh = "显示屏上的全部数字，不乘倍率；空白行表示尚未核对",
          .help_en = "All digits of the display, without the multiplier. Left out: not read yet."},
    Field{.section = FieldSection::display_reading,
          .key = "photo",
          .zh = "照片编号",
          .en = "photo",
          .help_zh = "照片文件名或编号",
          .help_en = "Name or number of the photo."},
    Field{.section = FieldSection::display_reading,
          .key = "remark",
          .zh = "备注",
          .en = "remark",
          .help_zh = "如 显示屏损坏",
          .help_en = "Such as: display broken."},
};

}  // namespace

std::span<const Field> display_fields() {
    return kFields;
}

}  // namespace mg
