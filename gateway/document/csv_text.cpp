#include "gateway/document/csv_text.h"

#include <variant>

#include <fmt/format.h>

#include "gateway/document/cell_text.h"

namespace mg {
namespace {

std::string cell_of(const Cell& cell, std::chrono::minutes utc_offset) {
    if (std::holds_alternative<std::monostate>(cell.value)) return {};
    if (const auto* words = std::get_if<std::string>(&cell.value)) return csv_words(*words);
    return csv_cell(cell_text(cell, utc_offset, Digits::plain));
}

/// Without what file systems and shells of other systems stumble over.
std::string file_words(std::string_view text) {
    std::string words;
    for (const char c : text) {
        const bool strange = static_cast<unsigned char>(c) < 0x20 ||
                             std::string_view{"/\\:*?\"<>|"}.find(c) != std::string_view::npos;
        words += strange ? '-' : c;
    }
    return words;
}

}  // namespace

std::string csv_cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted{"\""};
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string csv_words(std::string_view text) {
    const bool formula = text.find_first_of("=+-@\t\r\n") == 0;
    std::string words{formula ? "'" : ""};
    words += text;
    return csv_cell(words);
}

std::string csv_text(const Table& table, std::chrono::minutes utc_offset) {
    std::string text;
    for (const Column& column : table.columns) {
        if (!text.empty()) text += ',';
        text += csv_words(column.unit.empty() ? column.heading
                                              : fmt::format("{} ({})", column.heading, column.unit));
    }
    text += "\r\n";
    for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) text += ',';
            text += cell_of(row[i], utc_offset);
        }
        text += "\r\n";
    }
    return text;
}

std::vector<CsvTable> csv_tables(const Document& document) {
    std::vector<CsvTable> tables;
    for (std::size_t i = 0; i < document.sections.size(); ++i) {
        const Section& section = document.sections[i];
        int number = 0;
        for (const Block& block : section.blocks) {
            const auto* table = std::get_if<Table>(&block);
            if (table == nullptr) continue;
            const std::string& words = table->title.empty() ? section.heading : table->title;
            tables.push_back({fmt::format("{:02}-{} {}", i + 1, ++number, file_words(words)),
                              csv_text(*table, document.utc_offset)});
        }
    }
    return tables;
}

}  // namespace mg
