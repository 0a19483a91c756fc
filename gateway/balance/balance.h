#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/balance_rules.h"
#include "config/options.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/accounting/exact.h"
#include "gateway/accounting/item_record.h"
#include "gateway/base/result.h"
#include "gateway/reading/stat_period.h"

/// Where energy went in a day or a month (能源平衡): what each metering point measured between its `from` and
/// its `to`, and what went into each node against what left it. Amounts are those of the metered items in
/// the books; nothing is estimated, and nobody is named as the one who is wrong.
namespace mg {

class Books;

/// Why an edge does not say, or not wholly say, what flowed.
enum class OpenReason : std::uint8_t {
    ledger_only,     ///< not on a wire
    no_index,        ///< on a wire, but its model has no index that can be reckoned with
    no_figure,       ///< no record with a value in the books
    days_missing,    ///< of a month: days without a value
    out_of_service,  ///< on record as out of service in the period, or in a part of it
    other_unit,      ///< its unit does not lead to the unit of the medium
};
/// "ledger_only": in JSON.
std::string_view to_string(OpenReason reason);

/// What one metering point measured, in the unit of the medium.
struct MeasuredEdge {
    std::string meter;
    std::string name;
    std::string from;
    std::string to;
    MeterLevel level{MeterLevel::unstated};
    bool two_way{false};
    std::optional<Exact> forward;  ///< from → to; none: not known
    std::optional<Exact> reverse;  ///< to → from; none: not known, or not two-way
    bool doubtful{false};          ///< a record of it is suspect()
    std::vector<OpenReason> reasons;
    int days_missing{0};
    [[nodiscard]] bool is_open() const { return !reasons.empty(); }
};

enum class NodeState : std::uint8_t {
    within,  ///< every edge is known, and the difference is within the threshold
    beyond,  ///< every edge is known, and it is not
    open,    ///< not every edge is known: not judged
};
std::string_view to_string(NodeState state);

/// A node with metered edges both in and out. Of a two-way edge both directions count, each where it goes.
struct NodeBalance {
    std::string node;
    Exact incoming;                ///< of what is known
    Exact outgoing;                ///< of what is known
    Exact difference;              ///< incoming - outgoing
    std::optional<Decimal> share;  ///< of what came in, 4 decimals; none: nothing came in
    NodeState state{NodeState::within};
    std::vector<std::string> open_because;  ///< metering points whose amounts are not wholly known
};

struct DayBalance {
    UtcTime day{};  ///< its midnight
    std::vector<NodeBalance> nodes;
};

struct MediumBalance {
    std::string energy;               ///< as meters.csv writes it
    std::string unit;                 ///< of all amounts: that of its first metering point that has one
    Decimal threshold;                ///< share of what came in
    std::vector<MeasuredEdge> edges;  ///< in the order of meters.csv
    std::vector<NodeBalance> nodes;
    std::vector<std::string> sources;    ///< nodes that nothing is said to flow into
    std::vector<std::string> sinks;      ///< nodes that nothing is said to leave
    std::vector<std::string> unmetered;  ///< nodes in between, of which one side has no meter on a wire
    std::vector<DayBalance> days;        ///< of a month, the days that the books know
};

struct Balance {
    StatPeriod period;  ///< a day or a month
    std::chrono::minutes utc_offset{480};
    BalanceRules rules;
    std::vector<MediumBalance> media;
    /// Metering points of which meters.csv does not say from where to where, or the same on both sides.
    std::vector<std::string> without_place;
};

/// What the books say of the metered items in a period.
struct MeteredFigures {
    std::vector<ItemRecord> records;  ///< the newest of each, days and months
    std::vector<OutOfService> out_of_service;
};

/// Media and nodes in the order of meters.csv. A month without a record is the sum of its days. Pure.
Balance balance_of(const Options& options, const BalanceRules& rules, const StatPeriod& period,
                   const MeteredFigures& figures);
/// The same from the books. Errors as those of the books.
Result<Balance> read_balance(Books& books, const Options& options, const BalanceRules& rules,
                             const StatPeriod& period);

/// Of what is shown: plain decimals, at most 12 places, none of them a 0 at the end.
std::string amount_text(const Exact& amount);

/// Amounts are strings of decimals, so that nothing of them is lost.
std::string to_json(const Balance& balance);

}  // namespace mg
