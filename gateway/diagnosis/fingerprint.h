#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "config/options.h"

namespace mg {

/// The registers by which a model of electricity meters is told from others: one read with as many voltages,
/// frequencies and power factors as possible, whose values nobody has to know to call them plausible.
struct Fingerprint {
    const ModelOptions* model{};
    RegisterTable table{};
    std::uint16_t first{0};
    std::uint16_t count{0};
    std::vector<std::size_t> points;  ///< of the model, that lie in the block
};

/// None: the model has none of these points (flow, water), or speaks something else than Modbus.
std::optional<Fingerprint> fingerprint_of(const ModelOptions& model);

/// How far what stands in those registers looks like that model. Zeros and NaN say nothing: a phase may be
/// unused.
struct Likeness {
    int voltages{0};     ///< 50 … 500 V, or 50 V … 50 kV where the unit is kV
    int frequencies{0};  ///< 45 … 65 Hz
    int factors{0};      ///< -1 … 1
    int absurd{0};       ///< any of them elsewhere
    [[nodiscard]] bool is_likely() const { return absurd == 0 && frequencies > 0 && voltages > 0; }
    [[nodiscard]] bool is_possible() const { return absurd == 0 && voltages + frequencies > 0; }
    [[nodiscard]] int weight() const { return 3 * frequencies + 2 * voltages + factors; }
};

/// `registers`: two bytes each, as on the wire; as many as the fingerprint asks for. `order` in place of the
/// model's own for values of more than one register.
Likeness likeness_of(const Fingerprint& fingerprint, std::span<const std::uint8_t> registers,
                     std::optional<WordOrder> order = std::nullopt);

}  // namespace mg
