#include <utility>

#include "gateway/accounting/books.h"
#include "gateway/accounting/metered_items.h"
#include "gateway/balance/balance.h"

namespace mg {

Result<Balance> read_balance(Books& books, const Options& options, const BalanceRules& rules,
                             const StatPeriod& period) {
    MeteredFigures figures;
    RecordQuery query{.from = period.from, .to = period.to};
    for (const ItemOptions& item : metered_items(options)) query.items.push_back(item.id);
    for (const StatType type : {StatType::day, StatType::month}) {
        // Of no item all would be asked for.
        if (query.items.empty() || (type == StatType::month && period.type != StatType::month)) continue;
        query.type = type;
        query.most = query.items.size() * 31;  // days of a month
        auto found = books.records(query);
        if (!found) return tl::unexpected<Error>(found.error());
        for (ItemRecord& record : *found) figures.records.push_back(std::move(record));
    }
    const auto out_of_service = books.dated({.kind = "out_of_service"});
    if (!out_of_service) return tl::unexpected<Error>(out_of_service.error());
    for (const DatedRecord& record : *out_of_service) {
        if (const auto* body = std::get_if<OutOfService>(&record.body))
            figures.out_of_service.push_back(*body);
    }
    return balance_of(options, rules, period, figures);
}

}  // namespace mg
