#include "gateway/commands/doctor_view.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gateway/base/language.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

using Json = nlohmann::json;

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

std::string word(const Json& finding, const char* field) {
    return printable(finding.at(field).get_ref<const std::string&>());
}

std::string figure(double value) {
    if (std::abs(value) >= 1000) return fmt::format("{:.0f}", value);
    return fmt::format("{:.3g}", value);
}

std::string cause_text(std::string_view cause) {
    if (cause == "ct_twice") return text("CT applied twice?", "CT 变比乘了两次？");
    if (cause == "pt_twice") return text("PT applied twice?", "PT 变比乘了两次？");
    if (cause == "ratio_twice") return text("CT × PT applied twice?", "CT×PT 倍率乘了两次？");
    if (cause == "ct_missing") return text("CT not applied?", "没有乘 CT 变比？");
    if (cause == "pt_missing") return text("PT forgotten?", "漏乘 PT 变比？");
    if (cause == "unit_10000")
        return text("kWh reported as 万kWh, or the other way round?", "kWh 与 万kWh 弄混？");
    if (cause == "unit_1000") return text("kWh for MWh, or the other way round?", "kWh 与 MWh 弄混？");
    if (cause == "decimal_point") return text("the decimal point is in the wrong place?", "小数点位置不对？");
    return text("the reason is not known", "原因不明");
}

std::string against_text(const Json& finding) {
    const auto against = word(finding, "against");
    if (against == "last_year") return text("last year's amount", "上年实物量");
    if (against == "own_power") return text("its own power", "本表功率");
    if (against == "node") {
        return trf("what flows in and out at {}", "{} 的进出平衡", word(finding, "other"));
    }
    return text("the nameplate", "铭牌");
}

std::string sentence(const Json& finding) {
    const auto what = word(finding, "what");
    const auto subject = word(finding, "subject");
    const auto unit = word(finding, "unit");
    const std::string factor = figure(finding.at("factor").get<double>());
    const std::string observed = figure(finding.at("observed").get<double>());
    const std::string expected = figure(finding.at("expected").get<double>());
    if (what == "too_high") {
        return trf("{}: looks {} times too high: {} ({} {} a day, by {} {})",
                   "{}：看来偏大 {} 倍：{}（每天 {} {}，按{}应为 {}）", subject, factor,
                   cause_text(word(finding, "cause")), observed, unit, against_text(finding), expected);
    }
    if (what == "too_low") {
        return trf("{}: looks {} times too low: {} ({} {} a day, by {} {})",
                   "{}：看来偏小 {} 倍：{}（每天 {} {}，按{}应为 {}）", subject, factor,
                   cause_text(word(finding, "cause")), observed, unit, against_text(finding), expected);
    }
    if (what == "above_rating") {
        return trf("{}: {} {} in an hour, {} times what max_per_hour allows ({})",
                   "{}：一小时 {} {}，是小时最大量的 {} 倍（{}）", subject, observed, unit, factor, expected);
    }
    if (what == "runs_reversed") {
        return trf("{}: energy runs into export ({} {} a day), import stands: CT reversed?",
                   "{}：电能走在反向（每天 {} {}），正向不走：CT 接反？", subject, observed, unit);
    }
    if (what == "stands") {
        return trf(
            "{}: the register stands while power flows (some {} {} a day): a wrong address, or a dead "
            "register?",
            "{}：有功率而示数不走（每天约 {} {}）：寄存器地址有误或表计故障？", subject, expected, unit);
    }
    if (what == "coarse_step") {
        const std::string percent = figure(100 * finding.at("factor").get<double>());
        const auto other = word(finding, "other");
        const std::string said =
            trf("{}: one step of this meter ({} {}) is {} % of its quarter-hour",
                "{}：此表一个字（{} {}）是其 15 分钟电量的 {} %", subject, expected, unit, percent);
        if (other.empty()) return said;
        return said + trf(": take the shape from {}", "：实时曲线可取自 {}", other);
    }
    return subject + ": " + what;
}

std::string confidence_text(std::string_view confidence) {
    if (confidence == "high") return text("sure", "把握大");
    if (confidence == "medium") return text("likely", "较可能");
    if (confidence == "low") return text("perhaps", "或许");
    return printable(confidence);
}

}  // namespace

Result<std::string> doctor_view(std::string_view json) {
    try {
        const Json said = Json::parse(json);
        std::string lines = trf("looked at {} metering points and {} items, {} full days\n",
                                "查看了 {} 个计量点、{} 个采集项，{} 个整天\n", said.at("meters").get<int>(),
                                said.at("items").get<int>(), said.at("days").get<int>());
        for (const Json& finding : said.at("findings")) {
            lines +=
                fmt::format("{}  [{}]\n", sentence(finding), confidence_text(word(finding, "confidence")));
        }
        if (said.at("findings").empty()) lines += text("nothing strikes\n", "未发现异常\n");
        return lines;
    } catch (const nlohmann::json::exception& error) {
        return fail(Failure::corrupt, error.what());
    }
}

}  // namespace mg
