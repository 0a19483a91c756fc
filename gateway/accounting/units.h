#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/options.h"
#include "gateway/accounting/exact.h"
#include "gateway/base/result.h"

namespace mg {

/// What never becomes something else by itself. Energy, mass, volumes and standard coal lead into each other
/// by a dated coefficient only. Gas has a volume for each state: 1 m3 at 20 °C is 0.9318 m3 at 0 °C.
enum class Quantity : std::uint8_t {
    energy,
    mass,
    volume,  ///< of a liquid, or of a gas whose state is not said
    gas_operating,
    gas_compensated,  ///< temperature and pressure are compensated, but to what is not said
    gas_at_20,        ///< 20 °C, 101.325 kPa
    gas_at_0,         ///< 0 °C, 101.325 kPa
    standard_coal,
    carbon_dioxide,
    reactive_energy,
    apparent_energy,
    time,
    money,
    temperature,
    pressure,
    length,
    voltage,
    current,
    // Each counting word is its own: five machines and three bags are not eight of anything.
    machines,
    pieces,
    articles,
    sets,
    blocks,
    vehicles,
    persons,
    bags,
    boxes,
    single_pieces,
    sheets,
    rolls,
    times,
};
inline constexpr std::size_t kQuantities = 31;

/// A unit of measurement: powers of quantities and an exact factor. A value type; printing gives back what
/// was written.
class Unit {
public:
    /// The unit of plain numbers, "1".
    Unit() = default;

    /// "kWh", "万kWh", "m3(20℃)", "Nm3" (0 °C), "tce/万kWh", "t/h", "%". Products with · or *, quotients with
    /// /, from left to right. invalid_config: names the word that is not known and the nearest known one.
    static Result<Unit> parse(std::string_view text);

    /// As written; made up for what was calculated.
    [[nodiscard]] const std::string& text() const { return text_; }
    /// "energy / mass", in the language of the user.
    [[nodiscard]] std::string quantity() const;
    [[nodiscard]] int power(Quantity quantity) const { return powers_[static_cast<std::size_t>(quantity)]; }
    [[nodiscard]] bool is_number() const { return powers_ == Powers{}; }
    [[nodiscard]] bool same_quantity(const Unit& other) const { return powers_ == other.powers_; }
    /// How many of kWh, t, m3, tce, h … one of this is.
    [[nodiscard]] const Exact& factor() const { return factor_; }

    /// Of the gas volumes in it; unstated where there are none, or of several states.
    [[nodiscard]] GasState gas_state() const;
    /// Volumes whose state was not said are of this one. Without such volumes, or unstated: unchanged.
    [[nodiscard]] Unit with_gas_state(GasState state) const;

    friend Unit operator*(const Unit& a, const Unit& b) { return a.combined(b, 1); }
    friend Unit operator/(const Unit& a, const Unit& b) { return a.combined(b, -1); }
    /// The unit that is `factor` times as large.
    [[nodiscard]] Unit scaled(const Exact& factor) const;
    /// By meaning: kWh equals 千瓦时.
    friend bool operator==(const Unit& a, const Unit& b) {
        return a.powers_ == b.powers_ && a.factor_ == b.factor_;
    }

private:
    using Powers = std::array<std::int16_t, kQuantities>;
    friend class UnitParser;
    friend Result<Exact> conversion(const Unit& from, const Unit& to);

    [[nodiscard]] Unit combined(const Unit& other, int sign) const;
    [[nodiscard]] std::string made_up_text() const;

    std::string text_{"1"};
    Powers powers_{};
    Exact factor_{1};
};

/// By what a number in `from` is to be multiplied to be one in `to`. Gas at 20 °C and at 0 °C lead into each
/// other by 27315/29315, both being standard states of dry gas; operating conditions never do. Temperatures
/// are not shifted. invalid_config: in words why not, and what would help.
Result<Exact> conversion(const Unit& from, const Unit& to);

/// "m3 at 20 °C and m3 at 0 °C differ by 7.3 %".
std::string_view gas_states_differ();

}  // namespace mg
