#pragma once

#include <optional>

#include "config/options.h"
#include "drivers/driver.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/base/stop_event.h"

namespace mg {

/// Something that a person wants of a line, besides polling: done in the line's thread, step by step between
/// due polls.
class Errand {
public:
    virtual ~Errand() = default;
    /// How long the next step may take: it is not begun where it would delay a boundary sweep.
    [[nodiscard]] virtual milliseconds longest_step() const = 0;
    /// The settings that the next step needs; none: the line's own.
    [[nodiscard]] virtual std::optional<SerialSettings> settings() const = 0;
    /// The next step goes before slots that are due, boundaries excepted: somebody has said that polling may
    /// wait for it. Whoever says so ends in bounded time.
    [[nodiscard]] virtual bool pauses_polling() const { return false; }
    /// One exchange, or one poll of one instrument, on an open channel. False: it is done, and has told
    /// whoever waits for it.
    virtual bool step(Channel& channel, const StopEvent& stop) = 0;
    /// The line cannot be opened: there will be no further step.
    virtual void give_up(const Error& why) = 0;
};

}  // namespace mg
