#include "gateway/base/nearest.h"

#include <algorithm>
#include <numeric>

namespace mg {
namespace {

/// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other, in bytes; a
/// Chinese character counts for its three.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    constexpr std::size_t kLongest = 64;
    a = a.substr(0, kLongest);
    b = b.substr(0, kLongest);
    std::vector<std::size_t> before_last;
    std::vector<std::size_t> last;
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before_last = std::move(last);
        last = std::move(row);
        row.assign(b.size() + 1, i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
            row[j] = std::min({row[j - 1] + 1, last[j] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row.back();
}

}  // namespace

std::string nearest_of(std::string_view text, const std::vector<std::string>& names) {
    const auto nearest = std::ranges::min_element(
        names, {}, [&](const std::string& name) { return edit_distance(text, name); });
    return nearest == names.end() ? std::string{} : *nearest;
}

}  // namespace mg
