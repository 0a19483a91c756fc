#include <array>

#include "gateway/accounting/units.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::array kVolumes{Quantity::volume, Quantity::gas_operating, Quantity::gas_compensated,
                              Quantity::gas_at_20, Quantity::gas_at_0};

int volumes(const Unit& unit) {
    int sum = 0;
    for (const Quantity volume : kVolumes) sum += unit.power(volume);
    return sum;
}

bool has(const Unit& unit, Quantity quantity) {
    return unit.power(quantity) != 0;
}

bool either(const Unit& a, const Unit& b, Quantity quantity) {
    return has(a, quantity) || has(b, quantity);
}

/// Everything but volumes is the same, and they are as many.
bool differ_in_state_only(const Unit& from, const Unit& to) {
    for (std::size_t i = 0; i < kQuantities; ++i) {
        const auto quantity = static_cast<Quantity>(i);
        bool volume = false;
        for (const Quantity one : kVolumes) volume = volume || one == quantity;
        if (!volume && from.power(quantity) != to.power(quantity)) return false;
    }
    return volumes(from) == volumes(to);
}

bool both_standard(const Unit& from, const Unit& to) {
    for (const Quantity other : {Quantity::volume, Quantity::gas_operating, Quantity::gas_compensated}) {
        if (from.power(other) != to.power(other)) return false;
    }
    return true;
}

std::string why_states_do_not_convert(const Unit& from, const Unit& to) {
    if (either(from, to, Quantity::gas_operating)) {
        return std::string(
            tr("volumes at operating conditions depend on pressure and temperature and are never converted; "
               "let the meter count compensated volumes",
               "工况体积取决于压力和温度，不作换算；请采集表内已补偿的标况累计量"));
    }
    if (either(from, to, Quantity::gas_compensated)) {
        return trf(
            "“温压补偿” does not say to which temperature: {}; state 标况20℃ or 标况0℃ as condition of the "
            "meter",
            "“温压补偿”没有说明折算到哪个温度：{}；请把计量状态写成标况20℃或标况0℃", gas_states_differ());
    }
    return trf(
        "the state of the gas is not said: {}; state the condition of the meter, or write m3(20℃) or "
        "m3(0℃)",
        "没有写明气体计量状态：{}；请填写计量点的计量状态，或把单位写成 m3(20℃)、m3(0℃)",
        gas_states_differ());
}

std::string why_quantities_do_not_convert(const Unit& from, const Unit& to) {
    const bool simple = from.text().find_first_of("/·") == std::string::npos;
    const std::string coefficient = simple ? to.text() + "/" + from.text() : (to / from).text();
    if (either(from, to, Quantity::standard_coal)) {
        return trf("only a dated coefficient (coef.*, in {}) leads to standard coal",
                   "折标准煤只能用系数表中带日期的系数(coef.*，单位 {})", coefficient);
    }
    if (from.power(Quantity::time) != to.power(Quantity::time) &&
        from.power(Quantity::energy) == to.power(Quantity::energy)) {
        return std::string(
            tr("one is an amount, the other an amount per time", "一个是量，一个是单位时间的量"));
    }
    if (has(from, Quantity::energy) != has(to, Quantity::energy)) {
        return trf(
            "energy and other quantities lead into each other by a dated coefficient only (coef.*, in {})",
            "能量与其他量之间只能用系数表中带日期的系数(coef.*，单位 {})换算", coefficient);
    }
    return trf("only a dated coefficient (coef.*, in {}) leads from one to the other",
               "二者之间只能用系数表中带日期的系数(coef.*，单位 {})换算", coefficient);
}

}  // namespace

Result<Exact> conversion(const Unit& from, const Unit& to) {
    const auto refuse = [&](std::string why) {
        return fail(Failure::invalid_config,
                    trf("{} ({}) does not become {} ({}): {}", "{}({})不能换算成 {}({})：{}", from.text(),
                        from.quantity(), to.text(), to.quantity(), why));
    };
    Result<Exact> factor = from.factor().divided_by(to.factor());
    if (from.same_quantity(to)) return factor;
    if (!differ_in_state_only(from, to)) return refuse(why_quantities_do_not_convert(from, to));
    if (!both_standard(from, to)) return refuse(why_states_do_not_convert(from, to));
    // The same gas takes (273.15 K + 0 K) / (273.15 K + 20 K) of the room at 0 °C and the same pressure.
    const Exact cooled{27'315, 29'315};
    const Exact warmed{29'315, 27'315};
    const int cooler = from.power(Quantity::gas_at_20) - to.power(Quantity::gas_at_20);
    for (int i = 0; i < cooler; ++i) *factor *= cooled;
    for (int i = 0; i > cooler; --i) *factor *= warmed;
    return factor;
}

}  // namespace mg
