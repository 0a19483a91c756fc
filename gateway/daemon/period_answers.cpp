#include "gateway/daemon/period_answers.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "gateway/accounting/outbox.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"

namespace mg {
namespace {

/// Of one answer.
constexpr std::size_t kMostListed = 5000;
constexpr std::size_t kMostStates = 400;  // of one type

/// The version of the item that the period is reported by; nullptr: it is not.
const ItemOptions* version_of(const Options& options, const ItemRecord& record) {
    const auto reports = [&](const ItemOptions& item) {
        return item.id == record.item && item.valid_at(record.period.to - milliseconds{1}) &&
               item.periods.contains(record.period.type);
    };
    const auto found = std::ranges::find_if(options.items, reports);
    return found == options.items.end() ? nullptr : &*found;
}

RequestReport report_of(const Options& options, const ChangeRequest& request) {
    const ItemOptions& item = *version_of(options, request.wanted);
    SiteCalendar calendar{.utc_offset = options.site.utc_offset};
    if (item.interval > milliseconds{0}) calendar.real_time = item.interval;
    const auto marks = names_of(request.wanted.marks);
    return {.item = item.id,
            .period = request.wanted.period,
            .period_text = calendar.text(request.wanted.period),
            .stands = request.stands ? request.stands->value : std::nullopt,
            .wanted = request.wanted.value,
            .unit = item.unit,
            .marks = {marks.begin(), marks.end()},
            .cause = request.wanted.cause,
            .asked_at = request.wanted.computed_at};
}

Result<RecordQuery> query_of(const ControlRequest& request) {
    RecordQuery query{.most = kMostListed};
    if (const std::string item = request.argument("item"); !item.empty()) query.items = {item};
    if (const std::string type = request.argument("type"); !type.empty()) {
        query.type = stat_type_from(type);
        if (!query.type) {
            return fail(Failure::rejected, std::string(tr("type: real_time, day, month or year",
                                                          "type：real_time、day、month 或 year")));
        }
    }
    for (const auto& [name, time] : {std::pair{"from", &query.from}, std::pair{"to", &query.to}}) {
        const std::string text = request.argument(name);
        if (text.empty()) continue;
        const auto given = utc_from_text(text);
        if (!given) {
            return fail(Failure::rejected, trf("\"{}\" is not a time as in 2026-11-22T12:00:00.000Z",
                                               "“{}”不是 2026-11-22T12:00:00.000Z 这样的时间", name));
        }
        *time = *given;
    }
    return query;
}

std::vector<StatType> types_of_states(const RecordQuery& query) {
    if (!query.type) return {StatType::month, StatType::year};
    if (*query.type == StatType::real_time) return {};
    return {*query.type};
}

}  // namespace

Result<std::vector<ChangeRequest>> reported_requests(const Options& options, Books& books,
                                                     RecordQuery query) {
    std::vector<StatType> types{StatType::day, StatType::month, StatType::year};
    if (query.type) types = {*query.type};
    std::vector<ChangeRequest> all;
    for (const StatType type : types) {
        query.type = type;
        auto found = books.requests(query);
        if (!found) return pass_on(found.error());
        std::ranges::copy_if(*found, std::back_inserter(all), [&](const ChangeRequest& each) {
            return version_of(options, each.wanted) != nullptr;
        });
    }
    std::ranges::stable_sort(all, [](const ChangeRequest& a, const ChangeRequest& b) {
        return std::tie(a.wanted.period, a.wanted.item) < std::tie(b.wanted.period, b.wanted.item);
    });
    return all;
}

Result<std::vector<PeriodStateReport>> PeriodAnswers::states(StatType type, UtcTime from, UtcTime to,
                                                             const PeriodLocks& locks) {
    auto periods = books_.periods(type, from, to);
    if (!periods) return pass_on(periods.error());
    const auto reported = books_.outbox().reported_periods(type, from, to);
    if (!reported) return pass_on(reported.error());
    if (periods->size() > kMostStates)
        periods->erase(periods->begin(), periods->end() - static_cast<std::ptrdiff_t>(kMostStates));
    const SiteCalendar calendar{.utc_offset = options_.site.utc_offset};
    std::vector<PeriodStateReport> states;
    for (const StatPeriod& period : *periods) {
        const bool is_reported = std::ranges::binary_search(*reported, period);
        const auto state = locks.is_closed(period) ? PeriodState::locked
                           : is_reported           ? PeriodState::reported
                                                   : PeriodState::open;
        states.push_back({period, calendar.text(period), state, is_reported});
    }
    return states;
}

Result<std::string> PeriodAnswers::periods(const ControlRequest& request) {
    const auto query = query_of(request);
    if (!query) return pass_on(query.error());
    auto locks = books_.dated(DatedQuery{.kind = "lock"});
    if (!locks) return pass_on(locks.error());
    const auto requests = reported_requests(options_, books_, *query);
    if (!requests) return pass_on(requests.error());
    PeriodsReport report{
        .states = {}, .locks = std::move(*locks), .requests = {}, .more = requests->size() >= kMostListed};
    const PeriodLocks closed{report.locks};
    for (const StatType type : types_of_states(*query)) {
        auto found = states(type, query->from, query->to, closed);
        if (!found) return pass_on(found.error());
        std::ranges::move(*found, std::back_inserter(report.states));
    }
    std::ranges::stable_sort(report.locks, {}, [](const DatedRecord& lock) { return begin_of(lock.body); });
    for (const ChangeRequest& each : *requests) report.requests.push_back(report_of(options_, each));
    return periods_to_json(report);
}

}  // namespace mg
