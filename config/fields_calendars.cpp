#include <array>

#include "config/fields_tables.h"

namespace mg {
namespace {

constexpr std::array kCalendarFields{
    Field{.section = FieldSection::calendar,
          .key = "calendar",
          .zh = "日历",
          .en = "calendar",
          .type = ValueType::id,
          .required = true,
          .help_zh = "编号，如 tariff(电价)、shift(班次)；`--by` 用它",
          .help_en = "Its id, such as tariff or shift; `--by` takes it."},
    Field{.section = FieldSection::calendar,
          .key = "slot",
          .zh = "时段",
          .en = "slot",
          .required = true,
          .help_zh = "名称，如 尖、峰、平、谷、深谷；每个日历不超过 24 个",
          .help_en = "Its name, such as peak or flat; at most 24 a calendar."},
    Field{.section = FieldSection::calendar,
          .key = "months",
          .zh = "月份",
          .en = "months",
          .type = ValueType::code,
          .help_zh = "如 7-8、11-2 或 1、12；空 = 各月",
          .help_en = "Such as 7-8, 11-2 or \"1,12\"; empty: all."},
    Field{.section = FieldSection::calendar,
          .key = "days",
          .zh = "日期",
          .en = "days",
          .type = ValueType::code,
          .help_zh = "星期 1-5、6、7(星期一为 1)，或日期 2026-10-01/2026-10-07，可混写；空 = 每天",
          .help_en =
              "Weekdays 1-5, \"6,7\" (Monday is 1), or dates 2026-10-01/2026-10-07, also mixed; empty: "
              "all."},
    Field{.section = FieldSection::calendar,
          .key = "from",
          .zh = "开始时刻",
          .en = "from",
          .type = ValueType::code,
          .standard = "00:00",
          .help_zh = "站点时间，站点边界(site.boundary)的整数倍",
          .help_en = "At the site, a multiple of site.boundary."},
    Field{.section = FieldSection::calendar,
          .key = "to",
          .zh = "结束时刻",
          .en = "to",
          .type = ValueType::code,
          .standard = "24:00",
          .help_zh = "不含此刻；早于开始时刻则跨过零点，属于开始的那一天",
          .help_en = "Exclusive; before `from` it goes over midnight and belongs to the day on which it "
                     "begins."},
    Field{.section = FieldSection::calendar,
          .key = "valid_from",
          .zh = "启用日期",
          .en = "valid from",
          .type = ValueType::date,
          .help_zh = "该日零点起有效，到下一版为止；仅首版可空；不超过 50 版",
          .help_en = "From 00:00 of it on, until the next version; only the first may leave it out; at most "
                     "50."},
    Field{.section = FieldSection::calendar,
          .key = "remark",
          .zh = "备注",
          .en = "remark",
          .help_zh = "任意文字",
          .help_en = "Anything."},
};

}  // namespace

std::span<const Field> calendar_fields() {
    return kCalendarFields;
}

}  // namespace mg
