#include "gateway/balance/flow_picture.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "gateway/balance/layered_layout.h"
#include "gateway/base/language.h"
#include "gateway/document/html.h"

namespace mg {
namespace {

constexpr double kHeightOfBands = 300;  ///< of all that leaves the node that lets most through
constexpr double kLeastSlot = 17;       ///< of a band with its label

double number(const std::optional<Exact>& amount) {
    if (!amount) return 0;
    const auto rounded = amount->rounded(3);
    return rounded ? std::max(0.0, static_cast<double>(rounded->mantissa()) / 1000.0) : 0.0;
}

/// Each as wide as its amount.
std::vector<LayeredLayout::Edge> bands(const MediumBalance& medium) {
    std::map<std::string, double> through;
    for (const MeasuredEdge& edge : medium.edges) through[edge.from] += number(edge.forward);
    double most = 0;
    for (const auto& [node, amount] : through) most = std::max(most, amount);
    std::vector<LayeredLayout::Edge> bands;
    for (const MeasuredEdge& edge : medium.edges) {
        bands.push_back({.from = edge.from,
                         .to = edge.to,
                         .width = most > 0 ? number(edge.forward) / most * kHeightOfBands : 0});
    }
    return bands;
}

std::string shape(const LayeredLayout& layout, const LayeredLayout::Edge& band, bool known) {
    const std::string path = layout.path(band);
    if (!known) return path + "stroke=\"#000\" stroke-width=\"1.0\" stroke-dasharray=\"5 4\"/>\n";
    // The white rim keeps bands apart that touch or cross.
    const double width = std::max(band.width, 1.0);
    return fmt::format("{0}stroke=\"#fff\" stroke-width=\"{1:.1f}\"/>\n", path, width + 2) +
           fmt::format("{0}stroke=\"#c8c8c8\" stroke-width=\"{1:.1f}\"/>\n", path, width);
}

std::string label(const LayeredLayout& layout, const LayeredLayout::Edge& band, const MeasuredEdge& edge,
                  const std::string& unit) {
    std::string words = edge.meter + "  ";
    words += edge.forward ? amount_text(*edge.forward) + " " + unit : "?";
    if (edge.reverse && !edge.reverse->is_zero())
        words += trf(" (reverse {})", "（反向 {}）", amount_text(*edge.reverse));
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                       layout.x(band.to) - 6, band.to_y + band.slot / 2 + 4, html::escaped(words));
}

}  // namespace

std::string flow_picture(const MediumBalance& medium) {
    if (std::ranges::none_of(medium.edges, [](const auto& edge) { return edge.forward.has_value(); }))
        return {};
    const LayeredLayout layout{bands(medium), kLeastSlot};
    std::string drawn = layout.begin_svg();
    for (std::size_t i = 0; i < medium.edges.size(); ++i)
        drawn += shape(layout, layout.edges()[i], medium.edges[i].forward.has_value());
    drawn += layout.blocks();
    for (std::size_t i = 0; i < medium.edges.size(); ++i)
        drawn += label(layout, layout.edges()[i], medium.edges[i], medium.unit);
    return drawn + "</svg>\n";
}

}  // namespace mg
