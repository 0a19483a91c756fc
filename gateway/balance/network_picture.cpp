#include <fmt/format.h>

#include "gateway/balance/layered_layout.h"
#include "gateway/balance/metering_network.h"
#include "gateway/base/language.h"
#include "gateway/document/html.h"

namespace mg {
namespace {

constexpr double kSlot = 30;  ///< of a line with two lines of words
constexpr double kRadius = 9;
constexpr double kLevel = 0.45;   ///< of the way, for the words
constexpr double kFromNode = 26;  ///< middle of the circle before the node that is fed

std::string_view sign(MeterLevel level) {
    switch (level) {
        case MeterLevel::enterprise:
            return "1";
        case MeterLevel::unit:
            return "2";
        case MeterLevel::equipment:
            return "3";
        case MeterLevel::other:
        case MeterLevel::unstated:
            return "·";
    }
    return "";
}

std::string line(const LayeredLayout& layout, const LayeredLayout::Edge& edge, MeterReading reading) {
    return layout.path(edge, kLevel) +
           fmt::format("stroke=\"#000\" stroke-width=\"1\"{}/>\n",
                       reading == MeterReading::on_wire ? "" : " stroke-dasharray=\"5 4\"");
}

std::string meter(const LayeredLayout& layout, const LayeredLayout::Edge& edge, const NetworkMeter& meter) {
    const double x = layout.x(edge.to) - kFromNode;
    const double y = edge.to_y + edge.slot / 2;
    std::string drawn = fmt::format(
        "<circle cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"{2}\" fill=\"#fff\" stroke=\"#000\" "
        "stroke-width=\"{3}\"/>\n"
        "<text x=\"{0:.1f}\" y=\"{4:.1f}\" text-anchor=\"middle\">{5}</text>\n",
        x, y, kRadius, meter.level == MeterLevel::enterprise ? 2.5 : 1.0, y + 4, sign(meter.level));
    if (meter.reading == MeterReading::idle) {
        drawn +=
            fmt::format("<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\" stroke=\"#000\" stroke-width=\"2\"/>\n",
                        x - kRadius, y + kRadius, x + kRadius, y - kRadius);
    }
    // The white rim keeps the words apart from lines that pass behind them.
    const auto words = [&](double below, const std::string& text) {
        return fmt::format(
            "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\" stroke=\"#fff\" stroke-width=\"3\" "
            "paint-order=\"stroke\">{}</text>\n",
            x - kRadius - 5, y + below, html::escaped(text));
    };
    return drawn + words(-3, meter.meter) + words(11, meter.name);
}

}  // namespace

std::string network_picture(const MeteringNetwork& network) {
    if (network.meters.empty()) return {};
    std::vector<LayeredLayout::Edge> edges;
    for (const NetworkMeter& each : network.meters) edges.push_back({.from = each.from, .to = each.to});
    const LayeredLayout layout{std::move(edges), kSlot};
    std::string drawn = layout.begin_svg();
    for (std::size_t i = 0; i < network.meters.size(); ++i)
        drawn += line(layout, layout.edges()[i], network.meters[i].reading);
    drawn += layout.blocks();
    for (std::size_t i = 0; i < network.meters.size(); ++i)
        drawn += meter(layout, layout.edges()[i], network.meters[i]);
    return drawn + "</svg>\n";
}

}  // namespace mg
