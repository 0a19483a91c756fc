#include "gateway/document/html_page.h"

#include <algorithm>
#include <set>
#include <type_traits>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/document/cell_text.h"
#include "gateway/document/chart_svg.h"
#include "gateway/document/html.h"
#include "gateway/document/table_width.h"

namespace mg {
namespace {

constexpr std::string_view kStyle = R"(
@page { size: A4 portrait; margin: 16mm 12mm 16mm 12mm;
        @bottom-center { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
@page across { size: A4 landscape; }
* { box-sizing: border-box; }
body { font: 10pt/1.45 "Noto Sans CJK SC", "Microsoft YaHei", "SimSun", sans-serif; color: #111; margin: 0; }
header, section { max-width: 185mm; margin: 0 auto; }
header.across { max-width: 272mm; page: across; }
section.across { max-width: 272mm; page: across; }
h1 { font-size: 19pt; text-align: center; margin: 6mm 0 2mm; }
.subtitle { text-align: center; margin: 0.5mm 0; }
h2 { font-size: 13pt; margin: 8mm 0 2mm; border-bottom: 1px solid #444; break-after: avoid; }
table { border-collapse: collapse; width: 100%; font-size: 8pt; margin: 1mm 0 3mm; }
caption { text-align: left; font-size: 9.5pt; font-weight: 600; padding: 2mm 0 1mm; break-after: avoid; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: 0.5px solid #777; padding: 0.6mm 1mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #eee; font-weight: 600; }
th small { font-weight: 400; white-space: nowrap; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.d { white-space: nowrap; }
tr.total td { font-weight: 600; background: #f4f4f4; border-top: 1.2px solid #222; }
tr.total ~ tr.total td { border-top-width: 0.5px; }
.facts { width: auto; min-width: 60%; font-size: 9.5pt; } .facts th { width: 44mm; }
.note { font-size: 8.5pt; color: #333; margin: -2mm 0 3mm; }
.good { color: #05611f; } .warning { color: #8a5200; } .bad { color: #a3000d; font-weight: 600; }
p { margin: 1mm 0 2mm; }
figure { margin: 3mm 0; break-inside: avoid; } figure svg { width: 100%; height: auto; max-height: 165mm; } figure svg.chart { max-height: 78mm; }
figcaption { font-weight: 600; font-size: 9.5pt; }
.signatures { break-inside: avoid; } .signatures td { height: 16mm; } .signatures th { width: 32mm; }
.legend { font-size: 8.5pt; color: #333; margin: 6mm auto; max-width: 186mm; }
@media screen { body { padding: 8mm; background: #fff; } table { display: table; } section.across { overflow-x: auto; } }
)";

/// A table of 8 pt and a little padding: what A4 takes between its margins, in half-width characters.
constexpr std::size_t kUpright = 118;
constexpr std::size_t kAcross = 176;
constexpr std::size_t kPadding = 2;
constexpr std::size_t kWidestWords = 28;

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

std::size_t width_of(const Table& table, std::chrono::minutes utc_offset) {
    std::size_t width = 0;
    for (const std::size_t column : column_widths(table, utc_offset, kWidestWords))
        width += column + kPadding;
    return width;
}

class Page {
public:
    explicit Page(const Document& document) : document_{document} {}

    std::string str() {
        std::string body;
        for (const Section& section : document_.sections) body += section_text(section);
        return head() + body + legend() + "</body></html>\n";
    }

private:
    /// Wider than a page upright: the sheets of this section lie across.
    [[nodiscard]] bool is_across(const Section& section) const {
        return std::ranges::any_of(section.blocks, [&](const Block& block) {
            const auto* table = std::get_if<Table>(&block);
            return (table != nullptr && width_of(*table, document_.utc_offset) > kUpright) ||
                   std::holds_alternative<Picture>(block);
        });
    }

    std::string head() const {
        // On a sheet that lies the other way the title would stand alone.
        const bool across = !document_.sections.empty() && is_across(document_.sections.front());
        std::string text = fmt::format(
            "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
            "content=\"width=device-width\"/>\n<title>{}</title>\n<style>{}</style></"
            "head>\n<body>\n<header{}>\n",
            tr("en", "zh-CN"), html::escaped(document_.title), kStyle, across ? " class=\"across\"" : "");
        text += html::element("h1", document_.title);
        for (const std::string& line : document_.subtitles) text += html::element("p", line, "subtitle");
        return text + "</header>\n";
    }

    std::string section_text(const Section& section) {
        const bool across = is_across(section);
        page_ = across ? kAcross : kUpright;
        std::string made = fmt::format("<section{}>\n", across ? " class=\"across\"" : "");
        made += html::element("h2", section.heading);
        for (const Block& block : section.blocks)
            made += std::visit([&](const auto& what) { return block_text(what); }, block);
        return made + "</section>\n";
    }

    std::string block_text(const Table& table) {
        const auto widths = column_widths(table, document_.utc_offset, kWidestWords);
        const auto parts = page_columns(widths, table.leading_columns, kPadding, page_);
        std::string made;
        for (std::size_t i = 0; i < parts.size(); ++i)
            made += table_part(table, parts[i], i == 0 ? table.title : continued(table.title));
        if (table.rows.empty()) made += html::element("p", text("None.", "无。"));
        if (!table.note.empty()) made += html::element("p", table.note, "note");
        return made;
    }

    static std::string continued(const std::string& title) {
        return title.empty() ? title : trf("{} (continued)", "{}(续)", title);
    }

    std::string table_part(const Table& table, const std::vector<std::size_t>& columns,
                           const std::string& title) {
        std::string made{"<table>\n"};
        if (!title.empty()) made += html::element("caption", title);
        made += "<thead><tr>";
        for (const std::size_t i : columns) {
            const Column& column = table.columns[i];
            made += fmt::format(
                "<th{}>{}{}</th>", column.number ? " class=\"n\"" : "", html::escaped(column.heading),
                column.unit.empty() ? std::string{}
                                    : fmt::format("<br/><small>{}</small>", html::escaped(column.unit)));
        }
        made += "</tr></thead>\n<tbody>\n";
        for (std::size_t r = 0; r < table.rows.size(); ++r) {
            const bool total = r + table.total_rows >= table.rows.size();
            made += total ? "<tr class=\"total\">" : "<tr>";
            for (const std::size_t i : columns) made += cell(table.rows[r][i], table.columns[i].number);
            made += "</tr>\n";
        }
        return made + "</tbody></table>\n";
    }

    std::string cell(const Cell& cell, bool number) {
        const bool day = std::holds_alternative<DateCell>(cell.value);
        std::string classes{number ? "n" : day ? "d" : ""};
        const std::string words = html::escaped(cell_text(cell, document_.utc_offset));
        if (cell.tone == Tone::plain)
            return classes.empty() ? fmt::format("<td>{}</td>", words)
                                   : fmt::format("<td class=\"{}\">{}</td>", classes, words);
        if (!classes.empty()) classes += ' ';
        classes += tone_class(cell.tone);
        return fmt::format("<td class=\"{}\">{} {}</td>", classes, mark_of(cell.tone), words);
    }

    std::string tone_class(Tone tone) {
        if (tone != Tone::plain) tones_.insert(tone);
        switch (tone) {
            case Tone::plain:
                return {};
            case Tone::good:
                return "good";
            case Tone::warning:
                return "warning";
            case Tone::bad:
                return "bad";
        }
        return {};
    }

    std::string block_text(const Chart& chart) {
        return "<figure>" + chart_svg(chart, ++charts_) + "</figure>\n";
    }

    static std::string block_text(const Picture& picture) {
        const std::string caption =
            picture.title.empty() ? std::string{} : html::element("figcaption", picture.title);
        return "<figure>" + caption + picture.svg + "</figure>\n";
    }

    static std::string block_text(const Facts& facts) { return html::facts(facts.facts); }

    std::string block_text(const Paragraph& paragraph) {
        if (paragraph.tone == Tone::plain) return html::element("p", paragraph.text);
        return html::element("p", fmt::format("{} {}", mark_of(paragraph.tone), paragraph.text),
                             tone_class(paragraph.tone));
    }

    static std::string block_text(const Signatures& signatures) {
        std::string made{"<table class=\"signatures\">\n"};
        for (const std::string& who : signatures.who)
            made += fmt::format("<tr><th>{}</th><td></td><th>{}</th><td></td></tr>\n", html::escaped(who),
                                tr("date", "日期"));
        return made + "</table>\n";
    }

    /// What the marks on this page mean.
    std::string legend() const {
        if (tones_.empty()) return {};
        std::string words{text("Marks:", "标记说明：")};
        for (const Tone tone : tones_) words += fmt::format(" {} {};", mark_of(tone), label(tone));
        words.back() = '.';
        return html::element("p", words, "legend");
    }

    const Document& document_;
    std::size_t page_{kUpright};
    int charts_{0};
    std::set<Tone> tones_;
};

}  // namespace

std::string html_page(const Document& document) {
    return Page{document}.str();
}

}  // namespace mg
