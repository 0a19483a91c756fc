#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/accounting/flow_calculator.h"
#include "register_scenario.h"

namespace mg {

/// A plant told as a story: registers and what they read, coefficients by date, items by their formula,
/// values that people enter; and what comes of it, as the digits of the records.
///
///     FlowScenario plant;
///     plant.reads("feeder.energy", {{"2026-11-22 10:00", "100"}, {"2026-11-22 10:15", "110.5"}});
///     plant.item("elec", "feeder.energy / 10000");
///     plant.compute_until("2026-11-23");
///     plant.value("elec", "2026-11-22 10:00", 4)   →   "0.0010"
class FlowScenario {
public:
    FlowScenario();

    SiteCalendar calendar;
    UtcTime at(std::string_view moment) const;  ///< "2026-11-22 10:15", "2026-11-22"
    StatPeriod period(std::string_view text) const { return calendar.parse(text).value(); }

    using Story = std::vector<std::pair<std::string, std::string>>;
    /// An index of "-" is missing.
    void reads(const std::string& point, const Story& story);
    /// Rules and records of a register, before it reads.
    RegisterScenario& meter(const std::string& point) { return registers_[point]; }

    void coefficient(const std::string& name, std::string_view from, std::string_view value);
    /// From `from` on; formulas are sums of points, items and coefficients.
    void item(const std::string& id, std::string_view formula, std::string_view from = "",
              StatType base = StatType::real_time);
    void manual_item(const std::string& id);
    Flow& flow(const std::string& id);
    void enter(const std::string& item, std::string_view period, std::string_view value);
    void opening(const std::string& item, std::string_view from, std::string_view to,
                 std::string_view amount);

    void compute_until(std::string_view end);
    /// As compute_until, but of these items only, from `from` on, what was computed before standing in the
    /// books.
    void compute_again(std::string_view from, std::string_view end);

    std::optional<FlowFigure> figure(const std::string& item, std::string_view period) const;
    /// The digits of the record and the names of its marks; "none".
    std::string value(const std::string& item, std::string_view period, int decimals) const;
    /// The same without marks, as a number.
    Decimal digits(const std::string& item, const StatPeriod& period, int decimals) const;
    /// All figures of an item of one type, in order.
    std::vector<StatPeriod> periods(const std::string& item, StatType type) const;

private:
    class Shelf;

    void compute(std::optional<UtcTime> from, UtcTime end);
    const SpanSeries* series_of(const RegisterKey& key);

    std::map<std::string, RegisterScenario> registers_;
    std::map<std::string, SpanSeries> series_;
    std::deque<CoefficientOptions> coefficients_;
    std::vector<DatedRecord> dated_;
    std::vector<Flow> flows_;
    std::map<std::tuple<std::string, StatType, UtcTime>, FlowFigure> figures_;
};

}  // namespace mg
