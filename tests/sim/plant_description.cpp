#include "tests/sim/plant_description.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

namespace mg::sim {
namespace {

using Json = nlohmann::json;

template <class Value, std::size_t Size>
using Names = std::array<std::pair<std::string_view, Value>, Size>;

constexpr Names<NumberType, 15> kTypes{{
    {"u16", NumberType::u16},
    {"i16", NumberType::i16},
    {"u32", NumberType::u32},
    {"i32", NumberType::i32},
    {"u64", NumberType::u64},
    {"i64", NumberType::i64},
    {"f32", NumberType::f32},
    {"f64", NumberType::f64},
    {"bcd16", NumberType::bcd16},
    {"bcd32", NumberType::bcd32},
    {"bcd64", NumberType::bcd64},
    {"sm16", NumberType::sm16},
    {"sm32", NumberType::sm32},
    {"i32_f32", NumberType::i32_f32},
    {"f32_hundreds", NumberType::f32_hundreds},
}};
constexpr Names<ByteOrder, 4> kOrders{{{"abcd", ByteOrder::abcd},
                                       {"cdab", ByteOrder::cdab},
                                       {"badc", ByteOrder::badc},
                                       {"dcba", ByteOrder::dcba}}};
constexpr Names<LineKind, 3> kLineKinds{{{"modbus-tcp", LineKind::modbus_tcp},
                                         {"rtu-over-tcp", LineKind::rtu_over_tcp},
                                         {"serial-pty", LineKind::serial_pty}}};
constexpr Names<Generator::Kind, 4> kGenerators{{{"index", Generator::Kind::index},
                                                 {"noise", Generator::Kind::noise},
                                                 {"fixed", Generator::Kind::fixed},
                                                 {"absent", Generator::Kind::absent}}};
constexpr Names<FaultKind, 13> kFaults{{
    {"none", FaultKind::none},
    {"silent", FaultKind::silent},
    {"late_ms", FaultKind::late},
    {"surplus", FaultKind::surplus},
    {"truncated", FaultKind::truncated},
    {"wrong_unit", FaultKind::wrong_unit},
    {"wrong_crc", FaultKind::wrong_crc},
    {"exception", FaultKind::exception},
    {"noise", FaultKind::noise},
    {"reset", FaultKind::reset},
    {"dribble", FaultKind::dribble},
    {"echo", FaultKind::echo},
    {"down", FaultKind::down},
}};

template <class Value, std::size_t Size>
Value named(const Names<Value, Size>& names, const std::string& name, const char* what) {
    const auto* found =
        std::ranges::find(names, std::string_view{name}, [](const auto& entry) { return entry.first; });
    if (found == names.end()) throw std::runtime_error("unknown " + std::string{what} + " \"" + name + "\"");
    return found->second;
}

Generator read_generator(const Json& from) {
    Generator generator;
    generator.kind = named(kGenerators, from.at("kind").get<std::string>(), "generator");
    generator.start = from.value("start", 0.0);
    generator.rate = from.value("rate", 0.0);
    generator.spread = from.value("spread", 0.0);
    if (from.contains("bits")) generator.bits = std::stoull(from.at("bits").get<std::string>(), nullptr, 0);
    return generator;
}

// Scales are text in the file, because the checker needs them exactly.
SimulatedPoint read_point(const Json& from) {
    SimulatedPoint point;
    point.id = from.at("id").get<std::string>();
    point.function = from.value("function", std::uint8_t{3});
    point.address = from.at("address").get<std::uint16_t>();
    point.type = named(kTypes, from.at("type").get<std::string>(), "type");
    point.order = named(kOrders, from.value("order", "abcd"), "order");
    point.scale = std::stod(from.value("scale", "1"));
    point.generator = read_generator(from.at("generator"));
    return point;
}

std::shared_ptr<const SimulatedModel> read_model(const Json& from) {
    auto model = std::make_shared<SimulatedModel>();
    model->max_registers = from.value("max_registers", std::uint16_t{125});
    model->strict = from.value("strict", false);
    for (const Json& point : from.at("points")) model->points.push_back(read_point(point));
    return model;
}

Fault read_fault(const Json& from) {
    return {named(kFaults, from.at("kind").get<std::string>(), "fault"), from.value("argument", 0),
            std::max(1U, from.value("one_in", 1U))};
}

using Models = std::map<std::string, std::shared_ptr<const SimulatedModel>>;

SimulatedMeter read_meter(const Json& from, const Models& models) {
    SimulatedMeter meter;
    meter.unit = from.at("unit").get<std::uint8_t>();
    meter.model = models.at(from.at("model").get<std::string>());
    meter.seed = from.value("seed", std::uint64_t{meter.unit});
    meter.delay_ms = from.value("delay_ms", 0);
    if (from.contains("fault")) meter.fault = read_fault(from.at("fault"));
    return meter;
}

SimulatedLine read_line(const Json& from, const Models& models) {
    SimulatedLine line;
    line.id = from.at("id").get<std::string>();
    line.kind = named(kLineKinds, from.at("kind").get<std::string>(), "line kind");
    line.port = from.value("port", std::uint16_t{0});
    line.device = from.value("device", "");
    for (const Json& meter : from.at("meters")) line.meters.push_back(read_meter(meter, models));
    return line;
}

}  // namespace

PlantDescription read_plant(const std::string& path) {
    std::ifstream file{path};
    if (!file) throw std::runtime_error("cannot read " + path);
    const Json json = Json::parse(file);
    Models models;
    for (const auto& [name, model] : json.at("models").items()) models.emplace(name, read_model(model));
    PlantDescription plant;
    plant.ready_file = json.value("ready_file", "");
    plant.served_log = json.value("served_log", "");
    plant.control_port = json.value("control_port", std::uint16_t{0});
    for (const Json& line : json.at("lines")) plant.lines.push_back(read_line(line, models));
    return plant;
}

std::optional<FaultKind> fault_kind_from(std::string_view name) {
    const auto* found = std::ranges::find(kFaults, name, [](const auto& entry) { return entry.first; });
    if (found == kFaults.end()) return std::nullopt;
    return found->second;
}

std::string_view to_string(FaultKind kind) {
    return kFaults[static_cast<std::size_t>(kind)].first;
}

}  // namespace mg::sim
