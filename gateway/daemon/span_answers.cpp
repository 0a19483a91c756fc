#include "gateway/daemon/span_answers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "gateway/base/language.h"
#include "gateway/base/nearest.h"
#include "gateway/control/span_report.h"
#include "gateway/daemon/item_versions.h"
#include "gateway/daemon/order_arguments.h"

namespace mg {
namespace {

Result<int> day_from(const std::string& text) {
    int day = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), day);
    if (error == std::errc{} && end == text.data() + text.size() && day >= 1 && day <= 31) return day;
    return fail(Failure::rejected, std::string(tr("bill day: 1 … 31", "抄表日：1 … 31")));
}

SpanPartReport part_report(std::string slot, const SpanAmount& amount) {
    const auto marks = names_of(amount.marks);
    return {.slot = std::move(slot),
            .sum = amount.sum,
            .percent = std::nullopt,
            .length = std::chrono::floor<std::chrono::seconds>(amount.length),
            .periods = amount.periods,
            .missing = amount.missing,
            .doubtful = amount.doubtful,
            .marks = {marks.begin(), marks.end()}};
}

}  // namespace

Result<std::string> SpanAnswers::sum(const ControlRequest& request) {
    const auto versions = versions_of(options_, request.argument("item"));
    if (!versions) return pass_on(versions.error());
    const auto asked = asked_of(request, *versions);
    if (!asked) return pass_on(asked.error());
    const auto calendar = calendar_of(request);
    if (!calendar) return pass_on(calendar.error());
    const auto plan = plan_span(*versions, options_.site.utc_offset, asked->span);
    if (!plan) return pass_on(plan.error());
    std::optional<TimeMask> mask;
    if (*calendar != nullptr) mask.emplace(**calendar, options_.site.utc_offset);
    const std::string& item = versions->front()->id;
    const auto amounts = span_amounts(*plan, mask ? &*mask : nullptr, [&](const TimeSpan& piece) {
        return books_.records({.items = {item}, .type = plan->type, .from = piece.from, .to = piece.to});
    });
    if (!amounts) return pass_on(amounts.error());
    const auto entered = count_entered(*versions, *plan, asked->span);
    if (!entered) return pass_on(entered.error());
    SpanReport report{.item = item,
                      .from = asked->span.from,
                      .to = asked->span.to,
                      .bill_day = asked->bill_day,
                      .calendar = request.argument("calendar"),
                      .unit = plan->unit,
                      .type = plan->type,
                      .entered = *entered,
                      .whole = part_report({}, amounts->whole),
                      .slots = {}};
    for (const SlotAmount& each : amounts->slots) {
        report.slots.push_back(part_report(each.slot, each.amount));
        report.slots.back().percent = each.percent;
    }
    return spans_to_json({report});
}

Result<SpanAnswers::Asked> SpanAnswers::asked_of(const ControlRequest& request,
                                                 const Versions& versions) const {
    const std::string bill = request.argument("bill");
    if (bill.empty()) {
        const auto from = time_argument(request, "from");
        if (!from) return pass_on(from.error());
        const auto to = time_argument(request, "to");
        if (!to) return pass_on(to.error());
        return Asked{{*from, *to}, std::nullopt};
    }
    const SiteCalendar site{.utc_offset = options_.site.utc_offset};
    const auto month = site.parse(bill);
    if (!month || month->type != StatType::month) {
        return fail(Failure::rejected,
                    trf("\"{}\" is not a month; allowed: 2026-11", "“{}”不是月份；可写：2026-11", bill));
    }
    const auto in_force =
        std::ranges::find_if(versions, [&](const ItemOptions* each) { return each->valid_at(month->from); });
    const std::string given = request.argument("bill_day");
    const auto day = given.empty() ? bill_day_of(in_force == versions.end() ? *versions.back() : **in_force)
                                   : day_from(given);
    if (!day) return pass_on(day.error());
    const std::chrono::year_month_day first{
        std::chrono::floor<std::chrono::days>(month->from + site.utc_offset)};
    return Asked{bill_span(first.year() / first.month(), *day, site.utc_offset), *day};
}

Result<int> SpanAnswers::bill_day_of(const ItemOptions& item) const {
    std::set<int> days;
    const auto row = static_cast<std::size_t>(&item - options_.items.data());
    const auto inputs = graph_ == nullptr ? std::vector<Reference>{} : graph_->inputs_of(row);
    for (const Reference& input : inputs) {
        const MeterOptions* meter = options_.meter({input.name});
        if (input.kind == Reference::Kind::point && meter != nullptr && meter->bill_day)
            days.insert(*meter->bill_day);
    }
    if (days.size() == 1) return *days.begin();
    if (days.empty()) {
        return fail(Failure::rejected,
                    trf("no metering point of {} has a billing day (抄表日); say which: 1 … 31",
                        "{} 的计量点都没有填抄表日；请指明：1 … 31", item.id));
    }
    std::string all;
    for (const int day : days) all += (all.empty() ? "" : ", ") + std::to_string(day);
    return fail(Failure::rejected, trf("metering points of {} have different billing days: {}; say which",
                                       "{} 的计量点抄表日不同：{}；请指明用哪个", item.id, all));
}

Result<const CalendarOptions*> SpanAnswers::calendar_of(const ControlRequest& request) const {
    const std::string id = request.argument("calendar");
    if (id.empty()) return nullptr;
    std::vector<std::string> ids;
    for (const CalendarOptions& each : options_.calendars) {
        if (each.id == id) return &each;
        ids.push_back(each.id);
    }
    if (ids.empty()) {
        return fail(Failure::rejected, std::string(tr("there is no calendars.csv", "没有 calendars.csv")));
    }
    return fail(Failure::rejected, trf("no calendar \"{}\"; the nearest is \"{}\"",
                                       "没有日历“{}”；最接近的是“{}”", id, nearest_of(id, ids)));
}

/// A value that was entered for a longer period leaves the shorter ones as they are.
Result<std::size_t> SpanAnswers::count_entered(const Versions& versions, const SpanPlan& plan,
                                               const TimeSpan& span) {
    for (const StatType type : {StatType::day, StatType::month}) {
        const bool is_shown = std::ranges::any_of(
            versions, [&](const ItemOptions* each) { return each->periods.contains(type); });
        if (type <= plan.type || !is_shown) continue;
        const auto records =
            books_.records({.items = {versions.front()->id}, .type = type, .from = span.from, .to = span.to});
        if (!records) return pass_on(records.error());
        const auto entered = std::ranges::count_if(*records, [&](const ItemRecord& each) {
            return each.period.to <= span.to && each.marks.has(Mark::entered);
        });
        // A month that contains an entered day is marked as well.
        if (entered > 0) return static_cast<std::size_t>(entered);
    }
    return 0;
}

}  // namespace mg
