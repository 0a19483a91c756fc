#include "gateway/acceptance/conformity_report.h"

#include <algorithm>
#include <map>

#include <fmt/ranges.h>

#include "gateway/acceptance/reported_items.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/document/html.h"

namespace mg {
namespace {

constexpr std::string_view kStyle = R"(
@page { size: A4; margin: 18mm 15mm 18mm 15mm; }
* { box-sizing: border-box; }
body { font: 10.5pt/1.5 "Noto Sans CJK SC", "Microsoft YaHei", "SimSun", sans-serif; color: #111; max-width: 180mm;
       margin: 0 auto; padding: 8mm 0; }
h1 { font-size: 18pt; text-align: center; margin: 0 0 6mm; }
h2 { font-size: 13pt; margin: 8mm 0 2mm; border-bottom: 1px solid #444; break-after: avoid; }
h3 { font-size: 11pt; margin: 5mm 0 1mm; break-after: avoid; }
table { border-collapse: collapse; width: 100%; font-size: 9pt; margin: 1mm 0 3mm; }
th, td { border: 1px solid #777; padding: 1mm 1.5mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #eee; font-weight: 600; }
tr { break-inside: avoid; }
.facts th { width: 38mm; }
.whole { white-space: nowrap; overflow-wrap: normal; }
p { margin: 1mm 0; }
pre { font: 8pt/1.35 "Noto Sans Mono CJK SC", Consolas, monospace; background: #f6f6f6; border: 1px solid #ccc;
      padding: 2mm; margin: 1mm 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.passed { color: #05611f; font-weight: 600; } .failed { color: #a3000d; font-weight: 600; }
.not_tried, .not_needed { color: #555; }
.signatures td { height: 22mm; width: 33%; }
)";

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

std::string_view class_of(StepOutcome outcome) {
    switch (outcome) {
        case StepOutcome::passed:
            return "passed";
        case StepOutcome::failed:
            return "failed";
        case StepOutcome::not_tried:
            return "not_tried";
        case StepOutcome::not_needed:
            return "not_needed";
    }
    return {};
}

std::string title_of(const AcceptanceRun& run) {
    return run.dry ? text("What would be sent to the platform (nothing was tried)",
                          "平台对接报文预览(未联网，未测试)")
                   : text("Conformity test of the platform interface", "端设备与平台接口符合性测试报告");
}

std::string subject_section(const ReportSubject& subject, const AcceptanceRun& run) {
    const AcceptanceSite& site = subject.site;
    const auto offset = site.options.site.utc_offset;
    const std::string& profile_name =
        language() == Language::zh ? site.profile.name_zh : site.profile.name_en;
    return html::facts({
        {text("enterprise", "用能单位"), site.enterprise.name},
        {text("credit code", "统一社会信用代码"), site.enterprise.code_at(run.begun)},
        {text("site", "站点"), site.options.site.name.empty()
                                   ? site.options.site.id
                                   : fmt::format("{} ({})", site.options.site.name, site.options.site.id)},
        {text("end device", "端设备"), fmt::format("metergate {}", subject.version)},
        {text("destination", "上传目标"),
         site.uplink.name.empty() ? site.uplink.id.text
                                  : fmt::format("{} ({})", site.uplink.name, site.uplink.id.text)},
        {text("address", "平台地址"), site.uplink.url},
        {text("profile", "接口协议"), fmt::format("{} ({})", profile_name, site.profile.id)},
        {text("by which document", "协议依据"), site.profile.source},
        {text("begun, ended", "测试时间"),
         fmt::format("{} – {}", local_text(run.begun, offset), local_text(run.ended, offset))},
    });
}

/// As far as the result goes, and no further.
std::string what_was_shown(const AcceptanceRun& run) {
    const bool sent = std::ranges::any_of(run.steps, [](const StepReport& step) {
        return step.step == AcceptanceStep::record && step.outcome == StepOutcome::passed;
    });
    const std::string rest =
        text("What the platform does with many records, over days and in trouble, is not part of this test.",
             "大量数据、连续运行和异常情况不在本次测试范围内。");
    if (!sent) {
        return text("Only what is listed as passed was shown to work. No record was taken by the platform. ",
                    "仅“通过”的步骤经过实测。平台未接收任何数据。") +
               rest;
    }
    return text(
               "Only what is listed as passed was shown to work, and of records the one that is named "
               "below. ",
               "仅“通过”的步骤经过实测，数据仅限下文所列的一条。") +
           rest;
}

std::string summary_section(const AcceptanceRun& run) {
    html::TableText table{{text("step", "步骤"), text("result", "结果"), text("remark", "说明")}};
    for (const StepReport& step : run.steps)
        table.add({std::string(label(step.step)), std::string(label(step.outcome)), step.trouble});
    std::string out = html::element("h2", text("Result", "测试结果"));
    if (run.dry) {
        out += html::element(
            "p", text("Nothing was sent and nothing was tried.", "本次未发送任何报文，未作测试。"));
    } else {
        out += html::element("p", trf("passed {}, failed {}, not tried {}, not needed {}",
                                      "通过 {} 项，不通过 {} 项，未测 {} 项，不适用 {} 项",
                                      run.count(StepOutcome::passed), run.count(StepOutcome::failed),
                                      run.count(StepOutcome::not_tried), run.count(StepOutcome::not_needed)));
        out += html::element("p", what_was_shown(run));
    }
    return out + table.str();
}

std::string exchange_section(const ShownExchange& exchange) {
    std::string head = fmt::format("POST {}\n", exchange.url);
    for (const std::string& header : exchange.headers) head += header + '\n';
    std::string out = html::element("p", exchange.what);
    out += html::element("pre", head + '\n' + exchange.request);
    if (!exchange.note.empty()) out += html::element("p", exchange.note);
    if (!exchange.sent) return out;
    out +=
        html::element("p", exchange.status == 0
                               ? trf("answer: none in {} ms", "应答：无，用时 {} ms", exchange.took.count())
                               : trf("answer: HTTP {} after {} ms, {}", "应答：HTTP {}，用时 {} ms，{}",
                                     exchange.status, exchange.took.count(), exchange.verdict));
    return out + html::element("pre", exchange.answer);
}

std::string steps_section(const AcceptanceRun& run) {
    std::string out = html::element("h2", text("Steps", "各步骤记录"));
    int number = 0;
    for (const StepReport& step : run.steps) {
        out += html::element("h3", fmt::format("{}. {}", ++number, label(step.step)));
        if (!run.dry || step.outcome == StepOutcome::not_needed)
            out += html::element("p", label(step.outcome), class_of(step.outcome));
        if (!step.trouble.empty()) out += html::element("p", step.trouble);
        if (!step.advice.empty())
            out += html::element("p", trf("to be done: {}", "处理建议：{}", step.advice));
        if (!step.findings.empty()) {
            out += "<ul>\n";
            for (const std::string& line : step.findings) out += html::element("li", line);
            out += "</ul>\n";
        }
        for (const ShownExchange& exchange : step.exchanges) out += exchange_section(exchange);
    }
    return out;
}

std::string items_section(const AcceptanceSite& site, UtcTime at) {
    html::TableText table{
        {text("item", "采集项"), text("code", "采集数据编码"), text("unit", "单位"),
         text("decimals", "小数位"), text("periods", "统计周期"), text("interval", "实时间隔"),
         text("source", "数据来源"), text("formula", "计算公式")},
        {1, 2}};
    for (const ReportedItem& item : reported_items(site.options, site.uplink, site.profile, at))
        table.add({item.name, item.code, item.unit, item.decimals, item.periods, item.interval, item.source,
                   item.formula});
    const std::string head =
        html::element("h2", text("Items that are reported to this destination", "向该平台上报的采集项"));
    return head + (table.empty() ? html::element("p", text("none", "无")) : table.str());
}

std::string meters_section(const AcceptanceSite& site, UtcTime at) {
    html::TableText table{{text("metering point", "计量点"), text("type, model", "器具类型、型号"),
                           text("accuracy", "准确度"), text("serial no.", "出厂编号"),
                           text("own no.", "管理编号"), text("location", "安装地点"),
                           text("verified, valid until", "检定日期、有效期至"), text("feeds", "用于采集项")}};
    for (const ReportedMeter& meter : reported_meters(site.options, site.uplink, site.profile, at))
        table.add({meter.name, meter.type, meter.accuracy, meter.serial_no, meter.asset_no, meter.location,
                   meter.verified, meter.feeds});
    const std::string head =
        html::element("h2", text("Instruments that these items rest on", "以上采集项所用的计量器具"));
    return head + (table.empty() ? html::element("p", text("none", "无")) : table.str());
}

std::string signatures() {
    std::string out = html::element("h2", text("Signatures", "签字"));
    out += "<table class=\"signatures\">\n<tr>";
    for (const std::string& who :
         {text("enterprise", "用能单位"), text("installer", "实施单位"), text("platform", "平台运维单位")})
        out += fmt::format("<th>{}</th>", html::escaped(who));
    return out + fmt::format(
                     "</tr>\n<tr>{0}{0}{0}</tr>\n</table>\n",
                     fmt::format("<td>{}</td>", html::escaped(text("name, date, seal", "签字、日期、盖章"))));
}

}  // namespace

std::string conformity_report(const ReportSubject& subject, const AcceptanceRun& run) {
    const std::string title = title_of(run);
    std::string page = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n"
        "<style>{}</style>\n</head>\n<body>\n",
        language() == Language::zh ? "zh-CN" : "en", html::escaped(title), kStyle);
    page += html::element("h1", title);
    page += subject_section(subject, run);
    page += summary_section(run);
    page += items_section(subject.site, run.begun);
    page += meters_section(subject.site, run.begun);
    page += signatures();
    page += steps_section(run);
    return page + "</body>\n</html>\n";
}

}  // namespace mg
