#include "tests/sim/register_image.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace mg::sim {
namespace {

unsigned width_of(NumberType type) {
    switch (type) {
        case NumberType::u16:
        case NumberType::i16:
        case NumberType::bcd16:
        case NumberType::sm16:
            return 16;
        case NumberType::u32:
        case NumberType::i32:
        case NumberType::f32:
        case NumberType::bcd32:
        case NumberType::sm32:
            return 32;
        case NumberType::u64:
        case NumberType::i64:
        case NumberType::f64:
        case NumberType::bcd64:
        case NumberType::i32_f32:
        case NumberType::f32_hundreds:
            return 64;
    }
    return 0;
}

bool is_split(NumberType type) {
    return type == NumberType::i32_f32 || type == NumberType::f32_hundreds;
}

std::uint64_t as_integer(long double wire) {
    return static_cast<std::uint64_t>(std::llroundl(wire));
}

std::uint64_t as_bcd(long double wire, unsigned width) {
    std::uint64_t rest = as_integer(std::fabs(wire));
    std::uint64_t bits = 0;
    for (unsigned shift = 0; shift < width; shift += 4, rest /= 10) bits |= (rest % 10) << shift;
    return bits;
}

std::uint64_t as_sign_magnitude(long double wire, unsigned width) {
    const std::uint64_t sign = std::uint64_t{1} << (width - 1);
    return (as_integer(std::fabs(wire)) & (sign - 1)) | (wire < 0 ? sign : 0);
}

std::uint64_t as_float(double wire) {
    return std::bit_cast<std::uint32_t>(static_cast<float>(wire));
}

std::uint64_t bits_of(NumberType type, long double wire) {
    const auto plain = static_cast<double>(wire);
    switch (type) {
        case NumberType::u16:
        case NumberType::i16:
        case NumberType::u32:
        case NumberType::i32:
        case NumberType::u64:
        case NumberType::i64:
            return as_integer(wire);
        case NumberType::f32:
            return as_float(plain);
        case NumberType::f64:
            return std::bit_cast<std::uint64_t>(plain);
        case NumberType::bcd16:
        case NumberType::bcd32:
        case NumberType::bcd64:
            return as_bcd(wire, width_of(type));
        case NumberType::sm16:
        case NumberType::sm32:
            return as_sign_magnitude(wire, width_of(type));
        case NumberType::i32_f32: {
            const double whole = std::floor(plain);
            return (as_integer(whole) << 32U) | as_float(plain - whole);
        }
        case NumberType::f32_hundreds: {
            const double hundreds = std::floor(plain / 100);
            return (as_float(hundreds) << 32U) | as_float(plain - hundreds * 100);
        }
    }
    return 0;
}

std::uint16_t swapped(std::uint16_t word) {
    return static_cast<std::uint16_t>((word << 8U) | (word >> 8U));
}

void put_in_order(ByteOrder order, std::uint16_t* words, std::size_t count) {
    if (order == ByteOrder::cdab || order == ByteOrder::dcba) std::reverse(words, words + count);
    if (order == ByteOrder::badc || order == ByteOrder::dcba)
        std::transform(words, words + count, words, swapped);
}

}  // namespace

std::vector<std::uint16_t> encode_bits(NumberType type, ByteOrder order, std::uint64_t bits) {
    const unsigned width = width_of(type);
    std::vector<std::uint16_t> words;
    for (unsigned shift = width; shift > 0; shift -= 16) {
        words.push_back(static_cast<std::uint16_t>(bits >> (shift - 16)));
    }
    if (is_split(type)) {
        put_in_order(order, words.data(), 2);
        put_in_order(order, words.data() + 2, 2);
    } else {
        put_in_order(order, words.data(), words.size());
    }
    return words;
}

std::vector<std::uint16_t> encode(const SimulatedPoint& point, double value) {
    const long double wire = static_cast<long double>(value) / static_cast<long double>(point.scale);
    return encode_bits(point.type, point.order, bits_of(point.type, wire));
}

RegisterImage::RegisterImage(const SimulatedMeter& meter)
    : model_{meter.model},
      offset_{static_cast<double>(meter.seed % 1000) * 10.5},
      random_{static_cast<std::minstd_rand::result_type>(meter.seed * 2654435761U + 1)} {}

double RegisterImage::value_now(const Generator& generator, double seconds) {
    switch (generator.kind) {
        case Generator::Kind::index:
            return generator.start + offset_ + generator.rate * seconds;
        case Generator::Kind::noise: {
            const double unit = static_cast<double>(random_()) / static_cast<double>(std::minstd_rand::max());
            return generator.start + generator.spread * (2 * unit - 1);
        }
        case Generator::Kind::fixed:
        case Generator::Kind::absent:
            return generator.start;
    }
    return 0;
}

ReadOutcome RegisterImage::read(const Request& request, double seconds) {
    if (request.function != 3 && request.function != 4) return Refusal{1};
    if (request.count == 0 || request.count > model_->max_registers) return Refusal{3};
    const unsigned first = request.first;
    const unsigned end = first + request.count;
    std::vector<std::uint16_t> registers(request.count);
    unsigned lowest = 0x10000;
    unsigned highest = 0;
    std::size_t covered = 0;
    for (const SimulatedPoint& point : model_->points) {
        if (point.function != request.function) continue;
        const unsigned size = width_of(point.type) / 16;
        lowest = std::min<unsigned>(lowest, point.address);
        highest = std::max<unsigned>(highest, point.address + size);
        if (point.address >= end || point.address + size <= first) continue;
        const auto words = point.generator.kind == Generator::Kind::absent
                               ? encode_bits(point.type, point.order, point.generator.bits)
                               : encode(point, value_now(point.generator, seconds));
        for (unsigned i = 0; i < size; ++i) {
            const unsigned at = point.address + i;
            if (at < first || at >= end) continue;
            registers[at - first] = words[i];
            ++covered;
        }
    }
    if (first < lowest || end > highest) return Refusal{2};
    if (model_->strict && covered < request.count) return Refusal{2};
    return registers;
}

}  // namespace mg::sim
