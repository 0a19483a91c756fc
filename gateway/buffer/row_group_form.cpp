#include "gateway/buffer/row_group_form.h"

#include "gateway/reading/quality.h"

namespace mg {

RowQualities qualities_of(std::span<const std::uint8_t> packed) {
    if (packed.front() != kOneQualityFormat) return RowQualities::each_point;
    const bool good = packed[1] == static_cast<std::uint8_t>(Quality::good);
    return good ? RowQualities::all_good : RowQualities::each_row;
}

std::uint8_t quality_in(std::span<const std::uint8_t> packed, std::size_t point) {
    return packed.front() == kOneQualityFormat ? packed[1] : packed[2 + point];
}

std::size_t values_begin(std::span<const std::uint8_t> packed) {
    return packed.front() == kOneQualityFormat ? 2 : std::size_t{packed[1]} + 3;
}

std::uint64_t number_at(std::span<const std::uint8_t> bytes) {
    std::uint64_t bits = 0;
    for (const std::uint8_t byte : bytes) bits = (bits << 8U) | byte;
    return bits;
}

std::vector<WireType> types_of(const Layout& layout) {
    std::vector<WireType> types;
    types.reserve(layout.points.size());
    for (const LayoutPoint& point : layout.points) types.push_back(point.type);
    return types;
}

ValueColumns columns_of(WireType type) {
    switch (type) {
        case WireType::u16:
        case WireType::i16:
            return {ColumnForm::number16};
        case WireType::u32:
        case WireType::i32:
            return {ColumnForm::number32};
        case WireType::u64:
        case WireType::i64:
            return {ColumnForm::number64};
        case WireType::f32:
            return {ColumnForm::float32};
        case WireType::f64:
            return {ColumnForm::signed64};
        case WireType::bcd16:
            return {ColumnForm::bcd16};
        case WireType::bcd32:
            return {ColumnForm::bcd32};
        case WireType::bcd64:
            return {ColumnForm::bcd64};
        case WireType::sm16:
            return {ColumnForm::signed16};
        case WireType::sm32:
            return {ColumnForm::signed32};
        case WireType::i32_f32:
            return {ColumnForm::number32, ColumnForm::float32};
        case WireType::f32_hundreds:
            return {ColumnForm::float32, ColumnForm::float32};
    }
    return {ColumnForm::number64};
}

Succession::Succession(std::size_t layouts) : follower_(layouts) {
    for (std::size_t i = 0; i < layouts; ++i) follower_[i] = static_cast<std::uint32_t>((i + 1) % layouts);
}

void Succession::saw(std::uint32_t layout) {
    if (last_) follower_[*last_] = layout;
    last_ = layout;
    expected_ = follower_[layout];
}

}  // namespace mg
