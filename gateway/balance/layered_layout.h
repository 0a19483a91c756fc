#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mg {

/// Where the nodes and edges of a picture stand that is read from left to right: sources on the left,
/// consumers on the right, cycles allowed. All numbers are units of the picture's viewBox. Pure.
class LayeredLayout {
public:
    struct Edge {
        std::string from;
        std::string to;
        double width{0};   ///< of its band
        double from_y{0};  ///< upper end of its slot where it leaves, and where it enters
        double to_y{0};
        double slot{0};  ///< room with its label, at least its width
    };
    struct Node {
        std::string name;
        std::size_t layer{0};
        double y{0};
        double in{0};   ///< height of what enters
        double out{0};  ///< of what leaves
        [[nodiscard]] double height() const;
    };

    static constexpr double kWidth = 1040;  ///< of the picture
    static constexpr double kBlock = 10;    ///< width of a node

    /// Edges keep their order; `from`, `to` and `width` are given. No slot is lower than `least_slot`.
    LayeredLayout(std::vector<Edge> edges, double least_slot);

    [[nodiscard]] const std::vector<Edge>& edges() const { return edges_; }
    [[nodiscard]] double height() const { return height_; }
    [[nodiscard]] double x(std::string_view node) const;  ///< its left side

    /// The <svg> that all stands in, up to what is drawn.
    [[nodiscard]] std::string begin_svg() const;
    /// An S from the right side of one node to the left side of the other, of which the last `straight` (a
    /// share of the way) is level. Without its end: "<path d=… ".
    [[nodiscard]] std::string path(const Edge& edge, double straight = 0) const;
    /// All nodes as blocks with their names.
    [[nodiscard]] std::string blocks() const;

private:
    [[nodiscard]] const Node& node(std::string_view name) const;
    [[nodiscard]] Node& at(std::string_view name);
    void set_layers();
    void place();

    std::vector<Edge> edges_;
    std::vector<Node> nodes_;
    std::size_t last_layer_{0};
    double height_{0};
};

}  // namespace mg
