#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "gateway/document/document.h"

/// Cells as words and digits. Pure.
namespace mg {

enum class Digits : std::uint8_t {
    plain,    ///< "1234567.80", for programs
    grouped,  ///< "1,234,567.80", for people
};

/// "–" where nothing is known; a day as "2026-11-22", a share as "98.5 %" (plain: "98.5%"), rounded
/// half-even.
std::string cell_text(const Cell& cell, std::chrono::minutes utc_offset, Digits digits = Digits::grouped);

/// What stands before a cell on paper without colours: "√", "△", "▲"; nothing for plain.
std::string_view mark_of(Tone tone);
/// What the mark means: "fine", "to be looked at", "out of order".
std::string_view label(Tone tone);

/// "1234567.80" as "1,234,567.80"; a text that is no plain number stays.
std::string grouped_digits(std::string_view number);

/// The share in percent with its decimals, half-even.
Decimal percent_of(const ShareCell& share);

/// Columns of a typewriter that UTF-8 `text` takes: Chinese characters take two.
std::size_t columns_of(std::string_view text);

}  // namespace mg
