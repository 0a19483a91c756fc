#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/accounting/dated_record.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/decimal.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/stat_period.h"

/// What the daemon answers about what people put on record; docs/control-socket.md. Reading gives corrupt
/// when the text is something else.
namespace mg {

/// What is computed again because of a record.
struct RecordEffect {
    UtcTime from{};
    std::optional<UtcTime> to;       ///< none: up to now
    std::vector<std::string> items;  ///< that can change
};

/// A record that was put, confirmed or revoked.
struct DatedReport {
    DatedRecord record;
    std::optional<RecordEffect> again;  ///< none: nothing, or not before a second person confirms it
};

std::string dated_to_json(const DatedReport& report);
Result<DatedReport> dated_from_json(std::string_view json);

struct DatedListReport {
    std::vector<DatedRecord> records;
    DatedId next{0};  ///< there may be more, after this id; 0: that is all
};

std::string dated_list_to_json(const DatedListReport& report);
Result<DatedListReport> dated_list_from_json(std::string_view json);

/// One value of a coefficient, from a day on.
struct CoefficientReport {
    std::string name;
    Decimal value;
    std::string unit;
    std::optional<UtcTime> from;  ///< none: since ever
    std::optional<UtcTime> to;    ///< none: until further notice
    bool now{false};              ///< the one in force
    std::string source;
    std::string year;
    std::string region;
    std::string author;
    DatedId record{0};  ///< 0: of coefficients.csv
};

std::string coefficients_to_json(const std::vector<CoefficientReport>& coefficients);
Result<std::vector<CoefficientReport>> coefficients_from_json(std::string_view json);

/// A step of an index that nobody has explained.
struct BreakReport {
    MeterId meter;
    PointId point;
    UtcTime last_good{};
    UtcTime first_after{};
    Decimal index_before;
    Decimal index_after;
    UtcTime found_at{};
};

std::string breaks_to_json(const std::vector<BreakReport>& breaks);
Result<std::vector<BreakReport>> breaks_from_json(std::string_view json);

/// A change that a closed period does not take.
struct RequestReport {
    std::string item;
    StatPeriod period;
    std::string period_text;        ///< at the site: "2026-11"
    std::optional<Decimal> stands;  ///< none: no value, or no record yet
    std::optional<Decimal> wanted;
    std::string unit;
    std::vector<std::string> marks;  ///< those that it would have
    std::string cause;
    UtcTime asked_at{};
};

/// Of a day, month or year.
enum class PeriodState : std::uint8_t {
    open,      ///< 未上报
    reported,  ///< 已上报: a destination accepted a record of it
    locked,    ///< 已锁定
};
inline constexpr std::array kPeriodStates{PeriodState::open, PeriodState::reported, PeriodState::locked};
std::string_view to_string(PeriodState state);

struct PeriodStateReport {
    StatPeriod period;
    std::string period_text;  ///< at the site: "2026-11"
    PeriodState state{PeriodState::open};
    bool reported{false};  ///< of a locked one as well
};

struct PeriodsReport {
    std::vector<PeriodStateReport> states;  ///< of periods with a record, by type and begin
    std::vector<DatedRecord> locks;         ///< in force, by begin
    std::vector<RequestReport> requests;
    bool more{false};  ///< there are more requests than these
};

std::string periods_to_json(const PeriodsReport& report);
Result<PeriodsReport> periods_from_json(std::string_view json);

}  // namespace mg
