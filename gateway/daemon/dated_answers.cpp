#include "gateway/daemon/dated_answers.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "gateway/accounting/dated_check.h"
#include "gateway/accounting/dated_record_json.h"
#include "gateway/accounting/metered_items.h"
#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/base/utc_text.h"

namespace mg {
namespace {

/// Of one answer.
constexpr std::size_t kMostListed = 2000;

bool needs_confirmation(Confirm confirm, const DatedBody& body) {
    switch (confirm) {
        case Confirm::none:
            return false;
        case Confirm::entries:
            return std::holds_alternative<EnteredValue>(body) || std::holds_alternative<OpeningAmount>(body);
        case Confirm::all:
            return true;
    }
    return true;
}

std::string person_of(const ControlRequest& request) {
    const std::string by = request.argument("by");
    return by.empty() ? request.user : by;
}

Result<DatedId> id_argument(const ControlRequest& request, const std::string& name) {
    const std::string text = request.argument(name);
    DatedId id{0};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (problem == std::errc{} && end == text.data() + text.size() && id > 0) return id;
    return fail(Failure::rejected, trf("\"{}\" is no number of a record; allowed: 1, 2, 3 …",
                                       "“{}”不是记录编号；可写：1、2、3 …", text));
}

Result<UtcTime> time_argument(const ControlRequest& request, const std::string& name, UtcTime standard) {
    const std::string text = request.argument(name);
    if (text.empty()) return standard;
    if (const auto time = utc_from_text(text)) return *time;
    return fail(Failure::rejected, trf("\"{}\" is not a time as in 2026-11-22T12:00:00.000Z",
                                       "“{}”不是 2026-11-22T12:00:00.000Z 这样的时间", name));
}

/// All values of one coefficient, by date; of those that begin together the one on record holds.
using ByDate = std::map<UtcTime, CoefficientReport>;

std::map<std::string, ByDate> values_of(const Options& options, const std::vector<DatedRecord>& records) {
    std::map<std::string, ByDate> all;
    for (const CoefficientOptions& row : options.coefficients) {
        CoefficientReport value{.name = row.name,
                                .value = row.value,
                                .unit = row.unit,
                                .from = std::nullopt,
                                .to = std::nullopt,
                                .source = row.source,
                                .year = row.year,
                                .region = row.region,
                                .author = row.author};
        if (row.valid_from != UtcTime{}) value.from = row.valid_from;
        all[row.name][row.valid_from] = std::move(value);
    }
    for (const DatedRecord& record : records) {
        const auto* body = std::get_if<CoefficientValue>(&record.body);
        if (body == nullptr || !record.in_force()) continue;
        all[body->name][body->from] = {.name = body->name,
                                       .value = body->value,
                                       .unit = body->unit,
                                       .from = body->from,
                                       .to = std::nullopt,
                                       .source = body->source,
                                       .year = body->year,
                                       .region = body->region,
                                       .author = record.author,
                                       .record = record.id};
    }
    return all;
}

}  // namespace

DatedRecord signed_record(DatedBody body, const ControlRequest& request, const Options& options,
                          UtcTime now) {
    DatedRecord record{.body = std::move(body),
                       .author = person_of(request),
                       .remark = request.argument("remark"),
                       .entered_at = now};
    if (record.author != request.user) {
        const std::string typed = trf("typed in by {}", "由 {} 代录", request.user);
        record.remark += record.remark.empty() ? typed : trf(" ({})", "（{}）", typed);
    }
    record.needs_confirmation = needs_confirmation(options.accounting.confirm, record.body);
    return record;
}

DatedAnswers::DatedAnswers(const Options& options, Books& books, Clock& clock, const ItemGraph* graph,
                           std::function<void()> changed)
    : options_{options}, books_{books}, clock_{clock}, graph_{graph}, changed_{std::move(changed)} {}

std::vector<std::string> DatedAnswers::items_touched(const DatedBody& body) const {
    std::set<std::string> items;
    const auto add = [&](const Reference& input) {
        if (graph_ == nullptr) return;
        for (const auto row : graph_->depending_on(input)) items.insert(options_.items[row].id);
    };
    const auto add_meter = [&](const MeterId& meter) { add({Reference::Kind::point, meter.text, {}}); };
    const auto add_item = [&](const std::string& item) {
        items.insert(item);
        add({Reference::Kind::item, item, {}});
    };
    if (const auto* opening = std::get_if<OpeningAmount>(&body)) {
        add_item(opening->item);
    } else if (const auto* entry = std::get_if<EnteredValue>(&body)) {
        add_item(entry->item);
    } else if (const auto* coefficient = std::get_if<CoefficientValue>(&body)) {
        add({Reference::Kind::coefficient, coefficient->name, {}});
    } else if (const auto* stop = std::get_if<ProductionStop>(&body);
               stop != nullptr && !stop->meters.empty()) {
        for (const MeterId& meter : stop->meters) add_meter(meter);
    } else if (std::holds_alternative<PeriodLock>(body) || std::holds_alternative<ProductionStop>(body)) {
        // A list of every metering point tells nobody anything.
        for (const ItemOptions& item : options_.items) {
            if (!is_metered_item(item.id)) items.insert(item.id);
        }
    } else {
        add_meter({subject_of(body)});
    }
    return {items.begin(), items.end()};
}

RecordEffect DatedAnswers::effect_of(const DatedBody& body) const {
    return {.from = begin_of(body), .to = end_of(body), .items = items_touched(body)};
}

Result<std::string> DatedAnswers::changed(DatedId id, bool effective) {
    changed_();
    auto record = books_.dated(id);
    if (!record) return pass_on(record.error());
    if (!*record) return fail(Failure::corrupt, trf("record {} is gone", "记录 {} 丢失", id));
    DatedReport report{.record = std::move(**record), .again = std::nullopt};
    const bool is_new_lock =
        std::holds_alternative<PeriodLock>(report.record.body) && !report.record.revoked_at;
    if (effective && !is_new_lock && concerns_figures(report.record.body))
        report.again = effect_of(report.record.body);
    return dated_to_json(report);
}

Result<std::string> DatedAnswers::put(const ControlRequest& request) {
    const std::string kind = request.argument("kind");
    if (kind == "entry") {
        return fail(Failure::rejected,
                    std::string(tr("values are entered by the command \"enter\"", "数值用 enter 命令补录")));
    }
    auto body = dated_body_from_json(kind, request.argument("body"));
    if (!body) return pass_on(body.error());
    const auto in_force = books_.dated(DatedQuery{});
    if (!in_force) return pass_on(in_force.error());
    if (auto meant = fits(*body, {options_, *in_force, clock_.utc()}); !meant) return pass_on(meant.error());

    const DatedRecord record = signed_record(std::move(*body), request, options_, clock_.utc());
    const auto id = books_.put(record);
    if (!id) return pass_on(id.error());
    log::info("{}", trf("{} {} put on record by {}, record {}", "{2} 登记了 {0} {1}，记录 {3}",
                        kind_of(record.body), subject_of(record.body), record.author, *id));
    return changed(*id, !record.needs_confirmation);
}

Result<DatedRecord> DatedAnswers::named(const ControlRequest& request) {
    const auto id = id_argument(request, "record");
    if (!id) return pass_on(id.error());
    auto record = books_.dated(*id);
    if (!record) return pass_on(record.error());
    if (*record) return std::move(**record);
    return fail(Failure::rejected, trf("there is no record {}", "没有编号为 {} 的记录", *id));
}

Result<std::string> DatedAnswers::confirm(const ControlRequest& request) {
    const auto record = named(request);
    if (!record) return pass_on(record.error());
    const std::string person = person_of(request);
    if (auto done = books_.confirm(record->id, person, clock_.utc()); !done) return pass_on(done.error());
    log::info("{}", trf("record {} confirmed by {} (connection of {})", "记录 {} 由 {} 确认（连接用户 {}）",
                        record->id, person, request.user));
    return changed(record->id, true);
}

Result<std::string> DatedAnswers::revoke(const ControlRequest& request) {
    const auto record = named(request);
    if (!record) return pass_on(record.error());
    const std::string person = person_of(request);
    const std::string remark = request.argument("remark");
    if (remark.empty()) {
        return fail(Failure::rejected,
                    std::string(tr("remark: why it is revoked is missing", "remark：缺少撤销原因")));
    }
    const bool counted = record->in_force();
    if (auto done = books_.revoke(record->id, person, remark, clock_.utc()); !done)
        return pass_on(done.error());
    log::info("{}", trf("record {} revoked by {} (connection of {}): {}",
                        "记录 {} 由 {} 撤销（连接用户 {}）：{}", record->id, person, request.user, remark));
    return changed(record->id, counted);
}

Result<std::string> DatedAnswers::list(const ControlRequest& request) {
    DatedListReport report;
    if (!request.argument("record").empty()) {
        auto record = named(request);
        if (!record) return pass_on(record.error());
        report.records.push_back(std::move(*record));
        return dated_list_to_json(report);
    }
    const auto from = time_argument(request, "from", UtcTime::min());
    if (!from) return pass_on(from.error());
    const auto to = time_argument(request, "to", UtcTime::max());
    if (!to) return pass_on(to.error());
    const std::string kind = request.argument("kind");
    const auto kinds = dated_kinds();
    if (!kind.empty() && std::ranges::find(kinds, kind) == kinds.end()) {
        std::string all;
        for (const auto each : kinds) all += (all.empty() ? "" : ", ") + std::string(each);
        return fail(Failure::rejected,
                    trf("kind: there is no \"{}\"; there are: {}", "kind：没有“{}”；有：{}", kind, all));
    }
    DatedId after{0};
    if (!request.argument("after").empty()) {
        const auto given = id_argument(request, "after");
        if (!given) return pass_on(given.error());
        after = *given;
    }
    auto records = books_.dated(DatedQuery{.kind = kind,
                                           .subject = request.argument("subject"),
                                           .also_void = request.argument("void") == "true",
                                           .from = *from,
                                           .to = *to,
                                           .after = after,
                                           .most = kMostListed});
    if (!records) return pass_on(records.error());
    report.records = std::move(*records);
    if (report.records.size() == kMostListed) report.next = report.records.back().id;
    return dated_list_to_json(report);
}

Result<std::string> DatedAnswers::coefficients(const ControlRequest& /*request*/) {
    const auto records = books_.dated(DatedQuery{.kind = "coefficient"});
    if (!records) return pass_on(records.error());
    const UtcTime now = clock_.utc();
    std::vector<CoefficientReport> reports;
    for (auto& [name, by_date] : values_of(options_, *records)) {
        for (auto value = by_date.begin(); value != by_date.end(); ++value) {
            const auto next = std::next(value);
            CoefficientReport report = value->second;
            if (next != by_date.end()) report.to = next->first;
            report.now = value->first <= now && (!report.to || now < *report.to);
            reports.push_back(std::move(report));
        }
    }
    return coefficients_to_json(reports);
}

Result<std::string> DatedAnswers::breaks(const ControlRequest& /*request*/) {
    const auto standing = books_.breaks();
    if (!standing) return pass_on(standing.error());
    std::vector<BreakReport> reports;
    for (const IndexBreak& each : *standing) {
        reports.push_back({each.meter, each.point, each.last_good, each.first_after, each.index_before,
                           each.index_after, each.found_at});
    }
    return breaks_to_json(reports);
}

}  // namespace mg
