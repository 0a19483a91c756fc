#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/document/document.h"

/// Tables for other programs. Pure.
namespace mg {

/// For the begin of a CSV file: Excel and WPS take it for UTF-8 then.
inline constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

/// A cell of CSV; quoted where a comma, a quote or a line break would break the table (RFC 4180).
std::string csv_cell(std::string_view text);
/// The same of words that a person wrote. What a spreadsheet would compute (begins with = + - @, a tab or a
/// line break) gets an apostrophe in front, which spreadsheets take for "this is text".
std::string csv_words(std::string_view text);

/// Headings (with the unit in brackets), then a line a row; numbers with all their digits and without
/// separators, nothing where nothing is known. Title, note and tones are left out.
std::string csv_text(const Table& table, std::chrono::minutes utc_offset);

/// Every table of a document by itself: other programs read one table a file.
struct CsvTable {
    std::string name;  ///< "03-2 consumption", can be part of a file's name; two never have the same
    std::string text;
};
std::vector<CsvTable> csv_tables(const Document& document);

}  // namespace mg
