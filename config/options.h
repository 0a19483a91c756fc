#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "config/calendar_options.h"
#include "config/code_tables.h"
#include "config/item_options.h"
#include "config/plant_options.h"
#include "config/profile_options.h"
#include "config/provincial_options.h"
#include "config/table_row.h"
#include "gateway/base/clock.h"
#include "gateway/reading/decimal.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/layout.h"
#include "gateway/reading/raw_value.h"
#include "gateway/reading/slot.h"

/// The typed configuration. Everything here is validated before anybody sees it: ids are unique and
/// well-formed, references resolve, numbers are in range. The loader is load.h; the keys are fields.h.
namespace mg {

using std::chrono::milliseconds;

// ---- limits (a configuration beyond them is refused with the number) ----
inline constexpr std::size_t kMostLines = 256;
inline constexpr std::size_t kMostMeters = 20'000;
inline constexpr std::size_t kMostPointsPerModel = 256;
inline constexpr std::size_t kMostUplinks = 16;

// ---- lines ----
enum class Parity : std::uint8_t { none, even, odd };

struct SerialSettings {
    int baud{9600};  ///< 300 … 4'000'000
    Parity parity{Parity::none};
    int data_bits{8};  ///< 7 or 8
    int stop_bits{1};  ///< 1 or 2
    bool operator==(const SerialSettings&) const = default;
};

struct SerialChannel {
    std::string device;  ///< prefer /dev/serial/by-id/…: ttyUSB numbers change when plugged again
    SerialSettings settings;
    bool kernel_rs485{false};  ///< the kernel switches the direction of the RS-485 driver
};
/// Modbus TCP, or any protocol's frames raw in a TCP stream (serial servers).
struct TcpChannel {
    std::string host;
    std::uint16_t port{502};
    /// Of the wire behind a serial server; only for arithmetic.
    SerialSettings settings;
};
/// An address of the Internet Protocol; one of version 4 as ::ffff:a.b.c.d.
using IpAddress = std::array<std::uint8_t, 16>;
struct IpNetwork {
    IpAddress address{};
    int prefix{128};  ///< 0 … 128 bits that count
    [[nodiscard]] bool contains(const IpAddress& other) const;
};
/// What a 4G modem (DTU) sends by itself: to say who it is, or that it is still there.
using ModemPacket = std::vector<std::uint8_t>;
inline constexpr std::size_t kLongestModemPacket = 128;
/// 4G modems dial in to this port. Several lines may share it: each has its modem, known by what it sends
/// first or by where it calls from.
struct ListenChannel {
    std::string address;  ///< numeric; empty: every address of this machine
    std::uint16_t port{0};
    ModemPacket registration;       ///< empty: it sends none
    std::optional<IpNetwork> from;  ///< none: from anywhere
    ModemPacket heartbeat;          ///< empty: it sends none
    SerialSettings settings;
};

enum class LineKind : std::uint8_t {
    serial,        ///< RS-485 or RS-232 port of this machine
    modbus_tcp,    ///< Modbus TCP: MBAP frames
    rtu_over_tcp,  ///< serial frames, unchanged, through a TCP connection to a serial server
    dtu,           ///< serial frames through a connection that a modem opens to us
};

enum class LineMode : std::uint8_t {
    poll,    ///< we are the master
    listen,  ///< another master is: nothing is ever sent, what it reads of our meters is taken
};

struct LineOptions {
    LineId id;
    std::string name;
    LineKind kind{LineKind::serial};
    LineMode mode{LineMode::poll};  ///< listen: only of kind serial and rtu_over_tcp
    std::variant<SerialChannel, TcpChannel, ListenChannel> channel;
    milliseconds connect_timeout{3000};   ///< 100 ms … 60 s; of a dtu: how long it is waited for
    milliseconds response_timeout{1000};  ///< 10 ms … 60 s, from the end of the request to the first byte
    milliseconds request_gap{0};          ///< 0 … 10 s of silence before each request, at least
    int retries{1};                       ///< 0 … 5 further tries in the same turn
};

// ---- models ----
enum class Protocol : std::uint8_t { modbus, dlt645_2007, cjt188 };
enum class RegisterTable : std::uint8_t { holding = 3, input = 4 };  ///< the Modbus function that reads it
/// By the wire bytes of 0x01020304: abcd = 01 02 03 04, cdab = 03 04 01 02, badc = 02 01 04 03, dcba = 04 03
/// 02 01.
enum class WordOrder : std::uint8_t { abcd, cdab, badc, dcba };

struct PointOptions {
    PointId id;
    std::string name_zh;
    std::string name_en;
    /// Modbus: which register holds it first (0-based, as on the wire).
    RegisterTable table{RegisterTable::holding};
    std::uint16_t address{0};
    /// Other protocols: the identifier as the model file wrote it.
    std::string identifier;
    WireType type{WireType::u16};
    WordOrder order{WordOrder::abcd};
    Decimal scale{1, 0};
    std::string unit;
    PointKind kind{PointKind::momentary};
    Ratio ratio{Ratio::none};
    /// Wire values (bits in big-endian order) by which the instrument says "no value". NaN always means that.
    std::vector<std::uint64_t> invalid;
    std::optional<PointId> exponent_point;
    int exponent_offset{0};
    int circuit{0};  ///< 0: of the whole instrument; n: only of its circuit n
};

struct ModelOptions {
    std::string id;  ///< file name without .toml: a-z 0-9 - _
    std::string name;
    std::string maker;
    std::string source;    ///< the manual and page, or where the table was found
    bool verified{false};  ///< a recorded answer or the maker's example is in the tests
    Protocol protocol{Protocol::modbus};
    std::uint16_t max_registers{60};  ///< 1 … 125 in one request
    std::uint16_t max_gap{0};         ///< registers nobody asked for that may be read to join two blocks
    milliseconds request_gap{0};      ///< silence this instrument needs before a request, 0 … 10 s
    std::optional<milliseconds> response_timeout;
    int circuits{0};  ///< how many circuits share one address; 0: none, the points are the instrument's
    std::vector<PointOptions> points;
};

// ---- meters ----
struct Multiplier {
    Decimal ct{1, 0};
    Decimal pt{1, 0};
    /// By which a point with this ratio is multiplied; 1 where the registers are primary already.
    [[nodiscard]] Result<Decimal> of(Ratio ratio) const;
    bool operator==(const Multiplier&) const = default;
};

/// State of a gas at which its volume is counted (计量状态); 101.325 kPa for both standard ones.
enum class GasState : std::uint8_t {
    unstated,      ///< no gas, or nobody said
    operating,     ///< 工况
    standard_20c,  ///< 标况20℃
    standard_0c,   ///< 标况0℃: 7.3 % less than at 20 °C
    compensated,   ///< 温压补偿: of steam and the like, whose mass is computed
};
enum class InstrumentState : std::uint8_t { running, faulty, disused };
/// GB 17167: of the enterprise as a whole, of a main unit within it, of a single main equipment.
enum class MeterLevel : std::uint8_t { unstated, enterprise, unit, equipment, other };

struct MeterOptions {
    MeterId id;
    std::string name;
    std::optional<LineId> line;  ///< none: in the ledger only, never polled
    std::string address;         ///< as written, separators removed; Modbus: 0 … 247 or 255
    int circuit{0};
    std::string model;                       ///< id of a ModelOptions; empty for ledger-only rows
    std::optional<SerialSettings> settings;  ///< differing from the line's
    milliseconds every{60'000};              ///< 100 ms … 24 h, divides 24 h
    Multiplier multiplier;

    std::string energy;  ///< the medium, as written: 电力, 新水
    MeterLevel level{MeterLevel::unstated};
    std::string from;  ///< an edge of the energy flow, as written
    std::string to;
    /// Of the main index, as displayed; of the model's index points at least one has it. Empty: not stated.
    std::string index_unit;
    std::optional<Decimal> rollover;  ///< above 0: where the display starts again, before the multiplier
    GasState gas_state{GasState::unstated};
    std::optional<Decimal> max_per_hour;  ///< above 0: of the main index, after the multiplier
    std::string serial_no;                ///< of the instrument in place
    std::optional<UtcTime> installed_on;  ///< midnight at the site
    InstrumentState state{InstrumentState::running};
    std::optional<int> bill_day;  ///< 1 … 31: bills end at 00:00 of it

    TableRow row;  ///< every column, the ledger's included
};

// ---- uplinks ----
struct TlsOptions {
    std::filesystem::path ca_file;           ///< empty: the system's
    std::filesystem::path certificate_file;  ///< PEM, client certificate
    std::filesystem::path key_file;
};

/// One way to a broker.
struct BrokerAddress {
    std::string host;
    std::uint16_t port{1883};
    bool tls{false};
    bool operator==(const BrokerAddress&) const = default;
    /// "mqtts://[::1]:8883": as it is written in the configuration.
    [[nodiscard]] std::string to_string() const;
};
inline constexpr std::size_t kMostBrokers = 4;

struct MqttOptions {
    std::vector<BrokerAddress> brokers;  ///< 1 … 4 that are equally good, tried in this order
    TlsOptions tls;                      ///< of those with TLS
    std::string client_id;               ///< empty: metergate-<site>-<uplink>
    std::string topic_prefix{"metergate"};
    /// A file of 0600 with `user = …` and `password = …`; a bare name is looked up in systemd's credentials.
    std::string credentials;
    int version{5};  ///< 5, or 4 for MQTT 3.1.1
    std::chrono::seconds keep_alive{30};
    std::size_t max_batch_bytes{65'536};  ///< 1 KiB … 8 MiB, of one message's payload
    std::size_t max_in_flight{32};        ///< 1 … 1000 messages unacknowledged
    std::chrono::seconds ack_timeout{20};
};

/// Which of the two kinds of samples an uplink carries.
enum class Carries : std::uint8_t { all, boundary, other };

/// What of the stored items an uplink carries. A change counts from the next start on, for everything that
/// is not settled by then.
struct SelectionOptions {
    Carries carries{Carries::all};
    std::vector<MeterId> meters;  ///< these, and those of `lines`; both empty: all
    std::vector<LineId> lines;
    std::vector<PointId> points;  ///< empty: all
    milliseconds every{0};        ///< 0: every slot; otherwise its multiples, and boundaries whatever it says
    bool gaps{true};
};

enum class UplinkOrder : std::uint8_t {
    strict,      ///< oldest first
    live_first,  ///< what is new at once, and the backlog beside it
};
enum class Compression : std::uint8_t { none, gzip };
enum class BudgetPeriod : std::uint8_t { day, month };

struct BudgetOptions {
    std::uint64_t bytes{0};  ///< 0: none
    BudgetPeriod period{BudgetPeriod::month};
};

/// Where an uplink begins that the store has never seen. One that it knows goes on where it stood.
struct StartOptions {
    enum class At : std::uint8_t { oldest, now, slot };
    At at{At::oldest};
    Slot slot;  ///< the first that it carries, with At::slot; may lie ahead
};

/// How an uplink delivers, whatever its kind.
struct DeliveryOptions {
    SelectionOptions selection;
    StartOptions start;
    UplinkOrder order{UplinkOrder::strict};
    int backlog_share{50};  ///< 1 … 99 percent of the bytes while there is live data too
    Compression compression{Compression::none};
    BudgetOptions budget;
    std::uint64_t most_messages_per_second{0};  ///< 0: no limit
    std::uint64_t most_bytes_per_second{0};     ///< 0: no limit
};

struct UplinkOptions {
    UplinkId id;
    std::string name;
    MqttOptions mqtt;
    DeliveryOptions delivery;
};

// ---- the whole ----
struct SiteOptions {
    std::string id{"site"};
    std::string name;
    std::chrono::minutes utc_offset{480};  ///< -12 h … +14 h
    milliseconds boundary{900'000};        ///< 1 s … 1 h, divides 1 h; 15, 30 or 60 min in production
};

struct StorageOptions {
    std::filesystem::path path{"/var/lib/metergate"};
    milliseconds commit_interval{1000};    ///< 10 ms … 60 s
    std::chrono::days keep_boundary{800};  ///< at least 26 months: years must be recomputable
    std::chrono::days keep_other{180};     ///< 1 … 3650
    /// Boundary samples younger than this never go, whatever the disk says: 26 months. Less only in tests.
    std::chrono::days boundary_floor{792};
    bool repack{true};                    ///< closed files are; not so in tests that look into them
    std::uint64_t budget{0};              ///< bytes the folder may take; 0: what the disk has
    std::uint64_t reserve{256UL << 20U};  ///< bytes that stay free on the disk; at most a tenth of it
    std::size_t memory_limit{16UL * 1024 *
                             1024};  ///< bytes of samples that may wait for a disk that does not answer
    bool allow_tmpfs{false};         ///< for tests: a folder in memory keeps nothing through a power cut
};

struct ControlOptions {
    std::filesystem::path socket{"/run/metergate/control.sock"};
};

/// What counts only when a second person has confirmed it.
enum class Confirm : std::uint8_t {
    none,
    entries,  ///< entered values and opening amounts
    all,      ///< whatever is put on record
};

struct AccountingOptions {
    Confirm confirm{Confirm::none};
};

/// Where other systems post values.
struct InboundHttpOptions {
    std::string address;  ///< numeric, never a wildcard
    std::uint16_t port{0};
    /// A file of 0600 with `source = token` lines; a bare name is looked up in systemd's credentials.
    std::string credentials;
    std::optional<InputType> input_type;  ///< of values that do not say; never manual
};

/// Values that come from other systems: weighbridge, DCS, MIS.
struct InboundOptions {
    std::optional<std::filesystem::path> folder;
    std::string source;                   ///< who gives what comes by the folder
    std::optional<InputType> input_type;  ///< of its values that do not say; never manual
    milliseconds settle{5000};            ///< 100 ms … 10 min that a file must be at rest
    std::optional<InboundHttpOptions> http;
};

struct Options {
    std::filesystem::path directory;  ///< where it was read from
    SiteOptions site;
    StorageOptions storage;
    ControlOptions control;
    AccountingOptions accounting;
    InboundOptions inbound;
    std::vector<LineOptions> lines;
    std::vector<UplinkOptions> uplinks;  ///< to brokers
    std::vector<EnterpriseOptions> enterprises;
    std::vector<ProvincialOptions> provincial;  ///< uplinks to platforms; ids in one namespace with `uplinks`
    std::vector<ModelOptions> models;           ///< those in use and all shipped ones
    std::vector<ProfileOptions> profiles;       ///< all shipped ones, and the site's
    std::vector<MeterOptions> meters;
    std::vector<ItemOptions> items;                ///< versions of one id are neighbours, by valid_from
    std::vector<PlantUnitOptions> plant;           ///< parents before what belongs to them
    CodeTables codes;                              ///< shipped ones, or the site's
    std::vector<CoefficientOptions> coefficients;  ///< values of one name are neighbours, by valid_from
    std::vector<CalendarOptions> calendars;        ///< in the order of the table; versions by valid_from

    [[nodiscard]] const LineOptions* line(const LineId& id) const;
    [[nodiscard]] const ModelOptions* model(const std::string& id) const;
    [[nodiscard]] const ProfileOptions* profile(const std::string& id) const;
    [[nodiscard]] const MeterOptions* meter(const MeterId& id) const;
    [[nodiscard]] const EnterpriseOptions* enterprise(const std::string& id) const;
};

}  // namespace mg
