#include <set>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/document/xlsx_file.h"

namespace mg {
namespace {

/// Characters as spreadsheets count them: those beyond the first 65536 are two.
constexpr std::size_t kMostCharacters = 31;

/// The first so many characters of UTF-8.
std::string cut(std::string_view text, std::size_t most) {
    std::size_t characters = 0;
    std::size_t end = 0;
    while (end < text.size()) {
        const auto lead = static_cast<unsigned char>(text[end]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        characters += length == 4 ? 2 : 1;
        if (characters > most || end + length > text.size()) break;
        end += length;
    }
    return std::string(text.substr(0, end));
}

std::string allowed(std::string_view heading) {
    std::string name;
    for (const char c : heading) {
        const bool forbidden = static_cast<unsigned char>(c) < 0x20 ||
                               std::string_view{"[]:*?/\\"}.find(c) != std::string_view::npos;
        name += forbidden ? '-' : c;
    }
    while (name.starts_with('\'')) name.erase(0, 1);
    name = cut(name, kMostCharacters);
    while (name.ends_with('\'')) name.pop_back();
    return name.empty() ? std::string(tr("Sheet", "表")) : name;
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

}  // namespace

std::vector<std::string> sheet_names(const std::vector<std::string>& headings) {
    std::set<std::string> taken{"history"};
    std::vector<std::string> names;
    for (const std::string& heading : headings) {
        const std::string wanted = allowed(heading);
        std::string name = wanted;
        for (int number = 2; !taken.insert(lower(name)).second; ++number) {
            const std::string tail = fmt::format(" ({})", number);
            name = cut(wanted, kMostCharacters - tail.size()) + tail;
        }
        names.push_back(name);
    }
    return names;
}

}  // namespace mg
