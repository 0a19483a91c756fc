#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "config/options.h"
#include "config/problem.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/base/clock.h"

namespace mg {

/// A value as somebody gave it: texts, nothing looked at yet.
struct GivenValue {
    std::string item;
    std::string type;    ///< "day", "月", …; empty: what the period is by its form
    std::string period;  ///< at the site
    std::string value;   ///< in the unit of the item
    std::string evidence;
    std::string input_type;  ///< "1" … "7", or the words of items.csv; empty: that of the source
};

/// How a value comes in.
enum class WayIn : std::uint8_t {
    person,   ///< somebody who answers for it
    machine,  ///< a weighbridge, DCS or MIS
};

struct EntrySource {
    WayIn way{WayIn::person};
    std::string author;  ///< the person, or the name of the machine
    std::string remark;
    std::optional<InputType> input_type;  ///< of values that do not say; none: they must
};

/// What is wrong with one field of a value.
struct EntryFault {
    std::string field;
    Complaint complaint;
    std::string found;
};
/// "period: 2026-12 has not begun yet; allowed: …; found: …": one line.
std::string line_of(const EntryFault& fault);

struct CheckedEntry {
    EnteredValue entry;
    std::string period_text;
    std::string unit;
    /// The value is outside of what is plausible for the item: its record will be marked so.
    std::optional<EntryFault> doubt;
};

/// Whether a value may stand for a period of an item, whichever way it came: the item is there, has figures
/// of that kind, and these may be entered this way; the period is one of the site's calendar, has begun and
/// is not closed; number, evidence and input type are what they should be. Made for the values of one moment;
/// everything given outlives it. Pure.
class EntryCheck {
public:
    /// `locks`: the period locks in force.
    EntryCheck(const Options& options, const EntrySource& source, std::span<const DatedRecord> locks,
               UtcTime now);

    /// Everything that is wrong with it at once.
    [[nodiscard]] tl::expected<CheckedEntry, std::vector<EntryFault>> check(const GivenValue& given) const;

private:
    using Versions = std::vector<const ItemOptions*>;
    using Faults = std::vector<EntryFault>;

    [[nodiscard]] const Versions* versions_of(const std::string& id, Faults& faults) const;
    [[nodiscard]] std::optional<StatPeriod> period_of(const GivenValue& given, const Versions* versions,
                                                      Faults& faults) const;
    [[nodiscard]] const ItemOptions* version_for(const StatPeriod& period, const Versions& versions,
                                                 const std::string& found, Faults& faults) const;
    void check_period(const StatPeriod& period, const std::string& found, Faults& faults) const;
    [[nodiscard]] std::optional<InputType> input_type_of(const GivenValue& given, Faults& faults) const;

    SiteCalendar calendar_;
    const EntrySource& source_;
    std::span<const DatedRecord> locks_;
    UtcTime now_;
    std::map<std::string, Versions, std::less<>> items_;
};

/// Of the entries for one period, the one that a further one would have to differ from: the latest that is
/// not revoked, be it confirmed yet or not. nullptr: none.
const DatedRecord* standing_entry(std::span<const DatedRecord> entries);

}  // namespace mg
