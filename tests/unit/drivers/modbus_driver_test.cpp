#include "drivers/modbus/modbus_driver.h"

#include <gtest/gtest.h>

#include "tests/unit/drivers/modbus_fixture.h"

namespace mg {
namespace {

struct Made {
    LineOptions line;
    ModelOptions model;
    MeterOptions meter;
    FakeClock clock{UtcTime{}};

    explicit Made(LineKind kind, std::string address) : line{line_of(kind)} {
        model.id = "sample";
        model.points = {u16_point("a", 0)};
        meter.id.text = "m1";
        meter.address = std::move(address);
    }
    Result<std::unique_ptr<Meter>> operator()() {
        return driver_for(Protocol::modbus)->make_meter({&line, &model, {&meter}}, clock);
    }
};

TEST(ModbusDriver, AddressesThatModbusKnowsAreAccepted) {
    for (const auto* address : {"1", "247"}) EXPECT_TRUE(Made(LineKind::serial, address)()) << address;
    for (const auto* address : {"0", "1", "247", "255"})
        EXPECT_TRUE(Made(LineKind::modbus_tcp, address)()) << address;
}

TEST(ModbusDriver, OtherAddressesAreRefusedWithWhatIsAllowed) {
    for (const auto* address : {"", "0", "248", "255", "-1", "x", "1 2", "999999999999"}) {
        const auto made = Made(LineKind::serial, address)();
        ASSERT_FALSE(made) << address;
        EXPECT_EQ(made.error().kind, Failure::invalid_config);
        EXPECT_NE(made.error().what.find("m1"), std::string::npos) << made.error().what;
        EXPECT_NE(made.error().what.find("1 … 247"), std::string::npos) << made.error().what;
    }
    for (const auto* address : {"248", "254", "256"})
        EXPECT_FALSE(Made(LineKind::modbus_tcp, address)()) << address;
}

TEST(ModbusDriver, APointBeyondTheLastRegisterIsRefused) {
    Made made{LineKind::serial, "1"};
    made.model.points[0].address = 0xFFFF;
    EXPECT_TRUE(made());
    made.model.points[0].type = WireType::u32;
    EXPECT_FALSE(made());
}

TEST(ModbusDriver, APointLongerThanTheLongestRequestIsRefused) {
    Made made{LineKind::serial, "1"};
    made.model.max_registers = 3;
    made.model.points[0].type = WireType::u64;

    const auto refused = made();

    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("max_registers is 3"), std::string::npos) << refused.error().what;
}

TEST(ModbusDriver, TheExponentsPointIsFoundInTheLayout) {
    Made made{LineKind::serial, "1"};
    made.model.points = {u16_point("total", 0), u16_point("decimals", 5)};
    made.model.points[0].exponent_point = PointId{"decimals"};
    made.model.points[0].exponent_offset = -3;

    const auto meter = made();

    ASSERT_TRUE(meter);
    const auto& points = (*meter)->layouts()[0]->points;
    EXPECT_EQ(points[0].exponent_from, 1);
    EXPECT_EQ(points[0].exponent_offset, -3);

    made.model.points[0].exponent_point = PointId{"nowhere"};
    EXPECT_FALSE(made());
}

TEST(ModbusDriver, ACircuitWithoutPointsIsRefused) {
    Made made{LineKind::serial, "1"};
    made.model.points[0].circuit = 1;
    made.meter.circuit = 2;
    EXPECT_FALSE(made());
}

TEST(ModbusDriver, ALineThatAModemCallsNeedsTheAcceptorOfTheDaemon) {
    FakeClock clock{UtcTime{}};
    auto line = line_of(LineKind::serial);
    line.kind = LineKind::dtu;
    line.channel = ListenChannel{};

    const auto channel = make_channel(line, clock);

    ASSERT_FALSE(channel);
    EXPECT_EQ(channel.error().kind, Failure::unsupported);
}

}  // namespace
}  // namespace mg
