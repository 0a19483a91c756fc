#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Pieces of an HTML page. Pure. Every text is escaped here and nowhere else.
namespace mg::html {

std::string escaped(std::string_view text);

/// One element with a text in it: "<h2>…</h2>".
std::string element(std::string_view name, std::string_view text, std::string_view style_class = {});

/// A table under a heading row.
class TableText {
public:
    /// `whole`: the cells of these columns, from 0, are not broken into lines.
    explicit TableText(const std::vector<std::string>& headings, std::set<std::size_t> whole = {});
    /// As many cells as headings; texts.
    void add(const std::vector<std::string>& cells);
    [[nodiscard]] bool empty() const { return empty_; }
    [[nodiscard]] std::string str() const { return text_ + "</table>\n"; }

private:
    std::set<std::size_t> whole_;
    std::string text_;
    bool empty_{true};
};

/// Pairs of what and its value, one a row.
std::string facts(const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace mg::html
