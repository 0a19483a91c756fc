#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include "tests/sim/plant_description.h"

namespace mg::sim {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
inline WallTime wall_now() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

/// One request as it was answered: with these registers, or misbehaving as `fault` says.
struct Served {
    std::uint16_t line{0};  ///< position in the description
    std::uint8_t unit{0};
    std::uint8_t function{0};
    std::uint16_t first{0};
    FaultKind fault{FaultKind::none};
    std::uint8_t exception{0};
    std::span<const std::uint16_t> registers{};
};

/// What the plant really said, written down before it is sent; the checker believes nothing else.
///
/// File: "MGSERVED1\n", then records, little-endian:
///   u64 µs since 1970 · u16 line · u8 unit · u8 function · u16 first · u16 count · u8 fault · u8 exception ·
///   count × u16 registers (big-endian, as on the wire)
/// function 0 is not an answer: `fault` was switched on at that time (none: switched off); unit 0 is the
/// whole line. Buffered: flush() hands everything to the kernel.
class ServedLog {
public:
    /// An empty path keeps no log. Throws std::runtime_error when the file cannot be made.
    explicit ServedLog(const std::string& path);
    void answer(WallTime when, const Served& served);
    void fault_switched(WallTime when, std::uint16_t line, std::uint8_t unit, FaultKind kind);
    void flush();

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace mg::sim
