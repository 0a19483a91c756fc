#include "config/loaders.h"

namespace mg {
namespace {

GasState gas_state_of(std::string_view key) {
    if (key == "operating") return GasState::operating;
    if (key == "standard_20c") return GasState::standard_20c;
    if (key == "standard_0c") return GasState::standard_0c;
    return key == "compensated" ? GasState::compensated : GasState::unstated;
}

MeterLevel level_of(std::string_view key) {
    if (key == "1") return MeterLevel::enterprise;
    if (key == "2") return MeterLevel::unit;
    if (key == "3") return MeterLevel::equipment;
    return key == "other" ? MeterLevel::other : MeterLevel::unstated;
}

InstrumentState state_of(std::string_view key) {
    if (key == "faulty") return InstrumentState::faulty;
    return key == "disused" ? InstrumentState::disused : InstrumentState::running;
}

template <class T>
std::optional<T> optional_of(const T* value) {
    return value != nullptr ? std::optional<T>{*value} : std::nullopt;
}

}  // namespace

void read_ledger(const Record& record, const SiteOptions& site, MeterOptions& meter) {
    meter.energy = record.text("energy");
    meter.level = level_of(record.get_or<std::string>("level", {}));
    meter.from = record.text("from");
    meter.to = record.text("to");
    meter.index_unit = record.text("index_unit");
    meter.rollover = optional_of(record.get<Decimal>("rollover"));
    meter.gas_state = gas_state_of(record.get_or<std::string>("condition", {}));
    meter.max_per_hour = optional_of(record.get<Decimal>("max_per_hour"));
    meter.serial_no = record.text("serial_no");
    meter.installed_on = site_midnight(record, "installed_on", site);
    meter.state = state_of(record.get_or<std::string>("state", {}));
    if (const auto* day = record.get<std::int64_t>("bill_day")) meter.bill_day = static_cast<int>(*day);
}

}  // namespace mg
