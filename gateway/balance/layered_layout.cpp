#include "gateway/balance/layered_layout.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "gateway/document/html.h"

namespace mg {
namespace {

constexpr double kGap = 30;  ///< between nodes, with room for the name
constexpr double kLeft = 20;
constexpr double kRight = 150;  ///< room for the names of the last layer
constexpr double kTop = 30;
constexpr std::size_t kMostLayers = 9;

}  // namespace

double LayeredLayout::Node::height() const {
    return std::max(in, out);
}

LayeredLayout::LayeredLayout(std::vector<Edge> edges, double least_slot) : edges_{std::move(edges)} {
    for (Edge& edge : edges_) {
        edge.slot = std::max(edge.width, least_slot);
        for (const std::string& name : {edge.from, edge.to}) {
            if (std::ranges::find(nodes_, name, &Node::name) == nodes_.end())
                nodes_.push_back({.name = name});
        }
    }
    for (const Edge& edge : edges_) {
        at(edge.from).out += edge.slot;
        at(edge.to).in += edge.slot;
    }
    set_layers();
    place();
}

const LayeredLayout::Node& LayeredLayout::node(std::string_view name) const {
    return *std::ranges::find(nodes_, name, &Node::name);
}

LayeredLayout::Node& LayeredLayout::at(std::string_view name) {
    return *std::ranges::find(nodes_, name, &Node::name);
}

/// A node stands right of everything that flows into it; where energy goes in a circle, as far as that is
/// possible.
void LayeredLayout::set_layers() {
    for (std::size_t round = 0; round < std::min(nodes_.size(), kMostLayers - 1); ++round) {
        for (const Edge& edge : edges_) {
            Node& to = at(edge.to);
            to.layer = std::min(std::max(to.layer, at(edge.from).layer + 1), kMostLayers - 1);
        }
    }
    // A source stands right before what it feeds.
    for (Node& each : nodes_) {
        if (std::ranges::find(edges_, each.name, &Edge::to) != edges_.end()) continue;
        std::size_t next = kMostLayers;
        for (const Edge& edge : edges_) {
            if (edge.from == each.name) next = std::min(next, at(edge.to).layer);
        }
        each.layer = next == 0 || next == kMostLayers ? 0 : next - 1;
    }
    for (const Node& each : nodes_) last_layer_ = std::max(last_layer_, each.layer);
}

void LayeredLayout::place() {
    std::map<std::size_t, double> heights;
    for (const Node& each : nodes_) heights[each.layer] += each.height() + kGap;
    double tallest = 0;
    for (const auto& [layer, height] : heights) tallest = std::max(tallest, height);
    height_ = tallest + kTop;
    std::map<std::size_t, double> next;
    for (Node& each : nodes_) {
        double& y = next.try_emplace(each.layer, kTop + (tallest - heights[each.layer]) / 2).first->second;
        each.y = y;
        y += each.height() + kGap;
    }
    // In the order of their other ends, so that few of them cross.
    std::vector<Edge*> sorted;
    for (Edge& edge : edges_) sorted.push_back(&edge);
    std::map<std::string, double> in;
    std::map<std::string, double> out;
    std::ranges::stable_sort(sorted, {}, [&](const Edge* edge) { return at(edge->to).y; });
    for (Edge* edge : sorted) {
        double& used = out[edge->from];
        edge->from_y = at(edge->from).y + used;
        used += edge->slot;
    }
    std::ranges::stable_sort(sorted, {}, [&](const Edge* edge) { return at(edge->from).y; });
    for (Edge* edge : sorted) {
        double& used = in[edge->to];
        edge->to_y = at(edge->to).y + used;
        used += edge->slot;
    }
}

double LayeredLayout::x(std::string_view name) const {
    const double step =
        (kWidth - kLeft - kRight) / static_cast<double>(std::max<std::size_t>(last_layer_, 1));
    return kLeft + step * static_cast<double>(node(name).layer);
}

std::string LayeredLayout::begin_svg() const {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\" "
        "font-family=\"sans-serif\" font-size=\"11\" fill=\"#000\">\n",
        kWidth, height_);
}

std::string LayeredLayout::path(const Edge& edge, double straight) const {
    const double left = x(edge.from) + kBlock;
    const double right = x(edge.to);
    const double level = right - (right - left) * straight;
    const double middle = (left + level) / 2;
    const double from = edge.from_y + edge.slot / 2;
    const double to = edge.to_y + edge.slot / 2;
    return fmt::format(
        "<path d=\"M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}H{:.1f}\" fill=\"none\" ", left,
        from, middle, from, middle, to, level, to, right);
}

std::string LayeredLayout::blocks() const {
    std::string drawn;
    for (const Node& each : nodes_) {
        const double left = x(each.name);
        const bool last = each.layer == last_layer_;
        drawn += fmt::format(
            "<rect x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"{2}\" height=\"{3:.1f}\"/>\n"
            "<text x=\"{4:.1f}\" y=\"{5:.1f}\" font-weight=\"bold\" font-size=\"13\">{6}</text>\n",
            left, each.y, kBlock, each.height(), last ? left + kBlock + 6 : left,
            last ? each.y + each.height() / 2 + 4 : each.y - 6, html::escaped(each.name));
    }
    return drawn;
}

}  // namespace mg
