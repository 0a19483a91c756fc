#include <algorithm>
#include <array>

#include "drivers/driver.h"
#include "drivers/modbus/modbus_driver.h"
#include "gateway/base/language.h"

namespace mg {

std::span<const Driver* const> builtin_drivers() {
    static const ModbusDriver modbus;
    static const std::array<const Driver*, 1> drivers{&modbus};
    return drivers;
}

Result<std::unique_ptr<Listener>> Driver::make_listener(std::span<const InstrumentOptions>) const {
    return fail(Failure::unsupported,
                std::string{tr("only Modbus RTU can be listened to", "只能旁听 Modbus RTU")});
}

const Driver* driver_for(Protocol protocol) {
    const auto drivers = builtin_drivers();
    const auto found = std::ranges::find(drivers, protocol, &Driver::protocol);
    return found == drivers.end() ? nullptr : *found;
}

}  // namespace mg
