#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/completeness/fault_clock.h"
#include "gateway/completeness/slot_tally.h"
#include "gateway/reading/decimal.h"

/// What is there of what was due (数据完整性), of each item and each metering point.
namespace mg {

/// The rule of the national platform, taken from pages that quote it; not verified against the standard.
inline constexpr std::int64_t kCompletenessBar = 9'000;  ///< hundredths of a percent
inline constexpr int kDaySumsWithin = 5;                 ///< percent of the month
/// Of items, where no uplink states an upload time: a figure is late so long after the end of its day.
inline constexpr std::chrono::minutes kLateAfter{480};

/// One day of one subject.
struct DayShare {
    UtcTime day{};  ///< midnight at the site
    std::int64_t due{0};
    std::int64_t missing{0};
    /// Of the running day: the slots that are still to come.
    std::int64_t to_come{0};

    /// In hundredths of a percent, rounded down; none: nothing was due.
    [[nodiscard]] std::optional<std::int64_t> share() const;
    /// What the day still reaches if nothing is missing from now on.
    [[nodiscard]] std::optional<std::int64_t> at_best() const;
    /// Where it ends if everything goes on as it is: what has no value now gets none any more.
    [[nodiscard]] std::optional<std::int64_t> as_now(bool is_silent) const;
};

/// An item whose month does not come from where its days do.
struct MonthAgainstDays {
    StatPeriod month;
    Decimal month_value;
    Decimal day_sum;
    std::size_t days{0};  ///< that have a value
    bool within{false};   ///< they differ by 5 % of the month at most
};

struct SubjectCompleteness {
    std::string id;
    std::string name;
    StripKind kind{StripKind::item};
    SlotTally total;
    std::vector<DayShare> days;  ///< each day asked for, in order
    std::vector<MonthAgainstDays> months;
    bool is_silent{false};  ///< one of Completeness::faults

    [[nodiscard]] bool below_bar() const;
};

struct Completeness {
    UtcTime from{};  ///< midnights at the site
    UtcTime to{};    ///< exclusive
    UtcTime now{};
    std::chrono::minutes utc_offset{480};
    std::chrono::minutes late_after{kLateAfter};
    bool late_after_is_stated{false};  ///< by an uplink; otherwise it is kLateAfter
    std::vector<Fault> faults;
    std::vector<SubjectCompleteness> subjects;  ///< metering points, then items, as in their tables
};

struct QualityScore;

struct CompletenessAsked {
    UtcTime from{};  ///< midnights at the site
    UtcTime to{};    ///< exclusive
    UtcTime now{};
    bool meters{true};
    bool items{true};
};

/// Errors are those of the books. Reads a byte a slot: some tenths of a second for a year of 600 subjects.
Result<Completeness> completeness_of(Books& books, const Options& options, const CompletenessAsked& asked);

/// What has no value now, metering points first. Errors are those of the books. Reads 62 days of strips.
Result<std::vector<Fault>> faults_now(Books& books, const Options& options, UtcTime now);

/// {"from": …, "faults": […], "subjects": [{"id": …, "kind": "meter", "due": …, "days": […]}]}; shares in
/// percent with two decimals; with "quality" where there is a score.
std::string to_json(const Completeness& completeness, const QualityScore* score = nullptr);

}  // namespace mg
