#pragma once

#include <functional>
#include <span>

#include "drivers/driver.h"
#include "gateway/base/clock.h"
#include "gateway/polling/errand.h"
#include "gateway/polling/schedule.h"

namespace mg {

/// The poll of an instrument with its layouts, or why there was none. Called once, from the line's thread.
using ReadDone = std::function<void(const Result<PollResult>&, std::span<const LayoutRef>)>;

/// One poll of one instrument for the eyes of whoever asks; nothing of it is stored.
class ReadErrand final : public Errand {
public:
    /// `meter` and `schedule` outlive it; it is the instrument `place` of that schedule. `in_vain`: what a
    /// poll costs that nobody answers.
    ReadErrand(Meter& meter, SerialSettings settings, const Schedule& schedule, std::size_t place,
               milliseconds in_vain, ReadDone done);

    [[nodiscard]] milliseconds longest_step() const override;
    [[nodiscard]] std::optional<SerialSettings> settings() const override { return settings_; }
    bool step(Channel& channel, const StopEvent& stop) override;
    void give_up(const Error& why) override;

private:
    Meter& meter_;
    SerialSettings settings_;
    const Schedule& schedule_;
    std::size_t place_;
    milliseconds in_vain_;
    ReadDone done_;
};

}  // namespace mg
