#include "gateway/commands/section_view.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <variant>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/commands/terminal.h"
#include "gateway/document/cell_text.h"

namespace mg {
namespace {

constexpr std::array kBars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

std::string marked(Tone tone, const std::string& words) {
    return tone == Tone::plain ? words : fmt::format("{} {}", mark_of(tone), words);
}

std::string view(const Table& table, std::chrono::minutes utc_offset) {
    std::vector<TextTable::Column> columns;
    for (const Column& column : table.columns) {
        columns.push_back(
            {printable(column.unit.empty() ? column.heading
                                           : fmt::format("{} ({})", column.heading, column.unit)),
             column.number ? Align::right : Align::left});
    }
    TextTable lines{columns};
    for (const auto& row : table.rows) {
        std::vector<std::string> cells;
        for (const Cell& cell : row)
            cells.push_back(printable(marked(cell.tone, cell_text(cell, utc_offset))));
        lines.add(std::move(cells));
    }
    std::string view = table.title.empty() ? std::string{} : printable(table.title) + '\n';
    view += table.rows.empty() ? std::string(tr("None.\n", "无。\n")) : lines.to_string();
    if (!table.note.empty()) view += printable(table.note) + '\n';
    return view;
}

/// From zero to the highest; a hole is a blank.
std::string bars(const Chart::Series& series, double highest) {
    std::string line;
    for (const auto& value : series.values) {
        if (!value) {
            line += ' ';
            continue;
        }
        const double share = highest > 0 ? std::clamp(*value / highest, 0.0, 1.0) : 0.0;
        line += kBars[static_cast<std::size_t>(share * (kBars.size() - 1) + 0.5)];
    }
    return line;
}

std::string view(const Chart& chart, std::chrono::minutes /*utc_offset*/) {
    double highest = 0;
    for (const Chart::Series& series : chart.series)
        for (const auto& value : series.values) highest = std::max(highest, value.value_or(0));
    TextTable lines{{{printable(chart.title)}, {printable(chart.unit)}}};
    for (const Chart::Series& series : chart.series)
        lines.add({printable(series.name), bars(series, highest)});
    return lines.to_string();
}

std::string view(const Facts& facts, std::chrono::minutes /*utc_offset*/) {
    std::size_t widest = 0;
    for (const auto& fact : facts.facts) widest = std::max(widest, display_width(printable(fact.first)));
    std::string view;
    for (const auto& [what, value] : facts.facts) {
        const std::string name = printable(what);
        view +=
            fmt::format("{}{}  {}\n", name, std::string(widest - display_width(name), ' '), printable(value));
    }
    return view;
}

std::string view(const Paragraph& paragraph, std::chrono::minutes /*utc_offset*/) {
    return printable(marked(paragraph.tone, paragraph.text)) + '\n';
}

std::string view(const Picture& /*picture*/, std::chrono::minutes /*utc_offset*/) {
    return {};
}

std::string view(const Signatures& /*signatures*/, std::chrono::minutes /*utc_offset*/) {
    return {};
}

}  // namespace

std::string section_view(const Section& section, std::chrono::minutes utc_offset) {
    std::string text =
        section.heading.empty() ? std::string{} : fmt::format("== {} ==\n", printable(section.heading));
    bool first = true;
    for (const Block& block : section.blocks) {
        const std::string part = std::visit([&](const auto& what) { return view(what, utc_offset); }, block);
        if (part.empty()) continue;
        if (!first) text += '\n';
        text += part;
        first = false;
    }
    return text;
}

std::string sections_view(const std::vector<Section>& sections, std::chrono::minutes utc_offset) {
    std::string text;
    for (const Section& section : sections) {
        if (!text.empty()) text += '\n';
        text += section_view(section, utc_offset);
    }
    return text;
}

}  // namespace mg
