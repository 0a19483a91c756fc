#include "gateway/balance/flow_picture.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/document/html.h"

namespace mg {
namespace {

constexpr double kWidth = 1040;
constexpr double kHeightOfBands = 300;  ///< of all that the fullest layer lets through
constexpr double kLeastSlot = 17;       ///< of a band with its label
constexpr double kGap = 30;             ///< between nodes, with room for the name
constexpr double kBlock = 10;           ///< width of a node
constexpr double kLeft = 20;
constexpr double kRight = 150;  ///< room for the names of the last layer
constexpr double kTop = 30;

double number(const std::optional<Exact>& amount) {
    if (!amount) return 0;
    const auto rounded = amount->rounded(3);
    return rounded ? static_cast<double>(rounded->mantissa()) / 1000.0 : 0.0;
}

struct Band {
    const MeasuredEdge* edge{};
    double width{0};
    double from_y{0};
    double to_y{0};
    [[nodiscard]] double slot() const { return std::max(width, kLeastSlot); }
};

struct Node {
    std::string name;
    std::size_t layer{0};
    double y{0};
    double in{0};   ///< height of what enters
    double out{0};  ///< of what leaves
    [[nodiscard]] double height() const { return std::max(in, out); }
};

class FlowLayout {
public:
    explicit FlowLayout(const MediumBalance& medium) {
        for (const MeasuredEdge& edge : medium.edges) {
            for (const std::string& name : {edge.from, edge.to}) {
                if (node(name) == nullptr) nodes_.push_back({.name = name});
            }
            bands_.push_back({.edge = &edge});
        }
        set_layers();
        set_widths();
        place();
    }

    [[nodiscard]] std::string svg(const MediumBalance& medium) const {
        std::string drawn = fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\" "
            "font-family=\"sans-serif\" font-size=\"11\" fill=\"#000\">\n",
            kWidth, height_);
        for (const Band& band : bands_) drawn += shape(band);
        for (const Node& each : nodes_) drawn += block(each);
        for (const Band& band : bands_) drawn += label(band, medium.unit);
        return drawn + "</svg>\n";
    }

private:
    [[nodiscard]] const Node* node(const std::string& name) const {
        const auto found = std::ranges::find(nodes_, name, &Node::name);
        return found == nodes_.end() ? nullptr : &*found;
    }
    [[nodiscard]] Node& at(const std::string& name) { return *std::ranges::find(nodes_, name, &Node::name); }

    /// A node stands right of everything that flows into it; where energy goes in a circle, as far as that is
    /// possible.
    void set_layers() {
        for (std::size_t round = 0; round < std::min<std::size_t>(nodes_.size(), 8); ++round) {
            for (const Band& band : bands_) {
                Node& to = at(band.edge->to);
                to.layer = std::min<std::size_t>(std::max(to.layer, at(band.edge->from).layer + 1), 8);
            }
        }
        // A source stands right before what it feeds.
        for (Node& each : nodes_) {
            if (std::ranges::any_of(bands_, [&](const Band& band) { return band.edge->to == each.name; }))
                continue;
            std::size_t next = 9;
            for (const Band& band : bands_) {
                if (band.edge->from == each.name) next = std::min(next, at(band.edge->to).layer);
            }
            each.layer = next == 0 || next == 9 ? 0 : next - 1;
        }
        for (const Node& each : nodes_) last_layer_ = std::max(last_layer_, each.layer);
    }

    void set_widths() {
        std::map<std::size_t, double> through;
        for (const Band& band : bands_) through[at(band.edge->from).layer] += number(band.edge->forward);
        double most = 0;
        for (const auto& [layer, amount] : through) most = std::max(most, amount);
        for (Band& band : bands_) {
            band.width = most > 0 ? std::max(0.0, number(band.edge->forward)) / most * kHeightOfBands : 0;
            at(band.edge->from).out += band.slot();
            at(band.edge->to).in += band.slot();
        }
    }

    void place() {
        std::map<std::size_t, double> heights;
        for (const Node& each : nodes_) heights[each.layer] += each.height() + kGap;
        double tallest = 0;
        for (const auto& [layer, height] : heights) tallest = std::max(tallest, height);
        height_ = tallest + kTop;
        std::map<std::size_t, double> next;
        for (Node& each : nodes_) {
            double& y =
                next.try_emplace(each.layer, kTop + (tallest - heights[each.layer]) / 2).first->second;
            each.y = y;
            y += each.height() + kGap;
        }
        // In the order of their other ends, so that few of them cross.
        std::vector<Band*> sorted;
        for (Band& band : bands_) sorted.push_back(&band);
        std::map<std::string, double> in;
        std::map<std::string, double> out;
        std::ranges::stable_sort(sorted, {}, [&](const Band* band) { return at(band->edge->to).y; });
        for (Band* band : sorted) {
            double& used = out[band->edge->from];
            band->from_y = at(band->edge->from).y + used;
            used += band->slot();
        }
        std::ranges::stable_sort(sorted, {}, [&](const Band* band) { return at(band->edge->from).y; });
        for (Band* band : sorted) {
            double& used = in[band->edge->to];
            band->to_y = at(band->edge->to).y + used;
            used += band->slot();
        }
    }

    [[nodiscard]] double x(const Node& of) const {
        const double step =
            (kWidth - kLeft - kRight) / static_cast<double>(std::max<std::size_t>(last_layer_, 1));
        return kLeft + step * static_cast<double>(of.layer);
    }

    [[nodiscard]] std::string shape(const Band& band) const {
        const double left = x(*node(band.edge->from)) + kBlock;
        const double right = x(*node(band.edge->to));
        const double middle = (left + right) / 2;
        const double from = band.from_y + band.slot() / 2;
        const double to = band.to_y + band.slot() / 2;
        const auto path = [&](std::string_view stroke, double width, std::string_view more) {
            return fmt::format(
                "<path d=\"M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}\" fill=\"none\" "
                "stroke=\"{}\" stroke-width=\"{:.1f}\"{}/>\n",
                left, from, middle, from, middle, to, right, to, stroke, width, more);
        };
        if (!band.edge->forward) return path("#000", 1, " stroke-dasharray=\"5 4\"");
        // The white rim keeps bands apart that touch or cross.
        const double width = std::max(band.width, 1.0);
        return path("#fff", width + 2, "") + path("#c8c8c8", width, "");
    }

    [[nodiscard]] std::string block(const Node& each) const {
        const bool last = each.layer == last_layer_;
        return fmt::format(
            "<rect x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"{2}\" height=\"{3:.1f}\"/>\n"
            "<text x=\"{4:.1f}\" y=\"{5:.1f}\" font-weight=\"bold\" font-size=\"13\">{6}</text>\n",
            x(each), each.y, kBlock, each.height(), last ? x(each) + kBlock + 6 : x(each),
            last ? each.y + each.height() / 2 + 4 : each.y - 6, html::escaped(each.name));
    }

    [[nodiscard]] std::string label(const Band& band, const std::string& unit) const {
        const MeasuredEdge& edge = *band.edge;
        std::string words = edge.meter + "  ";
        words += edge.forward ? amount_text(*edge.forward) + " " + unit : "?";
        if (edge.reverse && !edge.reverse->is_zero())
            words += trf(" (reverse {})", "（反向 {}）", amount_text(*edge.reverse));
        return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                           x(*node(edge.to)) - 6, band.to_y + band.slot() / 2 + 4, html::escaped(words));
    }

    std::vector<Node> nodes_;
    std::vector<Band> bands_;
    std::size_t last_layer_{0};
    double height_{0};
};

}  // namespace

std::string flow_picture(const MediumBalance& medium) {
    if (std::ranges::none_of(medium.edges, [](const auto& edge) { return edge.forward.has_value(); }))
        return {};
    return FlowLayout{medium}.svg(medium);
}

}  // namespace mg
