#include "gateway/buffer/packing.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gateway/buffer/layout_text.h"
#include "tests/unit/buffer/store_fixture.h"

namespace mg::test {
namespace {

Layout mixed_layout(const std::vector<WireType>& types) {
    Layout made{.meter = MeterId{"m1"}, .model = "test", .points = {}};
    for (const WireType type : types) made.points.push_back({.id = PointId{"p"}, .type = type, .unit = ""});
    return made;
}

std::uint64_t cut_to(WireType type, std::uint64_t bits) {
    const int width = size_of(type) * 8;
    return width == 64 ? bits : bits & ((std::uint64_t{1} << static_cast<unsigned>(width)) - 1);
}

TEST(Packing, GivesBackEveryReadingOfEveryLayout) {
    const bool held = rc::check([] {
        const auto numbers = *rc::gen::resize(300, rc::gen::container<std::vector<int>>(rc::gen::inRange(
                                                       0, static_cast<int>(WireType::f32_hundreds) + 1)));
        RC_PRE(numbers.size() <= 256U);
        std::vector<WireType> types;
        for (const int number : numbers) types.push_back(static_cast<WireType>(number));
        const Layout layout = mixed_layout(types);
        std::vector<Reading> readings;
        for (const WireType type : types) {
            const auto quality =
                *rc::gen::element(Quality::good, Quality::good, Quality::implausible, Quality::no_reply);
            readings.push_back(
                {has_value(quality) ? cut_to(type, *rc::gen::arbitrary<std::uint64_t>()) : 0, quality});
        }

        const auto back = unpack(layout, pack(layout, readings));
        RC_ASSERT(back.has_value());
        RC_ASSERT(*back == readings);
    });
    EXPECT_TRUE(held);
}

TEST(Packing, AGoodSampleOfTwentyFloatsTakesEightyTwoBytes) {
    const auto twenty = layout("m1", 20);
    EXPECT_EQ(pack(*twenty, sample(twenty, kMorning, 1).readings).size(), 82U);
    EXPECT_EQ(pack(*twenty, missing(twenty, kMorning).readings).size(), 2U);
}

TEST(Packing, DamageIsAnErrorNeverACrash) {
    const auto two = layout("m1", 2);
    const auto whole =
        pack(*two, partly(two, kMorning, {{7, Quality::good}, {0, Quality::no_reply}}).readings);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(unpack(*two, std::span{whole}.first(size))) << size;
    }
    auto longer = whole;
    longer.push_back(0);
    EXPECT_FALSE(unpack(*two, longer));
    rc::check("random bytes", [&](const std::vector<std::uint8_t>& bytes) {
        const auto back = unpack(*two, bytes);
        RC_ASSERT(!back || back->size() == 2U);
        static_cast<void>(adds_values(bytes, whole));
        static_cast<void>(adds_values(whole, bytes));
    });
}

TEST(Packing, OnlyMoreValuesAreMore) {
    const auto two = layout("m1", 2);
    const auto three = layout("m1", 3);
    const auto packed = [&](std::initializer_list<Quality> qualities) {
        std::vector<Reading> readings;
        for (const Quality quality : qualities) readings.push_back({1, quality});
        return pack(qualities.size() == 2 ? *two : *three, readings);
    };
    constexpr Quality g = Quality::good;
    constexpr Quality n = Quality::no_reply;

    EXPECT_TRUE(adds_values(packed({n, n}), packed({g, n})));
    EXPECT_TRUE(adds_values(packed({g, n}), packed({g, g})));
    EXPECT_TRUE(adds_values(packed({n, n}), packed({g, g, g})));
    EXPECT_FALSE(adds_values(packed({g, n}), packed({n, g})));
    EXPECT_FALSE(adds_values(packed({g, g}), packed({g, g})));
    EXPECT_FALSE(adds_values(packed({g, g}), packed({n, n})));
    EXPECT_FALSE(adds_values(packed({g, n}), packed({n, n})));
    EXPECT_FALSE(adds_values(packed({g, n}), packed({g, g, n})));
}

TEST(LayoutText, ReadsBackWhatItWrote) {
    Layout written{.meter = MeterId{"flow_1"}, .model = "tuf2000m", .points = {}};
    written.points.push_back(
        {.id = {"exponent"}, .type = WireType::i16, .kind = PointKind::state, .unit = ""});
    written.points.push_back({.id = {"volume"},
                              .type = WireType::i32_f32,
                              .kind = PointKind::index,
                              .ratio = Ratio::ct_pt,
                              .scale = Decimal{1, -3},
                              .unit = "m³",
                              .exponent_from = std::uint16_t{0},
                              .exponent_offset = -3});

    const auto read = layout_from(layout_text(written));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, written);
}

TEST(LayoutText, RefusesWhatIsNoLayout) {
    for (
        const char* text :
        {"", "[]", "{}", R"({"meter":"m","model":"x","points":[{"id":"p","type":"u17","kind":"index"}]})",
         R"({"meter":"m","model":"x","points":[{"id":"p","type":"u16","kind":"index","exponent_from":1}]})",
         R"({"meter":"m","model":"x","points":[{"id":"p","type":"u16","kind":"index","exponent_from":1e300}]})",
         R"({"meter":"m","model":"x","points":[{"id":"p","type":"u16","kind":"index","exponent_offset":1e300}]})"}) {
        const auto read = layout_from(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().kind, Failure::corrupt) << text;
    }
}

}  // namespace
}  // namespace mg::test
