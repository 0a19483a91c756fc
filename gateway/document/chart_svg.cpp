#include "gateway/document/chart_svg.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/document/cell_text.h"
#include "gateway/document/chart_axis.h"
#include "gateway/document/html.h"

namespace mg {
namespace {

constexpr double kWidth = 760;
constexpr double kHeight = 300;
constexpr double kCharacter = 6.1;  ///< of half width, at the size of the axes
constexpr double kRight = 14;
constexpr double kBottom = 24;
constexpr double kLegendLine = 18;
constexpr double kWidestColumn = 60;

/// Neighbours differ in lightness, so that they can be told apart in grey.
constexpr std::array kFills{"#1f4e79", "#c9ddf0", "#c8701e", "#f7dca0",
                            "#4f7d3f", "#d3e5c8", "#6f3f7d", "#e6d3ea"};
constexpr std::array kStrokes{"#1f4e79", "#c8501e", "#3f7d3f", "#7d3f7d",
                              "#8a6d00", "#444444", "#0f8a8a", "#a3003d"};
constexpr std::array kDashes{"", "7 3", "2 3", "9 3 2 3", "12 4", "4 2", "1 2", "6 2 1 2"};

struct Frame {
    double left{};
    double top{};
    double width{};
    double height{};
    ChartAxis axis;
    std::size_t categories{};

    [[nodiscard]] double y(double value) const { return top + height * (1 - axis.share(value)); }
    [[nodiscard]] double band() const {
        return width / static_cast<double>(std::max<std::size_t>(categories, 1));
    }
    [[nodiscard]] double column() const { return band() * (band() > 6 ? 0.76 : 0.9); }
    [[nodiscard]] double begin(std::size_t i) const { return left + band() * static_cast<double>(i); }
    [[nodiscard]] double middle(std::size_t i) const { return begin(i) + band() / 2; }
};

double text_width(std::string_view text) {
    return kCharacter * static_cast<double>(columns_of(text));
}

std::string words(double x, double y, std::string_view anchor, std::string_view text,
                  std::string_view more = {}) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor, more,
                       html::escaped(text));
}

std::string rectangle(double x, double y, double width, double height, std::string_view fill) {
    return fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\" stroke=\"#222\" "
        "stroke-width=\"0.5\"/>\n",
        x, y, width, height, fill);
}

/// Lines of names below the title.
struct Legend {
    std::string svg;
    double height{0};
};

std::string legend_sign(const Chart& chart, std::size_t i, double x, double y) {
    if (chart.kind != Chart::Kind::lines) return rectangle(x, y - 8, 14, 9, kFills[i % kFills.size()]);
    return fmt::format(
        "<path d=\"M{:.1f} {:.1f}h22\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" "
        "stroke-dasharray=\"{}\"/>\n",
        x, y - 4, kStrokes[i % kStrokes.size()], kDashes[i % kDashes.size()]);
}

Legend legend_of(const Chart& chart, double top) {
    Legend legend;
    if (chart.series.size() < 2) return legend;
    const double sign = chart.kind == Chart::Kind::lines ? 27 : 19;
    double x = 10;
    double y = top + 12;
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        const double needed = sign + text_width(chart.series[i].name) + 16;
        if (x > 10 && x + needed > kWidth - kRight) {
            x = 10;
            y += kLegendLine;
        }
        legend.svg += legend_sign(chart, i, x, y) + words(x + sign, y, "start", chart.series[i].name);
        x += needed;
    }
    legend.height = y - top + 6;
    return legend;
}

std::string grid(const Frame& frame) {
    std::string svg;
    for (double value = frame.axis.low; value < frame.axis.high + frame.axis.step / 2;
         value += frame.axis.step) {
        const double y = frame.y(value);
        const bool zero = std::abs(value) < frame.axis.step / 2;
        svg += fmt::format("<path d=\"M{:.1f} {:.1f}h{:.1f}\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
                           frame.left, y, frame.width, zero ? "#333" : "#ccc", zero ? "1" : "0.6");
        svg += words(frame.left - 6, y + 4, "end", frame.axis.text(value));
    }
    return svg;
}

/// As many names as fit beside one another.
std::string category_names(const Chart& chart, const Frame& frame) {
    double widest = 0;
    for (const std::string& name : chart.categories) widest = std::max(widest, text_width(name));
    const auto every = static_cast<std::size_t>(std::max(1.0, std::ceil((widest + 5) / frame.band())));
    std::string svg;
    for (std::size_t i = 0; i < chart.categories.size(); i += every)
        svg += words(frame.middle(i), frame.top + frame.height + 16, "middle", chart.categories[i]);
    return svg;
}

std::string columns(const Chart& chart, const Frame& frame) {
    const auto number = static_cast<double>(chart.series.size());
    const double width = std::min(frame.column() / number, kWidestColumn);
    const double used = width * number;
    std::string svg;
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
        for (std::size_t i = 0; i < std::min(frame.categories, chart.series[s].values.size()); ++i) {
            const auto value = chart.series[s].values[i];
            if (!value) continue;
            const double y = std::min(frame.y(*value), frame.y(0));
            svg += rectangle(frame.middle(i) - used / 2 + width * static_cast<double>(s), y, width,
                             std::abs(frame.y(*value) - frame.y(0)), kFills[s % kFills.size()]);
        }
    }
    return svg;
}

std::string stacked_columns(const Chart& chart, const Frame& frame) {
    const double width = std::min(frame.column(), kWidestColumn);
    std::string svg;
    for (std::size_t i = 0; i < frame.categories; ++i) {
        double up = 0;
        double down = 0;
        for (std::size_t s = 0; s < chart.series.size(); ++s) {
            const auto& values = chart.series[s].values;
            if (i >= values.size() || !values[i] || *values[i] == 0) continue;
            double& reached = *values[i] > 0 ? up : down;
            const double before = reached;
            reached += *values[i];
            svg += rectangle(frame.middle(i) - width / 2, std::min(frame.y(before), frame.y(reached)), width,
                             std::abs(frame.y(before) - frame.y(reached)), kFills[s % kFills.size()]);
        }
    }
    return svg;
}

std::string lines(const Chart& chart, const Frame& frame) {
    std::string svg;
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
        const auto& values = chart.series[s].values;
        const auto known = [&](std::size_t i) { return i < values.size() && values[i].has_value(); };
        const char* stroke = kStrokes[s % kStrokes.size()];
        std::string path;
        for (std::size_t i = 0; i < frame.categories; ++i) {
            if (!known(i)) continue;
            const bool goes_on = i > 0 && known(i - 1);
            path += fmt::format("{}{:.1f} {:.1f}", goes_on ? 'L' : 'M', frame.middle(i), frame.y(*values[i]));
            // A single value between two holes would be no line at all.
            if (frame.categories <= 40 || (!goes_on && !known(i + 1)))
                svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.4\" fill=\"{}\"/>\n",
                                   frame.middle(i), frame.y(*values[i]), stroke);
        }
        svg += fmt::format(
            "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\" stroke-linejoin=\"round\" "
            "stroke-dasharray=\"{}\"/>\n",
            path.empty() ? "M0 0" : path, stroke, kDashes[s % kDashes.size()]);
    }
    return svg;
}

std::string bar_line(const Chart& chart, const Frame& frame) {
    if (!chart.bar) return {};
    const double y = frame.y(*chart.bar);
    return fmt::format(
               "<path d=\"M{:.1f} {:.1f}h{:.1f}\" stroke=\"#a3000d\" stroke-width=\"1.4\" "
               "stroke-dasharray=\"8 4\"/>\n",
               frame.left, y, frame.width) +
           words(frame.left + frame.width - 2, y - 4, "end", chart.bar_name,
                 " fill=\"#a3000d\" stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\"");
}

std::string shapes(const Chart& chart, const Frame& frame) {
    switch (chart.kind) {
        case Chart::Kind::columns:
            return columns(chart, frame);
        case Chart::Kind::stacked_columns:
            return stacked_columns(chart, frame);
        case Chart::Kind::lines:
            return lines(chart, frame);
    }
    return {};
}

bool is_empty(const Chart& chart) {
    return std::ranges::all_of(chart.series, [](const Chart::Series& series) {
        return std::ranges::none_of(series.values, [](const auto& value) { return value.has_value(); });
    });
}

}  // namespace

std::string chart_svg(const Chart& chart, int number) {
    const Legend legend = legend_of(chart, 24);
    Frame frame{.axis = axis_of(chart), .categories = chart.categories.size()};
    const double labels =
        std::max(text_width(frame.axis.text(frame.axis.high)), text_width(frame.axis.text(frame.axis.low)));
    frame.left = labels + 12;
    frame.top = 24 + legend.height + (chart.unit.empty() ? 8 : 22);
    frame.width = kWidth - kRight - frame.left;
    frame.height = kHeight - kBottom - frame.top + legend.height;
    const double height = kHeight + legend.height;
    std::string svg = fmt::format(
        "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" "
        "aria-labelledby=\"chart{}\" class=\"chart\" font-size=\"11\" fill=\"#111\">\n<title "
        "id=\"chart{}\">{}</title>\n",
        kWidth, height, number, number, html::escaped(chart.title));
    svg += words(kWidth / 2, 15, "middle", chart.title, " font-size=\"13\" font-weight=\"600\"");
    svg += legend.svg;
    if (!chart.unit.empty()) svg += words(4, frame.top - 10, "start", chart.unit);
    svg += grid(frame);
    svg += is_empty(chart) ? words(frame.left + frame.width / 2, frame.top + frame.height / 2, "middle",
                                   tr("nothing is known", "无数据"), " font-size=\"13\"")
                           : shapes(chart, frame);
    return svg + bar_line(chart, frame) + category_names(chart, frame) + "</svg>\n";
}

}  // namespace mg
