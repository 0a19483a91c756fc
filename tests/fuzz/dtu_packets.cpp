#include "drivers/channel/dtu_packets.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "gateway/base/check.h"
#include "tests/fuzz/fuzz_input.h"

namespace mg {
namespace {

ModemPacket packet_of(FuzzInput& input) {
    const auto bytes = input.until(0);
    const auto size = std::min(bytes.size(), kLongestModemPacket);
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

DtuCaller caller_of(FuzzInput& input) {
    DtuCaller caller;
    const auto selector = input.byte();
    if ((selector & 1U) != 0) {
        caller.from = IpNetwork{};
        caller.from->address.back() = input.byte();
        caller.from->prefix = input.byte() % 129;
    }
    caller.registration = packet_of(input);
    caller.heartbeat = packet_of(input);
    return caller;
}

// However the bytes of a call are cut into pieces, it is the same line's: what was decided on the first ones
// holds for all.
void check_identity(std::span<const DtuCaller> lines, const IpAddress& source,
                    std::span<const std::uint8_t> heard) {
    std::optional<CallOf> decided;
    for (std::size_t size = 0; size <= heard.size(); ++size) {
        const CallOf call = identify(lines, source, heard.first(size), false);
        MG_CHECK(call.verdict != CallVerdict::known || call.line < lines.size());
        if (decided) {
            MG_CHECK(call.verdict == decided->verdict && call.line == decided->line);
        } else if (call.verdict != CallVerdict::more) {
            decided = call;
        }
        MG_CHECK(identify(lines, source, heard.first(size), true).verdict != CallVerdict::more);
    }
    if (!decided || decided->verdict != CallVerdict::known) return;
    const DtuCaller& line = lines[decided->line];
    MG_CHECK(!line.from || line.from->contains(source));
    MG_CHECK(line.registration.empty() || !std::ranges::search(heard, line.registration).empty());
}

// Only whole packets are swallowed, and with them gone, what is left begins like none of them.
void check_swallowing(std::span<const ModemPacket> packets, std::span<const std::uint8_t> input) {
    for (;;) {
        const FrontPacket front = packet_at_front(input, packets);
        MG_CHECK(front.size <= input.size());
        const auto is_front = [&](const ModemPacket& packet) {
            return !packet.empty() && packet.size() <= input.size() &&
                   std::equal(packet.begin(), packet.end(), input.begin());
        };
        MG_CHECK((front.size > 0) == std::ranges::any_of(packets, is_front));
        if (front.size == 0) return;
        input = input.subspan(front.size);
    }
}

}  // namespace
}  // namespace mg

// Two lines (from, registration, heartbeat), the last byte of the caller's address; then what it says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    mg::FuzzInput input{bytes, size};
    const std::array lines{mg::caller_of(input), mg::caller_of(input)};
    mg::IpAddress source{};
    source.back() = input.byte();
    constexpr std::size_t kMostHeard = 512;
    const auto heard = input.rest().first(std::min(input.rest().size(), kMostHeard));
    // Registrations that begin alike are refused by the configuration.
    const auto& [a, b] = lines;
    const auto common = std::min(a.registration.size(), b.registration.size());
    const bool told_apart =
        common == 0 ||
        !std::equal(a.registration.begin(), a.registration.begin() + static_cast<std::ptrdiff_t>(common),
                    b.registration.begin());
    if (told_apart) mg::check_identity(lines, source, heard);
    const std::array packets{a.registration, a.heartbeat};
    mg::check_swallowing(packets, heard);
    return 0;
}
