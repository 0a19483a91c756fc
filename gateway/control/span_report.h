#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/decimal.h"
#include "gateway/reading/stat_period.h"

/// What the daemon answers about the amount of an item in a span of time; docs/control-socket.md. Reading
/// gives corrupt when the text is something else.
namespace mg {

/// What all of it came to, or one slot of a calendar.
struct SpanPartReport {
    std::string slot;                ///< empty: all of it
    std::optional<Decimal> sum;      ///< none: no record has a value
    std::optional<Decimal> percent;  ///< of the whole sum
    std::chrono::seconds length{0};
    std::size_t periods{0};
    std::size_t missing{0};
    std::size_t doubtful{0};
    std::vector<std::string> marks;
};

struct SpanReport {
    std::string item;
    UtcTime from{};
    UtcTime to{};
    std::optional<int> bill_day;  ///< of a bill
    std::string calendar;         ///< empty: none
    std::string unit;
    StatType type{StatType::real_time};  ///< of the records that are summed
    /// Days within whose values were entered, or else months: those values are not in the sum.
    std::size_t entered{0};
    SpanPartReport whole;
    std::vector<SpanPartReport> slots;
};

std::string spans_to_json(const std::vector<SpanReport>& spans);
Result<std::vector<SpanReport>> spans_from_json(std::string_view json);

}  // namespace mg
