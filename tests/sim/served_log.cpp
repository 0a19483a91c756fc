#include "tests/sim/served_log.h"

#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace mg::sim {
namespace {

constexpr char kMagic[] = "MGSERVED1\n";
constexpr std::size_t kHeader = 18;

template <class Integer>
std::uint8_t* put(std::uint8_t* at, Integer value) {
    for (std::size_t i = 0; i < sizeof value; ++i) *at++ = static_cast<std::uint8_t>(value >> (8 * i));
    return at;
}

}  // namespace

ServedLog::ServedLog(const std::string& path) {
    if (path.empty()) return;
    file_.reset(std::fopen(path.c_str(), "wbe"));
    if (!file_) throw std::runtime_error("cannot write " + path + ": " + std::strerror(errno));
    std::setvbuf(file_.get(), nullptr, _IOFBF, std::size_t{256} * 1024);
    std::fwrite(kMagic, 1, sizeof kMagic - 1, file_.get());
}

void ServedLog::answer(WallTime when, const Served& served) {
    if (!file_) return;
    std::array<std::uint8_t, kHeader + 2 * 256> record{};
    std::uint8_t* at = put(record.data(), static_cast<std::uint64_t>(when.time_since_epoch().count()));
    at = put(at, served.line);
    *at++ = served.unit;
    *at++ = served.function;
    at = put(at, served.first);
    at = put(at, static_cast<std::uint16_t>(served.registers.size()));
    *at++ = static_cast<std::uint8_t>(served.fault);
    *at++ = served.exception;
    for (const std::uint16_t value : served.registers) {
        *at++ = static_cast<std::uint8_t>(value >> 8U);
        *at++ = static_cast<std::uint8_t>(value & 0xFFU);
    }
    std::fwrite(record.data(), 1, static_cast<std::size_t>(at - record.data()), file_.get());
}

void ServedLog::fault_switched(WallTime when, std::uint16_t line, std::uint8_t unit, FaultKind kind) {
    answer(when, {.line = line, .unit = unit, .fault = kind});
    flush();
}

void ServedLog::flush() {
    if (file_) std::fflush(file_.get());
}

}  // namespace mg::sim
