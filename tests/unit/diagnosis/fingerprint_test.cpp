#include "gateway/diagnosis/fingerprint.h"

#include <limits>

#include <gtest/gtest.h>

#include "tests/unit/diagnosis/scan_fixture.h"

namespace mg {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Likeness of(const std::vector<float>& values, std::optional<WordOrder> order = std::nullopt,
            bool low_word_first = false) {
    const ModelOptions model = float_meter();
    const auto fingerprint = fingerprint_of(model);
    EXPECT_TRUE(fingerprint);
    return fingerprint ? likeness_of(*fingerprint, floats(values, low_word_first), order) : Likeness{};
}

TEST(Fingerprint, IsTheBlockWithTheMostOfWhatCanBeJudged) {
    const ModelOptions model = float_meter();

    const auto fingerprint = fingerprint_of(model);

    ASSERT_TRUE(fingerprint);
    EXPECT_EQ(fingerprint->first, 0);
    EXPECT_EQ(fingerprint->count, 12);
    EXPECT_EQ(fingerprint->points.size(), 5U) << "an energy may be anything";
}

TEST(Fingerprint, StaysWithinTheRegistersOfOneRead) {
    ModelOptions model = float_meter();
    model.max_registers = 6;

    const auto fingerprint = fingerprint_of(model);

    ASSERT_TRUE(fingerprint);
    EXPECT_LE(fingerprint->count, 6);
    EXPECT_EQ(fingerprint->points.size(), 3U);
}

TEST(Fingerprint, AWaterMeterHasNone) {
    ModelOptions model;
    model.id = "water";
    model.points = {quantity("volume", 0, WireType::u32, "m3")};
    EXPECT_FALSE(fingerprint_of(model));
    ModelOptions other = float_meter();
    other.protocol = Protocol::dlt645_2007;
    EXPECT_FALSE(fingerprint_of(other));
}

TEST(Likeness, OfAMeterInServiceIsLikely) {
    EXPECT_TRUE(of({231.5F, 229.9F, 230.F, 1e6F, 0.93F, 49.98F}).is_likely());
    EXPECT_TRUE(of({57.7F, 57.6F, 57.8F, 0, -0.93F, 50}).is_likely()) << "behind a voltage transformer";
    EXPECT_TRUE(of({400, 0, 400, 0, 1, 60}).is_likely()) << "an unused phase says nothing";
    EXPECT_TRUE(of({230, kNan, kNan, 0, kNan, 50}).is_likely()) << "nor does NaN";
}

TEST(Likeness, OfVoltagesAloneIsPossible) {
    const Likeness likeness = of({230, 231, 229, 0, 0, 0});
    EXPECT_TRUE(likeness.is_possible());
    EXPECT_FALSE(likeness.is_likely());
}

TEST(Likeness, OneAbsurdValueIsEnough) {
    EXPECT_FALSE(of({230, 231, 1e30F, 0, 0.9F, 50}).is_possible());
    EXPECT_FALSE(of({230, 231, 229, 0, 0.9F, 12}).is_possible());
    EXPECT_FALSE(of({230, 231, 229, 0, 17, 50}).is_possible());
    EXPECT_FALSE(of({230, 231, 229, 0, 1e-39F, 50}).is_possible()) << "another number's bits";
    EXPECT_FALSE(of({-230, 231, 229, 0, 0.9F, 50}).is_possible());
}

TEST(Likeness, NothingButZerosIsNothing) {
    EXPECT_FALSE(of({0, 0, 0, 0, 0, 0}).is_possible());
}

TEST(Likeness, OnlyTheRightOrderOfWordsMakesSense) {
    const std::vector<float> values{231.53F, 229.91F, 230.17F, 1e6F, 0.931F, 49.98F};
    EXPECT_FALSE(of(values, std::nullopt, true).is_possible());
    EXPECT_TRUE(of(values, WordOrder::cdab, true).is_likely());
    EXPECT_FALSE(of(values, WordOrder::badc, true).is_likely());
    EXPECT_FALSE(of(values, WordOrder::dcba, true).is_likely());
}

/// Temperature, pressure, flow and a total as floats, and the battery.
ModelOptions steam_meter() {
    ModelOptions model;
    model.id = "steam";
    model.points = {quantity("temperature", 0, WireType::f32, "°C"),
                    quantity("pressure", 2, WireType::f32, "MPa"),
                    quantity("mass_flow", 4, WireType::f32, "t/h"),
                    quantity("mass", 6, WireType::f32, "t"),
                    quantity("pulse_frequency", 8, WireType::f32, "Hz"),
                    quantity("battery_voltage", 10, WireType::f32, "V")};
    return model;
}

Likeness of_steam(const std::vector<float>& values) {
    const ModelOptions model = steam_meter();
    return likeness_of(fingerprint_of(model).value(), floats(values));
}

TEST(Likeness, OfAFluidsMeterTakesThreeValuesThatCanBe) {
    EXPECT_TRUE(of_steam({184.2F, 0.98F, 12.5F, 4711, 830, 3.6F}).is_likely());
    EXPECT_TRUE(of_steam({21.3F, 0.4F, 0, 4711, 0, 3.6F}).is_likely()) << "nothing flows";
    EXPECT_FALSE(of_steam({21.3F, 0.4F, 0, 4711, 0, 0}).is_likely());
    EXPECT_TRUE(of_steam({21.3F, 0.4F, 0, 4711, 0, 0}).is_possible());
    EXPECT_FALSE(of_steam({21.3F, 0, 0, 4711, 0, 0}).is_possible());
    EXPECT_FALSE(of_steam({231, 229, 230, 4711, 50, 3.6F}).is_possible()) << "230 MPa";
    EXPECT_FALSE(of_steam({21.3F, 0.4F, 1e-20F, 4711, 0, 3.6F}).is_possible()) << "another number's bits";
    EXPECT_FALSE(of_steam({21.3F, 0.4F, 12, 4711, 0, 230}).is_possible()) << "a battery of 230 V";
}

TEST(Fingerprint, ABatteryOrAPulseIsNoMainsVoltageNorFrequency) {
    const ModelOptions model = steam_meter();
    EXPECT_EQ(fingerprint_of(model)->points.size(), 5U) << "a total may be anything";
    EXPECT_EQ(of_steam({184.2F, 0.98F, 12.5F, 4711, 830, 3.6F}).voltages, 0);
}

TEST(Fingerprint, OneRegisterSaysNothingOfAFluid) {
    ModelOptions model;
    model.points = {quantity("temperature", 0, WireType::u16, "°C", {1, -2}),
                    quantity("pressure", 1, WireType::u16, "MPa", {1, -3})};
    EXPECT_FALSE(fingerprint_of(model));
}

}  // namespace
}  // namespace mg
