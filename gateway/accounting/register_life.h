#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounting/dated_record.h"
#include "gateway/accounting/exact.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/decimal.h"

namespace mg {

/// One reading of an index register as the display shows it. Readings without a value are not given.
struct IndexReading {
    UtcTime at{};  ///< its slot
    Decimal index;
    Sequence sequence{0};  ///< of the sample, for explaining
    /// The clock was untrusted, or the answer came more than a minute from its slot.
    bool clock_doubtful{false};
    /// What the meter's own rate says has flowed since the last good reading before, in units of the display;
    /// 0: nothing says so.
    Exact flowed{};
    bool operator==(const IndexReading&) const = default;
};

/// Where a span begins or ends, and by what.
struct SpanEnd {
    enum class By : std::uint8_t {
        reading,       ///< a boundary sample
        replacement,   ///< an index of a dated record
        multiplier,    ///< the same
        interpolated,  ///< a ratio changed and nobody noted the index
        service,       ///< out of service begins or goes on
    };
    By by{By::reading};
    UtcTime at{};
    Decimal index;
    std::int64_t source{0};  ///< the sample's sequence, or the dated record's id
    bool clock_doubtful{false};
    bool operator==(const SpanEnd&) const = default;
};

/// What a register measured between two instants. Spans follow without holes.
struct IndexSpan {
    enum class Kind : std::uint8_t {
        measured,    ///< index difference × multiplier
        rolled,      ///< the same past the end of the display
        ruled,       ///< by the ruling of a person
        broken,      ///< an unexplained step: counts as nothing
        unmetered,   ///< between removal and installation: a person's estimate
        no_service,  ///< out of service
    };
    Kind kind{Kind::measured};
    SpanEnd from;
    SpanEnd to;
    Exact amount;  ///< in units of the display × multiplier
    Exact multiplier{1};
    DatedId ruling{0};  ///< of a ruled, unmetered or no_service span; of a rolled one where a person said so
    bool unconfirmed{false};  ///< after a break that stands
    bool stuck{false};        ///< it stood while ten of its own steps flowed
};

/// A reading that was passed over, because those before and after it agree without it.
struct OddReading {
    IndexReading reading;
    Decimal before;
};

struct RegisterRules {
    std::optional<Decimal> rollover;      ///< the display shows 0 again at this index, before the multiplier
    std::optional<Decimal> max_per_hour;  ///< the most that can flow, after the multiplier
    std::optional<Decimal> step;  ///< the register's own least step; a fall by no more is standing still
    Exact multiplier{1};          ///< before the first dated record that says otherwise
};

/// The dated records of one register that are in force, by time.
struct RegisterRecords {
    struct Swap {
        DatedId id{0};
        UtcTime removed_at{};
        UtcTime installed_at{};
        Decimal old_end;
        Decimal new_start;
        Decimal unmetered;  ///< after the multiplier
        std::optional<Exact> multiplier;
        std::optional<Decimal> rollover;
    };
    struct Ratio {
        DatedId id{0};
        UtcTime at{};
        Exact multiplier;
        std::optional<Decimal> index;
    };
    struct Ruling {
        DatedId id{0};
        IndexRuling ruling;
    };
    struct Outage {
        DatedId id{0};
        UtcTime from{};
        std::optional<UtcTime> to;
    };
    /// Production stops: standing is no fault then.
    struct Stop {
        UtcTime from{};
        std::optional<UtcTime> to;
    };
    std::vector<Stop> stops;
    std::vector<Swap> swaps;
    std::vector<Ratio> ratios;
    std::vector<Ruling> rulings;
    std::vector<Outage> outages;
};

/// The life of one index register (docs/adr/0009): a fold of readings and dated records in the order of time
/// into spans. Pure; one thread.
///
/// What it believes, from the last good index G to a reading R:
///  - R equal to G, or below it by at most one step of the register: it stood still. When meanwhile ten of
///  its
///    steps flowed by the meter's own rate, it is stuck until it moves: a register whose step is 210 kWh may
///    stand for hours beside a small load.
///  - R above G by no more than max_per_hour allows for the time between (two minutes and one step are given
///    for skew): it ran.
///  - R below G, and R + rollover - G is as above: it rolled over. Without max_per_hour: when G is in the
///  last
///    and R in the first tenth of the display. A time in which it could have turned round fully proves
///    nothing.
///  - Everything else waits for the next reading. When that goes on from G, R was odd and is passed over;
///  when
///    it goes on from R, and moved, the step stands as a break: it counts as nothing and marks what contains
///    it, and what follows is unconfirmed until a ruling or a replacement.
class RegisterLife {
public:
    RegisterLife(RegisterRules rules, RegisterRecords records);

    /// Readings strictly later than the one before; others are ignored. Spans that are settled by it are
    /// appended to `out`.
    void feed(const IndexReading& reading, std::vector<IndexSpan>& out);
    /// Nothing more will come up to `now`: dated records until then are carried out as far as they can be
    /// without a reading (replacement, out of service).
    void pass(UtcTime now, std::vector<IndexSpan>& out);

    /// End of the last span; none before the first reading.
    [[nodiscard]] std::optional<UtcTime> settled_until() const;
    /// The last good index.
    [[nodiscard]] const std::optional<SpanEnd>& last() const { return last_; }
    /// A reading that waits to be believed.
    [[nodiscard]] const std::optional<IndexReading>& doubted() const { return doubted_; }
    [[nodiscard]] bool unconfirmed() const { return unconfirmed_; }
    [[nodiscard]] bool stuck() const;
    /// The ratio in force.
    [[nodiscard]] Exact multiplier_at(UtcTime at) const;
    /// Those since the last call.
    std::vector<OddReading> take_odd();

    /// For a checkpoint. restore() needs the same rules; the records may be others. corrupt: not a state.
    [[nodiscard]] std::string state() const;
    Result<> restore(std::string_view state);

private:
    enum class Step : std::uint8_t { stood, ran, rolled, unbelievable };
    /// A step, and by how much the display moved on.
    struct Advance {
        Step step{Step::unbelievable};
        Exact units;
    };

    [[nodiscard]] Advance advance(const SpanEnd& from, UtcTime at, const Decimal& index) const;
    [[nodiscard]] bool within_limit(const Exact& units, UtcTime from, UtcTime to) const;
    [[nodiscard]] bool may_turn_fully(const Exact& rollover, UtcTime from, UtcTime to) const;
    [[nodiscard]] std::optional<Decimal> rollover_at(UtcTime at) const;
    [[nodiscard]] const RegisterRecords::Ruling* ruling_at(UtcTime at) const;
    [[nodiscard]] bool is_void(UtcTime at) const;

    void carry_out_records(UtcTime until, std::vector<IndexSpan>& out);
    bool carry_out_next(UtcTime until, std::vector<IndexSpan>& out);
    void swap(const RegisterRecords::Swap& swap, std::vector<IndexSpan>& out);
    void serve_not(const RegisterRecords::Outage& outage, UtcTime until, std::vector<IndexSpan>& out);
    /// The index of a dated record: believed as it is.
    void stand_at(const SpanEnd& known, std::vector<IndexSpan>& out);
    void consider(const IndexReading& reading, std::vector<IndexSpan>& out);
    void note_flow(const IndexReading& reading, Step step);
    void rule(const RegisterRecords::Ruling& ruling, const IndexReading& reading,
              std::vector<IndexSpan>& out);
    void break_at(const SpanEnd& end, std::vector<IndexSpan>& out);
    void pass_over_doubted();
    void go_on(const SpanEnd& to, const Advance& advance, std::vector<IndexSpan>& out);
    void span_to(SpanEnd to, IndexSpan::Kind kind, const Exact& units, DatedId by,
                 std::vector<IndexSpan>& out);

    RegisterRules rules_;
    RegisterRecords records_;
    std::optional<SpanEnd> last_;
    std::optional<IndexReading> doubted_;
    bool unconfirmed_{false};
    Exact flowed_;  ///< since the index moved last, by the rate
    std::vector<OddReading> odd_;
};

}  // namespace mg
