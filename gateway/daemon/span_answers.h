#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/item_graph.h"
#include "gateway/accounting/span_amounts.h"
#include "gateway/base/result.h"
#include "gateway/control/control_server.h"

namespace mg {

/// What an item came to in any time, in a bill, and by a calendar; docs/control-socket.md, records-sum.
/// Blocks for the disk, up to some seconds for the longest spans; thread-safe as the books are. rejected: the
/// request is wrong, says what is allowed.
class SpanAnswers {
public:
    /// All given outlive this. `graph` says which meters a bill is of; nullptr: nobody knows.
    SpanAnswers(const Options& options, Books& books, const ItemGraph* graph)
        : options_{options}, books_{books}, graph_{graph} {}

    Result<std::string> sum(const ControlRequest& request);

private:
    using Versions = std::vector<const ItemOptions*>;
    struct Asked {
        TimeSpan span;
        std::optional<int> bill_day;
    };

    Result<Asked> asked_of(const ControlRequest& request, const Versions& versions) const;
    [[nodiscard]] Result<int> bill_day_of(const ItemOptions& item) const;
    [[nodiscard]] Result<const CalendarOptions*> calendar_of(const ControlRequest& request) const;
    Result<std::size_t> count_entered(const Versions& versions, const SpanPlan& plan, const TimeSpan& span);

    const Options& options_;
    Books& books_;
    const ItemGraph* graph_;
};

}  // namespace mg
