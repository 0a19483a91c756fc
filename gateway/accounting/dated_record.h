#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/decimal.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/stat_period.h"

/// What people put on record about meters and figures: dated, signed, revocable, and never touching a sample.
/// Everything that accounting derives follows from boundary samples plus these.
namespace mg {

/// Grows; given by the books.
using DatedId = std::int64_t;

/// What meters.csv said when the gateway first saw the metering point: which instrument was in place, and the
/// ratio that holds until a replacement or a change of it is on record. Of several in force the last counts.
struct InitialInstrument {
    MeterId meter;
    std::string serial;  ///< empty: nobody stated it
    Multiplier multiplier;
    bool operator==(const InitialInstrument&) const = default;
};

/// The instrument at a metering point was exchanged. The end of the old and the start of the new index count
/// as readings, at their instants.
struct Replacement {
    struct Register {
        PointId point;
        Decimal old_end;    ///< as the old instrument's display showed it
        Decimal new_start;  ///< as the new one's does
        /// Used between removal and installation, in units of the display × multiplier; an estimate of a
        /// person.
        Decimal unmetered;
        bool operator==(const Register&) const = default;
    };
    MeterId meter;
    UtcTime removed_at{};
    UtcTime installed_at{};  ///< not before removed_at; equal where nothing flowed unmetered
    std::string old_serial;
    std::string new_serial;
    std::optional<Multiplier> multiplier;  ///< of the new one, where it differs
    std::optional<Decimal> rollover;       ///< of the new one's display, where it differs
    std::vector<Register> registers;
    bool operator==(const Replacement&) const = default;
};

/// From `at` on this ratio holds. The index at that instant counts as a reading; where nobody noted it, it is
/// interpolated and the period is marked.
struct MultiplierChange {
    struct Register {
        PointId point;
        Decimal index;
        bool operator==(const Register&) const = default;
    };
    MeterId meter;
    UtcTime at{};
    Multiplier multiplier;
    std::vector<Register> registers;
    bool operator==(const MultiplierChange&) const = default;
};

/// What a step of an index was that accounting could not believe by itself.
enum class IndexVerdict : std::uint8_t {
    rolled_over,  ///< the display passed its end once
    was_reset,    ///< set from `before` to `after`
    genuine,      ///< the step is real
    false_value,  ///< what was read from `at` until `until` was never so
};
struct IndexRuling {
    MeterId meter;
    PointId point;
    UtcTime at{};  ///< slot of the first reading after the step
    IndexVerdict verdict{IndexVerdict::genuine};
    std::optional<Decimal> before;   ///< was_reset only; none: the last good reading
    std::optional<Decimal> after;    ///< was_reset only; none: 0
    std::optional<UtcTime> until{};  ///< false_value only, exclusive; none: that one reading
    bool operator==(const IndexRuling&) const = default;
};

/// The meter measures nothing: it counts as zero from its last reading on, and its readings are not used.
struct OutOfService {
    MeterId meter;
    UtcTime from{};
    std::optional<UtcTime> to;  ///< none: until further notice
    bool operator==(const OutOfService&) const = default;
};

/// Production stop (停产): zeros are true and standing registers are no fault.
struct ProductionStop {
    std::vector<MeterId> meters;  ///< empty: the whole site
    UtcTime from{};
    std::optional<UtcTime> to;
    bool operator==(const ProductionStop&) const = default;
};

/// The amount of an item in [from, to) before this gateway knew it (期初), so that the month and the year in
/// which it went live are whole. `to` is the first boundary that is measured.
struct OpeningAmount {
    std::string item;
    UtcTime from{};
    UtcTime to{};
    Decimal amount;  ///< in the unit of the item
    bool operator==(const OpeningAmount&) const = default;
};

/// A figure that did not come over a wire (补录). It stands for the whole period.
struct EnteredValue {
    std::string item;
    StatPeriod period;  ///< day, month or year
    Decimal value;      ///< in the unit of the item
    int input_type{5};  ///< 1 … 7, provincial inputType: 5 is by hand
    std::string evidence;
    bool operator==(const EnteredValue&) const = default;
};

/// From `from` on the coefficient has this value, until the next one.
struct CoefficientValue {
    std::string name;  ///< without "coef."
    Decimal value;
    std::string unit;
    UtcTime from{};
    std::string source;
    std::string year;
    std::string region;
    bool operator==(const CoefficientValue&) const = default;
};

/// The period is closed: its records stay as they are, what would change them becomes a request.
struct PeriodLock {
    StatPeriod period;  ///< day, month or year
    bool operator==(const PeriodLock&) const = default;
};

/// How an instrument is traced to the standards (溯源方式), as in meters.csv.
enum class Traceability : std::uint8_t { legal, verification, calibration };
enum class VerificationResult : std::uint8_t { passed, limited, failed };  ///< 合格, 准用, 不合格

/// An instrument was verified or calibrated (检定/校准). It says nothing about figures: nothing is computed
/// again because of it.
struct Verification {
    MeterId meter;  ///< where the instrument is, or will be
    std::string serial;
    UtcTime on{};                        ///< midnight of that day at the site
    std::optional<UtcTime> valid_until;  ///< midnight of the last day on which it holds; none: not stated
    std::string by;
    std::string certificate;
    VerificationResult result{VerificationResult::passed};
    Traceability traceability{Traceability::verification};
    bool operator==(const Verification&) const = default;
};

using DatedBody =
    std::variant<Replacement, MultiplierChange, IndexRuling, OutOfService, ProductionStop, OpeningAmount,
                 EnteredValue, CoefficientValue, PeriodLock, InitialInstrument, Verification>;

struct DatedRecord {
    DatedId id{0};
    DatedBody body;
    std::string author;
    std::string remark;
    UtcTime entered_at{};
    /// Second person, where the site asks for one; it counts only from then on.
    bool needs_confirmation{false};
    std::string confirmed_by;
    std::optional<UtcTime> confirmed_at;
    std::string revoked_by;
    std::optional<UtcTime> revoked_at;
    std::string revoke_remark;

    [[nodiscard]] bool in_force() const { return !revoked_at && (!needs_confirmation || confirmed_at); }
    bool operator==(const DatedRecord&) const = default;
};

/// "rolled_over", "was_reset", "genuine", "false_value".
std::string_view to_string(IndexVerdict verdict);
std::optional<IndexVerdict> index_verdict_from(std::string_view name);

/// "legal", "verification", "calibration".
std::string_view to_string(Traceability traceability);
std::optional<Traceability> traceability_from(std::string_view name);
/// "passed", "limited", "failed".
std::string_view to_string(VerificationResult result);
std::optional<VerificationResult> verification_result_from(std::string_view name);

/// "replacement", "multiplier", "ruling", "out_of_service", "production_stop", "opening", "entry",
/// "coefficient", "lock", "initial_instrument", "verification": the kind of a body, stored and shown in JSON.
std::string_view kind_of(const DatedBody& body);
std::vector<std::string_view> dated_kinds();
/// Whether figures may follow from it; verifications are for the ledger only.
bool concerns_figures(const DatedBody& body);
/// The meter, item or coefficient that it is about, several meters with a space between; empty: the site.
std::string subject_of(const DatedBody& body);
/// The first instant that it says something about; of an initial instrument the beginning of time. Where an
/// index is put on record or ruled upon, the span that a missing boundary makes before it depends on it as
/// well.
UtcTime begin_of(const DatedBody& body);
/// Where what it says ends; none: it holds on. Running totals carry it further.
std::optional<UtcTime> end_of(const DatedBody& body);

/// rejected, in one line: an id that is none, times in the wrong order or outside of 2000 … 2199, a period
/// of the wrong type, a ratio that is not above 0, a number or text that is too long, nobody's name under it.
Result<> sound(const DatedBody& body);
Result<> sound(const DatedRecord& record);

}  // namespace mg
