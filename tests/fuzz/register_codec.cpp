#include "drivers/modbus/register_codec.h"

#include <cstdint>

#include "gateway/base/check.h"
#include "gateway/reading/raw_value.h"
#include "tests/fuzz/fuzz_input.h"

// Selectors: type, order, how many invalid marks, the marks; then the registers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mg;
    constexpr int kTypes = static_cast<int>(WireType::f32_hundreds) + 1;
    FuzzInput input{bytes, size};
    PointOptions point;
    point.type = static_cast<WireType>(input.byte() % kTypes);
    point.order = static_cast<WordOrder>(input.byte() % 4);
    const int width = size_of(point.type);
    for (int marks = input.byte() % 4; marks > 0; --marks) point.invalid.push_back(input.bits(width));
    const auto wire = input.rest();
    if (wire.size() < static_cast<std::size_t>(width)) return 0;

    const auto reading = decode(point, wire.first(static_cast<std::size_t>(width)));

    // A value that is stored as good can be computed, published and read back.
    if (!has_value(reading.quality)) return 0;
    const auto value = to_decimal(point.type, reading.bits);
    MG_CHECK(value.has_value());
    const auto again = Decimal::parse(value->to_string());
    MG_CHECK(!again || *again == *value);
    const auto size_bits = 8 * width;
    MG_CHECK(size_bits == 64 || reading.bits >> static_cast<unsigned>(size_bits) == 0);
    return 0;
}
