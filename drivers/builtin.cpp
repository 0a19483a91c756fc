#include <algorithm>
#include <array>

#include "drivers/driver.h"
#include "drivers/modbus/modbus_driver.h"

namespace mg {

std::span<const Driver* const> builtin_drivers() {
    static const ModbusDriver modbus;
    static const std::array<const Driver*, 1> drivers{&modbus};
    return drivers;
}

const Driver* driver_for(Protocol protocol) {
    const auto drivers = builtin_drivers();
    const auto found = std::ranges::find(drivers, protocol, &Driver::protocol);
    return found == drivers.end() ? nullptr : *found;
}

}  // namespace mg
