#include "gateway/accounting/flow_calculator.h"

namespace mg {

std::optional<FlowWorking> FlowCalculator::working(FlowIndex flow, const StatPeriod& period) const {
    FlowWorking noted;
    noted.from = period.from;
    noted.to = period.to;
    const bool is_shortest = flows_[flow].is_metered() && period.type == flows_[flow].base;
    const auto figure = is_shortest ? shortest(flow, period, &noted) : longer(flow, period, &noted);
    if (!figure) return {};
    noted.amount = figure->amount;
    noted.marks = figure->marks;
    return noted;
}

std::optional<FlowWorking> FlowCalculator::working(FlowIndex flow, UtcTime from, UtcTime to) const {
    FlowWorking noted;
    noted.from = from;
    noted.to = to;
    const auto sum = amount(flow, from, to, &noted);
    if (!sum) return {};
    noted.amount = sum->amount;
    noted.marks = sum->marks;
    return noted;
}

}  // namespace mg
