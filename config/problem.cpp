#include "config/problem.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::size_t kLongestQuote = 80;

/// Control characters replaced and long texts cut at a character, so that a problem stays one readable line.
std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        const bool starts_character = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        if (line.size() >= kLongestQuote && starts_character) return line + "…";
        line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
    }
    return line;
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
    if (!field.empty()) text += fmt::format("{}: ", field);
    text += what;
    if (!allowed.empty()) text += trf("; allowed: {}", "；允许：{}", allowed);
    if (!found.empty()) text += trf("; found: {}", "；实际：{}", one_line(found));
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
