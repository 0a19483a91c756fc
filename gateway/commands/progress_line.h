#pragma once

#include <optional>
#include <string>

#include "gateway/base/clock.h"

namespace mg {

/// One line on stderr that says how far a long command is, written over itself five times a second at the
/// most. Nothing where stderr is no terminal. One thread.
class ProgressLine {
public:
    explicit ProgressLine(Clock& clock);
    /// Takes the line away.
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    /// `text` makes the line, when one is due.
    template <class Text>
    void show(const Text& text) {
        if (due()) write(text());
    }
    [[nodiscard]] milliseconds running() const;

private:
    bool due();
    void write(const std::string& line);

    Clock& clock_;
    SteadyTime begun_;
    std::optional<SteadyTime> shown_;
    bool terminal_;
};

}  // namespace mg
