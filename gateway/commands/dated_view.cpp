#include "gateway/commands/dated_view.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/cause_text.h"
#include "gateway/commands/dated_terms.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/terminal.h"
#include "gateway/reading/stat_period.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

struct KindLabel {
    std::string_view kind;
    std::string_view en;
    std::string_view zh;
};
constexpr std::array kKindLabels{KindLabel{"replacement", "meter replacement", "换表"},
                                 KindLabel{"multiplier", "multiplier", "倍率变更"},
                                 KindLabel{"ruling", "ruling on an index", "示数裁定"},
                                 KindLabel{"out_of_service", "out of service", "停用"},
                                 KindLabel{"production_stop", "production stop", "停产"},
                                 KindLabel{"opening", "opening amount", "期初值"},
                                 KindLabel{"entry", "entered value", "补录"},
                                 KindLabel{"coefficient", "coefficient", "系数"},
                                 KindLabel{"lock", "closed period", "锁定"},
                                 KindLabel{"initial_instrument", "first instrument", "初始器具"},
                                 KindLabel{"verification", "verification", "检定校准"}};

std::string_view traceability_label(Traceability traceability) {
    switch (traceability) {
        case Traceability::legal:
            return tr("legal verification", "强制检定");
        case Traceability::verification:
            return tr("verification", "检定");
        case Traceability::calibration:
            return tr("calibration", "校准");
    }
    return {};
}

std::string_view label_of(VerificationResult result) {
    switch (result) {
        case VerificationResult::passed:
            return tr("passed", "合格");
        case VerificationResult::limited:
            return tr("limited use", "准用");
        case VerificationResult::failed:
            return tr("failed", "不合格");
    }
    return {};
}

std::string_view verdict_label(IndexVerdict verdict) {
    switch (verdict) {
        case IndexVerdict::rolled_over:
            return tr("rolled over", "满码翻转");
        case IndexVerdict::was_reset:
            return tr("was reset", "被清零或改写");
        case IndexVerdict::genuine:
            return tr("genuine", "属实");
        case IndexVerdict::false_value:
            return tr("false value", "读数错误");
    }
    return {};
}

/// Says bodies in the time of the site.
class Teller {
public:
    explicit Teller(std::chrono::minutes utc_offset) : offset_{utc_offset} {}

    [[nodiscard]] std::string at(UtcTime time) const { return local_text(time, offset_); }
    [[nodiscard]] std::string until(const std::optional<UtcTime>& time) const {
        return time ? at(*time) : text("further notice", "另行通知");
    }
    [[nodiscard]] std::string period(const StatPeriod& period) const {
        return SiteCalendar{.utc_offset = offset_}.text(period);
    }

    std::string operator()(const Replacement& body) const {
        std::string said = trf("{} → {}, removed {}, installed {}", "{} → {}，{} 拆下，{} 装上",
                               body.old_serial, body.new_serial, at(body.removed_at), at(body.installed_at));
        for (const auto& each : body.registers) {
            said += trf("; {} {} → {}", "；{} {} → {}", each.point.text, each.old_end.to_string(),
                        each.new_start.to_string());
            if (each.unmetered != Decimal{}) {
                said += trf(" (unmetered {})", "（未计量 {}）", each.unmetered.to_string());
            }
        }
        if (body.multiplier) said += trf("; multiplier {}", "；倍率 {}", text_of(*body.multiplier));
        if (body.rollover) said += trf("; rolls over at {}", "；满码值 {}", body.rollover->to_string());
        return said;
    }
    std::string operator()(const MultiplierChange& body) const {
        std::string said = trf("{} from {} on", "{1} 起为 {0}", text_of(body.multiplier), at(body.at));
        for (const auto& each : body.registers) {
            said += trf("; {} at {}", "；{} 示数 {}", each.point.text, each.index.to_string());
        }
        return said;
    }
    std::string operator()(const IndexRuling& body) const {
        std::string said =
            trf("{} at {}: {}", "{} 在 {}：{}", body.point.text, at(body.at), verdict_label(body.verdict));
        if (body.before) said += trf("; from {}", "；由 {}", body.before->to_string());
        if (body.after) said += trf("; to {}", "；至 {}", body.after->to_string());
        if (body.until) said += trf("; until {}", "；到 {}", at(*body.until));
        return said;
    }
    std::string operator()(const OutOfService& body) const {
        return trf("from {} until {}", "{} 至 {}", at(body.from), until(body.to));
    }
    std::string operator()(const ProductionStop& body) const {
        return trf("from {} until {}", "{} 至 {}", at(body.from), until(body.to));
    }
    std::string operator()(const OpeningAmount& body) const {
        return trf("{} from {} until {}", "{}，{} 至 {}", body.amount.to_string(), at(body.from),
                   at(body.to));
    }
    std::string operator()(const EnteredValue& body) const {
        return trf("{} = {} ({})", "{} = {}（{}）", period(body.period), body.value.to_string(),
                   body.evidence);
    }
    std::string operator()(const CoefficientValue& body) const {
        return trf("{} {} from {} on; {}", "{} {}，{} 起；{}", body.value.to_string(), body.unit,
                   at(body.from), body.source);
    }
    std::string operator()(const PeriodLock& body) const { return period(body.period); }
    std::string operator()(const InitialInstrument& body) const {
        return trf("{}, multiplier {}", "{}，倍率 {}",
                   body.serial.empty() ? text("number not stated", "编号未填") : body.serial,
                   text_of(body.multiplier));
    }
    std::string operator()(const Verification& body) const {
        std::string said = trf("{} {} on {}: {}", "{} {} {}：{}", body.serial,
                               traceability_label(body.traceability), day(body.on), label_of(body.result));
        if (body.valid_until) said += trf("; valid until {}", "；有效期至 {}", day(*body.valid_until));
        if (!body.by.empty()) said += trf("; by {}", "；{}", body.by);
        if (!body.certificate.empty()) said += trf("; certificate {}", "；证书 {}", body.certificate);
        return said;
    }

private:
    [[nodiscard]] std::string day(UtcTime midnight) const {
        return at(midnight).substr(0, std::string_view{"2026-11-22"}.size());
    }

    std::chrono::minutes offset_;
};

std::string state_of(const DatedRecord& record) {
    if (record.revoked_at) return text("revoked", "已撤销");
    if (!record.in_force()) return text("waits for a second person", "待另一人确认");
    return record.confirmed_at ? text("confirmed", "已确认") : text("in force", "有效");
}

std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) {
        if (!all.empty()) all += tr(", ", "、");
        all += printable(name);
    }
    return all;
}

std::string again_text(const RecordEffect& effect, const Teller& tell) {
    const std::string span =
        effect.to ? trf("from {} until {}", "{} 至 {}", tell.at(effect.from), tell.at(*effect.to))
                  : trf("from {} on", "{} 起", tell.at(effect.from));
    if (effect.items.empty()) {
        return trf("no item depends on it ({})\n", "没有采集项用到它（{}）\n", span);
    }
    return trf("computed again {}: {}\n", "将重新核算（{}）：{}\n", span, joined(effect.items));
}

/// "record 17: meter replacement hv_kiln: SN-A → SN-C …, by li".
std::string headline(const DatedRecord& record, std::chrono::minutes utc_offset) {
    const std::string subject = subject_of(record.body);
    return trf("record {}: {} {}: {}; by {}\n", "记录 {}：{} {}：{}；责任人 {}\n", record.id,
               dated_kind_label(kind_of(record.body)), subject.empty() ? text("site", "全站") : subject,
               printable(dated_text(record.body, utc_offset)), printable(record.author));
}

std::string state_text(const PeriodStateReport& period) {
    switch (period.state) {
        case PeriodState::open:
            return text("open", "未上报");
        case PeriodState::reported:
            return text("reported", "已上报");
        case PeriodState::locked:
            return period.reported ? text("locked, reported", "已锁定，已上报") : text("locked", "已锁定");
    }
    return {};
}

}  // namespace

std::string dated_kind_label(std::string_view kind) {
    const auto* known = std::ranges::find(kKindLabels, kind, &KindLabel::kind);
    return known == kKindLabels.end() ? std::string(kind) : text(known->en, known->zh);
}

std::string dated_text(const DatedBody& body, std::chrono::minutes utc_offset) {
    return std::visit(Teller{utc_offset}, body);
}

std::string dated_view(const std::vector<DatedRecord>& records, std::chrono::minutes utc_offset) {
    TextTable table{{{text("record", "记录"), Align::right},
                     {text("kind", "种类")},
                     {text("about", "对象")},
                     {text("what", "内容")},
                     {text("by", "责任人")},
                     {text("entered", "登记时间")},
                     {text("state", "状态")},
                     {text("remark", "备注")}}};
    for (const DatedRecord& record : records) {
        const std::string subject = subject_of(record.body);
        table.add({std::to_string(record.id), dated_kind_label(kind_of(record.body)),
                   subject.empty() ? text("site", "全站") : subject,
                   printable(dated_text(record.body, utc_offset)), printable(record.author),
                   local_text(record.entered_at, utc_offset), state_of(record), printable(record.remark)});
    }
    return table.empty() ? text("nothing is on record\n", "没有登记\n") : table.to_string();
}

std::string dated_details(const DatedRecord& record, std::chrono::minutes utc_offset) {
    const Teller tell{utc_offset};
    std::string said = headline(record, utc_offset);
    said += trf("entered {}, {}\n", "{} 登记，{}\n", tell.at(record.entered_at), state_of(record));
    if (!record.remark.empty()) said += trf("remark: {}\n", "备注：{}\n", printable(record.remark));
    if (record.confirmed_at) {
        said += trf("confirmed by {}, {}\n", "{} 于 {} 确认\n", printable(record.confirmed_by),
                    tell.at(*record.confirmed_at));
    }
    if (record.revoked_at) {
        said += trf("revoked by {}, {}: {}\n", "{} 于 {} 撤销：{}\n", printable(record.revoked_by),
                    tell.at(*record.revoked_at), printable(record.revoke_remark));
    }
    return said;
}

std::string dated_answer(const DatedReport& report, std::chrono::minutes utc_offset) {
    const DatedRecord& record = report.record;
    std::string said = headline(record, utc_offset);
    if (record.revoked_at) {
        said += trf("revoked by {}: {}\n", "已由 {} 撤销：{}\n", printable(record.revoked_by),
                    printable(record.revoke_remark));
    } else if (!record.in_force()) {
        said += trf("waits for a second person: metergate dated confirm {} --by NAME\n",
                    "待另一人确认：metergate dated confirm {} --by 姓名\n", record.id);
    } else if (record.confirmed_at) {
        said += trf("confirmed by {}\n", "已由 {} 确认\n", printable(record.confirmed_by));
    }
    if (report.again) said += again_text(*report.again, Teller{utc_offset});
    return said;
}

std::string coefficients_view(const std::vector<CoefficientReport>& coefficients,
                              std::chrono::minutes utc_offset) {
    const Teller tell{utc_offset};
    TextTable table{{{text("coefficient", "系数")},
                     {text("value", "数值"), Align::right},
                     {text("unit", "单位")},
                     {text("from", "起")},
                     {text("until", "止")},
                     {text("in force", "现行")},
                     {text("source", "来源")},
                     {text("year", "年份")},
                     {text("region", "地区")},
                     {text("by", "责任人")},
                     {text("record", "记录")}}};
    for (const CoefficientReport& each : coefficients) {
        table.add({each.name, each.value.to_string(), printable(each.unit),
                   each.from ? tell.at(*each.from) : "–", each.to ? tell.at(*each.to) : "–",
                   each.now ? text("yes", "是") : "", printable(each.source), printable(each.year),
                   printable(each.region), printable(each.author),
                   each.record == 0 ? "coefficients.csv" : std::to_string(each.record)});
    }
    return table.empty() ? text("no coefficients are configured\n", "没有配置系数\n") : table.to_string();
}

std::string periods_view(const PeriodsReport& report, std::chrono::minutes utc_offset) {
    TextTable locks{{{text("closed", "已锁定")},
                     {text("record", "记录"), Align::right},
                     {text("by", "责任人")},
                     {text("since", "锁定时间")},
                     {text("remark", "备注")}}};
    for (const DatedRecord& lock : report.locks) {
        locks.add({dated_text(lock.body, utc_offset), std::to_string(lock.id), printable(lock.author),
                   local_text(lock.entered_at, utc_offset), printable(lock.remark)});
    }
    TextTable states{{{text("period", "周期")}, {text("state", "状态")}}};
    for (const PeriodStateReport& each : report.states) states.add({each.period_text, state_text(each)});
    std::string view = states.empty() ? std::string{} : states.to_string() + '\n';
    view += locks.empty() ? text("no period is closed\n", "没有锁定的期间\n") : locks.to_string();
    TextTable requests{{{text("item", "采集项")},
                        {text("period", "周期")},
                        {text("stands", "现值"), Align::right},
                        {text("would be", "应为"), Align::right},
                        {text("unit", "单位")},
                        {text("cause", "原因")},
                        {text("known since", "提出时间")}}};
    const auto digits = [](const std::optional<Decimal>& value) { return value ? value->to_string() : "–"; };
    for (const RequestReport& each : report.requests) {
        requests.add({each.item, each.period_text, digits(each.stands), digits(each.wanted),
                      printable(each.unit), cause_text(each.cause), local_text(each.asked_at, utc_offset)});
    }
    if (!requests.empty()) {
        view += text("\nchanges that wait until their period is opened:\n", "\n待解锁后生效的更正：\n");
        view += requests.to_string();
    }
    if (report.more) view += text("and more\n", "还有更多\n");
    return view;
}

std::string breaks_view(const std::vector<BreakReport>& breaks, std::chrono::minutes utc_offset) {
    const Teller tell{utc_offset};
    TextTable table{{{text("meter", "计量点")},
                     {text("point", "测点")},
                     {text("last good", "最后可信时刻")},
                     {text("index", "示数"), Align::right},
                     {text("first after", "跳变后首个时刻")},
                     {text("index", "示数"), Align::right},
                     {text("found", "发现时间")}}};
    for (const BreakReport& each : breaks) {
        table.add({each.meter.text, each.point.text, tell.at(each.last_good), each.index_before.to_string(),
                   tell.at(each.first_after), each.index_after.to_string(), tell.at(each.found_at)});
    }
    return table.empty() ? text("every step of an index is explained\n", "没有待裁定的示数跳变\n")
                         : table.to_string();
}

}  // namespace mg
