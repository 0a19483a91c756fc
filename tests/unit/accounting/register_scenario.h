#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/accounting/register_life.h"
#include "gateway/accounting/span_series.h"

namespace mg {

/// "10:15" on Sunday 2026-11-22 at the site, "+1 00:00" on the day after, "-1 23:45" on the day before.
UtcTime scenario_time(std::string_view text);

/// One register told as a story: readings, and what people put on record, in any order.
///
///     RegisterScenario meter;
///     meter.rules.rollover = "100000"…
///     meter.reads("10:00 100 | 10:15 110 | 10:30 - | 10:45 130");
///     meter.amount("10:15", "10:30")   →  "10 bridged"
class RegisterScenario {
public:
    RegisterRules rules;
    RegisterRecords records;

    static Decimal number(std::string_view text) { return Decimal::parse(text).value(); }
    static Exact exact(std::string_view text) { return Exact::parse(text).value(); }

    /// "time index | time index …"; an index of "-" is a missing reading, "?" behind it a doubtful clock.
    void reads(std::string_view story);
    void pass(std::string_view until);

    /// The amount and the names of its marks, "12.5 bridged unconfirmed"; "not known" where nothing covers
    /// it.
    std::string amount(std::string_view from, std::string_view to) const;
    std::vector<std::string> odd() const;
    const std::vector<IndexSpan>& spans() const { return spans_; }
    RegisterLife& life();

private:
    std::vector<IndexReading> readings_;
    std::optional<RegisterLife> life_;
    std::vector<IndexSpan> spans_;
    std::vector<OddReading> odd_;
};

}  // namespace mg
