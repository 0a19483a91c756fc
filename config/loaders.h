#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/factors.h"
#include "config/options.h"
#include "config/problem.h"
#include "config/record.h"
#include "config/table.h"

/// The parts of load.h, one a file of the configuration. Texts are UTF-8; nothing here touches the disk or
/// throws.
namespace mg {

/// An id in gateway.toml of something that stands elsewhere.
struct WrittenId {
    enum class Kind : std::uint8_t { line, meter, point };
    Kind kind{};
    std::string field;  ///< as problems name it
    Place place;
    std::string id;
};
/// What the selection of an uplink refers to.
std::vector<WrittenId> references_of(const Record& record);
/// Reports those that lead nowhere, with the nearest id; when lines, meters and models are known.
void check_references(const std::vector<WrittenId>& references, const Options& options, Reporter& report);

/// gateway.toml. Lines with mistakes are kept as far as they are known, so that meters that refer to them are
/// not blamed as well. What the uplinks refer to comes back, to be checked when the meters are known.
std::vector<WrittenId> load_gateway(std::string_view text, Options& options, Reporter& report);

LineOptions read_line(const Record& record, Reporter& report);
/// The keys of a line that a modem dials in to.
ListenChannel read_modem(const Record& record, std::uint16_t port, const SerialSettings& settings,
                         Reporter& report);
/// Reports modems on one port that could not be told apart; `records` are those of `lines`.
void check_modems(const std::vector<Record>& records, const std::vector<LineOptions>& lines,
                  Reporter& report);
/// Reports a meter whose answers could begin like a packet of its line's modem; the address is checked.
void check_modem_packets(const Record& record, const LineOptions& line, Protocol protocol,
                         const std::string& address, Reporter& report);
/// Relative paths start at `directory`, times at the offset of `site`.
UplinkOptions read_uplink(const Record& record, const std::filesystem::path& directory,
                          const SiteOptions& site, Reporter& report);

/// Problems end up in logs and on screens: what stands before the @ of an address does not.
std::string without_secrets(std::string_view url);

/// The site must be there.
EnterpriseOptions read_enterprise(const Record& record, const SiteOptions& site, Reporter& report);
/// An uplink to a platform; the site, the enterprises and the profiles must be there.
ProvincialOptions read_provincial(const Record& record, const Options& options, Reporter& report);

/// Warns where an [[enterprise]] does not say what a platform requires of it; when the uplinks are known.
void check_enterprises(const Options& options, Reporter& report);

/// [inbound] and [inbound.http], where they are written.
InboundOptions read_inbound(const TomlNode& document, const std::filesystem::path& directory,
                            Reporter& report);

/// What goes to an uplink and how, of its section.
DeliveryOptions read_delivery(const Record& record, const SiteOptions& site, Reporter& report);

/// meters.csv into options.meters; lines and models must be there. References to `broken_models` are not
/// reported.
void load_meters(std::string_view text, const std::set<std::string>& broken_models, Options& options,
                 Reporter& report);

/// items.csv into options.items; site, uplinks, meters, plant and codes must be there. What a formula says is
/// for accounting to check.
void load_items(std::string_view text, Options& options, Reporter& report);
/// coefficients.csv into options.coefficients; the site must be there.
void load_coefficients(std::string_view text, Options& options, Reporter& report);
/// calendars.csv into options.calendars; the site must be there.
void load_calendars(std::string_view text, Options& options, Reporter& report);
/// Reports hours of a calendar that no row has, and rows that never decide.
void check_calendar(const CalendarOptions& calendar, std::chrono::minutes utc_offset, Reporter& report);

/// units.csv into options.plant; the site must be there.
void load_plant(std::string_view text, Options& options, Reporter& report);

/// A file of codes/ into the table of its name; false when there is no such table.
bool load_codes(std::string_view file_name, std::string_view text, CodeTables& codes, Reporter& report);
std::vector<std::string> code_file_names();
/// A shipped file of factors/.
std::vector<ReferenceFactor> load_factors(std::string_view text, Reporter& report);
/// Of a row of either.
Certainty certainty_of(const Record& record);

/// Warns where the words of an item say something else than its code, by the code tables and options.plant.
void check_code_words(const Options& options, Reporter& report);
/// Reports items that would send the same figure, by code and period, to the same destination.
void check_sent_codes(const std::vector<ItemOptions>& items, Reporter& report);

/// Of a choice that names a source: "dcs". The keys that are none are the field meter.
InputType input_type_of(std::string_view key);
/// One row of items.csv, as far as it can be judged by itself.
ItemOptions read_item(const Record& record, const TableReader& rows, const SiteOptions& site,
                      Reporter& report);
/// 00:00 at the site of a field that is a date; none where it is not written or wrong.
std::optional<UtcTime> site_midnight(const Record& record, std::string_view key, const SiteOptions& site);

/// The columns of a metering point that accounting builds on.
void read_ledger(const Record& record, const SiteOptions& site, MeterOptions& meter);

/// The instrument at an address, as far as it decides what bytes go over the wire: address without separators
/// and multiplier of one row. Complaints are reported; the result is then without meaning.
std::string read_address(const Record& record, const LineOptions& line, Protocol protocol, Reporter& report);
Multiplier read_multiplier(const Record& record, Reporter& report);

}  // namespace mg
