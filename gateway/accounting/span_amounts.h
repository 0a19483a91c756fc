#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/item_record.h"
#include "gateway/accounting/time_mask.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"

/// What one item came to in any span of time, and in the slots of a calendar within it: the sum of its
/// records, digit for digit. Pure.
namespace mg {

/// Some six years of quarter-hours.
inline constexpr std::size_t kMostSpanPeriods = 200'000;

struct TimeSpan {
    UtcTime from{};
    UtcTime to{};
    bool operator==(const TimeSpan&) const = default;
};

/// The bill of a month: from the bill day of the month before to that of the month, at 00:00. In a month that
/// has no such day the bill ends with the month: 31 in November is 1 December, 00:00.
TimeSpan bill_span(std::chrono::year_month month, int bill_day, std::chrono::minutes utc_offset);

/// The records that a sum is made of.
struct SpanPlan {
    StatType type{StatType::real_time};
    std::vector<StatPeriod> periods;  ///< one behind the other
    std::string unit;
    std::chrono::minutes utc_offset{};
};

/// Real-time periods where the item reports them all the time, else days. `versions`: all of one item, by
/// time; time that no version has counts as time of the nearest. rejected: it does not add up, the span does
/// not begin and end on its periods, its unit changes within, too long; says what is allowed.
Result<SpanPlan> plan_span(const std::vector<const ItemOptions*>& versions, std::chrono::minutes utc_offset,
                           const TimeSpan& span);

/// Of some of the periods.
struct SpanAmount {
    milliseconds length{0};
    std::size_t periods{0};
    std::size_t missing{0};      ///< of those, without a record or without a value
    std::size_t doubtful{0};     ///< of those, suspect
    std::optional<Decimal> sum;  ///< of those with a value; none: there is none
    /// As Marks::followed_by() has it of what follows one another; where there is a hole between, both.
    Marks marks;
};

struct SlotAmount {
    std::string slot;
    SpanAmount amount;
    std::optional<Decimal> percent;  ///< of the whole sum, two decimals; none: of nothing
};

struct SpanAmounts {
    SpanAmount whole;
    std::vector<SlotAmount> slots;  ///< those of the calendar that have a period; sums add up to the whole
};

/// The newest revisions of the records of the plan's type that begin in a span, by period.
using SpanRecords = std::function<Result<std::vector<ItemRecord>>(const TimeSpan&)>;

/// Reads the records of a plan in pieces of some thousand; others than the plan's are passed over. Without a
/// calendar there are no slots. rejected: the slot changes within a period, the calendar begins later, beyond
/// 37 digits; whatever `read` reports.
Result<SpanAmounts> span_amounts(const SpanPlan& plan, const TimeMask* mask, const SpanRecords& read);

}  // namespace mg
