#include "gateway/commands/terminal.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "gateway/base/check.h"

namespace mg {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

/// Wide and full-width blocks of Unicode's EastAsianWidth.txt, joined where nothing else lies between.
constexpr std::array kWide{Range{0x1100, 0x115f},   Range{0x2e80, 0x303e},  Range{0x3041, 0x33ff},
                           Range{0x3400, 0x4dbf},   Range{0x4e00, 0xa4cf},  Range{0xa960, 0xa97f},
                           Range{0xac00, 0xd7a3},   Range{0xf900, 0xfaff},  Range{0xfe30, 0xfe6f},
                           Range{0xff00, 0xff60},   Range{0xffe0, 0xffe6},  Range{0x1f300, 0x1f64f},
                           Range{0x1f900, 0x1f9ff}, Range{0x20000, 0x3fffd}};
constexpr std::array kNoWidth{Range{0x0300, 0x036f}, Range{0x200b, 0x200f}, Range{0xfe00, 0xfe0f}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t character) {
    return std::ranges::any_of(
        ranges, [=](Range range) { return character >= range.first && character <= range.last; });
}

/// Takes the first character off `text`; a byte that begins none counts as one character.
char32_t take_character(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::size_t length = 1;
    char32_t character = byte(0);
    if (byte(0) >= 0xf0) {
        length = 4;
        character = byte(0) & 0x07U;
    } else if (byte(0) >= 0xe0) {
        length = 3;
        character = byte(0) & 0x0fU;
    } else if (byte(0) >= 0xc0) {
        length = 2;
        character = byte(0) & 0x1fU;
    }
    length = std::min(length, text.size());
    for (std::size_t i = 1; i < length; ++i) character = (character << 6U) | (byte(i) & 0x3fU);
    text.remove_prefix(length);
    return character;
}

void append_padded(std::string& line, const std::string& cell, std::size_t width, Align align) {
    const std::string blanks(width - display_width(cell), ' ');
    line += align == Align::right ? blanks + cell : cell + blanks;
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const char32_t character = take_character(text);
        if (within(kNoWidth, character)) continue;
        width += within(kWide, character) ? 2U : 1U;
    }
    return width;
}

std::string printable(std::string_view text) {
    std::string clean{text};
    std::ranges::replace_if(clean, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return clean;
}

// fwrite() and not fmt::print(): a reader that left (`… | head`) is no reason to throw.
void print_error(std::string_view line) {
    print_plain_error(fmt::format("metergate: {}", line));
}
void print_plain_error(std::string_view line) {
    const std::string text = printable(line) + '\n';
    std::fwrite(text.data(), 1, text.size(), stderr);
}
void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void TextTable::add(std::vector<std::string> cells) {
    MG_CHECK(cells.size() == columns_.size());
    for (std::string& cell : cells) cell = printable(cell);
    rows_.push_back(std::move(cells));
}

std::string TextTable::to_string() const {
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::size_t width = display_width(columns_[column].heading);
        for (const auto& row : rows_) width = std::max(width, display_width(row[column]));
        widths.push_back(width);
    }
    std::string text;
    const auto add_line = [&](const auto& cell_of) {
        std::string line;
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            if (column > 0) line += "  ";
            append_padded(line, cell_of(column), widths[column], columns_[column].align);
        }
        text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    };
    add_line([&](std::size_t column) -> const std::string& { return columns_[column].heading; });
    for (const auto& row : rows_)
        add_line([&](std::size_t column) -> const std::string& { return row[column]; });
    return text;
}

}  // namespace mg
