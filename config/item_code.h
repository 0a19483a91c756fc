#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace mg {

/// What a data-item code speaks of: the platform's `scope`.
enum class CodeScope : std::uint8_t { enterprise = 1, process = 2, process_unit = 3, equipment = 4 };

/// A data-item code (采集数据编码) PP-UU-TTNN-CCEEEE-XX: what is measured where, and for what. Any value of
/// the parts within their digits is a code; which of them a platform knows is in the code tables.
struct ItemCode {
    std::uint8_t process{0};         ///< PP, 0 … 99; 0: the whole enterprise
    std::uint8_t process_unit{0};    ///< UU, 0 … 99; 0: the whole process
    std::uint8_t equipment_type{0};  ///< TT, 0 … 99
    std::uint8_t equipment_no{0};    ///< NN, 0 … 99
    std::uint8_t energy_class{0};    ///< CC, 1 … 99: primary or secondary energy, medium, product, factor, …
    std::uint16_t energy_type{0};    ///< EEEE, 0 … 9999
    std::uint8_t use{0};             ///< XX, 0 … 99

    /// "00-00-0000-023300-11": what most platforms take.
    [[nodiscard]] std::string hyphenated() const;
    /// "0000000002330011": the same without hyphens.
    [[nodiscard]] std::string digits() const;
    /// By the first part that is not zero, seen from the equipment.
    [[nodiscard]] CodeScope scope() const;
    /// Whether the code may be sent with this scope: what is narrower than it must be zero.
    [[nodiscard]] bool fits(CodeScope wanted) const;

    auto operator<=>(const ItemCode&) const = default;
};

/// The parts as pick-lists have them: digits with their leading zeros.
struct ItemCodeParts {
    std::string_view process{"00"};
    std::string_view process_unit{"00"};
    std::string_view equipment{"0000"};
    std::string_view energy_class;
    std::string_view energy_type;
    std::string_view use;
};

/// 16 digits; hyphens and spaces are passed over wherever they stand. Anything else, or class 00 (which is
/// the table of classes itself), is an error (invalid_config) that says what is wrong.
Result<ItemCode> parse_item_code(std::string_view text);

/// From the parts, each with exactly its number of digits; an error (invalid_config) names the part that has
/// not.
Result<ItemCode> build_item_code(const ItemCodeParts& parts);

}  // namespace mg
