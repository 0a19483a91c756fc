#include "gateway/commands/item_view.h"

#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/cause_text.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

std::string value_text(const RecordReport& record) {
    return record.value ? record.value->to_string() : "–";
}

std::string marks_text(const std::vector<std::string>& marks) {
    std::string words;
    for (const std::string& mark : marks) {
        if (!words.empty()) words += tr(", ", "、");
        words += printable(mark_label(mark));
    }
    return words;
}

/// "2026-10: 1234.5 (entered by hand)".
std::string figure_text(const std::optional<RecordReport>& record) {
    if (!record) return "–";
    const std::string marks = marks_text(record->marks);
    const std::string figure = trf("{}: {}", "{}：{}", record->period_text, value_text(*record));
    return marks.empty() ? figure : figure + trf(" ({})", "（{}）", marks);
}

std::string code_text(const ItemVersionReport& version) {
    std::string codes = version.code;
    for (const auto& [uplink, code] : version.other_codes) {
        codes += fmt::format("{}{}={}", codes.empty() ? "" : " ", uplink, code);
    }
    return codes.empty() ? "–" : codes;
}

/// "coef.elec_tce tce/万kWh, equivalent".
std::string coal_text(const std::optional<CoalReport>& coal) {
    if (!coal) return "–";
    const std::string factor = printable(coal->factor) + " " + printable(coal->unit);
    return coal->basis ? factor + std::string(tr(", ", "，")) + std::string(label(*coal->basis)) : factor;
}

std::string periods_text(const ItemVersionReport& version) {
    std::string periods;
    for (const StatType type : version.periods) {
        if (!periods.empty()) periods += ' ';
        periods += label(type);
    }
    return periods;
}

/// "2": how many there are; "2, until 2027-01-01 00:00:00" where nothing follows the last.
std::string versions_text(const ItemReport& item, std::chrono::minutes utc_offset) {
    const std::string count = std::to_string(item.versions.size());
    if (item.versions.empty() || !item.versions.back().valid_to) return count;
    return trf("{}, until {}", "{}，至 {}", count, local_text(*item.versions.back().valid_to, utc_offset));
}

}  // namespace

std::string items_view(const std::vector<ItemReport>& items, std::chrono::minutes utc_offset) {
    TextTable table{{{text("item", "采集项")},
                     {text("name", "名称")},
                     {text("code", "编码")},
                     {text("unit", "单位")},
                     {text("method", "统计方法")},
                     {text("periods", "统计周期")},
                     {text("coal factor", "折标系数")},
                     {text("versions", "版本")},
                     {text("newest day", "最新日值")},
                     {text("newest month", "最新月值")}}};
    for (const ItemReport& item : items) {
        table.add({item.id, printable(item.now.name), code_text(item.now), printable(item.now.unit),
                   std::string(label(item.now.method)), periods_text(item.now), coal_text(item.now.coal),
                   versions_text(item, utc_offset), figure_text(item.day), figure_text(item.month)});
    }
    return table.empty() ? text("no items are configured\n", "没有配置采集项\n") : table.to_string();
}

std::string records_view(const std::vector<RecordReport>& records) {
    TextTable table{{{text("item", "采集项")},
                     {text("period", "周期")},
                     {text("value", "数值"), Align::right},
                     {text("unit", "单位")},
                     {text("revision", "修订"), Align::right},
                     {text("marks", "标记")},
                     {text("cause", "修订原因")}}};
    for (const RecordReport& record : records) {
        table.add({record.item, record.period_text, value_text(record), printable(record.unit),
                   std::to_string(record.revision), marks_text(record.marks), cause_text(record.cause)});
    }
    return table.empty() ? text("no records of this kind in this time\n", "此期间没有此类记录\n")
                         : table.to_string();
}

std::string entry_view(const EntryReport& entry) {
    std::string view =
        entry.already
            ? trf("record {}: {} {} = {} {} was there already, nothing was written\n",
                  "记录 {}：{} {} = {} {} 已经录入，未重复写入\n", entry.record, entry.item,
                  entry.period_text, entry.value.to_string(), printable(entry.unit))
            : trf("record {}: {} {} = {} {}, entered by {}\n", "记录 {}：{} {} = {} {}，由 {} 录入\n",
                  entry.record, entry.item, entry.period_text, entry.value.to_string(), printable(entry.unit),
                  printable(entry.author));
    if (entry.waits) {
        view += trf("it counts once somebody else has confirmed it: metergate dated confirm {}\n",
                    "须由另一人确认后才生效：metergate dated confirm {}\n", entry.record);
    }
    if (!entry.doubt.empty()) view += trf("look again: {}\n", "请核对：{}\n", printable(entry.doubt));
    return view;
}

}  // namespace mg
