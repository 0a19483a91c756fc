#pragma once

#include <functional>
#include <optional>

#include "config/options.h"
#include "drivers/modbus/pdu_exchange.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/control/raw_report.h"
#include "gateway/diagnosis/raw_question.h"
#include "gateway/polling/errand.h"

namespace mg {

/// How frames look on a line of this kind.
Framing framing_on(LineKind kind);

/// One exchange that somebody asked for by hand; nothing of it is stored.
class RawErrand final : public Errand {
public:
    /// Called once, in the line's thread and in the language of whoever asked.
    using Done = std::function<void(const Result<RawReport>&)>;

    /// Speaks the language of the thread that makes it.
    RawErrand(const LineOptions& line, RawQuestion question, Clock& clock, Done done);

    [[nodiscard]] milliseconds longest_step() const override;
    [[nodiscard]] std::optional<SerialSettings> settings() const override { return question_.settings; }
    bool step(Channel& channel, const StopEvent& stop) override;
    void give_up(const Error& why) override;

private:
    LineOptions line_;
    RawQuestion question_;
    Clock& clock_;
    Done done_;
    Language spoken_;
};

}  // namespace mg
