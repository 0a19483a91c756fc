#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/accounting/exact.h"
#include "gateway/accounting/item_record.h"
#include "gateway/accounting/register_life.h"
#include "gateway/base/clock.h"
#include "gateway/reading/quality.h"
#include "gateway/reading/stat_period.h"

/// What a reported figure rests on, down to the samples: everything that is needed to compute it again by
/// hand. Data only; see Explainer.
namespace mg {

/// What was read at a slot.
struct ExplainedSample {
    UtcTime at{};
    Sequence sequence{0};
    UtcTime taken_at{};
    Quality quality{Quality::good};
    Decimal read;  ///< as the instrument displays it
    Exact multiplier{1};
};

struct ExplainedEnd {
    SpanEnd end;
    std::optional<ExplainedSample> sample;  ///< where it was read, and is still in the store
};

/// What a register counted between two indexes. Adds, of [used_from, used_to),
/// (to.index - from.index + added) × multiplier × (used_to - used_from) / (to.at - from.at);
/// where it is unmetered: estimate × the same share; broken or out of service: nothing.
struct ExplainedSpan {
    IndexSpan::Kind kind{IndexSpan::Kind::measured};
    ExplainedEnd from;
    ExplainedEnd to;
    UtcTime used_from{};
    UtcTime used_to{};
    Exact added;  ///< in units of the display: the roll-over, or what a ruling on a reset puts right
    Exact multiplier{1};
    DatedId multiplier_record{0};  ///< that says the multiplier; 0: meters.csv
    Exact estimate;                ///< of the unmetered time as a whole
    DatedId record{0};             ///< the replacement, ruling or outage that says so
    bool unconfirmed{false};
    bool stuck{false};                ///< it stood while ten of its own steps flowed
    std::size_t readings_between{0};  ///< that go on from one another and cancel out
    Exact amount;
};

struct ExplainedCoefficient {
    std::string name;
    Exact value;
    std::string unit;
    std::optional<UtcTime> from;  ///< none: since ever
    std::string source;
    std::string year;
    std::string region;
    std::string author;
    DatedId record{0};  ///< 0: coefficients.csv
};

struct ExplainedAmount;

/// Adds amount × numbers × conversion × weight_value.
struct ExplainedTerm {
    std::string input;  ///< "grid_in1.energy_import", "elec"
    std::string unit;
    Exact amount;
    Exact numbers{1};     ///< of the formula, with the sign
    Exact conversion{1};  ///< of units, by the program
    std::string weight;   ///< of coefficients, as written; empty: none
    Exact weight_value{1};
    std::vector<ExplainedCoefficient> coefficients;
    std::vector<ExplainedSpan> spans;      ///< of a register
    std::vector<ExplainedAmount> of_item;  ///< of an item: one, or none where that is asked for by itself
    Exact adds;
};

/// A period is cut where a coefficient or a version changes.
struct ExplainedPiece {
    UtcTime from{};
    UtcTime to{};
    std::vector<ExplainedTerm> terms;
};

struct ExplainedPart {
    UtcTime from{};
    UtcTime to{};
    std::optional<StatType> type;  ///< none: an opening amount
    Exact amount;
    Marks marks;
    DatedId record{0};  ///< of an opening amount
};

/// An input was entered for the whole period. Adds (whole - parts) × constant × weight_value.
struct ExplainedMore {
    std::string input;
    Exact whole;
    Exact parts;
    Exact constant{1};
    std::string weight;
    Exact weight_value{1};
    std::vector<ExplainedCoefficient> coefficients;
    Exact adds;
};

/// The sum of its pieces, its parts and `more`; or what a person entered.
struct ExplainedAmount {
    std::string name;  ///< of the item, or "item/0": a part of a ratio or of a mean
    UtcTime from{};
    UtcTime to{};
    Exact amount;
    Marks marks;
    DatedId entered{0};  ///< 0: not entered
    std::vector<ExplainedPiece> pieces;
    std::vector<ExplainedPart> parts;
    std::vector<ExplainedMore> more;
};

/// "[1]" in the formula of a ratio.
struct ExplainedPlace {
    std::string name;
    Exact value;
    std::vector<ExplainedAmount> amount;  ///< one; none where it is the value of another item
};

/// Adds sum / count × numbers × conversion × weight_value.
struct ExplainedMean {
    std::string input;
    std::string unit;
    ExplainedAmount sum;
    ExplainedAmount count;
    std::vector<ExplainedSample> samples;  ///< of short periods
    Exact numbers{1};
    Exact conversion{1};
    std::string weight;
    Exact weight_value{1};
    std::vector<ExplainedCoefficient> coefficients;
};

/// A value at the end of the period.
struct ExplainedValue {
    std::string reference;
    Exact value;
    std::optional<ExplainedSample> sample;
    std::optional<ExplainedCoefficient> coefficient;
};

struct ExplainedRevision {
    std::uint32_t revision{0};
    std::optional<Decimal> value;
    std::string cause;
    UtcTime computed_at{};
    DatedId record{0};  ///< that the cause names
};

/// By what an item enters a total.
struct ExplainedCoal {
    std::string item;
    std::string factor;  ///< as in items.csv
    std::string unit;
    std::optional<CoalBasis> basis;
};

struct Explanation {
    std::string item;
    std::string name;
    StatPeriod period;
    std::string period_text;
    ItemMethod method{ItemMethod::difference};
    std::string formula;  ///< as written
    std::string unit;
    int decimals{0};
    std::optional<UtcTime> version_from;  ///< none: since ever
    std::optional<UtcTime> version_to;
    std::vector<ExplainedCoal> coal;  ///< of a total: by version of its items
    ItemRecord record;                ///< the revision that is explained
    std::vector<ExplainedRevision> revisions;

    // Of amounts: value = rounded(total_end) - rounded(total_begin); total_end - total_begin = exact.
    // Of others: value = rounded(exact).
    bool from_totals{false};
    Exact exact;
    Exact total_begin;
    Exact total_end;
    Decimal total_begin_rounded;
    Decimal total_end_rounded;

    /// One where the figure is an amount; none: `why_not` says why.
    std::vector<ExplainedAmount> amount;
    std::string ratio;  ///< of a ratio: "1000 * [1] / [2]"
    std::vector<ExplainedPlace> places;
    std::vector<ExplainedMean> means;
    std::string last;  ///< of a last value: the expression; × last_conversion
    Exact last_conversion{1};
    std::vector<ExplainedValue> values;

    /// The records that any of it names, by id.
    std::vector<DatedRecord> records;
    std::vector<std::pair<std::string, OddReading>> passed_over;  ///< readings that were not believed
    /// Of how many samples, spans or inputs only the first are given.
    std::size_t left_out{0};
    /// Empty, or why the working is not shown: "revised", "samples_gone", "being_computed".
    std::string why_not;
};

}  // namespace mg
