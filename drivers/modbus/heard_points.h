#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "config/options.h"
#include "drivers/listener.h"
#include "drivers/modbus/overhearing.h"

namespace mg {

/// The points of one instrument as far as another master has read them, in whatever blocks. A point counts
/// only from an answer that has all its registers: halves of two answers may be of two moments. Pure. The
/// model must outlive it.
class HeardPoints {
public:
    HeardPoints(const ModelOptions& model, std::vector<std::vector<std::size_t>> points_of_layout);

    void asked(const HeardQuestion& question);
    void answered(const HeardQuestion& question, std::span<const std::uint8_t> registers, SteadyTime at);
    /// There was none, or none that can be used.
    void failed(const HeardQuestion& question, Quality why, SteadyTime at);

    /// What was not heard since then has the last reason since then, or was not_asked.
    [[nodiscard]] HeardReadings since(SteadyTime since) const;
    [[nodiscard]] std::vector<PointId> never_asked() const;
    [[nodiscard]] const MeterFigures& figures() const { return figures_; }

private:
    struct Event {
        Reading reading;
        SteadyTime at{};
    };
    struct Point {
        bool asked{false};
        std::optional<Event> said;    ///< by the instrument, last: a value or its mark for "no value"
        std::optional<Event> failed;  ///< last, with the reason
    };
    [[nodiscard]] static Reading reading_of(const Point& point, SteadyTime since);

    const ModelOptions& model_;
    std::vector<std::vector<std::size_t>> points_of_layout_;
    std::vector<Point> points_;  ///< beside model_.points
    MeterFigures figures_;
};

}  // namespace mg
