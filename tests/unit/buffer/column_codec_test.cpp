#include "gateway/buffer/column_codec.h"

#include <bit>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace mg::test {
namespace {

constexpr std::array kForms{ColumnForm::number16, ColumnForm::number32, ColumnForm::number64,
                            ColumnForm::signed16, ColumnForm::signed32, ColumnForm::signed64,
                            ColumnForm::float32,  ColumnForm::bcd16,    ColumnForm::bcd32,
                            ColumnForm::bcd64};
constexpr std::size_t kPlenty = std::size_t{16} << 20U;

struct Column {
    ColumnForm form;
    std::vector<std::uint64_t> values;
};

std::vector<std::uint8_t> encoded(const std::vector<Column>& columns) {
    ColumnEncoder encoder;
    for (const Column& column : columns) encoder.add(column.form, column.values);
    FrameWriter frames;
    encoder.finish(frames);
    return frames.take();
}

std::size_t size_of(ColumnForm form, const std::vector<std::uint64_t>& values) {
    return encoded({{form, values}}).size();
}

std::uint64_t cut_to(ColumnForm form, std::uint64_t bits) {
    return bits_of(form) == 64 ? bits
                               : bits & ((std::uint64_t{1} << static_cast<unsigned>(bits_of(form))) - 1);
}

/// Counters, noise of any width, constants, decimal floats, BCD digits, and anything at all.
std::vector<std::uint64_t> some_column(ColumnForm form) {
    const auto size = *rc::gen::inRange<std::size_t>(0, 80);
    const int way = *rc::gen::inRange(0, 6);
    const auto width = *rc::gen::inRange<unsigned>(1, 64);
    std::uint64_t level = *rc::gen::arbitrary<std::uint64_t>();
    std::vector<std::uint64_t> values;
    for (std::size_t i = 0; i < size; ++i) {
        const auto any = *rc::gen::resize(1000, rc::gen::arbitrary<std::uint64_t>());
        switch (way) {
            case 0:
                values.push_back(any);
                break;
            case 1:
                values.push_back(level += any % 7);
                break;
            case 2:
                values.push_back(level + (any >> width));
                break;
            case 3:
                values.push_back(level);
                break;
            case 4: {
                const auto shown = static_cast<float>(static_cast<double>(any % 100'000) / 100);
                values.push_back(std::bit_cast<std::uint32_t>(any % 97 == 0 ? -0.0F : shown));
                break;
            }
            default:
                values.push_back(any & 0x9999'9999'9999'9999U);
        }
        values.back() = cut_to(form, values.back());
    }
    return values;
}

TEST(ColumnCodec, GivesBackEveryColumnToTheBit) {
    const bool held = rc::check([] {
        std::vector<Column> columns;
        for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
            const auto form = *rc::gen::elementOf(kForms);
            columns.push_back({form, some_column(form)});
        }
        const auto bytes = encoded(columns);

        FrameReader frames{bytes, kPlenty};
        auto decoder = ColumnDecoder::open(frames);
        RC_ASSERT(decoder.has_value());
        for (const Column& column : columns) {
            std::vector<std::uint64_t> back(column.values.size());
            RC_ASSERT(decoder->next(column.form, back).has_value());
            RC_ASSERT(back == column.values);
        }
    });
    EXPECT_TRUE(held);
}

TEST(ColumnCodec, EveryFloatComesBackWhateverItStandsFor) {
    std::vector<std::uint64_t> special{0x7FC00001, 0xFFC00000, 0x7F800001, 0x7F800000,
                                       0xFF800000, 0x80000000, 0,          1,
                                       0x80000001, 0x7F7FFFFF, 0xFF7FFFFF, 0x3F800000};
    const auto bytes = encoded({{ColumnForm::float32, special}});
    FrameReader frames{bytes, kPlenty};
    auto decoder = ColumnDecoder::open(frames);
    ASSERT_TRUE(decoder);
    std::vector<std::uint64_t> back(special.size());
    ASSERT_TRUE(decoder->next(ColumnForm::float32, back));
    EXPECT_EQ(back, special);
}

TEST(ColumnCodec, ACounterThatCountsEvenlyTakesNoRoom) {
    std::vector<std::uint64_t> counter;
    std::vector<std::uint64_t> in_bcd;
    for (std::uint64_t i = 0; i < 1440; ++i) {
        counter.push_back(4'294'960'000U + 17 * i);
        counter.back() &= 0xFFFFFFFFU;  // it rolls over
        in_bcd.push_back(std::stoull(std::to_string(10'000'000 + 25 * i), nullptr, 16));
    }
    const std::size_t nothing = size_of(ColumnForm::number32, {7});
    EXPECT_LE(size_of(ColumnForm::number32, counter), nothing + 32);
    EXPECT_LE(size_of(ColumnForm::bcd32, in_bcd), nothing + 32);
}

TEST(ColumnCodec, NoiseTakesHardlyMoreThanItsBits) {
    std::mt19937_64 random{1};
    for (const unsigned noise : {3U, 7U, 12U, 18U}) {
        std::vector<std::uint64_t> values;
        for (int i = 0; i < 60'000; ++i) {
            values.push_back(std::bit_cast<std::uint32_t>(231.5F) + (random() >> (64 - noise)));
        }
        // What is evenly spread over n bits needs n bits; guessing from the last four costs half a bit more.
        EXPECT_LE(8.0 * static_cast<double>(size_of(ColumnForm::float32, values)) / 60'000, noise + 0.75)
            << noise;
    }
}

TEST(ColumnCodec, FloatsThatShowDecimalsTakeWhatTheDecimalsTake) {
    std::mt19937_64 random{1};
    std::vector<std::uint64_t> shown;
    std::vector<std::uint64_t> scaled;
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t tenths = 2300 + random() % 16;
        shown.push_back(std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<double>(tenths) / 10)));
        scaled.push_back(tenths);
    }
    EXPECT_LE(size_of(ColumnForm::float32, shown), size_of(ColumnForm::number16, scaled) + 16);
}

TEST(ColumnCodec, DamageIsAnErrorNeverACrash) {
    const std::vector<Column> columns{{ColumnForm::float32, {1, 2, 3, 1'000'000'000, 5}},
                                      {ColumnForm::bcd64, {0x10, 0x11}},
                                      {ColumnForm::number16, {1, 60'000, 7}}};
    const auto bytes = encoded(columns);
    rc::check("any parts at all", [&] {
        FrameWriter frames;
        for (std::size_t part = 0; part < 7 + kColumnGrades; ++part) {
            const auto limit = *rc::gen::element(1, 4, 9, 256);
            frames.add(*rc::gen::container<std::vector<std::uint8_t>>(rc::gen::map(
                rc::gen::inRange(0, limit), [](int n) { return static_cast<std::uint8_t>(n); })));
        }
        const auto random = frames.take();
        FrameReader reader{random, kPlenty};
        auto decoder = ColumnDecoder::open(reader);
        for (std::size_t i = 0; decoder && i < columns.size(); ++i) {
            std::vector<std::uint64_t> back(columns[i].values.size());
            if (!decoder->next(columns[i].form, back)) break;
        }
    });
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        FrameReader reader{std::span{bytes}.first(size), kPlenty};
        EXPECT_FALSE(ColumnDecoder::open(reader)) << size;
    }
    FrameReader narrow{bytes, 4};
    EXPECT_FALSE(ColumnDecoder::open(narrow));
}

}  // namespace
}  // namespace mg::test
