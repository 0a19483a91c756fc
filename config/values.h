#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "config/fields.h"
#include "config/problem.h"
#include "gateway/reading/decimal.h"

/// Texts to typed values, pure. What a text may be is in the field table; what is wrong comes back as a
/// Complaint.
namespace mg {

struct Bilingual {
    std::string zh;
    std::string en;
};

/// One entry of a list, and where it stands.
struct Listed {
    std::string text;
    Place place;
};

/// id, prose, code, choice (its key), date (2026-03-02): string. integer, duration (ms), size (bytes),
/// minutes (ms), utc_offset (minutes): int64. decimal, positive: Decimal. code_list, choices (their keys,
/// each once): strings. moment: string, its choice or as written. ids: Listed. The others: their own type.
using Value = std::variant<std::string, std::int64_t, Decimal, bool, Bilingual, std::vector<std::uint64_t>,
                           std::vector<std::string>, std::vector<Listed>>;

template <class T>
using Parsed = tl::expected<T, Complaint>;

/// What the field table says about `text`, which is not empty. Neither boolean, bilingual, hex_marks,
/// code_list nor ids: those come from TOML only and have parsers of their own.
Parsed<Value> parse_value(const Field& field, std::string_view text);

/// "500ms", "60s", "15m", "2h", "180d", also "1h30m"; "0" alone is zero. In milliseconds.
Parsed<std::int64_t> parse_duration(std::string_view text);
/// "16MiB", "64KiB", "512B", "1GiB". In bytes.
Parsed<std::int64_t> parse_size(std::string_view text);
/// Decimal, or hexadecimal with 0x; the whole text.
Parsed<std::uint64_t> parse_unsigned(std::string_view text);

std::string print_duration(std::int64_t milliseconds);
std::string print_size(std::int64_t bytes);

/// The parts of a list in one cell: between spaces, commas, semicolons and the Chinese signs for them.
std::vector<std::string_view> list_parts(std::string_view text);

/// Whether two units are written for the same: m³ and m3, 万 m3 and 万m3. No arithmetic.
bool is_same_unit(std::string_view a, std::string_view b);

/// Without spaces, tabs, line breaks, full-width and no-break spaces at both ends.
std::string_view trimmed(std::string_view text);

/// a / b when the division ends within 12 decimals.
Parsed<Decimal> exact_ratio(const Decimal& a, const Decimal& b);

}  // namespace mg
