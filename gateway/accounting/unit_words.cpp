#include "gateway/accounting/unit_words.h"

#include <array>

namespace mg {
namespace {

using Q = Quantity;

constexpr QuantityPower one(Quantity quantity) {
    return {quantity, 1};
}
constexpr QuantityPower per_hour{Q::time, -1};

constexpr std::array kWords{
    // 1 kWh = 3.6 MJ; 1 kcal = 4.1868 kJ, by which 1 kgce = 7000 kcal = 29307.6 kJ (GB/T 2589).
    UnitWord{"kWh", one(Q::energy)},
    UnitWord{"Wh", one(Q::energy), 1, 1'000},
    UnitWord{"MWh", one(Q::energy), 1'000},
    UnitWord{"GWh", one(Q::energy), 1'000'000},
    UnitWord{"TWh", one(Q::energy), 1'000'000'000},
    UnitWord{"GJ", one(Q::energy), 2'500, 9},
    UnitWord{"MJ", one(Q::energy), 5, 18},
    UnitWord{"kJ", one(Q::energy), 1, 3'600},
    UnitWord{"J", one(Q::energy), 1, 3'600'000},
    UnitWord{"TJ", one(Q::energy), 2'500'000, 9},
    UnitWord{"kcal", one(Q::energy), 41'868, 36'000'000},
    UnitWord{"Mcal", one(Q::energy), 41'868, 36'000},
    UnitWord{"Gcal", one(Q::energy), 41'868, 36},
    UnitWord{"千瓦时", one(Q::energy)},
    UnitWord{"度", one(Q::energy)},
    UnitWord{"兆瓦时", one(Q::energy), 1'000},
    UnitWord{"焦", one(Q::energy), 1, 3'600'000},
    UnitWord{"千焦", one(Q::energy), 1, 3'600},
    UnitWord{"兆焦", one(Q::energy), 5, 18},
    UnitWord{"吉焦", one(Q::energy), 2'500, 9},
    UnitWord{"千卡", one(Q::energy), 41'868, 36'000'000},
    UnitWord{"大卡", one(Q::energy), 41'868, 36'000'000},

    UnitWord{"kW", one(Q::energy), 1, 1, per_hour},
    UnitWord{"W", one(Q::energy), 1, 1'000, per_hour},
    UnitWord{"MW", one(Q::energy), 1'000, 1, per_hour},
    UnitWord{"GW", one(Q::energy), 1'000'000, 1, per_hour},
    UnitWord{"千瓦", one(Q::energy), 1, 1, per_hour},
    UnitWord{"兆瓦", one(Q::energy), 1'000, 1, per_hour},

    UnitWord{"kvarh", one(Q::reactive_energy)},
    UnitWord{"varh", one(Q::reactive_energy), 1, 1'000},
    UnitWord{"Mvarh", one(Q::reactive_energy), 1'000},
    UnitWord{"kvar", one(Q::reactive_energy), 1, 1, per_hour},
    UnitWord{"var", one(Q::reactive_energy), 1, 1'000, per_hour},
    UnitWord{"Mvar", one(Q::reactive_energy), 1'000, 1, per_hour},
    UnitWord{"kVAh", one(Q::apparent_energy)},
    UnitWord{"VAh", one(Q::apparent_energy), 1, 1'000},
    UnitWord{"kVA", one(Q::apparent_energy), 1, 1, per_hour},
    UnitWord{"VA", one(Q::apparent_energy), 1, 1'000, per_hour},
    UnitWord{"MVA", one(Q::apparent_energy), 1'000, 1, per_hour},

    UnitWord{"t", one(Q::mass)},
    UnitWord{"kg", one(Q::mass), 1, 1'000},
    UnitWord{"g", one(Q::mass), 1, 1'000'000},
    UnitWord{"吨", one(Q::mass)},
    UnitWord{"千克", one(Q::mass), 1, 1'000},
    UnitWord{"公斤", one(Q::mass), 1, 1'000},
    UnitWord{"克", one(Q::mass), 1, 1'000'000},
    UnitWord{"重量箱", one(Q::mass), 1, 20},  // of glass: 50 kg

    UnitWord{"tce", one(Q::standard_coal)},
    UnitWord{"kgce", one(Q::standard_coal), 1, 1'000},
    UnitWord{"gce", one(Q::standard_coal), 1, 1'000'000},
    UnitWord{"吨标准煤", one(Q::standard_coal)},
    UnitWord{"吨标煤", one(Q::standard_coal)},
    UnitWord{"千克标准煤", one(Q::standard_coal), 1, 1'000},
    UnitWord{"千克标煤", one(Q::standard_coal), 1, 1'000},
    UnitWord{"公斤标准煤", one(Q::standard_coal), 1, 1'000},
    UnitWord{"公斤标煤", one(Q::standard_coal), 1, 1'000},
    UnitWord{"克标准煤", one(Q::standard_coal), 1, 1'000'000},
    UnitWord{"克标煤", one(Q::standard_coal), 1, 1'000'000},
    UnitWord{"tCO2", one(Q::carbon_dioxide)},
    UnitWord{"kgCO2", one(Q::carbon_dioxide), 1, 1'000},
    UnitWord{"gCO2", one(Q::carbon_dioxide), 1, 1'000'000},
    UnitWord{"tCO2e", one(Q::carbon_dioxide)},
    UnitWord{"kgCO2e", one(Q::carbon_dioxide), 1, 1'000},

    UnitWord{"m3", one(Q::volume)},
    UnitWord{"L", one(Q::volume), 1, 1'000},
    UnitWord{"mL", one(Q::volume), 1, 1'000'000},
    UnitWord{"立方米", one(Q::volume)},
    UnitWord{"方", one(Q::volume)},
    UnitWord{"升", one(Q::volume), 1, 1'000},
    UnitWord{"Nm3", one(Q::gas_at_0)},

    UnitWord{"h", one(Q::time)},
    UnitWord{"min", one(Q::time), 1, 60},
    UnitWord{"s", one(Q::time), 1, 3'600},
    UnitWord{"d", one(Q::time), 24},
    UnitWord{"小时", one(Q::time)},
    UnitWord{"分钟", one(Q::time), 1, 60},
    UnitWord{"秒", one(Q::time), 1, 3'600},
    UnitWord{"天", one(Q::time), 24},
    UnitWord{"日", one(Q::time), 24},
    UnitWord{"Hz", per_hour, 3'600},

    UnitWord{"元", one(Q::money)},
    UnitWord{"角", one(Q::money), 1, 10},
    UnitWord{"分", one(Q::money), 1, 100},
    UnitWord{"℃", one(Q::temperature)},
    UnitWord{"MPa", one(Q::pressure), 1'000},
    UnitWord{"kPa", one(Q::pressure)},
    UnitWord{"Pa", one(Q::pressure), 1, 1'000},
    UnitWord{"bar", one(Q::pressure), 100},
    UnitWord{"m", one(Q::length)},
    UnitWord{"km", one(Q::length), 1'000},
    UnitWord{"cm", one(Q::length), 1, 100},
    UnitWord{"mm", one(Q::length), 1, 1'000},
    UnitWord{"米", one(Q::length)},
    UnitWord{"公里", one(Q::length), 1'000},
    UnitWord{"m2", {Q::length, 2}},
    UnitWord{"平方米", {Q::length, 2}},
    UnitWord{"V", one(Q::voltage)},
    UnitWord{"kV", one(Q::voltage), 1'000},
    UnitWord{"mV", one(Q::voltage), 1, 1'000},
    UnitWord{"A", one(Q::current)},
    UnitWord{"kA", one(Q::current), 1'000},
    UnitWord{"mA", one(Q::current), 1, 1'000},

    UnitWord{"台", one(Q::machines)},
    UnitWord{"个", one(Q::pieces)},
    UnitWord{"件", one(Q::articles)},
    UnitWord{"套", one(Q::sets)},
    UnitWord{"块", one(Q::blocks)},
    UnitWord{"辆", one(Q::vehicles)},
    UnitWord{"人", one(Q::persons)},
    UnitWord{"袋", one(Q::bags)},
    UnitWord{"箱", one(Q::boxes)},
    UnitWord{"只", one(Q::single_pieces)},
    UnitWord{"张", one(Q::sheets)},
    UnitWord{"卷", one(Q::rolls)},
    UnitWord{"次", one(Q::times)},
};

// Longest first: 百万 is not 百 of 万.
constexpr std::array kMultiples{
    UnitMultiple{"百万", 1'000'000}, UnitMultiple{"千万", 10'000'000}, UnitMultiple{"十万", 100'000},
    UnitMultiple{"万", 10'000},      UnitMultiple{"亿", 100'000'000},  UnitMultiple{"千", 1'000},
    UnitMultiple{"百", 100},
};

constexpr std::array kNames{
    QuantityName{Q::energy, "kWh", "energy", "能量"},
    QuantityName{Q::mass, "t", "mass", "质量"},
    QuantityName{Q::volume, "m3", "volume", "体积"},
    QuantityName{Q::gas_operating, "m3(工况)", "gas volume at operating conditions", "工况气体体积"},
    QuantityName{Q::gas_compensated, "m3(温压补偿)", "compensated gas volume", "温压补偿气体体积"},
    QuantityName{Q::gas_at_20, "m3(20℃)", "gas volume at 20 °C", "标况20℃气体体积"},
    QuantityName{Q::gas_at_0, "m3(0℃)", "gas volume at 0 °C", "标况0℃气体体积"},
    QuantityName{Q::standard_coal, "tce", "standard coal", "标准煤"},
    QuantityName{Q::carbon_dioxide, "tCO2", "carbon dioxide", "二氧化碳"},
    QuantityName{Q::reactive_energy, "kvarh", "reactive energy", "无功电量"},
    QuantityName{Q::apparent_energy, "kVAh", "apparent energy", "视在电量"},
    QuantityName{Q::time, "h", "time", "时间"},
    QuantityName{Q::money, "元", "money", "金额"},
    QuantityName{Q::temperature, "℃", "temperature", "温度"},
    QuantityName{Q::pressure, "kPa", "pressure", "压力"},
    QuantityName{Q::length, "m", "length", "长度"},
    QuantityName{Q::voltage, "V", "voltage", "电压"},
    QuantityName{Q::current, "A", "current", "电流"},
    QuantityName{Q::machines, "台", "number (台)", "台数"},
    QuantityName{Q::pieces, "个", "number (个)", "个数"},
    QuantityName{Q::articles, "件", "number (件)", "件数"},
    QuantityName{Q::sets, "套", "number (套)", "套数"},
    QuantityName{Q::blocks, "块", "number (块)", "块数"},
    QuantityName{Q::vehicles, "辆", "number (辆)", "辆数"},
    QuantityName{Q::persons, "人", "number of people", "人数"},
    QuantityName{Q::bags, "袋", "number (袋)", "袋数"},
    QuantityName{Q::boxes, "箱", "number (箱)", "箱数"},
    QuantityName{Q::single_pieces, "只", "number (只)", "只数"},
    QuantityName{Q::sheets, "张", "number (张)", "张数"},
    QuantityName{Q::rolls, "卷", "number (卷)", "卷数"},
    QuantityName{Q::times, "次", "number (次)", "次数"},
};
static_assert(kNames.size() == kQuantities);
static_assert([] {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames[i].quantity != static_cast<Quantity>(i)) return false;
    }
    return true;
}());

}  // namespace

std::span<const UnitWord> unit_words() {
    return kWords;
}

std::span<const UnitMultiple> unit_multiples() {
    return kMultiples;
}

const QuantityName& name_of(Quantity quantity) {
    return kNames[static_cast<std::size_t>(quantity)];
}

}  // namespace mg
