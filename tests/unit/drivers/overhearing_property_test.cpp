#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "drivers/modbus/overhearing.h"
#include "tests/support/raw_peer.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

constexpr milliseconds kWithin = 1s;
constexpr milliseconds kHeldBack = 400ms;

/// How often each thing goes wrong, of a thousand.
struct Faults {
    int silent{0};
    int late{0};  ///< after the master has given up, and within the time for an answer
    int twice{0};
    int refused{0};
    int flipped{0};  ///< bytes of a frame
    int cut{0};      ///< at one end, with three bytes or more left
    int noise{0};    ///< before a frame
    int pulse{0};
};

/// A master and its meters, and what a tap on their line hears. Each answer has values of its own, which tell
/// its unit, registers and turn.
class Traffic {
public:
    Traffic(std::uint32_t seed, Faults faults) : random_{seed}, faults_{faults} {
        for (int i = 0; i < 5; ++i) {
            blocks_.push_back({static_cast<std::uint8_t>(1 + pick(3)),
                               pick(2) == 0 ? RegisterTable::holding : RegisterTable::input,
                               static_cast<std::uint16_t>(pick(0x1000)),
                               static_cast<std::uint16_t>(1 + pick(6))});
        }
    }

    void exchange() {
        now_ += milliseconds{5 + pick(30)};
        deliver_until(now_, std::nullopt);
        if (chance(200)) speak(raw::rtu({static_cast<std::uint8_t>(pick(4)), 6, 0, 1, 0, 9}));
        const auto& block = blocks_[pick(blocks_.size())];
        speak(frame_of(block));
        if (!chance(faults_.silent)) answer(block);
        deliver_until(now_ + kPatience, block.unit);
    }

    /// Everything that was spoken, handed over in lumps, each byte at most kHeldBack late.
    std::vector<Heard> overheard() {
        Overhearing overhearing{kWithin};
        overhearing.begin(SteadyTime{});
        std::vector<Heard> heard;
        Bytes lump;
        SteadyTime held_since{};
        const auto hand_over = [&](SteadyTime at) {
            std::ranges::move(overhearing.take(std::exchange(lump, {}), at), std::back_inserter(heard));
        };
        for (const auto& [at, bytes] : spoken_) {
            if (!lump.empty() && at > held_since + kHeldBack) hand_over(held_since + kHeldBack);
            for (const auto byte : bytes) {
                if (lump.empty()) held_since = at;
                lump.push_back(byte);
                if (pick(12) == 0) hand_over(at);
            }
            if (pick(2) == 0) hand_over(at);
        }
        hand_over(now_);
        std::ranges::move(overhearing.settle(now_ + 1h), std::back_inserter(heard));
        return heard;
    }

    [[nodiscard]] bool was_served(const HeardQuestion& question, const Bytes& answer) const {
        const auto found = served_.find(text_of(answer));
        return found != served_.end() && found->second == question;
    }
    [[nodiscard]] std::size_t answers() const { return served_.size(); }

private:
    struct Due {
        SteadyTime at;
        SteadyTime latest;
        std::uint8_t unit{};
        Bytes bytes;
    };
    static constexpr milliseconds kPatience{300};  ///< of the master
    static constexpr milliseconds kLongestSpeech{50};

    std::size_t pick(std::size_t below) {
        return std::uniform_int_distribution<std::size_t>{0, below - 1}(random_);
    }
    bool chance(int of_a_thousand) { return static_cast<int>(pick(1000)) < of_a_thousand; }

    static Bytes frame_of(const HeardQuestion& block) {
        return raw::rtu(
            {block.unit, static_cast<std::uint8_t>(block.table), static_cast<std::uint8_t>(block.first >> 8U),
             static_cast<std::uint8_t>(block.first & 0xFFU), 0, static_cast<std::uint8_t>(block.count)});
    }
    Bytes answer_of(const HeardQuestion& block) {
        Bytes body{block.unit, static_cast<std::uint8_t>(block.table),
                   static_cast<std::uint8_t>(2 * block.count)};
        Bytes answer;
        do {
            body.resize(3);
            for (int i = 0; i < 2 * block.count; ++i) body.push_back(static_cast<std::uint8_t>(pick(256)));
            answer = raw::rtu(body);
        } while (served_.contains(text_of(answer)));
        served_.emplace(text_of(answer), block);
        return answer;
    }
    static std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }
    static Bytes refusal_of(const HeardQuestion& block) {
        return raw::rtu({block.unit, static_cast<std::uint8_t>(static_cast<int>(block.table) | 0x80), 2});
    }

    /// A meter answers in the order of its questions, and never later than the time for an answer.
    void answer(const HeardQuestion& block) {
        auto at = now_ + milliseconds{10 + pick(80)};
        if (chance(faults_.late)) at = now_ + kPatience + milliseconds{pick(600)};
        for (const Due& due : due_) {
            if (due.unit == block.unit) at = std::max(at, due.at + 50ms);
        }
        const Bytes said = chance(faults_.refused) ? refusal_of(block) : answer_of(block);
        const auto place = std::ranges::upper_bound(due_, at, {}, &Due::at);
        due_.insert(place, {at, now_ + kWithin - kLongestSpeech, block.unit, said});
    }

    /// What the meters send until then, or until the one that the master waits for has said something.
    void deliver_until(SteadyTime until, std::optional<std::uint8_t> awaited) {
        while (!due_.empty() && due_.front().at <= until) {
            const Due due = due_.front();
            due_.erase(due_.begin());
            now_ = std::max(now_, due.at);
            if (now_ > due.latest) continue;
            speak(due.bytes);
            if (chance(faults_.twice)) speak(due.bytes);
            if (due.unit == awaited) return;
        }
        now_ = std::max(now_, until);
    }

    void speak(Bytes frame) {
        if (chance(faults_.pulse)) spoken_.emplace_back(now_, Bytes{0xFE});
        if (chance(faults_.noise)) spoken_.emplace_back(now_, noise());
        if (chance(faults_.flipped)) {
            for (std::size_t i = 0; i <= pick(4); ++i) {
                frame[pick(frame.size())] ^= static_cast<std::uint8_t>(1 + pick(255));
            }
        }
        if (chance(faults_.cut)) {
            const auto left = 3 + pick(frame.size() - 3);
            if (chance(500)) {
                frame.resize(left);
            } else {
                frame.erase(frame.begin(), frame.end() - static_cast<std::ptrdiff_t>(left));
            }
        }
        now_ += milliseconds{frame.size()};
        spoken_.emplace_back(now_, std::move(frame));
        if (chance(faults_.pulse)) spoken_.emplace_back(now_, Bytes{0x00});
    }

    Bytes noise() {
        Bytes bytes(3 + pick(40));
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(pick(256));
        return bytes;
    }

    std::mt19937 random_;
    Faults faults_;
    std::vector<HeardQuestion> blocks_;
    SteadyTime now_{kWithin};
    std::vector<std::pair<SteadyTime, Bytes>> spoken_;
    std::vector<Due> due_;                         ///< in the order of the wire
    std::map<std::string, HeardQuestion> served_;  ///< by the answer
};

std::size_t believed_of(const std::vector<Heard>& heard) {
    return static_cast<std::size_t>(std::ranges::count(heard, Heard::Kind::answer, &Heard::kind));
}

TEST(OverhearingProperty, EveryValueIsTheOneThatWasServedWhateverHappensOnTheLine) {
    std::size_t served = 0;
    std::size_t believed = 0;
    EXPECT_TRUE(rc::check([&](std::uint32_t seed) {
        const auto at_most = [&] { return *rc::gen::inRange(0, 120); };
        Traffic traffic{seed,
                        {.silent = at_most(),
                         .late = at_most(),
                         .twice = at_most(),
                         .refused = at_most(),
                         .flipped = at_most(),
                         .cut = at_most(),
                         .noise = at_most(),
                         .pulse = at_most()}};
        for (int i = 0; i < 300; ++i) traffic.exchange();

        const auto heard = traffic.overheard();

        for (const Heard& each : heard) {
            if (each.kind == Heard::Kind::answer) RC_ASSERT(traffic.was_served(each.question, each.bytes));
        }
        served += traffic.answers();
        believed += believed_of(heard);
    }));
    // Not by believing nothing.
    EXPECT_GT(believed, served / 20) << believed << " of " << served;
}

TEST(OverhearingProperty, OnAQuietLineNearlyEveryValueIsHeard) {
    std::size_t served = 0;
    std::size_t believed = 0;
    EXPECT_TRUE(rc::check([&](std::uint32_t seed) {
        Traffic traffic{seed, {.refused = 50, .pulse = 100}};
        for (int i = 0; i < 300; ++i) traffic.exchange();
        served += traffic.answers();
        believed += believed_of(traffic.overheard());
    }));
    // The first second and a half of each line counts for nothing.
    EXPECT_GT(believed, served * 95 / 100) << believed << " of " << served;
}

TEST(OverhearingProperty, NoByteIsLostOrTurnedRound) {
    EXPECT_TRUE(rc::check([](const Bytes& bytes) {
        Overhearing overhearing{kWithin};
        Bytes out;
        const auto add = [&](const std::vector<Heard>& heard) {
            for (const Heard& each : heard) out.insert(out.end(), each.bytes.begin(), each.bytes.end());
        };
        for (const auto byte : bytes) add(overhearing.take({{byte}}, SteadyTime{1h}));
        add(overhearing.settle(SteadyTime{2h}));
        RC_ASSERT(std::ranges::equal(out, bytes));
    }));
}

}  // namespace
}  // namespace mg
