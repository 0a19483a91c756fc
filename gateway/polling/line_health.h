#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"

namespace mg {

/// Turns a stream of single failures into the few sentences worth logging: an instrument falls silent (three
/// polls in a row), an instrument is back, the whole line is down (its channel cannot be opened), the line is
/// back. Pure.
class LineHealth {
public:
    LineHealth(std::string line, std::vector<std::string> instruments);

    /// A sentence when the state changed, none otherwise. `trouble` is empty for a good poll.
    std::optional<std::string> polled(std::size_t instrument, bool answered, const std::string& trouble,
                                      SteadyTime now);
    std::optional<std::string> channel_failed(const std::string& trouble, SteadyTime now);
    std::optional<std::string> channel_opened(SteadyTime now);

    [[nodiscard]] bool line_down() const { return line_down_since_.has_value(); }
    [[nodiscard]] bool silent(std::size_t instrument) const {
        return states_[instrument].silent_since.has_value();
    }

private:
    struct State {
        std::string name;
        int failures{0};
        std::optional<SteadyTime> first_failure;
        std::optional<SteadyTime> silent_since;
    };
    std::string line_;
    std::vector<State> states_;
    std::optional<SteadyTime> line_down_since_;
};

}  // namespace mg
