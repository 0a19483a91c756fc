#include "gateway/polling/line_budget.h"

#include <algorithm>
#include <array>
#include <set>

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr milliseconds kLongestWindow = 60s;
constexpr std::array<milliseconds, 16> kUsualIntervals{1s,   2s,   5s,   10s,   15s,   20s,   30s,   1min,
                                                       2min, 3min, 5min, 10min, 15min, 20min, 30min, 1h};

milliseconds rounded_up(microseconds time) {
    return std::chrono::ceil<milliseconds>(time);
}

}  // namespace

microseconds poll_time(const InstrumentLoad& instrument) {
    const auto latency = instrument.latency.value_or(microseconds{kAssumedLatency});
    return instrument.cost.wire + latency * static_cast<std::int64_t>(instrument.cost.requests);
}

bool LineBudget::fits() const {
    return sweep <= sweep_has &&
           std::ranges::all_of(intervals, [](const Interval& each) { return each.needs <= each.has; });
}

LineBudget budget_of(std::span<const InstrumentLoad> instruments, milliseconds boundary) {
    LineBudget budget;
    budget.sweep_has = std::min(kLongestWindow, boundary);
    std::set<milliseconds> intervals;
    microseconds sweep{0};
    double share = 0;
    for (const auto& instrument : instruments) {
        const auto takes = poll_time(instrument);
        sweep += takes;
        share += static_cast<double>(takes.count()) /
                 static_cast<double>(microseconds{std::min(instrument.every, boundary)}.count());
        intervals.insert(instrument.every);
    }
    budget.sweep = rounded_up(sweep);
    budget.percent = static_cast<int>(std::min(share * 100 + 0.5, 1e6));
    for (const auto every : intervals) {
        const auto has = std::min(every, kLongestWindow);
        microseconds needs{0};
        for (const auto& instrument : instruments) {
            if (instrument.every > every) continue;
            needs += poll_time(instrument) * std::max<std::int64_t>(1, has / instrument.every);
        }
        budget.intervals.push_back({every, rounded_up(needs), has});
    }
    return budget;
}

std::optional<milliseconds> interval_that_fits(std::span<const InstrumentLoad> instruments,
                                               milliseconds boundary) {
    const auto present = budget_of(instruments, boundary);
    const auto worst = std::ranges::find_if(
        present.intervals, [](const LineBudget::Interval& each) { return each.needs > each.has; });
    if (worst == present.intervals.end()) return std::nullopt;
    for (const auto longer : kUsualIntervals) {
        if (longer <= worst->every) continue;
        std::vector<InstrumentLoad> changed{instruments.begin(), instruments.end()};
        for (auto& instrument : changed) instrument.every = std::max(instrument.every, longer);
        const auto then = budget_of(changed, boundary);
        const bool all_fit = std::ranges::all_of(
            then.intervals, [](const LineBudget::Interval& each) { return each.needs <= each.has; });
        if (all_fit) return longer;
    }
    return std::nullopt;
}

}  // namespace mg
