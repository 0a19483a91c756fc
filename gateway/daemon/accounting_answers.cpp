#include "gateway/daemon/accounting_answers.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/base/nearest.h"
#include "gateway/base/utc_text.h"
#include "gateway/daemon/dated_answers.h"

namespace mg {
namespace {

/// Of one answer: some megabytes of JSON.
constexpr std::size_t kMostListed = 10'000;

tl::unexpected<Error> pass_on(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

Result<UtcTime> time_argument(const ControlRequest& request, const std::string& name) {
    if (const auto time = utc_from_text(request.argument(name))) return *time;
    return fail(Failure::rejected, trf("\"{}\" is not a time as in 2026-11-22T12:00:00.000Z",
                                       "“{}”不是 2026-11-22T12:00:00.000Z 这样的时间", name));
}

ItemVersionReport version_report(const ItemOptions& item) {
    ItemVersionReport version{.valid_from = std::nullopt,
                              .valid_to = item.valid_to,
                              .name = item.name,
                              .code = item.codes.standard ? item.codes.standard->hyphenated() : "",
                              .other_codes = {},
                              .unit = item.unit,
                              .method = item.method,
                              .formula = item.formula,
                              .periods = {item.periods.begin(), item.periods.end()}};
    if (item.valid_from != UtcTime{}) version.valid_from = item.valid_from;
    for (const auto& [uplink, code] : item.codes.by_uplink) {
        version.other_codes[uplink.text] = code.hyphenated();
    }
    return version;
}

bool touches(const ItemOptions& version, const StatPeriod& period) {
    return version.valid_from < period.to && (!version.valid_to || *version.valid_to > period.from);
}

/// The version that a record was computed by; where the configuration has it no longer, the one in force when
/// the period ended.
const ItemOptions* version_for(const ItemRecord& record, const std::vector<const ItemOptions*>& versions) {
    const auto same = [&](const ItemOptions* each) { return each->valid_from == record.item_version; };
    const auto found = std::ranges::find_if(versions, same);
    if (found != versions.end()) return *found;
    const auto valid = std::ranges::find_if(versions, [&](const ItemOptions* each) {
        return each->valid_at(record.period.to - milliseconds{1});
    });
    return valid == versions.end() ? nullptr : *valid;
}

/// Periods whose records an answer of limited length does not hold in full are left to the next one.
std::optional<UtcTime> keep_whole_periods(std::vector<ItemRecord>& records) {
    if (records.size() < kMostListed) return std::nullopt;
    const UtcTime last = records.back().period.from;
    if (records.front().period.from == last) return last + milliseconds{1};
    std::erase_if(records, [&](const ItemRecord& each) { return each.period.from == last; });
    return last;
}

}  // namespace

AccountingAnswers::AccountingAnswers(const Options& options, Books& books, Clock& clock)
    : options_{options}, books_{books}, clock_{clock} {}

SiteCalendar AccountingAnswers::calendar(const ItemOptions& item) const {
    SiteCalendar calendar{.utc_offset = options_.site.utc_offset};
    if (item.interval > milliseconds{0}) calendar.real_time = item.interval;
    return calendar;
}

Result<AccountingAnswers::Versions> AccountingAnswers::versions_of(const std::string& id) const {
    Versions versions;
    std::vector<std::string> ids;
    for (const ItemOptions& item : options_.items) {
        if (item.id == id) versions.push_back(&item);
        if (ids.empty() || ids.back() != item.id) ids.push_back(item.id);
    }
    if (!versions.empty()) return versions;
    return fail(Failure::rejected, trf("no item \"{}\"; the nearest is \"{}\"",
                                       "没有采集项“{}”；最接近的是“{}”", id, nearest_of(id, ids)));
}

std::optional<RecordReport> AccountingAnswers::shown(const ItemRecord& record,
                                                     const Versions& versions) const {
    const ItemOptions* version = version_for(record, versions);
    if (version == nullptr || !version->periods.contains(record.period.type)) return std::nullopt;
    const auto marks = names_of(record.marks);
    return RecordReport{.item = record.item,
                        .period = record.period,
                        .period_text = calendar(*version).text(record.period),
                        .revision = record.revision,
                        .value = record.value,
                        .unit = version->unit,
                        .marks = {marks.begin(), marks.end()},
                        .suspect = record.marks.suspect(),
                        .input_type = record.input_type,
                        .cause = record.cause,
                        .computed_at = record.computed_at};
}

Result<std::optional<RecordReport>> AccountingAnswers::newest(const Versions& versions, StatType type) {
    const bool reported = std::ranges::any_of(
        versions, [&](const ItemOptions* version) { return version->periods.contains(type); });
    for (UtcTime until = UtcTime::max(); reported;) {
        const auto record = books_.newest(versions.front()->id, type, until);
        if (!record) return pass_on(record.error());
        if (!*record) break;
        if (auto found = shown(**record, versions)) return found;
        until = (*record)->period.from;
    }
    return std::nullopt;
}

Result<ItemReport> AccountingAnswers::report_of(const Versions& versions) {
    const UtcTime now = clock_.utc();
    const auto valid =
        std::ranges::find_if(versions, [&](const ItemOptions* each) { return each->valid_at(now); });
    ItemReport report{.id = versions.front()->id,
                      .now = version_report(valid == versions.end() ? *versions.back() : **valid),
                      .versions = {},
                      .day = std::nullopt,
                      .month = std::nullopt};
    for (const ItemOptions* version : versions) report.versions.push_back(version_report(*version));
    auto day = newest(versions, StatType::day);
    if (!day) return pass_on(day.error());
    report.day = std::move(*day);
    auto month = newest(versions, StatType::month);
    if (!month) return pass_on(month.error());
    report.month = std::move(*month);
    return report;
}

Result<std::string> AccountingAnswers::items(const ControlRequest& /*request*/) {
    std::vector<ItemReport> reports;
    for (auto first = options_.items.begin(); first != options_.items.end();) {
        Versions versions;
        for (const std::string& id = first->id; first != options_.items.end() && first->id == id; ++first) {
            versions.push_back(&*first);
        }
        auto report = report_of(versions);
        if (!report) return pass_on(report.error());
        reports.push_back(std::move(*report));
    }
    return items_to_json(reports);
}

Result<std::string> AccountingAnswers::records(const ControlRequest& request) {
    const auto versions = versions_of(request.argument("item"));
    if (!versions) return pass_on(versions.error());
    const auto type = stat_type_from(request.argument("type"));
    if (!type) {
        return fail(Failure::rejected, std::string(tr("type: real_time, day, month or year",
                                                      "type：real_time、day、month 或 year")));
    }
    const auto from = time_argument(request, "from");
    if (!from) return pass_on(from.error());
    const auto to = time_argument(request, "to");
    if (!to) return pass_on(to.error());
    if (*to <= *from) {
        return fail(Failure::rejected,
                    std::string(tr("the period ends before it begins", "时段的结束早于开始")));
    }
    auto found = books_.records({.items = {versions->front()->id},
                                 .type = *type,
                                 .from = *from,
                                 .to = *to,
                                 .all_revisions = request.argument("revisions") == "true",
                                 .most = kMostListed});
    if (!found) return pass_on(found.error());
    RecordsReport report;
    report.next = keep_whole_periods(*found);
    for (const ItemRecord& record : *found) {
        if (auto one = shown(record, *versions)) report.records.push_back(std::move(*one));
    }
    return records_to_json(report);
}

Result<EnteredValue> AccountingAnswers::entry_from(const ControlRequest& request,
                                                   const Versions& versions) const {
    const std::string text = request.argument("period");
    const auto period = calendar(*versions.front()).parse(text);
    if (!period || period->type == StatType::real_time) {
        return fail(Failure::rejected,
                    trf("\"{}\" is no day, month or year; allowed: 2026-11-22, 2026-11, 2026",
                        "“{}”不是日、月或年；可写：2026-11-22、2026-11、2026", text));
    }
    const bool reported = std::ranges::any_of(versions, [&](const ItemOptions* version) {
        return touches(*version, *period) && version->periods.contains(period->type);
    });
    if (!reported) {
        return fail(Failure::rejected, trf("item {} has no figure for {}: see its periods and dates",
                                           "采集项 {} 没有 {} 的数值：请看其统计周期和启用、停用日期",
                                           versions.front()->id, text));
    }
    if (period->from > clock_.utc()) {
        return fail(Failure::rejected, trf("{} has not begun yet", "{} 尚未开始", text));
    }
    const std::string digits = request.argument("value");
    const auto value = Decimal::parse(digits);
    if (!value) {
        return fail(Failure::rejected, trf("\"{}\" is no decimal number; allowed: 1234.5, at most 37 digits",
                                           "“{}”不是十进制数；可写：1234.5，最多 37 位", digits));
    }
    if (request.argument("evidence").empty()) {
        return fail(Failure::rejected, std::string(tr("evidence: what the value rests on is missing",
                                                      "evidence：缺少该数值的依据")));
    }
    return EnteredValue{.item = versions.front()->id,
                        .period = *period,
                        .value = *value,
                        .evidence = request.argument("evidence")};
}

Result<> AccountingAnswers::not_locked(const StatPeriod& period, const std::string& text) {
    const auto locks = books_.dated({.kind = "lock"});
    if (!locks) return pass_on(locks.error());
    for (const DatedRecord& record : *locks) {
        const auto* lock = std::get_if<PeriodLock>(&record.body);
        if (lock == nullptr) continue;
        if (lock->period.from <= period.from && period.to <= lock->period.to) {
            return fail(Failure::rejected,
                        trf("{} is closed by record {} of {}; nothing was entered",
                            "{0} 已由 {2} 以记录 {1} 锁定；未录入", text, record.id, record.author));
        }
    }
    return {};
}

Result<std::string> AccountingAnswers::enter(const ControlRequest& request) {
    const auto versions = versions_of(request.argument("item"));
    if (!versions) return pass_on(versions.error());
    const auto entry = entry_from(request, *versions);
    if (!entry) return pass_on(entry.error());
    const std::string period = calendar(*versions->front()).text(entry->period);
    if (const auto open = not_locked(entry->period, period); !open) return pass_on(open.error());

    const DatedRecord record = signed_record(*entry, request, options_, clock_.utc());
    const auto id = books_.put(record);
    if (!id) return pass_on(id.error());
    log::info("{}", trf("item {}: {} for {} entered by {}, record {}",
                        "采集项 {0}：{3} 录入 {2} 的值 {1}，记录 {4}", entry->item, entry->value.to_string(),
                        period, record.author, *id));
    const auto valid = std::ranges::find_if(
        *versions, [&](const ItemOptions* each) { return touches(*each, entry->period); });
    return entry_to_json({.record = *id,
                          .item = entry->item,
                          .period_text = period,
                          .value = entry->value,
                          .unit = (*valid)->unit,
                          .author = record.author});
}

}  // namespace mg
