#pragma once

#include <string>

#include "gateway/document/document.h"

namespace mg {

/// The document as one page that needs nothing else and runs nothing: open and print, A4 upright, wide tables
/// across; tables wider than that in several parts. Headings stand again on every sheet, rows are not split.
/// Tones are shown by a mark as well as by colour. In the language of the user. Well-formed XML below the
/// first line. Pure.
std::string html_page(const Document& document);

}  // namespace mg
