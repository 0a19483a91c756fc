#include "gateway/accounting/item_limits.h"

#include <chrono>

#include "gateway/accounting/exact.h"

namespace mg {

bool is_within_limits(const ItemOptions& item, const StatPeriod& period, const Decimal& value) {
    if (period.type == StatType::real_time) return true;
    Exact per_day{value};
    if (is_additive(item.method)) {
        const auto days = std::chrono::duration_cast<std::chrono::days>(period.to - period.from).count();
        per_day *= Exact{1, days};
    }
    return (!item.day_min || per_day >= Exact{*item.day_min}) &&
           (!item.day_max || per_day <= Exact{*item.day_max});
}

}  // namespace mg
