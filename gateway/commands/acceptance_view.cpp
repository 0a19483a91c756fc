#include "gateway/commands/acceptance_view.h"

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

/// Each line behind `margin`, without what could play with the terminal.
std::string indented(std::string_view text, std::string_view margin) {
    std::string made;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        made += fmt::format("{}{}\n", margin, printable(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return made;
}

}  // namespace

std::string acceptance_head(const AcceptanceSite& site, bool dry) {
    const std::string& profile = language() == Language::zh ? site.profile.name_zh : site.profile.name_en;
    std::string head =
        trf("uplink {0}: {1}\nprofile {2}: {3}\nenterprise {4} {5}\n",
            "上传目标 {0}：{1}\n接口协议 {2}：{3}\n用能单位 {4} {5}\n", site.uplink.id.text, site.uplink.url,
            site.profile.id, profile, site.enterprise.code_at(site.clock.utc()), site.enterprise.name);
    if (dry) {
        return head + std::string(tr("Without network: every request as it would be made; nothing is sent.\n",
                                     "不联网：按顺序列出将要发送的每个请求，不发送任何内容。\n"));
    }
    head += tr(
        "Everything that is sent is true: the configuration of this site, and one record of it twice. A "
        "running gateway is not disturbed: what the platform gives here is not kept, and the record is sent "
        "by the gateway as well, with the same key and value.\n",
        "发送的内容全部真实：本站点的配置，以及一条真实记录(发送两次)。不影响正在运行的网关：此处"
        "取得的内容不保存，网关仍会按同一主键、同一数值上传该记录。\n");
    head +=
        site.profile.flow == PlatformFlow::token
            ? tr("The working key is asked for without the old one; what this item rests on is told to the "
                 "platform and stays there.\n",
                 "获取工作密钥时不带原密钥；该采集项相关的配置会写入平台并保留。\n")
            : tr("Registering again does no harm: the platform gives the same device id.\n",
                 "重复注册没有影响：平台返回同一个设备序列号。\n");
    return head;
}

std::string acceptance_step_head(AcceptanceStep step, int number) {
    return fmt::format("\n[{}] {}\n", number, label(step));
}

std::string acceptance_exchange(const ShownExchange& exchange) {
    std::string text = indented(fmt::format("→ {}: POST {}", exchange.what, exchange.url), "  ");
    for (const std::string& header : exchange.headers) text += indented(header, "    ");
    text += indented(exchange.request, "    ");
    if (!exchange.note.empty()) text += indented(fmt::format("({})", exchange.note), "    ");
    if (!exchange.sent) return text;
    const auto took = exchange.took.count();
    text += exchange.status == 0
                ? indented(trf("← no answer after {} ms", "← 无应答，用时 {} ms", took), "  ")
                : indented(trf("← HTTP {}, {} ms: {}", "← HTTP {}，{} ms：{}", exchange.status, took,
                               exchange.verdict),
                           "  ");
    return text + indented(exchange.answer, "    ");
}

std::string acceptance_step_end(const StepReport& report, bool dry) {
    std::string text;
    for (const std::string& line : report.findings) text += indented(line, "  · ");
    if (!dry || report.outcome == StepOutcome::not_needed || !report.trouble.empty()) {
        text += indented(report.trouble.empty()
                             ? fmt::format("= {}", label(report.outcome))
                             : trf("= {}: {}", "= {}：{}", label(report.outcome), report.trouble),
                         "  ");
    }
    if (!report.advice.empty())
        text += indented(trf("what to do: {}", "处理建议：{}", report.advice), "    ");
    return text;
}

std::string acceptance_summary(const AcceptanceRun& run) {
    return trf("\npassed {}, failed {}, not tried {}, not needed {}\n",
               "\n通过 {} 项，不通过 {} 项，未测 {} 项，不适用 {} 项\n", run.count(StepOutcome::passed),
               run.count(StepOutcome::failed), run.count(StepOutcome::not_tried),
               run.count(StepOutcome::not_needed));
}

}  // namespace mg
