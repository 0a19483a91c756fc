#include "gateway/acceptance_file/comparison_tables.h"

#include <utility>

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"

namespace mg {
namespace {

/// Room for a pen.
constexpr std::string_view kRoom = "　　　　";

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}
Cell words(std::string text, Tone tone = Tone::plain) {
    return {.value = std::move(text), .tone = tone};
}
Cell room() {
    return words(std::string(kRoom));
}
Cell number(const std::optional<Decimal>& value, Tone tone = Tone::plain) {
    if (!value) return {};
    return {.value = *value, .tone = tone};
}

Cell verdict_cell(DisplayVerdict verdict) {
    switch (verdict) {
        case DisplayVerdict::blank:
            return room();
        case DisplayVerdict::agrees:
            return words(text("agrees", "一致"), Tone::good);
        case DisplayVerdict::differs:
            return words(text("differs", "不一致"), Tone::bad);
        case DisplayVerdict::no_reading:
            return words(text("no stored reading near that time", "该时刻附近无采集值"), Tone::warning);
        case DisplayVerdict::too_early:
            return words(text("no stored reading after it yet", "此后尚无采集值"), Tone::warning);
        case DisplayVerdict::not_judged:
            return words(text("the index went back meanwhile", "其间示值回退"), Tone::warning);
    }
    return {};
}

Cell platform_verdict(const PlatformComparison& row) {
    if (!row.period) return words(text("nothing accepted lately", "近期无已接收数据"), Tone::warning);
    if (!row.in_books) return words(text("not in the books any more", "核算库中已无此记录"), Tone::warning);
    return row.differs() ? words(text("corrected since", "之后已更正"), Tone::warning)
                         : words(text("agrees", "一致"), Tone::good);
}

}  // namespace

Table display_table(const std::vector<DisplayComparison>& comparisons, std::chrono::minutes utc_offset) {
    Table table;
    table.leading_columns = 2;
    table.columns = {{.heading = text("Metering point", "计量点")},
                     {.heading = text("Name", "名称")},
                     {.heading = text("Serial no.", "出厂编号")},
                     {.heading = text("Point", "测点")},
                     {.heading = text("Unit", "单位")},
                     {.heading = text("Display read at", "现场读数时间")},
                     {.heading = text("Display", "现场示值"), .unit = {}, .number = true},
                     {.heading = text("Stored at", "端设备采集时间")},
                     {.heading = text("Stored", "端设备示值"), .unit = {}, .number = true},
                     {.heading = text("Multiplier", "倍率"), .unit = {}, .number = true},
                     {.heading = text("Difference", "差值"), .unit = {}, .number = true},
                     {.heading = text("Verdict", "结论")},
                     {.heading = text("Photo", "照片编号")},
                     {.heading = text("Signature", "核对人")}};
    for (const DisplayComparison& each : comparisons) {
        const MeterOptions& meter = *each.what.meter;
        const PointOptions& point = *each.what.point;
        const auto multiplier = meter.multiplier.of(point.ratio);
        table.rows.push_back(
            {words(meter.id.text), words(meter.name), words(meter.serial_no),
             words(std::string(tr(point.name_en, point.name_zh))), words(point.unit),
             each.noted ? words(local_text(each.noted->at, utc_offset)) : room(),
             each.noted ? number(each.noted->displayed) : room(),
             each.box ? words(local_text(each.box->taken_at, utc_offset)) : Cell{},
             each.box ? number(each.box->displayed) : Cell{}, multiplier ? number(*multiplier) : Cell{},
             number(each.difference), verdict_cell(each.verdict),
             each.noted && !each.noted->photo.empty() ? words(each.noted->photo) : room(), room()});
    }
    return table;
}

Table platform_table(const std::vector<PlatformComparison>& comparisons, std::chrono::minutes utc_offset) {
    const SiteCalendar calendar{.utc_offset = utc_offset};
    Table table;
    table.leading_columns = 2;
    table.columns = {{.heading = text("Item", "采集项")},
                     {.heading = text("Name", "名称")},
                     {.heading = text("Destination", "上传目标")},
                     {.heading = text("Code", "采集数据编码")},
                     {.heading = text("Unit", "单位")},
                     {.heading = text("Period", "周期")},
                     {.heading = text("In the box", "端设备"), .unit = {}, .number = true},
                     {.heading = text("Accepted", "平台已接收"), .unit = {}, .number = true},
                     {.heading = text("Accepted at", "接收时间")},
                     {.heading = text("Verdict", "结论")},
                     {.heading = text("Platform page shows", "平台页面显示")},
                     {.heading = text("Screenshot", "截图编号")},
                     {.heading = text("Signature", "核对人")}};
    for (const PlatformComparison& each : comparisons) {
        table.rows.push_back({words(each.item), words(each.name), words(each.uplink.text), words(each.code),
                              words(each.unit), each.period ? words(calendar.text(*each.period)) : Cell{},
                              number(each.in_books), number(each.sent),
                              each.accepted_at ? words(local_text(*each.accepted_at, utc_offset)) : Cell{},
                              platform_verdict(each), room(), room(), room()});
    }
    return table;
}

}  // namespace mg
