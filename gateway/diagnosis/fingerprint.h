#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "config/options.h"

namespace mg {

/// The registers by which a model is told from others: one read with as many as possible of the values that
/// nobody has to know to call them plausible. Of electricity meters voltages, frequencies and power factors;
/// of water, heat, flow and steam meters temperatures, pressures, flows, velocities, and the battery's
/// voltage.
struct Fingerprint {
    const ModelOptions* model{};
    RegisterTable table{};
    std::uint16_t first{0};
    std::uint16_t count{0};
    std::vector<std::size_t> points;  ///< of the model, that lie in the block
};

/// None: the model has none of these points in two registers or more (one that only counts), or speaks
/// something else than Modbus.
std::optional<Fingerprint> fingerprint_of(const ModelOptions& model);

/// How far what stands in those registers looks like that model. Zeros and NaN say nothing: a phase may be
/// unused, and water may stand still.
struct Likeness {
    int voltages{0};     ///< 50 … 500 V, or 50 V … 50 kV where the unit is kV
    int frequencies{0};  ///< 45 … 65 Hz
    int factors{0};      ///< -1 … 1
    int fluids{0};       ///< -40 … 600 °C, up to 40 MPa, 1e6 of flow, 100 m/s, 2 … 26 V of a battery
    int absurd{0};       ///< any of them elsewhere
    [[nodiscard]] bool is_likely() const {
        return absurd == 0 && ((frequencies > 0 && voltages > 0) || fluids >= 3);
    }
    [[nodiscard]] bool is_possible() const {
        return absurd == 0 && (voltages + frequencies > 0 || fluids >= 2);
    }
    [[nodiscard]] int weight() const { return 3 * frequencies + 2 * voltages + factors + fluids; }
    /// Many a number passes as a temperature: the word of an electricity meter counts more.
    [[nodiscard]] bool is_electric() const { return voltages + frequencies > 0; }
};

/// `registers`: two bytes each, as on the wire; as many as the fingerprint asks for. `order` in place of the
/// model's own for values of more than one register.
Likeness likeness_of(const Fingerprint& fingerprint, std::span<const std::uint8_t> registers,
                     std::optional<WordOrder> order = std::nullopt);

}  // namespace mg
