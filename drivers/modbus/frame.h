#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "config/options.h"

/// Modbus requests and answers as bytes: what we send, and whether what came is the answer to it. Pure.
namespace mg {

/// How a frame is wrapped: with a CRC (serial wires, and the same bytes through TCP), or with an MBAP header
/// (Modbus TCP).
enum class Framing : std::uint8_t { rtu, mbap };

/// "Read these registers", as it is put to one unit.
struct Question {
    Framing framing{};
    std::uint16_t transaction{0};  ///< MBAP only
    std::uint8_t unit{};
    RegisterTable table{};
    std::uint16_t first{};
    std::uint16_t count{};
};

struct RequestFrame {
    std::array<std::uint8_t, 12> bytes{};
    std::size_t size{0};
    [[nodiscard]] std::span<const std::uint8_t> span() const { return {bytes.data(), size}; }
};

RequestFrame request_frame(const Question& question);

/// Any question to one unit, `pdu` from its function code on, wrapped for the wire.
std::vector<std::uint8_t> wrapped(Framing framing, std::uint16_t transaction, std::uint8_t unit,
                                  std::span<const std::uint8_t> pdu);

/// The last two bytes are the checksum of those before; false for fewer than four.
bool checksum_is_right(std::span<const std::uint8_t> rtu_frame);
/// The length of the shortest frame with a right checksum, of four bytes or more, that these begin with; for
/// frames whose function says nothing about their length.
std::optional<std::size_t> shortest_sound_frame(std::span<const std::uint8_t> rtu_bytes);

/// Bytes of the frame that answers the question in full.
std::size_t answer_size(const Question& question);

/// Bytes of the frame that begins with these, by the rules of an answer to a register read; at most
/// frame.size().
std::size_t frame_size(Framing framing, std::span<const std::uint8_t> frame);

enum class Verdict : std::uint8_t {
    answer,     ///< to this question, with its registers
    exception,  ///< to this question, with a code
    foreign,    ///< of another unit or transaction: throw it away and go on waiting
    wrong,      ///< claims to be ours and can't be
};

struct Judged {
    Verdict verdict{};
    std::span<const std::uint8_t>
        registers;  ///< answer: two bytes each, as on the wire; points into the frame
    std::uint8_t exception{0};
    std::string_view why;  ///< wrong: which part, in the user's language
};

/// Checks everything but the CRC: protocol, transaction, unit, function, lengths.
Judged judge(const Question& question, std::span<const std::uint8_t> frame);

/// "illegal data address" and so on, in the user's language.
std::string_view exception_text(std::uint8_t code);

}  // namespace mg
