#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/document/document.h"

namespace mg {

/// Writes the document as a spreadsheet, a sheet a section. Numbers are numbers with the decimals they have;
/// of more than 15 digits, which a spreadsheet would round, the exact text. Days are days, shares percent.
/// Charts are native, below the tables of their section, and read from a last sheet of their values; pictures
/// are left out, and said to be. Rows go to temporary files, so memory does not grow with them. Blocks for
/// the disk. storage_full: the file or a temporary one cannot be written.
Result<> write_xlsx(const Document& document, const std::string& file);

/// Names of sheets, one a heading: at most 31 characters, without []:*?/\, not "History", different from one
/// another whatever their case.
std::vector<std::string> sheet_names(const std::vector<std::string>& headings);

}  // namespace mg
