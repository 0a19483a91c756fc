#include "gateway/uplink/traffic.h"

#include <algorithm>
#include <utility>

namespace mg {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr days kRateWindow{7};
constexpr std::chrono::hours kLeastForForecast{1};

}  // namespace

Traffic::Traffic(const BudgetOptions& budget, std::chrono::minutes utc_offset, std::vector<TrafficDay> days)
    : budget_{budget}, utc_offset_{utc_offset}, days_{std::move(days)} {
    std::ranges::sort(days_, {}, &TrafficDay::day);
}

sys_days Traffic::day_of(UtcTime time) const {
    return std::chrono::floor<days>(time + utc_offset_);
}

sys_days Traffic::first_day(sys_days today) const {
    if (budget_.period == BudgetPeriod::day) return today;
    const std::chrono::year_month_day date{today};
    return date.year() / date.month() / 1;
}

sys_days Traffic::end_day(sys_days today) const {
    if (budget_.period == BudgetPeriod::day) return today + days{1};
    const std::chrono::year_month_day date{today};
    return (date.year() / date.month() + std::chrono::months{1}) / 1;
}

TrafficDay Traffic::add(std::uint64_t bytes, UtcTime now) {
    const sys_days today = day_of(now);
    auto at = std::ranges::lower_bound(days_, today, {}, &TrafficDay::day);
    if (at == days_.end() || at->day != today) {
        at = days_.insert(at, {.day = today, .since = now, .bytes = 0, .messages = 0});
    }
    at->bytes += bytes;
    ++at->messages;
    return {.day = today, .since = now, .bytes = bytes, .messages = 1};
}

std::uint64_t Traffic::sent_since(sys_days day) const {
    std::uint64_t bytes = 0;
    for (const TrafficDay& counted : days_) {
        if (counted.day >= day) bytes += counted.bytes;
    }
    return bytes;
}

bool Traffic::used_up(UtcTime now) const {
    return budget_.bytes > 0 && sent_since(first_day(day_of(now))) >= budget_.bytes;
}

std::optional<double> Traffic::bytes_per_second(UtcTime now) const {
    const sys_days from = day_of(now) - kRateWindow + days{1};
    if (days_.empty()) return std::nullopt;
    // Days without a message count, too: after an outage the rate would be too high for a week otherwise. The
    // day it all began counts from its first message.
    const TrafficDay& first = days_.front();
    const UtcTime begin = first.day < from ? midnight(from) : first.since;
    if (now - begin < kLeastForForecast) return std::nullopt;
    const double seconds = std::chrono::duration<double>(now - begin).count();
    return static_cast<double>(sent_since(from)) / seconds;
}

BudgetState Traffic::state(UtcTime now) const {
    const sys_days today = day_of(now);
    BudgetState state{.sent = sent_since(first_day(today)),
                      .limit = budget_.bytes,
                      .period = budget_.period,
                      .begin = midnight(first_day(today)),
                      .end = midnight(end_day(today)),
                      .forecast = std::nullopt};
    if (const auto rate = bytes_per_second(now)) {
        const double left = std::chrono::duration<double>(state.end - now).count();
        state.forecast = state.sent + static_cast<std::uint64_t>(*rate * left);
    }
    return state;
}

}  // namespace mg
