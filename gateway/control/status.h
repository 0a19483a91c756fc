#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/quality.h"
#include "gateway/reading/sample.h"
#include "gateway/reading/stat_period.h"

/// What the running daemon says about itself over the control socket. Codes are language-neutral;
/// `last_error`, `alarm` and `trouble` are log lines and stay in the daemon's language. The same facts as
/// JSON are described in docs/control-socket.md and docs/control-socket.schema.json.
namespace mg {

/// Why the wall clock is believed or not. The daemon decides, the codes travel.
struct ClockStatus {
    bool trusted{false};
    std::string reason;   ///< a code such as "ntp"; see docs/control-socket.md
    ClockEpoch epoch{0};  ///< how often the wall clock was set back
    UtcTime utc{};        ///< when this status was made
    std::chrono::minutes utc_offset{480};
    std::optional<UtcTime> vouched_at;  ///< by somebody who knows the time
    std::string vouched_by;             ///< "NTP", the platform's id, or a name
    std::optional<milliseconds> bound;  ///< how far it may be off since; none: nobody vouched, or it is void
    std::string platform;               ///< whose clock was looked at last; empty: none
    std::optional<milliseconds> platform_differs;  ///< ours minus theirs, where that is more than allowed
    std::uint64_t held{0};                         ///< polls without a date, waiting for the right time
    std::uint64_t held_of_earlier_boots{0};        ///< whose time nobody will ever know
};

enum class LineState : std::uint8_t {
    up,             ///< the channel is open and at least one meter answers
    down,           ///< the channel cannot be opened, or nobody on it answers
    idle,           ///< nothing is asked on it yet
    not_supported,  ///< this build has no driver for it
};

/// What the reading of a line's slots needs of its time; by arithmetic, with measured latencies.
struct LoadStatus {
    struct Interval {
        milliseconds every{0};
        milliseconds needs{0};
        milliseconds has{0};
        bool operator==(const Interval&) const = default;
    };
    milliseconds sweep_needs{0};  ///< all instruments once
    milliseconds sweep_has{0};
    std::vector<Interval> intervals;
    int percent{0};  ///< of all its time; above 100: not everything can be read
    bool operator==(const LoadStatus&) const = default;
};

/// The modem (DTU) that calls a line.
struct ModemStatus {
    std::optional<UtcTime> since;  ///< of its connection; none: it is not connected
    std::string from;              ///< address and port of the last call; empty: none since start
    std::uint64_t calls{0};        ///< since start
    std::uint64_t turned_away{0};  ///< calls that no line got, on all ports since start
    bool operator==(const ModemStatus&) const = default;
};

/// What is heard on a line that another master owns; since start.
struct ListeningStatus {
    std::uint64_t requests{0};  ///< for registers
    std::uint64_t answers{0};   ///< believed
    std::uint64_t exceptions{0};
    std::uint64_t doubtful{0};  ///< not believed: late, doubled, after damaged bytes
    std::uint64_t other{0};     ///< sound frames about no registers
    std::uint64_t bad_checksums{0};
    std::uint64_t resynchronisations{0};
    struct NeverAsked {
        MeterId meter;
        bool everything{false};
        std::vector<PointId> points;
        bool operator==(const NeverAsked&) const = default;
    };
    std::vector<NeverAsked> never_asked;  ///< what the other master has not asked for
    bool operator==(const ListeningStatus&) const = default;
};

struct LineStatus {
    LineId id;
    std::string name;
    LineKind kind{LineKind::serial};
    LineState state{LineState::idle};
    std::optional<UtcTime> since;  ///< of the state
    std::uint64_t meters{0};       ///< metering points on it
    std::uint64_t polls{0};        ///< since start, one an instrument and turn
    std::uint64_t answered{0};
    std::uint64_t failed{0};
    std::uint64_t slots_missed{0};      ///< stored as missing with a reason
    std::string last_error;             ///< empty: none since start
    int busy_percent{0};                ///< 0 … 100, of the last minute
    std::optional<milliseconds> sweep;  ///< from the first question to the last answer of the newest boundary
    milliseconds sweep_lead{0};         ///< how long before its boundary a sweep begins
    std::uint64_t discarded_bytes{0};   ///< late, surplus, foreign or noise, since start
    std::optional<LoadStatus> load;     ///< none: nothing is polled on it
    std::optional<ModemStatus> modem;   ///< of a line of kind dtu only
    std::optional<ListeningStatus> listening;  ///< of a line in mode listen only
};

enum class MeterState : std::uint8_t {
    ok,             ///< the last poll brought every value
    silent,         ///< no answer to the last poll
    trouble,        ///< it answers, but a value is missing or doubtful
    ledger_only,    ///< no line: never polled
    not_supported,  ///< this build cannot poll it
};

/// One quantity as last read. Numbers are exact decimal texts.
struct PointStatus {
    PointId id;
    std::string unit;
    std::string displayed;        ///< what the instrument's display shows; empty: no value
    std::string with_multiplier;  ///< displayed × multiplier: the primary side; empty: no value
    std::string multiplier;       ///< the part of CT × PT that applies to this point
    Quality quality{Quality::not_asked};
    bool operator==(const PointStatus&) const = default;
};

/// What the exchanges with one instrument came to since start; points on one address share it.
struct ExchangeStatus {
    std::uint64_t asked{0};
    std::uint64_t answered{0};
    std::uint64_t exceptions{0};
    std::uint64_t timeouts{0};
    std::uint64_t corrupt{0};
    std::uint64_t foreign{0};
    /// From the end of a request to the first byte of its answer, of the last 128; none before the first.
    struct Latency {
        std::chrono::microseconds p50{0};
        std::chrono::microseconds p95{0};
        std::chrono::microseconds most{0};
        bool operator==(const Latency&) const = default;
    };
    std::optional<Latency> latency;
    bool operator==(const ExchangeStatus&) const = default;
};

struct MeterStatus {
    MeterId id;
    std::string name;
    std::optional<LineId> line;
    std::string model;
    MeterState state{MeterState::ledger_only};
    std::optional<Slot> last_slot;
    std::optional<UtcTime> taken_at;
    std::optional<milliseconds> skew;         ///< taken_at minus slot, at the last boundary that was read
    std::optional<milliseconds> skew_change;  ///< against the boundary read before
    std::optional<ExchangeStatus> exchanges;  ///< none: never polled
    std::string last_error;
    std::vector<PointStatus> points;
};

enum class BufferState : std::uint8_t { ok, disk_trouble };

struct BufferStatus {
    BufferState state{BufferState::ok};
    Sequence newest{0};
    std::uint64_t committed{0};
    std::uint64_t waiting{0};
    std::uint64_t duplicates{0};
    std::uint64_t superseded{0};
    std::uint64_t lost{0};
    std::uint64_t dropped{0};
    std::uint64_t bytes_on_disk{0};
    std::string trouble;
};

enum class UplinkState : std::uint8_t {
    connecting,
    connected,
    waiting,    ///< disconnected, until the next try
    held,       ///< the destination refuses everything: a person must act
    paused,     ///< by order
    not_begun,  ///< its `start` lies ahead
};

/// Confirmed by the destination since start.
struct LaneTotals {
    Lane lane{Lane::live};
    std::uint64_t messages{0};
    std::uint64_t samples{0};
    std::uint64_t gaps{0};
};

/// What was sent, by the calendar of the site; docs/mqtt.md says what counts.
struct TrafficStatus {
    std::uint64_t sent{0};   ///< bytes in the present period
    std::uint64_t limit{0};  ///< 0: no budget
    BudgetPeriod per{BudgetPeriod::month};
    UtcTime end{};                          ///< of the period
    std::optional<std::uint64_t> forecast;  ///< by its end, at the rate of the last week
    bool used_up{false};                    ///< only boundary samples go
};

/// What only an uplink to a provincial platform has.
struct PlatformStatus {
    std::string profile;      ///< id
    std::string device_id;    ///< under which the platform knows this box, shortened; empty: none
    std::string reg_version;  ///< of the platform, as last seen; empty: it has told none
    std::string dic_version;
    std::optional<UtcTime> next_upload;      ///< of the records of the day; none: they go as they come
    std::array<std::uint64_t, 4> waiting{};  ///< records, by StatType
    std::array<std::optional<UtcTime>, 4> oldest{};  ///< begin of the oldest period that waits, by StatType
    std::uint64_t accepted{0};                       ///< records since start
    std::optional<UtcTime> last_accepted;            ///< since start
    std::vector<std::string> remarks;                ///< it works, but; log lines
    std::uint64_t bytes_sent{0};                     ///< since start, without headers of TLS and TCP
    std::uint64_t bytes_received{0};
    bool operator==(const PlatformStatus&) const = default;
};

inline constexpr std::string_view kMqttUplink = "mqtt";
inline constexpr std::string_view kPlatformUplink = "provincial";

/// To a broker, or to a platform: then what is counted are records, and there are no lanes and messages.
struct UplinkStatus {
    UplinkId id;
    std::string name;
    std::string kind;         ///< kMqttUplink, kPlatformUplink
    std::string destination;  ///< "mqtt://broker:1883"; of several addresses the one in use, else all
    UplinkState state{UplinkState::connecting};
    std::optional<UtcTime> since;
    std::uint64_t delivered_samples{0};  ///< confirmed by the destination, since start
    std::uint64_t delivered_messages{0};
    std::uint64_t backlog{0};              ///< committed and not yet confirmed; an upper bound
    std::uint64_t in_flight{0};            ///< messages sent and not yet confirmed
    std::uint64_t set_aside{0};            ///< items that it will never accept
    std::uint64_t not_selected{0};         ///< items that it does not carry, since start
    std::optional<UtcTime> oldest_unsent;  ///< slot of the oldest item that waits
    std::vector<LaneTotals> lanes;
    std::optional<TrafficStatus> traffic;  ///< none: of a platform
    std::vector<Resend> resends;           ///< ordered and not yet through
    std::string last_error;
    std::string alarm;                       ///< empty: none
    std::optional<PlatformStatus> platform;  ///< none: a broker
};

/// How the accounting is doing.
struct BooksStatus {
    std::optional<UtcTime> figures_until;  ///< the newest end of a computed period; none: nothing since start
    std::uint64_t to_do{0};                ///< recomputations that wait
    std::uint64_t breaks{0};               ///< steps of indexes that wait for a ruling
    std::uint64_t unconfirmed{0};          ///< records that wait for a second person
    std::uint64_t requests{0};             ///< changes of days, months and years that are closed
    /// Items without a value for the last day, or else month or year, that ended.
    std::vector<std::string> without_value;
    std::string trouble;  ///< why it does not go on; empty: it does
};

struct GatewayStatus {
    std::string version;
    std::string site;  ///< id
    std::string site_name;
    UtcTime started{};
    ClockStatus clock;
    std::vector<LineStatus> lines;
    std::vector<MeterStatus> meters;
    BufferStatus buffer;
    std::vector<UplinkStatus> uplinks;
    std::optional<BooksStatus> accounting;  ///< none: no items, or no books
};

std::string_view to_string(LineState state);
std::string_view to_string(MeterState state);
std::string_view to_string(BufferState state);
std::string_view to_string(UplinkState state);
std::string_view to_string(LineKind kind);

/// One line of JSON.
std::string status_to_json(const GatewayStatus& status);
/// corrupt when the text is not a status.
Result<GatewayStatus> status_from_json(std::string_view json);

BufferStatus buffer_status(const StoreStats& stats);
/// One reading in the forms people see. A value that cannot be computed shows as Quality::corrupt_reply.
PointStatus point_status(const Sample& sample, std::size_t point, const Multiplier& multiplier);
std::vector<PointStatus> point_statuses(const Sample& sample, const Multiplier& multiplier);

/// How much of a status is asked for (`"detail"` of the request). Ten thousand meters with all their points
/// are tens of megabytes, so the points are left out unless somebody wants them.
enum class StatusDetail : std::uint8_t {
    summary,  ///< no meters
    meters,   ///< meters without points
    points,
};
std::optional<StatusDetail> status_detail_from(std::string_view name);

}  // namespace mg
