#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.h"
#include "gateway/document/document.h"

namespace mg {

/// A document of the acceptance file as people write it: a text in a few marks of Markdown.
///
///     # The title                    once, first
///     > a line below the title
///     ## A heading
///     Words with {{enterprise}} in them. A blank line ends the paragraph.
///     | what | {{value}} |           pairs; a value that is empty leaves room to write
///     {{meters}}                     alone on its line: a table or picture
///     {{signatures: who | who}}
///     <!-- a line that is left out -->
struct AcceptanceTemplate {
    std::string name;  ///< "02-system.md"
    std::string text;  ///< UTF-8
};

/// What {{…}} stands for.
struct TemplateWords {
    std::map<std::string, std::string, std::less<>> texts;          ///< an empty one leaves room to write
    std::map<std::string, std::vector<Block>, std::less<>> blocks;  ///< may be empty
};

/// None: something was reported, every mistake at once with its line. Pure.
std::optional<Document> filled(const AcceptanceTemplate& given, const TemplateWords& words, Reporter& report);

/// The title alone; the name where there is none.
std::string title_of(const AcceptanceTemplate& given);

}  // namespace mg
