#include "drivers/modbus/overhearing.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/raw_peer.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;
using Kind = Heard::Kind;

constexpr milliseconds kWithin = 1s;
constexpr milliseconds kForgotten = kWithin + Overhearing::kFrameEnds;

Bytes question(std::uint8_t unit, std::uint16_t first, std::uint16_t count, std::uint8_t function = 3) {
    const auto high = [](std::uint16_t word) { return static_cast<std::uint8_t>(word >> 8U); };
    const auto low = [](std::uint16_t word) { return static_cast<std::uint8_t>(word & 0xFFU); };
    return raw::rtu({unit, function, high(first), low(first), high(count), low(count)});
}

Bytes answer(std::uint8_t unit, std::vector<std::uint16_t> registers, std::uint8_t function = 3) {
    Bytes body{unit, function, static_cast<std::uint8_t>(2 * registers.size())};
    for (const auto word : registers) {
        body.push_back(static_cast<std::uint8_t>(word >> 8U));
        body.push_back(static_cast<std::uint8_t>(word & 0xFFU));
    }
    return raw::rtu(body);
}

Bytes exception(std::uint8_t unit, std::uint8_t code, std::uint8_t function = 3) {
    return raw::rtu({unit, static_cast<std::uint8_t>(function | 0x80U), code});
}

/// A line that has been heard for long enough to believe what is said on it.
class Line {
public:
    Line() { overhearing_.begin(now_ - kForgotten); }

    /// The bytes pass, after a pause.
    Line& hear(const Bytes& bytes, milliseconds pause = 5ms) {
        now_ += pause;
        add(overhearing_.take(bytes, now_));
        return *this;
    }
    Line& wait(milliseconds time) {
        now_ += time;
        add(overhearing_.settle(now_));
        return *this;
    }
    [[nodiscard]] std::vector<Kind> kinds() const {
        std::vector<Kind> kinds;
        for (const Heard& each : heard_) kinds.push_back(each.kind);
        return kinds;
    }
    /// What was believed: first register and value of each.
    [[nodiscard]] std::vector<std::pair<int, int>> believed() const {
        std::vector<std::pair<int, int>> values;
        for (const Heard& each : heard_) {
            const auto registers = each.registers();
            if (!registers.empty()) {
                values.emplace_back(each.question.first, registers[0] << 8U | registers[1]);
            }
        }
        return values;
    }
    [[nodiscard]] const std::vector<Heard>& heard() const { return heard_; }

private:
    void add(std::vector<Heard> more) { std::ranges::move(more, std::back_inserter(heard_)); }

    SteadyTime now_{1h};
    Overhearing overhearing_{kWithin};
    std::vector<Heard> heard_;
};

using Values = std::vector<std::pair<int, int>>;

TEST(Overhearing, TellsQuestionAndAnswerApart) {
    Line line;

    line.hear(question(7, 0x100, 2)).hear(answer(7, {0x1234, 0x5678}), 40ms);

    EXPECT_EQ(line.kinds(), (std::vector{Kind::question, Kind::answer}));
    const Heard& last = line.heard().back();
    EXPECT_EQ(last.question, (HeardQuestion{7, RegisterTable::holding, 0x100, 2}));
    EXPECT_TRUE(std::ranges::equal(last.registers(), Bytes{0x12, 0x34, 0x56, 0x78}));
    EXPECT_EQ(last.at, SteadyTime{1h} + 45ms);
}

TEST(Overhearing, NeedsNoSilenceBetweenFrames) {
    Bytes lump = question(7, 0x100, 1);
    for (const auto& frame : {answer(7, {1}), question(8, 0x200, 2, 4), answer(8, {2, 0}, 4)}) {
        lump.insert(lump.end(), frame.begin(), frame.end());
    }

    Line at_once;
    at_once.hear(lump);
    Line byte_by_byte;
    for (const auto byte : lump) byte_by_byte.hear({byte}, 150ms);

    EXPECT_EQ(at_once.believed(), (Values{{0x100, 1}, {0x200, 2}}));
    // Dribbled over more than the time for an answer nothing can be proven.
    EXPECT_EQ(byte_by_byte.believed(), (Values{}));
    EXPECT_EQ(byte_by_byte.kinds().size(), 4U);
}

TEST(Overhearing, ExceptionEndsThePair) {
    Line line;

    line.hear(question(7, 0x100, 2)).hear(exception(7, 2)).hear(answer(7, {1, 2}));

    EXPECT_EQ(line.kinds(), (std::vector{Kind::question, Kind::exception, Kind::doubtful}));
    EXPECT_EQ(line.believed(), Values{});
}

TEST(Overhearing, AnswerMustBeAsAsked) {
    const std::vector<std::pair<const char*, Bytes>> wrong{
        {"other unit", answer(8, {1, 2})},
        {"other function", answer(7, {1, 2}, 4)},
        {"too short", answer(7, {1})},
        {"too long", answer(7, {1, 2, 3})},
    };
    for (const auto& [name, frame] : wrong) {
        Line line;
        line.hear(question(7, 0x100, 2)).hear(frame).hear(answer(7, {9, 9}));
        EXPECT_EQ(line.believed(), Values{}) << name;
    }
}

TEST(Overhearing, WritesBroadcastsAndUnknownFunctionsCostNoStep) {
    const std::vector<Bytes> between{
        raw::rtu({7, 0x06, 0, 1, 0, 5}),                  // and its answer, the same
        raw::rtu({7, 0x06, 0, 1, 0, 5}),                  //
        raw::rtu({7, 0x10, 0, 1, 0, 2, 4, 1, 2, 3, 4}),   //
        raw::rtu({7, 0x10, 0, 1, 0, 2}),                  //
        raw::rtu({0, 0x10, 0, 0, 0, 1, 2, 0, 9}),         // to everybody
        raw::rtu({0, 0x05, 0, 1, 0xFF, 0}),               //
        raw::rtu({7, 0x01, 0, 0, 0, 9}),                  // coils
        raw::rtu({7, 0x01, 2, 0xFF, 1}),                  //
        raw::rtu({7, 0x11}),                              // who are you
        raw::rtu({7, 0x11, 5, 'm', 'e', 't', 'e', 'r'}),  //
        raw::rtu({7, 0x2B, 0x0E, 1, 0}),                  //
        raw::rtu({7, 0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 2, 'a', 'b'}),
        raw::rtu({7, 0x65, 1, 2, 3}),  // a maker's own
    };
    for (const Bytes& frame : between) {
        Line line;

        line.hear(question(7, 0x100, 1)).hear(answer(7, {1})).hear(frame);
        line.hear(question(7, 0x200, 1)).hear(answer(7, {2}));

        EXPECT_EQ(line.believed(), (Values{{0x100, 1}, {0x200, 2}})) << testing::PrintToString(frame);
        EXPECT_EQ(std::ranges::count(line.kinds(), Kind::damaged), 0) << testing::PrintToString(frame);
    }
}

TEST(Overhearing, ForeignFrameBetweenQuestionAndAnswerBreaksThePair) {
    Line line;

    line.hear(question(7, 0x100, 1)).hear(raw::rtu({7, 0x06, 0, 1, 0, 5})).hear(answer(7, {1}));

    EXPECT_EQ(line.believed(), Values{});
}

TEST(Overhearing, LateAnswerIsNotTakenForTheNext) {
    Line line;

    line.hear(question(7, 0x100, 2)).hear(question(7, 0x200, 2), 500ms);
    line.hear(answer(7, {1, 1}), 50ms);                              // of 0x100, late
    line.hear(question(7, 0x300, 2)).hear(answer(7, {2, 2}), 50ms);  // of 0x200

    EXPECT_EQ(line.believed(), Values{});
}

TEST(Overhearing, AnswerOfAnotherLengthProvesThatNoneIsOwed) {
    Line line;

    line.hear(question(7, 0x100, 2)).hear(question(7, 0x200, 3), 500ms).hear(answer(7, {3, 3, 3}));
    line.hear(question(7, 0x300, 2)).hear(answer(7, {4, 4}));

    EXPECT_EQ(line.believed(), (Values{{0x200, 3}, {0x300, 4}}));
}

TEST(Overhearing, SilentMeterIsBelievedAgainAfterTheTimeForAnAnswer) {
    Line line;

    line.hear(question(7, 0x100, 2)).hear(question(7, 0x200, 2), kForgotten).hear(answer(7, {2, 2}));

    EXPECT_EQ(line.believed(), (Values{{0x200, 2}}));
}

TEST(Overhearing, OtherUnitsAreNotDoubtedForOneThatIsSilent) {
    Line line;

    line.hear(question(7, 0x100, 2)).hear(question(8, 0x200, 2), 300ms).hear(answer(8, {2, 2}));

    EXPECT_EQ(line.believed(), (Values{{0x200, 2}}));
}

TEST(Overhearing, SameQuestionAskedAgainIsBelievedAtOnce) {
    Line line;

    line.hear(question(7, 0x100, 2)).hear(question(7, 0x100, 2), 300ms).hear(answer(7, {1, 2}));
    line.hear(question(7, 0x200, 2)).hear(answer(7, {1, 3}));  // may be the second one's of 0x100

    EXPECT_EQ(line.believed(), (Values{{0x100, 1}}));
}

TEST(Overhearing, QuestionAskedAgainIsNoAnswer) {
    // 0x0800: the first byte of the register looks like the byte count of four registers.
    Line line;

    line.hear(question(7, 0x0800, 4)).hear(question(7, 0x0800, 4), 300ms).hear(answer(7, {1, 2, 3, 4}));

    EXPECT_EQ(line.kinds(), (std::vector{Kind::question, Kind::question, Kind::answer}));
    EXPECT_EQ(line.believed(), (Values{{0x0800, 1}}));
}

TEST(Overhearing, AnswerAfterTheTimeForItIsNotBelieved) {
    Line in_time;
    in_time.hear(question(7, 0x100, 1)).hear(answer(7, {1}), kWithin);
    Line too_late;
    too_late.hear(question(7, 0x100, 1)).hear(answer(7, {1}), kWithin + 1ms);

    EXPECT_EQ(in_time.believed(), (Values{{0x100, 1}}));
    EXPECT_EQ(too_late.believed(), Values{});
}

TEST(Overhearing, DamagedAnswerIsNotBelievedAndStepIsFoundAgain) {
    Bytes damaged = answer(7, {1, 2, 3});
    damaged[5] ^= 0x10U;
    Line line;

    line.hear(question(7, 0x100, 3)).hear(damaged).hear(question(8, 0x200, 1)).hear(answer(8, {8}));
    line.wait(kForgotten);
    line.hear(question(7, 0x100, 3)).hear(answer(7, {4, 5, 6}));

    EXPECT_EQ(line.believed(), (Values{{0x100, 4}}));
    const auto found = std::ranges::find(line.heard(), Kind::damaged, &Heard::kind);
    ASSERT_NE(found, line.heard().end());
    EXPECT_TRUE(found->bad_checksum);
}

/// The question that was damaged may be the one that the next answer belongs to.
TEST(Overhearing, DamagedQuestionIsNotReplacedByTheOneBefore) {
    Bytes damaged = question(7, 0x200, 2);
    damaged[3] ^= 0x01U;
    Line line;

    line.hear(question(7, 0x100, 2)).hear(damaged, 300ms).hear(answer(7, {2, 2}));

    EXPECT_EQ(line.believed(), Values{});
}

TEST(Overhearing, CutFramesAreSteppedOver) {
    for (std::size_t kept = 3; kept < 8; ++kept) {
        Bytes cut = question(7, 0x200, 2);
        cut.resize(kept);
        Line line;

        line.hear(question(7, 0x100, 2)).hear(cut, 300ms).hear(answer(7, {2, 2}));
        line.wait(kForgotten);
        line.hear(question(7, 0x300, 2)).hear(answer(7, {3, 3}));

        EXPECT_EQ(line.believed(), (Values{{0x300, 3}})) << kept << " bytes";
    }
}

/// Drivers that turn round leave a byte before and behind their frames; on many lines all the time.
TEST(Overhearing, PulsesBetweenFramesCostNothing) {
    for (const Bytes& pulse : {Bytes{0x00}, Bytes{0xFF}, Bytes{0xFE}, Bytes{0x00, 0xFF}}) {
        Line line;

        for (int i = 1; i <= 3; ++i) {
            line.hear(pulse).hear(question(7, 0x100, 1));
            line.hear(pulse).hear(answer(7, {static_cast<std::uint16_t>(i)}));
        }
        line.wait(Overhearing::kFrameEnds);

        EXPECT_EQ(line.believed(), (Values{{0x100, 1}, {0x100, 2}, {0x100, 3}}))
            << testing::PrintToString(pulse);
    }
}

TEST(Overhearing, NothingIsBelievedBeforeItHasListenedForAWhile) {
    Overhearing overhearing{kWithin};
    const SteadyTime start{1h};
    const auto believes_at = [&](SteadyTime now) {
        overhearing.take(question(7, 0x100, 1), now);
        return overhearing.take(answer(7, {1}), now).front().kind == Kind::answer;
    };

    overhearing.begin(start);

    EXPECT_FALSE(believes_at(start + kForgotten - 1ms));
    EXPECT_TRUE(believes_at(start + kForgotten));
    overhearing.begin(start + 10s);
    EXPECT_FALSE(believes_at(start + 10s));
}

TEST(Overhearing, EndlessNoiseNeedsNoEndlessMemory) {
    Overhearing overhearing{kWithin};
    std::size_t damaged = 0;
    const Bytes noise(1000, 0x55);
    for (int i = 0; i < 100; ++i) {
        for (const Heard& each : overhearing.take(noise, SteadyTime{1h} + milliseconds{i})) {
            EXPECT_LE(each.bytes.size(), Overhearing::kLongestFrame);
            damaged += each.bytes.size();
        }
    }

    EXPECT_GT(damaged, 99'000U);
}

}  // namespace
}  // namespace mg
