#include "gateway/uplink/message.h"

#include <bit>
#include <memory>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/uplink/announcement.h"
#include "tests/support/uplink_plant.h"

namespace mg {
namespace {

constexpr std::size_t kPlenty = 1'000'000;

std::string encoded(BatchEncoder& encoder, const StoredItem& item) {
    EXPECT_EQ(encoder.add(item, kPlenty), BatchEncoder::Added::yes);
    return encoder.take(Lane::live).payload;
}

LayoutPoint point(std::string id, WireType type, Decimal scale, Ratio ratio) {
    LayoutPoint made;
    made.id = {std::move(id)};
    made.type = type;
    made.scale = scale;
    made.ratio = ratio;
    return made;
}

/// The text between `"value":` and the next comma.
std::string value_of(const Options& plant, WireType type, std::uint64_t bits, Decimal scale, Ratio ratio) {
    Layout layout;
    layout.meter = {"m1"};
    layout.points = {point("p", type, scale, ratio)};
    BatchEncoder encoder{plant};
    const Sample sample{.layout = std::make_shared<const Layout>(layout),
                        .slot = plant_slot(0),
                        .taken_at = plant_slot(0).at,
                        .readings = {{bits, Quality::good}}};
    const std::string text = encoded(encoder, StoredSample{1, 0, sample});
    const auto from = text.find(R"("value":)") + 8;
    return text.substr(from, text.find(',', from) - from);
}

TEST(Message, ReadsAsDocumented) {
    const Options plant = plant_with_uplink(1, 1883);
    BatchEncoder encoder{plant};
    Sample sample = plant_sample(plant, 1, 0);
    sample.readings = {{123'450, Quality::good}, {0, Quality::no_reply}};

    const std::string text = encoded(encoder, StoredSample{123, 0, sample});

    EXPECT_EQ(
        text,
        R"({"schema":"metergate.samples.1","site":"plant","lane":"live","samples":[{"seq":123,"rev":0,"meter":"m1",)"
        R"("slot":"2026-11-22T08:15:00+08:00","taken_at":"2026-11-22T08:15:00.412+08:00","epoch":0,)"
        R"("boundary":true,"points":{"energy_import":{"value":74070.00,"multiplier":60,"quality":"good"},)"
        R"("voltage_a":{"value":null,"multiplier":1,"quality":"no_reply"}}}],"gaps":[]})");
}

TEST(Message, OnlySelectedPointsAreWrittenAndTheLaneIsNamed) {
    const Options plant = plant_with_uplink(1, 1883);
    BatchEncoder encoder{plant, Selection{{.points = {{"voltage_a"}}}, plant}};
    ASSERT_EQ(encoder.add(StoredSample{123, 0, plant_sample(plant, 1, 0)}, kPlenty),
              BatchEncoder::Added::yes);

    const std::string text = encoder.take(Lane::resend).payload;

    EXPECT_NE(text.find(R"("lane":"resend")"), std::string::npos);
    EXPECT_NE(text.find(R"("points":{"voltage_a":{"value":)"), std::string::npos);
    EXPECT_EQ(text.find("energy_import"), std::string::npos);
}

TEST(Message, GapReadsAsDocumented) {
    const Options plant = plant_with_uplink(1, 1883);
    BatchEncoder encoder{plant};

    const std::string text = encoded(
        encoder,
        StoredGap{
            7, Gap{.meter = {"m1"}, .from = plant_slot(0), .to = {plant_slot(60).at + milliseconds{500}}}});

    EXPECT_EQ(
        text,
        R"({"schema":"metergate.samples.1","site":"plant","lane":"live","samples":[],"gaps":[{"seq":7,"meter":"m1",)"
        R"("from":"2026-11-22T08:15:00+08:00","to":"2026-11-22T08:16:00.500+08:00","reason":"stopped",)"
        R"("epoch":0}]})");
}

TEST(Message, ValuesAreExact) {
    const Options plant = plant_with_uplink(1, 1883);

    EXPECT_EQ(value_of(plant, WireType::u32, 0, {1, -2}, Ratio::none), "0.00");
    EXPECT_EQ(value_of(plant, WireType::u32, 5, {1, -2}, Ratio::none), "0.05");
    EXPECT_EQ(value_of(plant, WireType::i16, 0xFFFF, {1, -1}, Ratio::none), "-0.1");
    EXPECT_EQ(value_of(plant, WireType::u64, UINT64_MAX, {1, 0}, Ratio::none), "18446744073709551615");
    EXPECT_EQ(value_of(plant, WireType::i64, 1ULL << 63U, {1, 0}, Ratio::none), "-9223372036854775808");
    EXPECT_EQ(value_of(plant, WireType::u64, UINT64_MAX, {1, -3}, Ratio::ct), "1106804644422573096.900");
    EXPECT_EQ(value_of(plant, WireType::u16, 7, {1, 3}, Ratio::none), "7000");
    EXPECT_EQ(value_of(plant, WireType::f32, std::bit_cast<std::uint32_t>(230.4F), {1, 0}, Ratio::none),
              "230.4");
    EXPECT_EQ(value_of(plant, WireType::f32, std::bit_cast<std::uint32_t>(0.1F), {1, 0}, Ratio::ct), "6.0");
    EXPECT_EQ(value_of(plant, WireType::bcd16, 0x1234, {1, -1}, Ratio::ct_pt), "7404.0");
}

TEST(Message, BadDigitsBecomeAReasonAndNoNumber) {
    EXPECT_EQ(value_of(plant_with_uplink(1, 1883), WireType::bcd16, 0xABCD, {1, 0}, Ratio::none), "null");
}

TEST(Message, MeterThatLeftTheConfigurationGoesAsDisplayed) {
    const Options plant = plant_with_uplink(1, 1883);
    BatchEncoder encoder{plant};

    const auto body = nlohmann::json::parse(encoded(encoder, StoredSample{1, 0, plant_sample(plant, 9, 1)}));

    const auto& energy = body.at("samples")[0].at("points").at("energy_import");
    EXPECT_TRUE(energy.at("multiplier").is_null());
    EXPECT_DOUBLE_EQ(energy.at("value").get<double>(), 1.09);
}

TEST(Message, ASampleNeverTakenHasNoTimeOf1970) {
    const Options plant = plant_with_uplink(1, 1883);
    BatchEncoder encoder{plant};
    const Sample missed = missing_sample(plant_sample(plant, 1, 0).layout, plant_slot(0), Quality::not_asked);

    const auto text = encoded(encoder, StoredSample{1, 0, missed});

    EXPECT_NE(text.find(R"("taken_at":null)"), std::string::npos);
    EXPECT_EQ(text.find("1970"), std::string::npos);
}

TEST(Message, SlotsFollowTheOffsetOfTheSite) {
    Options plant = plant_with_uplink(1, 1883);
    plant.site.utc_offset = std::chrono::minutes{-210};
    BatchEncoder encoder{plant};

    const auto text = encoded(encoder, StoredSample{1, 0, plant_sample(plant, 1, 0)});

    EXPECT_NE(text.find(R"("slot":"2026-11-21T20:45:00-03:30")"), std::string::npos) << text;
}

TEST(Message, NeverExceedsItsLimitAndLosesNothing) {
    const Options plant = plant_with_uplink(3, 1883);
    BatchEncoder encoder{plant};
    constexpr std::size_t kLimit = 1500;
    std::vector<Batch> batches;

    for (Sequence sequence = 1; sequence <= 100; ++sequence) {
        const StoredSample item{sequence, 0, plant_sample(plant, static_cast<int>(sequence % 3) + 1, 1)};
        if (encoder.add(item, kLimit) == BatchEncoder::Added::full) {
            batches.push_back(encoder.take(Lane::live));
            ASSERT_EQ(encoder.add(item, kLimit), BatchEncoder::Added::yes);
        }
    }
    batches.push_back(encoder.take(Lane::live));

    Sequence next = 1;
    for (const Batch& batch : batches) {
        EXPECT_LE(batch.payload.size(), kLimit);
        EXPECT_EQ(batch.first, next);
        const auto body = nlohmann::json::parse(batch.payload);
        for (const auto& sample : body.at("samples")) EXPECT_EQ(sample.at("seq"), next++);
        EXPECT_EQ(batch.last, next - 1);
    }
    EXPECT_EQ(next, 101);
}

TEST(Message, ItemLargerThanAMessageIsSaidToBe) {
    const Options plant = plant_with_uplink(1, 1883);
    BatchEncoder encoder{plant};

    EXPECT_EQ(encoder.add(StoredSample{1, 0, plant_sample(plant, 1, 0)}, 200),
              BatchEncoder::Added::too_large);
    EXPECT_TRUE(encoder.empty());
}

TEST(Announcement, NamesWithQuotesAndControlCharactersStayJson) {
    Options plant = plant_with_uplink(1, 1883);
    plant.meters[0].name = "a\"b\\c\n\x01 甲";

    const auto body = nlohmann::json::parse(meter_description(plant, plant.meters[0]));

    EXPECT_EQ(body.at("name"), plant.meters[0].name);
    EXPECT_FALSE(body.at("ledger").contains("remark"));
}

}  // namespace
}  // namespace mg
