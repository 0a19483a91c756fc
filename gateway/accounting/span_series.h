#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>

#include "gateway/accounting/exact.h"
#include "gateway/accounting/item_record.h"
#include "gateway/accounting/register_life.h"

namespace mg {

/// What flowed in a period, by a register's spans.
struct PeriodAmount {
    Exact amount;
    Marks marks;
};

/// The spans of one register, in order and without holes, and what they say about any period in them. A
/// period that begins or ends inside a span gets its part in proportion to time: the parts add up to the
/// span. Pure.
class SpanSeries {
public:
    /// Each begins where the one before ended.
    void add(IndexSpan span);
    void add(std::span<const IndexSpan> spans);
    /// Those that end at or before `until` are not asked for again.
    void forget_before(UtcTime until);
    void clear() { spans_.clear(); }

    [[nodiscard]] bool covers(UtcTime from, UtcTime to) const;
    [[nodiscard]] std::optional<UtcTime> begin() const;
    [[nodiscard]] std::optional<UtcTime> end() const;

    /// None: the spans do not cover it. Marks: bridged when an own end of [from, to) lies inside a span with
    /// an amount (in a span of nothing every part is exactly nothing); clock_doubtful when an own end was
    /// read so; unconfirmed, estimated, split when any part of it is.
    [[nodiscard]] std::optional<PeriodAmount> amount(UtcTime from, UtcTime to) const;
    /// The spans that [from, to) touches.
    [[nodiscard]] std::vector<IndexSpan> touching(UtcTime from, UtcTime to) const;

private:
    using Place = std::deque<IndexSpan>::const_iterator;
    [[nodiscard]] Place first_ending_after(UtcTime time) const;

    std::deque<IndexSpan> spans_;
};

}  // namespace mg
