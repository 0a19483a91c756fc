#include "drivers/modbus/heard_points.h"

#include <gtest/gtest.h>

#include "drivers/driver.h"
#include "tests/support/raw_peer.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};

PointOptions point(const std::string& id, std::uint16_t address, WireType type,
                   WordOrder order = WordOrder::abcd) {
    PointOptions made;
    made.id.text = id;
    made.address = address;
    made.type = type;
    made.order = order;
    return made;
}

HeardQuestion block(std::uint16_t first, std::uint16_t count) {
    return {7, RegisterTable::holding, first, count};
}

/// An index of two registers at 0x10, word order cdab, and a voltage at 0x12.
class TwoPoints : public ::testing::Test {
protected:
    static ModelOptions two() {
        ModelOptions made;
        made.points = {point("energy", 0x10, WireType::u32, WordOrder::cdab),
                       point("voltage", 0x12, WireType::u16)};
        return made;
    }
    [[nodiscard]] std::vector<Reading> readings(SteadyTime since = kStart) const {
        return points.since(since).readings.front();
    }

    ModelOptions model{two()};
    HeardPoints points{model, std::vector<std::vector<std::size_t>>{{0, 1}}};
};

TEST_F(TwoPoints, AreDecodedFromWhateverBlockTheOtherMasterReads) {
    points.answered(block(0x0E, 6), raw::hex("00 00 00 00 56 78 00 12 00 e6 00 00"), kStart);

    EXPECT_EQ(readings(), (std::vector<Reading>{{0x00125678, Quality::good}, {230, Quality::good}}));
    EXPECT_TRUE(points.since(kStart).complete);
}

TEST_F(TwoPoints, AreNeverPutTogetherFromTwoAnswers) {
    points.asked(block(0x10, 1));
    points.answered(block(0x10, 1), raw::hex("56 78"), kStart);
    points.asked(block(0x11, 2));
    points.answered(block(0x11, 2), raw::hex("00 12 00 e6"), kStart);

    EXPECT_EQ(readings(), (std::vector<Reading>{{0, Quality::not_asked}, {230, Quality::good}}));
    EXPECT_EQ(points.never_asked(), std::vector<PointId>{{"energy"}});
}

TEST_F(TwoPoints, OfTheOtherTableAreOthers) {
    points.answered({7, RegisterTable::input, 0x10, 3}, raw::hex("00 01 00 02 00 03"), kStart);

    EXPECT_FALSE(points.since(kStart).any);
}

TEST_F(TwoPoints, CountFromTheInstantThatIsAskedFor) {
    points.answered(block(0x10, 2), raw::hex("00 01 00 00"), kStart);
    points.answered(block(0x12, 1), raw::hex("00 e6"), kStart + 20s);

    const auto late = points.since(kStart + 1ms);
    EXPECT_EQ(late.readings.front(), (std::vector<Reading>{{0, Quality::not_asked}, {230, Quality::good}}));
    EXPECT_TRUE(late.any);
    EXPECT_FALSE(late.complete);
    EXPECT_TRUE(points.since(kStart).complete);
    EXPECT_EQ(points.since(kStart).newest, kStart + 20s);
}

TEST_F(TwoPoints, SayWhyThereIsNoValue) {
    points.failed(block(0x10, 2), Quality::refused, kStart);
    points.failed(block(0x12, 1), Quality::no_reply, kStart);

    EXPECT_EQ(readings(), (std::vector<Reading>{{0, Quality::refused}, {0, Quality::no_reply}}));
    EXPECT_EQ(readings(kStart + 1s),
              (std::vector<Reading>{{0, Quality::not_asked}, {0, Quality::not_asked}}));
}

TEST_F(TwoPoints, KeepAValueThatALaterFailureDoesNotDeny) {
    points.answered(block(0x10, 3), raw::hex("00 01 00 00 00 e6"), kStart);
    points.failed(block(0x10, 3), Quality::no_reply, kStart + 1s);

    EXPECT_TRUE(points.since(kStart).complete);
}

TEST(HeardPoints, CircuitsShareTheAnswersOfTheirInstrument) {
    ModelOptions model;
    model.points = {point("u", 0, WireType::u16), point("e1", 1, WireType::u16),
                    point("e2", 2, WireType::u16)};
    HeardPoints points{model, {{0, 1}, {0, 2}}};

    points.answered(block(0, 2), raw::hex("00 e6 00 05"), kStart);

    const auto heard = points.since(kStart).readings;
    EXPECT_EQ(heard[0], (std::vector<Reading>{{230, Quality::good}, {5, Quality::good}}));
    EXPECT_EQ(heard[1], (std::vector<Reading>{{230, Quality::good}, {0, Quality::not_asked}}));
}

TEST(ModbusListener, TellsWhoIsListenedToAndWhatWasHeard) {
    LineOptions line;
    line.mode = LineMode::listen;
    line.channel = SerialChannel{};
    ModelOptions model;
    model.points = {point("a", 0, WireType::u16), point("b", 1, WireType::u16)};
    MeterOptions meter;
    meter.id.text = "m1";
    meter.address = "7";
    const std::vector<InstrumentOptions> instruments{{&line, &model, {&meter}}};
    auto made = driver_for(Protocol::modbus)->make_listener(instruments);
    ASSERT_TRUE(made) << made.error().what;
    Listener& listener = **made;
    std::vector<WireFate> fates;
    const auto tell = [&](WireFate fate, std::span<const std::uint8_t>) { fates.push_back(fate); };
    const auto hear = [&](raw::Bytes body, SteadyTime at) {
        listener.take(raw::rtu(std::move(body)), at, tell);
    };

    listener.begin(kStart - 10s);
    hear({7, 3, 0, 0, 0, 1}, kStart);
    hear({7, 3, 2, 0, 42}, kStart + 50ms);
    hear({9, 3, 0, 0, 0, 1}, kStart + 100ms);
    listener.settle(kStart + 10s, tell);

    EXPECT_EQ(listener.layouts(0).front()->meter.text, "m1");
    EXPECT_EQ(listener.heard(0, kStart).readings.front().front(), (Reading{42, Quality::good}));
    EXPECT_EQ(listener.never_asked(0), std::vector<PointId>{{"b"}});
    EXPECT_EQ(listener.figures(0).answered, 1U);
    EXPECT_EQ(listener.figures().requests, 2U);
    EXPECT_EQ(fates, (std::vector{WireFate::request, WireFate::answer, WireFate::request}));
}

}  // namespace
}  // namespace mg
