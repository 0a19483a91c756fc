#include "gateway/document/html.h"

#include <utility>

#include <fmt/format.h>

namespace mg::html {

std::string escaped(std::string_view text) {
    std::string made;
    made.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                made += "&amp;";
                break;
            case '<':
                made += "&lt;";
                break;
            case '>':
                made += "&gt;";
                break;
            case '"':
                made += "&quot;";
                break;
            default:
                made += c;
        }
    }
    return made;
}

std::string element(std::string_view name, std::string_view text, std::string_view style_class) {
    const std::string attribute =
        style_class.empty() ? std::string{} : fmt::format(" class=\"{}\"", style_class);
    return fmt::format("<{0}{1}>{2}</{0}>\n", name, attribute, escaped(text));
}

TableText::TableText(const std::vector<std::string>& headings, std::set<std::size_t> whole)
    : whole_{std::move(whole)}, text_{"<table>\n<tr>"} {
    for (const std::string& heading : headings) text_ += fmt::format("<th>{}</th>", escaped(heading));
    text_ += "</tr>\n";
}

void TableText::add(const std::vector<std::string>& cells) {
    empty_ = false;
    text_ += "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i)
        text_ +=
            fmt::format("<td{}>{}</td>", whole_.contains(i) ? " class=\"whole\"" : "", escaped(cells[i]));
    text_ += "</tr>\n";
}

std::string facts(const std::vector<std::pair<std::string, std::string>>& facts) {
    std::string text{"<table class=\"facts\">\n"};
    for (const auto& [what, value] : facts)
        text += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escaped(what), escaped(value));
    return text + "</table>\n";
}

}  // namespace mg::html
