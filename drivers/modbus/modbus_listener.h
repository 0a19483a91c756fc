#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/listener.h"
#include "drivers/modbus/heard_points.h"
#include "drivers/modbus/overhearing.h"

namespace mg {

/// One instrument on a line that is listened to.
struct HeardInstrument {
    std::uint8_t unit{};
    std::vector<LayoutRef> layouts;
    HeardPoints points;
};

/// Listens to Modbus RTU.
class ModbusListener final : public Listener {
public:
    /// `answer_within`: as Overhearing has it.
    ModbusListener(std::vector<HeardInstrument> instruments, milliseconds answer_within);

    void begin(SteadyTime now) override;
    void take(std::span<const std::uint8_t> bytes, SteadyTime at, const Tell& tell) override;
    void settle(SteadyTime now, const Tell& tell) override;

    [[nodiscard]] std::size_t instruments() const override { return instruments_.size(); }
    [[nodiscard]] std::span<const LayoutRef> layouts(std::size_t instrument) const override;
    [[nodiscard]] HeardReadings heard(std::size_t instrument, SteadyTime since) const override;
    [[nodiscard]] std::vector<PointId> never_asked(std::size_t instrument) const override;
    [[nodiscard]] MeterFigures figures(std::size_t instrument) const override;
    [[nodiscard]] HearingFigures figures() const override { return figures_; }

private:
    struct Waiting {
        HeardQuestion question;
        SteadyTime at{};
    };

    void understand(const std::vector<Heard>& heard, const Tell& tell);
    void understand(const Heard& heard);
    void give_up_waiting(Quality why, SteadyTime at);
    HeardPoints* points_of(std::uint8_t unit);

    std::vector<HeardInstrument> instruments_;
    milliseconds answer_within_;
    Overhearing overhearing_;
    std::optional<Waiting> waiting_;  ///< the last question, while it has no answer
    HearingFigures figures_;
};

}  // namespace mg
