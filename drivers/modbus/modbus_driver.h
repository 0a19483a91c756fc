#pragma once

#include "drivers/driver.h"

namespace mg {

/// Modbus RTU on serial lines and through serial servers, Modbus TCP.
class ModbusDriver final : public Driver {
public:
    [[nodiscard]] Protocol protocol() const override { return Protocol::modbus; }
    [[nodiscard]] bool supports(LineKind kind) const override;
    Result<std::unique_ptr<Meter>> make_meter(const InstrumentOptions& instrument,
                                              Clock& clock) const override;
    Result<std::unique_ptr<Listener>> make_listener(
        std::span<const InstrumentOptions> instruments) const override;
};

}  // namespace mg
