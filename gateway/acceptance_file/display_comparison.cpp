#include "gateway/acceptance_file/display_comparison.h"

#include <algorithm>

namespace mg {
namespace {

Decimal step_of(const ComparedPoint& what, const DisplayReading& noted) {
    const Decimal of_display{1, noted.displayed.exponent()};
    return std::max(of_display, what.point->scale);
}

DisplayVerdict judged(const ComparedPoint& what, const DisplayReading& noted, const BoxReadings& readings) {
    if (!readings.before) return DisplayVerdict::no_reading;
    if (!readings.after) return DisplayVerdict::too_early;
    if (readings.after->displayed < readings.before->displayed) return DisplayVerdict::not_judged;
    const Decimal step = step_of(what, noted);
    const auto least = readings.before->displayed.minus(step);
    const auto most = readings.after->displayed.plus(step);
    if (!least || !most) return DisplayVerdict::not_judged;
    return *least <= noted.displayed && noted.displayed <= *most ? DisplayVerdict::agrees
                                                                 : DisplayVerdict::differs;
}

}  // namespace

std::string_view to_string(DisplayVerdict verdict) {
    switch (verdict) {
        case DisplayVerdict::blank:
            return "blank";
        case DisplayVerdict::agrees:
            return "agrees";
        case DisplayVerdict::differs:
            return "differs";
        case DisplayVerdict::no_reading:
            return "no_reading";
        case DisplayVerdict::too_early:
            return "too_early";
        case DisplayVerdict::not_judged:
            return "not_judged";
    }
    return "";
}

DisplayComparison compare(const ComparedPoint& what, const std::optional<DisplayReading>& noted,
                          const BoxReadings& readings) {
    DisplayComparison comparison{.what = what, .noted = noted, .box = readings.before};
    if (!noted) return comparison;
    const bool after_is_nearer =
        readings.after &&
        (!readings.before || readings.after->taken_at - noted->at < noted->at - readings.before->taken_at);
    if (after_is_nearer) comparison.box = readings.after;
    if (comparison.box) {
        if (const auto difference = noted->displayed.minus(comparison.box->displayed))
            comparison.difference = *difference;
    }
    comparison.verdict = judged(what, *noted, readings);
    return comparison;
}

}  // namespace mg
