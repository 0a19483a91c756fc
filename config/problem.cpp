#include "config/problem.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::size_t kLongestQuote = 80;

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// What the file says, cut at a character where it is long.
std::string quote(std::string_view text) {
    std::size_t size = std::min(text.size(), kLongestQuote);
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) ++size;
    return std::string(text.substr(0, size)) + (size < text.size() ? "…" : "");
}

Problem make(Severity severity, const std::string& file, Place place, std::string_view field,
             Complaint complaint, std::string_view found) {
    return {.file = file,
            .line = place.line,
            .column = place.column,
            .field = std::string(field),
            .what = std::move(complaint.what),
            .allowed = std::move(complaint.allowed),
            .found = std::string(found),
            .severity = severity};
}

}  // namespace

std::string Problem::to_string() const {
    std::string text = file;
    if (line > 0) text += fmt::format(":{}", line);
    if (line > 0 && column > 0) text += fmt::format(":{}", column);
    text += ": ";
    if (severity == Severity::warning) text += tr("warning: ", "提示：");
    if (!field.empty()) text += fmt::format("{}: ", quote(field));
    text += what;
    if (!allowed.empty()) text += trf("; allowed: {}", "；允许：{}", allowed);
    if (!found.empty()) text += trf("; found: {}", "；实际：{}", quote(found));
    // A key, a heading or a parser's message may bring a line break as well as what was found.
    std::ranges::replace_if(text, is_control, ' ');
    return text;
}

void Reporter::error(Place place, std::string_view field, Complaint complaint, std::string_view found) {
    problems_.push_back(make(Severity::error, file_, place, field, std::move(complaint), found));
}

void Reporter::warning(Place place, std::string_view field, Complaint complaint, std::string_view found) {
    problems_.push_back(make(Severity::warning, file_, place, field, std::move(complaint), found));
}

void sort_by_position(std::vector<Problem>& problems) {
    std::ranges::stable_sort(problems, {}, [](const Problem& problem) {
        return std::tuple<std::string_view, int, int>{problem.file, problem.line, problem.column};
    });
}

}  // namespace mg
