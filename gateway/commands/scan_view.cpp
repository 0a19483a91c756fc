#include "gateway/commands/scan_view.h"

#include "drivers/modbus/frame.h"
#include "gateway/base/language.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

std::string answer_text(const ScanFound& found) {
    if (found.garbled)
        return text("garbled: two at one address, or other settings", "报文错乱：地址重复或串口参数不符");
    if (found.exception == 0) return text("answers", "有应答");
    return trf("exception {:02X}: {}", "异常 {:02X}：{}", found.exception,
               exception_text(static_cast<std::uint8_t>(found.exception)));
}

std::string identity_text(const ScanFound& found) {
    std::string words;
    for (const auto& object : found.objects) {
        if (!words.empty()) words += ' ';
        words += printable(object.text);
    }
    return words;
}

std::string models_text(const ScanFound& found) {
    std::string words;
    for (const auto& model : found.models) {
        if (!words.empty()) words += ", ";
        words += model.id;
        if (!model.order.empty()) words += " (" + trf("order {}", "字序 {}", model.order) + ")";
        words += model.likely ? text(" likely", " 很可能") : text(" possible", " 可能");
    }
    return words;
}

}  // namespace

std::string scan_progress_text(const ScanProgress& progress) {
    const auto left = duration_text(std::chrono::seconds{progress.seconds_left});
    if (progress.listening) {
        return trf("listening for another master; then {} questions; {} at most when nobody answers",
                   "先监听是否有其他主站，然后提问 {} 次；若无应答最长 {}", progress.of, left);
    }
    return trf("{}/{} {} unit {}, {} found, {} left at most", "{}/{} {} 从站 {}，已发现 {}，最多还需 {}",
               progress.asked, progress.of, progress.settings, progress.unit, progress.found, left);
}

std::string scan_text(const ScanReport& report) {
    TextTable table{{{text("unit", "从站")},
                     {text("settings", "串口参数")},
                     {text("answer", "应答")},
                     {text("identification", "设备标识")},
                     {text("model, by its values", "采集模板（按数值推断）")}}};
    for (const ScanFound& found : report.found) {
        table.add({std::to_string(found.unit), found.settings, answer_text(found), identity_text(found),
                   models_text(found)});
    }
    std::string out = table.empty()
                          ? trf("line {}: nobody new answers; {} questions\n",
                                "线路 {}：没有新的应答；共提问 {} 次\n", report.line.text, report.asked)
                          : table.to_string();
    for (const auto& known : report.known) {
        out += trf("unit {}: {} in meters.csv, left alone\n", "从站 {}：即 meters.csv 中的 {}，未打扰\n",
                   known.unit, known.meter);
    }
    if (!report.complete) {
        out += text("The time was over that polling could wait: not all was asked.\n",
                    "允许暂停采集的时间已到，未全部询问。\n");
    }
    if (!report.found.empty()) {
        out += text(
            "A model is a guess from what the registers hold now: compare with the display before it is "
            "used.\n",
            "采集模板是按当前寄存器数值推断的：使用前请与表上显示核对。\n");
    }
    return out;
}

}  // namespace mg
