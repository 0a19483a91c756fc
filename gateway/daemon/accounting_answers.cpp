#include "gateway/daemon/accounting_answers.h"

#include <algorithm>
#include <utility>

#include "config/coal_basis.h"
#include "gateway/accounting/metered_items.h"
#include "gateway/base/language.h"
#include "gateway/daemon/item_versions.h"
#include "gateway/daemon/order_arguments.h"
#include "gateway/inbound/values_json.h"
#include "gateway/inbound/values_table.h"

namespace mg {
namespace {

/// Of one answer: some megabytes of JSON.
constexpr std::size_t kMostListed = 10'000;

std::optional<CoalReport> coal_report(const std::optional<CoalFactor>& coal) {
    if (!coal) return std::nullopt;
    return CoalReport{.factor = text_of(*coal), .unit = coal->unit, .basis = coal->basis};
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
                              .periods = {item.periods.begin(), item.periods.end()},
                              .coal = coal_report(item.coal)};
    if (item.valid_from != UtcTime{}) version.valid_from = item.valid_from;
    for (const auto& [uplink, code] : item.codes.by_uplink) {
        version.other_codes[uplink.text] = code.hyphenated();
    }
    return version;
}

/// Who answers for what is entered, and who typed it in.
EntrySource person_behind(const ControlRequest& request) {
    EntrySource source{.author = request.user, .remark = {}, .input_type = InputType::manual};
    if (const std::string by = request.argument("by"); !by.empty() && by != request.user) {
        source.author = by;
        source.remark = trf("typed in by {}", "由 {} 代录", request.user);
    }
    return source;
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

AccountingAnswers::AccountingAnswers(const Options& options, Books& books, EntryDesk& desk, Clock& clock)
    : options_{options}, books_{books}, desk_{desk}, clock_{clock} {}

SiteCalendar AccountingAnswers::calendar(const ItemOptions& item) const {
    SiteCalendar calendar{.utc_offset = options_.site.utc_offset};
    if (item.interval > milliseconds{0}) calendar.real_time = item.interval;
    return calendar;
}

std::optional<RecordReport> AccountingAnswers::shown(const ItemRecord& record,
                                                     const Versions& versions) const {
    const ItemOptions* version = version_of(record, versions);
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

Result<std::string> AccountingAnswers::items(const ControlRequest& request) {
    const bool metered = request.argument("metered") == "true";
    std::vector<ItemReport> reports;
    for (auto first = options_.items.begin(); first != options_.items.end();) {
        Versions versions;
        for (const std::string& id = first->id; first != options_.items.end() && first->id == id; ++first) {
            versions.push_back(&*first);
        }
        if (!metered && is_metered_item(versions.front()->id)) continue;
        auto report = report_of(versions);
        if (!report) return pass_on(report.error());
        reports.push_back(std::move(*report));
    }
    return items_to_json(reports);
}

Result<std::string> AccountingAnswers::records(const ControlRequest& request) {
    const auto versions = versions_of(options_, request.argument("item"));
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

Result<std::string> AccountingAnswers::enter_values(const ControlRequest& request) {
    const auto values = values_from_json(request.argument("values"), kMostTableValues);
    if (!values) return pass_on(values.error());
    EntrySource source = person_behind(request);
    if (const std::string file = request.argument("file"); !file.empty()) {
        source.remark = source.remark.empty() ? file : file + ", " + source.remark;
    }
    const bool check = request.argument("check") == "true";
    const auto answers =
        desk_.take(*values, source, check ? EntryTaking::check_only : EntryTaking::all_or_none);
    if (!answers) return pass_on(answers.error());
    return answers_to_json(*answers);
}

Result<std::string> AccountingAnswers::enter(const ControlRequest& request) {
    const GivenValue given{.item = request.argument("item"),
                           .type = {},
                           .period = request.argument("period"),
                           .value = request.argument("value"),
                           .evidence = request.argument("evidence"),
                           .input_type = {}};
    const EntrySource source = person_behind(request);
    const auto answers = desk_.take({&given, 1}, source, EntryTaking::each);
    if (!answers) return pass_on(answers.error());
    const EntryAnswer& answer = answers->front();
    if (answer.fate == EntryFate::refused) return fail(Failure::rejected, line_of(answer.faults.front()));
    return entry_to_json({.record = answer.record,
                          .item = answer.item,
                          .period_text = answer.period_text,
                          .value = *answer.value,
                          .unit = answer.unit,
                          .author = source.author,
                          .waits = answer.waits,
                          .already = answer.fate == EntryFate::already,
                          .doubt = answer.doubt ? line_of(*answer.doubt) : std::string{}});
}

}  // namespace mg
