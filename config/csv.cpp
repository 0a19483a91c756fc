#include "config/csv.h"

#include <algorithm>
#include <array>

#include "gateway/base/language.h"

namespace mg {

char separator_of(std::string_view text) {
    constexpr std::array kSeparators{',', ';', '\t'};
    std::array<int, kSeparators.size()> counts{};
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '\n' || c == '\r') break;
        const auto found = std::ranges::find(kSeparators, c);
        if (found != kSeparators.end()) ++counts[static_cast<std::size_t>(found - kSeparators.begin())];
    }
    return kSeparators[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

bool CsvReader::take_line_end() {
    if (rest_.empty()) return true;
    if (rest_.front() != '\n' && rest_.front() != '\r') return false;
    rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
    ++line_;
    return true;
}

std::string CsvReader::quoted_cell(CsvRow& row) {
    const Place opened{line_, static_cast<int>(row.cells.size()) + 1};
    rest_.remove_prefix(1);
    std::string text;
    while (!rest_.empty()) {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '"') {
            if (!rest_.starts_with('"')) return text;
            rest_.remove_prefix(1);
        }
        if (c == '\n' || (c == '\r' && !rest_.starts_with('\n'))) ++line_;
        text += c;
    }
    row.trouble =
        Complaint{std::string(tr("a quote opens here and is never closed; the rest of the file is swallowed",
                                 "此处的引号没有闭合，其后内容全部被吞掉")),
                  std::string(tr("close it, or double a quote that belongs to the text",
                                 "补上引号；文字中的引号写成两个"))};
    row.trouble_at = opened;
    return text;
}

std::string CsvReader::cell(CsvRow& row) {
    std::string text;
    const bool quoted = rest_.starts_with('"');
    if (quoted) text = quoted_cell(row);
    const auto end =
        std::ranges::find_if(rest_, [&](char c) { return c == separator_ || c == '\n' || c == '\r'; });
    const auto plain = static_cast<std::size_t>(end - rest_.begin());
    if (plain > 0 && quoted && !row.trouble) {
        row.trouble = Complaint{std::string(tr("text after the closing quote", "引号之后还有文字")),
                                std::string(tr("quote the whole cell", "整个单元格一起加引号"))};
        row.trouble_at = {line_, static_cast<int>(row.cells.size()) + 1};
    }
    text.append(rest_.substr(0, plain));
    rest_.remove_prefix(plain);
    return text;
}

std::optional<CsvRow> CsvReader::next() {
    if (rest_.empty()) return std::nullopt;
    CsvRow row;
    row.line = line_;
    while (true) {
        row.cells.push_back(cell(row));
        if (take_line_end()) return row;
        rest_.remove_prefix(1);  // the separator
    }
}

}  // namespace mg
