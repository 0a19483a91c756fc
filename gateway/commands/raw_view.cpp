#include "gateway/commands/raw_view.h"

#include <array>
#include <bit>

#include <fmt/format.h>

#include "drivers/modbus/register_codec.h"
#include "gateway/base/language.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

constexpr std::array kOrders{WordOrder::abcd, WordOrder::cdab, WordOrder::badc, WordOrder::dcba};

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

std::string address_text(const RawReport& report, std::size_t index) {
    return fmt::format("0x{:04X}", report.address.value_or(0) + static_cast<int>(index));
}

std::string single_registers(const RawReport& report) {
    TextTable table{{{text("register", "寄存器")}, {"hex"}, {"u16", Align::right}, {"i16", Align::right}}};
    for (std::size_t i = 0; i < report.registers.size(); ++i) {
        const std::uint16_t word = report.registers[i];
        table.add({address_text(report, i), fmt::format("{:04x}", word), std::to_string(word),
                   std::to_string(static_cast<std::int16_t>(word))});
    }
    return table.to_string();
}

std::string pair_text(WireType type, WordOrder order, std::uint16_t first, std::uint16_t second) {
    const std::array<std::uint8_t, 4> wire{
        static_cast<std::uint8_t>(first >> 8U), static_cast<std::uint8_t>(first & 0xFFU),
        static_cast<std::uint8_t>(second >> 8U), static_cast<std::uint8_t>(second & 0xFFU)};
    const auto bits = static_cast<std::uint32_t>(bits_from_wire(type, order, wire));
    return type == WireType::f32 ? fmt::format("{:.7g}", std::bit_cast<float>(bits)) : std::to_string(bits);
}

std::string pairs(const RawReport& report, WireType type, const std::string& name) {
    TextTable table{{{text("registers", "寄存器")},
                     {name + " abcd", Align::right},
                     {name + " cdab", Align::right},
                     {name + " badc", Align::right},
                     {name + " dcba", Align::right}}};
    for (std::size_t i = 0; i + 1 < report.registers.size(); ++i) {
        std::vector<std::string> cells{address_text(report, i) + "+2"};
        for (const WordOrder order : kOrders)
            cells.push_back(pair_text(type, order, report.registers[i], report.registers[i + 1]));
        table.add(std::move(cells));
    }
    return table.to_string();
}

std::string bits_text(const RawReport& report) {
    std::string line;
    for (std::size_t i = 0; i < report.bits.size(); ++i) {
        if (i % 16 == 0) line.append(i == 0 ? "" : "\n").append(address_text(report, i)).append(" ");
        line.append(" ").append(std::to_string(report.bits[i]));
    }
    return line + '\n';
}

std::string object_name(int id) {
    switch (id) {
        case 0:
            return text("maker", "厂商");
        case 1:
            return text("product code", "产品代码");
        case 2:
            return text("version", "版本");
        case 3:
            return text("maker's page", "厂商网址");
        case 4:
            return text("product", "产品名称");
        case 5:
            return text("model", "型号");
        default:
            return fmt::format("0x{:02X}", id);
    }
}

std::string objects_text(const RawReport& report) {
    std::string lines;
    for (const auto& object : report.objects)
        lines += object_name(object.id) + ": " + printable(object.text) + '\n';
    return lines;
}

}  // namespace

std::string raw_text(const RawReport& report) {
    std::string out =
        fmt::format("> {}\n< {}  ({} ms)\n", report.request, report.answer, report.took.count());
    if (!report.error.empty()) out += printable(report.error) + '\n';
    if (!report.registers.empty()) out += single_registers(report);
    if (report.registers.size() > 1)
        out.append("\n")
            .append(pairs(report, WireType::u32, "u32"))
            .append("\n")
            .append(pairs(report, WireType::f32, "f32"));
    if (!report.bits.empty()) out += bits_text(report);
    return out + objects_text(report);
}

}  // namespace mg
