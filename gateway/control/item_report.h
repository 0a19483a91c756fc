#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/decimal.h"
#include "gateway/reading/stat_period.h"

/// What the daemon answers about items and their records; docs/control-socket.md. Reading gives corrupt when
/// the text is something else.
namespace mg {

/// One revision of the value of one item for one period.
struct RecordReport {
    std::string item;
    StatPeriod period;
    std::string period_text;  ///< at the site: "2026-11"
    std::uint32_t revision{0};
    std::optional<Decimal> value;
    std::string unit;
    std::vector<std::string> marks;  ///< their names; of a later version there may be unknown ones
    bool suspect{false};
    int input_type{4};
    std::string cause;
    UtcTime computed_at{};
};

/// The coal factor of an item, as in items.csv.
struct CoalReport {
    std::string factor;  ///< "1.229", "coef.elec_tce"
    std::string unit;
    std::optional<CoalBasis> basis;
    bool operator==(const CoalReport&) const = default;
};

struct ItemVersionReport {
    std::optional<UtcTime> valid_from;  ///< none: since ever
    std::optional<UtcTime> valid_to;    ///< none: until further notice
    std::string name;
    std::string code;                                ///< with hyphens; empty: none for all destinations
    std::map<std::string, std::string> other_codes;  ///< of single uplinks
    std::string unit;
    ItemMethod method{ItemMethod::difference};
    std::string formula;
    std::vector<StatType> periods;
    std::optional<CoalReport> coal;
};

struct ItemReport {
    std::string id;
    ItemVersionReport now;  ///< the version that is valid, or else the latest
    std::vector<ItemVersionReport> versions;
    std::optional<RecordReport> day;  ///< the newest
    std::optional<RecordReport> month;
};

std::string items_to_json(const std::vector<ItemReport>& items);
Result<std::vector<ItemReport>> items_from_json(std::string_view json);

struct RecordsReport {
    std::vector<RecordReport> records;
    std::optional<UtcTime> next;  ///< there may be more, of periods that begin then or later
};

std::string records_to_json(const RecordsReport& report);
Result<RecordsReport> records_from_json(std::string_view json);

/// A value that was put on record.
struct EntryReport {
    std::int64_t record{0};  ///< id of the dated record
    std::string item;
    std::string period_text;
    Decimal value;
    std::string unit;
    std::string author;
    bool waits{false};    ///< it counts once a second person has confirmed it
    bool already{false};  ///< it stood there before; nothing was written
    std::string doubt;    ///< what should be looked at again; empty: nothing
};

std::string entry_to_json(const EntryReport& entry);
Result<EntryReport> entry_from_json(std::string_view json);

}  // namespace mg
