#include "gateway/diagnosis/bus_scan.h"

#include <functional>
#include <map>

#include <gtest/gtest.h>

#include "tests/unit/diagnosis/scan_fixture.h"

namespace mg {
namespace {

PduAnswer silence() {
    return tl::unexpected{NoAnswer{Failure::transient, Quality::no_reply, 0, false, "no reply"}};
}
PduAnswer garbage() {
    return tl::unexpected{NoAnswer{Failure::transient, Quality::corrupt_reply, 0, false, "wrong checksum"}};
}
PduAnswer exception(std::uint8_t code) {
    return tl::unexpected{meaning_of_exception(code)};
}

/// A bus: what a unit says to a question. Every question is noted.
struct Bus {
    using Unit = std::function<PduAnswer(const ScanQuestion&)>;

    std::vector<ScanFound> scan(ScanPlan plan) {
        BusScan scan{std::move(plan)};
        while (const auto question = scan.next()) {
            asked.push_back(*question);
            const auto unit = units.find(question->unit);
            scan.take(unit == units.end() ? silence() : unit->second(*question));
            if (asked.size() > 10'000) ADD_FAILURE() << "no end";
            if (asked.size() > 10'000) break;
        }
        questions = scan.asked();
        return scan.found();
    }

    std::map<int, Unit> units;
    std::vector<ScanQuestion> asked;
    std::uint64_t questions{0};
};

const ModelOptions kFloats = float_meter();
const ModelOptions kWhole = whole_meter();

ScanPlan plan_of(std::vector<std::uint8_t> units) {
    return {.settings = {SerialSettings{}},
            .units = std::move(units),
            .fingerprints = {*fingerprint_of(kFloats), *fingerprint_of(kWhole)}};
}

/// Answers to the registers of the float meter with these values, and to the identification as ABC.
Bus::Unit float_unit(std::vector<float> values, bool low_word_first = false) {
    return [=](const ScanQuestion& question) -> PduAnswer {
        if (question.pdu[0] == 0x2B) return raw::hex("2b 0e 01 01 00 00 01 00 03 41 42 43");
        if (question.pdu[0] == 3) return raw::hex("03 02 00 00");
        if (question.pdu[2] != 0) return exception(2);
        const auto size = static_cast<std::uint8_t>(2 * question.pdu[4]);
        auto bytes = floats(values, low_word_first);
        bytes.resize(size);
        Pdu answer{4, size};
        answer.insert(answer.end(), bytes.begin(), bytes.end());
        return answer;
    };
}

TEST(BusScan, WhoAnswersIsFoundWithItsNameAndModel) {
    Bus bus;
    bus.units[3] = float_unit({230, 231, 229, 1, 0.9F, 50});

    const auto found = bus.scan(plan_of({1, 2, 3, 4}));

    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].unit, 3);
    EXPECT_EQ(found[0].settings, "9600 8N1");
    ASSERT_EQ(found[0].objects.size(), 1U);
    EXPECT_EQ(found[0].objects[0].text, "ABC");
    ASSERT_EQ(found[0].models.size(), 1U);
    EXPECT_EQ(found[0].models[0].id, "floats");
    EXPECT_EQ(found[0].models[0].order, "");
    EXPECT_TRUE(found[0].models[0].likely);
    EXPECT_EQ(bus.questions, 4U + 2 * 3) << "who stays silent is asked twice more";
}

TEST(BusScan, AnotherOrderOfWordsIsSuggestedWithTheModel) {
    Bus bus;
    bus.units[3] = float_unit({230.17F, 231.53F, 229.91F, 1, 0.931F, 49.98F}, true);

    const auto found = bus.scan(plan_of({3}));

    ASSERT_EQ(found.size(), 1U);
    ASSERT_EQ(found[0].models.size(), 1U);
    EXPECT_EQ(found[0].models[0].order, "cdab");
}

TEST(BusScan, AnExceptionIsASignOfLifeAndAGatewaysWordIsNone) {
    Bus bus;
    bus.units[1] = [](const ScanQuestion&) { return exception(1); };
    bus.units[2] = [](const ScanQuestion&) { return exception(0x0B); };
    bus.units[3] = [](const ScanQuestion&) { return exception(0x0A); };

    const auto found = bus.scan(plan_of({1, 2, 3}));

    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].unit, 1);
    EXPECT_EQ(found[0].exception, 1);
    EXPECT_TRUE(found[0].models.empty());
}

TEST(BusScan, GarbageIsToldAndLookedForAgainWithOtherSettings) {
    Bus bus;
    bus.units[5] = [](const ScanQuestion& question) {
        return question.settings.baud == 2400 ? exception(2) : garbage();
    };
    auto plan = plan_of({5});
    plan.settings.push_back({.baud = 2400});

    const auto found = bus.scan(plan);

    ASSERT_EQ(found.size(), 2U);
    EXPECT_TRUE(found[0].garbled);
    EXPECT_FALSE(found[1].garbled);
    EXPECT_EQ(found[1].settings, "2400 8N1");
}

TEST(BusScan, WhoWasFoundIsNotLookedForWithOtherSettings) {
    Bus bus;
    bus.units[5] = [](const ScanQuestion&) { return exception(2); };
    auto plan = plan_of({4, 5, 6});
    plan.settings.push_back({.baud = 2400});

    const auto found = bus.scan(plan);

    EXPECT_EQ(found.size(), 1U);
    for (const auto& question : bus.asked) EXPECT_FALSE(question.unit == 5 && question.settings.baud == 2400);
    EXPECT_EQ(bus.questions, 3U + 2 * 2 + 2);
}

TEST(BusScan, WhoFallsSilentIsLeftAlone) {
    Bus bus;
    int answers = 0;
    bus.units[1] = [&](const ScanQuestion&) { return answers++ == 0 ? exception(2) : silence(); };
    auto plan = plan_of({1, 2});
    ModelOptions other = whole_meter();
    std::vector<ModelOptions> models(20, other);
    for (std::size_t i = 0; i < models.size(); ++i) {
        for (auto& point : models[i].points)
            point.address = static_cast<std::uint16_t>(point.address + 10 * i);
    }
    plan.fingerprints.clear();
    for (const auto& model : models) plan.fingerprints.push_back(*fingerprint_of(model));

    const auto found = bus.scan(plan);

    EXPECT_EQ(found.size(), 1U);
    EXPECT_LE(bus.asked.size(), 1U + 1 + 3 + 3) << "search, identification, three in vain, the next unit";
}

TEST(BusScan, EveryQuestionOnlyReads) {
    Bus bus;
    bus.units[3] = float_unit({230, 231, 229, 1, 0.9F, 50});

    bus.scan(plan_of({1, 2, 3}));

    for (const auto& question : bus.asked) {
        const int function = question.pdu.front();
        EXPECT_TRUE(function == 3 || function == 4 || function == 0x2B) << function;
    }
}

TEST(BusScan, NobodyToAskIsTheEnd) {
    EXPECT_TRUE(Bus{}.scan(plan_of({})).empty());
}

TEST(BusScan, AUnitThatIgnoresHoldingRegistersIsStillFound) {
    Bus bus;
    bus.units[2] = [](const ScanQuestion& question) -> PduAnswer {
        if (question.pdu[0] == 4 && question.pdu[2] == 0) return raw::hex("04 02 00 00");
        return silence();
    };
    bus.units[3] = [](const ScanQuestion& question) -> PduAnswer {
        return question.pdu[0] == 0x2B ? PduAnswer{raw::hex("2b 0e 01 01 00 00 01 00 03 41 42 43")}
                                       : silence();
    };

    const auto found = bus.scan(plan_of({1, 2, 3, 4}));

    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].unit, 2);
    EXPECT_EQ(found[1].unit, 3);
    EXPECT_EQ(found[1].objects.size(), 1U);
}

TEST(BusScan, AUnitThatKnowsNothingButItsModelsRegistersIsFoundByAThoroughScan) {
    Bus bus;
    bus.units[3] = [](const ScanQuestion& question) -> PduAnswer {
        if (question.pdu[0] != 4 || question.pdu[2] != 100) return silence();
        return question.pdu[4] == 1 ? raw::hex("04 02 09 0b") : raw::hex("04 04 09 0b 13 88");
    };
    EXPECT_TRUE(bus.scan(plan_of({1, 3})).empty());
    auto plan = plan_of({1, 3});
    plan.thorough = true;

    const auto found = bus.scan(plan);

    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].unit, 3);
    ASSERT_EQ(found[0].models.size(), 1U);
    EXPECT_EQ(found[0].models[0].id, "whole");
}

TEST(BusScan, SaysBeforehandHowManyQuestionsItTakesAtMost) {
    for (const bool thorough : {false, true}) {
        auto plan = plan_of({1, 2, 3});
        plan.settings.push_back({.baud = 2400});
        plan.thorough = thorough;
        Bus bus;
        bus.scan(plan);
        EXPECT_EQ(bus.asked.size(), questions_of(plan)) << thorough;
        EXPECT_EQ(bus.asked.size(), thorough ? 2U * 3 * 5 : 3U * 3 + 3);
    }
}

TEST(BusScan, GarbageIsToldOnceForEachOfTheSettings) {
    Bus bus;
    bus.units[5] = [](const ScanQuestion&) { return garbage(); };

    EXPECT_EQ(bus.scan(plan_of({5})).size(), 1U);
}

TEST(BusScan, ASteamMeterIsGuessedOnlyWhereNoElectricityMeterIsLikely) {
    // given: a model of a steam meter whose registers are those of the voltages, too
    ModelOptions steam;
    steam.id = "steam";
    steam.points = {quantity("temperature", 0, WireType::f32, "°C"),
                    quantity("mass_flow", 2, WireType::f32, "t/h"),
                    quantity("heat_flow", 4, WireType::f32, "GJ/h")};
    auto plan = plan_of({3});
    plan.fingerprints.push_back(*fingerprint_of(steam));
    Bus meters;
    meters.units[3] = float_unit({230, 231, 229, 1, 0.9F, 50});
    Bus boiler;
    boiler.units[3] = float_unit({184.2F, 12.5F, 34.9F, 0, 0, 0});
    // when
    const auto electric = meters.scan(plan);
    const auto hot = boiler.scan(plan);
    // then
    ASSERT_EQ(electric.at(0).models.size(), 1U);
    EXPECT_EQ(electric[0].models[0].id, "floats");
    ASSERT_EQ(hot.at(0).models.size(), 1U);
    EXPECT_EQ(hot[0].models[0].id, "steam");
    EXPECT_TRUE(hot[0].models[0].likely);
}

}  // namespace
}  // namespace mg
