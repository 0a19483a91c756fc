#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mg::sim {

/// How a number is written into registers. The names are those of the JSON file.
enum class NumberType : std::uint8_t {
    u16,
    i16,
    u32,
    i32,
    u64,
    i64,
    f32,
    f64,
    bcd16,
    bcd32,
    bcd64,
    sm16,
    sm32,
    i32_f32,       ///< whole units in the first pair, the fraction in the second
    f32_hundreds,  ///< hundreds in the first pair, the rest in the second
};
/// By the wire bytes of 0x01020304: abcd = 01 02 03 04, cdab = 03 04 01 02, badc = 02 01 04 03, dcba = 04 03
/// 02 01.
enum class ByteOrder : std::uint8_t { abcd, cdab, badc, dcba };

/// Where a point's value comes from. Amounts are displayed values, before any multiplier.
struct Generator {
    enum class Kind : std::uint8_t {
        index,   ///< start + rate × seconds since the simulation began; a meter's seed shifts the start
        noise,   ///< start ± spread, new at each answer
        fixed,   ///< start
        absent,  ///< the bit pattern by which the instrument says "no value"
    };
    Kind kind{Kind::fixed};
    double start{0};
    double rate{0};
    double spread{0};
    std::uint64_t bits{0};
};

struct SimulatedPoint {
    std::string id;
    std::uint8_t function{3};  ///< 3 holding, 4 input
    std::uint16_t address{0};
    NumberType type{NumberType::u16};
    ByteOrder order{ByteOrder::abcd};
    double scale{1};  ///< displayed value = wire value × scale
    Generator generator;
};

struct SimulatedModel {
    std::vector<SimulatedPoint> points;
    std::uint16_t max_registers{125};  ///< longer requests get exception 03
    bool strict{false};                ///< a request that touches a register of no point gets exception 02
};

enum class FaultKind : std::uint8_t {
    none,
    silent,      ///< no answer
    late,        ///< a good answer, `argument` ms later
    surplus,     ///< a good answer, then a second frame with other values
    truncated,   ///< the first half of the answer
    wrong_unit,  ///< an answer in the name of the next unit, with other values
    wrong_crc,   ///< a wrong checksum; over Modbus TCP a wrong transaction id
    exception,   ///< exception `argument`
    noise,       ///< bytes that mean nothing before the answer
    reset,       ///< the connection is reset; a serial line stays silent
    dribble,     ///< a good answer, one byte every `argument` ms
    echo,        ///< the request comes back before the answer
    down,        ///< whole line only: connections closed and refused, the serial port unplugged
};

struct Fault {
    FaultKind kind{FaultKind::none};
    int argument{0};
    unsigned one_in{1};  ///< hits one request in so many
};

struct SimulatedMeter {
    std::uint8_t unit{1};
    std::shared_ptr<const SimulatedModel> model;
    std::uint64_t seed{0};
    int delay_ms{0};  ///< from request to answer when all is well
    Fault fault;
};

enum class LineKind : std::uint8_t { modbus_tcp, rtu_over_tcp, serial_pty };

struct SimulatedLine {
    std::string id;
    LineKind kind{LineKind::modbus_tcp};
    std::uint16_t port{0};  ///< 0: any free one; see the ready file
    std::string device;     ///< serial-pty: a symbolic link is put there
    std::vector<SimulatedMeter> meters;
};

struct PlantDescription {
    std::string ready_file;
    std::string served_log;  ///< empty: none is kept
    std::uint16_t control_port{0};
    std::vector<SimulatedLine> lines;
};

/// Reads the JSON file; throws std::exception with a text that names the place.
PlantDescription read_plant(const std::string& path);

std::optional<FaultKind> fault_kind_from(std::string_view name);
std::string_view to_string(FaultKind kind);

}  // namespace mg::sim
