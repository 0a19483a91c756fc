#include "gateway/daemon/books_watch.h"

#include <algorithm>
#include <optional>

#include "gateway/accounting/metered_items.h"
#include "gateway/daemon/period_answers.h"

namespace mg {
namespace {

/// The shortest period of days and longer that the item reports.
std::optional<StatType> type_of(const ItemOptions& item) {
    for (const StatType type : {StatType::day, StatType::month, StatType::year}) {
        if (item.periods.contains(type)) return type;
    }
    return std::nullopt;
}

Result<bool> has_value(const Options& options, Books& books, const ItemOptions& item, StatType type,
                       UtcTime now) {
    const SiteCalendar calendar{.utc_offset = options.site.utc_offset};
    const StatPeriod last = calendar.before(calendar.containing(type, now));
    if (!item.valid_at(last.from)) return true;
    const auto newest = books.newest(item.id, type, last.to);
    if (!newest) return pass_on(newest.error());
    return *newest && (*newest)->period == last && (*newest)->value;
}

}  // namespace

Result<BooksFindings> look_into(const Options& options, Books& books, UtcTime now) {
    BooksFindings findings;
    const auto records = books.dated(DatedQuery{.also_void = true});
    if (!records) return pass_on(records.error());
    findings.unconfirmed = static_cast<std::uint64_t>(std::ranges::count_if(
        *records, [](const DatedRecord& record) { return !record.revoked_at && !record.in_force(); }));
    const auto requests = reported_requests(options, books, {});
    if (!requests) return pass_on(requests.error());
    findings.requests = requests->size();
    for (const ItemOptions& item : options.items) {
        const auto type = type_of(item);
        // A metering point that gives nothing shows as such already.
        if (!type || !item.valid_at(now) || is_metered_item(item.id)) continue;
        const auto known = has_value(options, books, item, *type, now);
        if (!known) return pass_on(known.error());
        if (!*known) findings.without_value.push_back(item.id);
    }
    return findings;
}

}  // namespace mg
