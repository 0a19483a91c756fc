#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gateway/buffer/column_codec.h"
#include "gateway/reading/layout.h"

// What the two directions of a row group agree on, apart from the columns. For row_group_*.cpp only.
namespace mg {

/// What the rows of a layout have in the way of qualities. On disk: never renumber.
enum class RowQualities : std::uint8_t {
    all_good = 0,
    each_row = 1,    ///< one for all points of a row
    each_point = 2,  ///< one for each point of at least one row
};

// The bytes of pack(): format, then one quality, or a count and one a point, then the values.
inline constexpr std::uint8_t kOneQualityFormat = 1;
inline constexpr std::uint8_t kQualityPerPointFormat = 2;

RowQualities qualities_of(std::span<const std::uint8_t> packed);
std::uint8_t quality_in(std::span<const std::uint8_t> packed, std::size_t point);
std::size_t values_begin(std::span<const std::uint8_t> packed);

/// Big-endian.
std::uint64_t number_at(std::span<const std::uint8_t> bytes);

std::vector<WireType> types_of(const Layout& layout);

/// The values of a point are one column, or two where the wire has two numbers for it.
struct ValueColumns {
    ColumnForm first;
    std::optional<ColumnForm> second{};
};
ValueColumns columns_of(WireType type);

/// Which layout followed which; at first they follow each other as they came.
class Succession {
public:
    explicit Succession(std::size_t layouts);
    [[nodiscard]] std::uint32_t expected() const { return expected_; }
    void saw(std::uint32_t layout);

private:
    std::vector<std::uint32_t> follower_;
    std::uint32_t expected_{0};
    std::optional<std::uint32_t> last_{};
};

}  // namespace mg
