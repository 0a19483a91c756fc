#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"

namespace mg {

/// Registers that another master asked a unit for.
struct HeardQuestion {
    std::uint8_t unit{};
    RegisterTable table{};
    std::uint16_t first{};
    std::uint16_t count{};
    bool operator==(const HeardQuestion&) const = default;
};

/// One thing that passed on the line.
struct Heard {
    enum class Kind : std::uint8_t {
        question,   ///< for registers
        answer,     ///< to `question`, as proven as a checksum proves; `registers` are its values
        exception,  ///< to `question`
        doubtful,   ///< a sound answer, but to which question is not certain: nothing in it is believed
        other,      ///< a sound frame that is about no registers: a write, coils, a function not known here
        damaged,    ///< bytes that are no frame
    };
    Kind kind{};
    std::vector<std::uint8_t> bytes;  ///< as on the wire
    SteadyTime at{};                  ///< its last byte
    HeardQuestion question;           ///< meaningless for doubtful, other and damaged
    [[nodiscard]] std::span<const std::uint8_t> registers() const;  ///< of an answer, two bytes each
    bool bad_checksum{false};                                       ///< damaged: it began like a frame
};

/// What two others say to each other on an RTU line, told from the bytes alone: checksum and length decide
/// where a frame ends, because adapters and networks hand bytes over in lumps. Pure; takes any bytes.
///
/// A value comes only from an answer that stands directly behind its question, with its unit, function and
/// length, and that cannot be a late one to an earlier question. So nothing is believed:
///  - of a unit that still owes an answer of the same length to a question for other registers;
///  - for `answer_within` after the beginning, or after bytes that may have held a question (a pulse of one
///  or
///    two bytes as drivers leave when they turn round does not count as such);
///  - later than `answer_within` after its question.
class Overhearing {
public:
    explicit Overhearing(milliseconds answer_within);

    /// The stream begins, or begins again: what was said before is not known.
    void begin(SteadyTime now);
    /// These came at `at`. What can be told by now, in the order of the wire.
    std::vector<Heard> take(std::span<const std::uint8_t> bytes, SteadyTime at);
    /// Nothing more came until `now`: a frame that has had no byte for kFrameEnds will get none.
    std::vector<Heard> settle(SteadyTime now);

    /// Beyond what adapters, serial servers and dribbling meters leave between the bytes of a frame.
    static constexpr milliseconds kFrameEnds{500};
    static constexpr std::size_t kLongestFrame = 256;

private:
    struct Open {
        HeardQuestion question;
        SteadyTime at{};
    };
    /// Where a frame may end: none, if none begins here; 0, if more bytes are needed to say.
    struct Found {
        Heard::Kind kind{};
        std::size_t size{0};
    };

    std::vector<Heard> read_on(bool ended);
    [[nodiscard]] std::optional<Found> look(std::span<const std::uint8_t> rest, bool ended) const;
    [[nodiscard]] std::optional<Found> look_for_answer(std::span<const std::uint8_t> rest, bool ended) const;
    [[nodiscard]] std::optional<Found> look_for_unknown(std::span<const std::uint8_t> rest, bool ended) const;
    void accept(const Found& found, std::vector<Heard>& heard);
    void accept_question(Heard& frame);
    void accept_answer(Heard& frame);
    void accept_exception(Heard& frame);
    void skip_byte();
    void end_damage(std::vector<Heard>& heard);
    [[nodiscard]] bool is_pulse() const;
    /// Of that unit, table and length, oldest first, without those that are too old.
    std::vector<Open*> open_like(const HeardQuestion& question, SteadyTime now);
    void forget_until(std::uint8_t unit, const Open* last);

    milliseconds answer_within_;
    milliseconds remembered_;          ///< what a byte may be late included
    std::vector<std::uint8_t> bytes_;  ///< not read yet
    std::vector<SteadyTime> times_;    ///< beside bytes_
    std::size_t read_{0};              ///< of bytes_
    std::size_t damage_{0};            ///< bytes before read_ that are no frame
    bool damage_began_like_a_frame_{false};

    std::optional<Open> asked_;  ///< the question directly before; none when something else came since
    std::map<std::uint8_t, std::vector<Open>> open_;  ///< by unit, in the order of the wire
    SteadyTime doubt_until_{};
};

}  // namespace mg
