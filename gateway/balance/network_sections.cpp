#include <utility>

#include "gateway/balance/metering_network.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

std::string in_words(MeterLevel level) {
    switch (level) {
        case MeterLevel::enterprise:
            return text("1 enterprise", "1 进出用能单位");
        case MeterLevel::unit:
            return text("2 unit", "2 主要次级用能单位");
        case MeterLevel::equipment:
            return text("3 equipment", "3 主要用能设备");
        case MeterLevel::other:
            return text("other", "其他");
        case MeterLevel::unstated:
            return {};
    }
    return {};
}

Cell reading_cell(MeterReading reading) {
    switch (reading) {
        case MeterReading::on_wire:
            return {.value = text("on a wire", "联网")};
        case MeterReading::by_hand:
            return {.value = text("by hand", "人工")};
        case MeterReading::idle:
            return {.value = text("faulty or disused", "故障或停用"), .tone = Tone::warning};
    }
    return {};
}

Table meter_table(const MeteringNetwork& network) {
    Table table{.title = text("Metering points", "计量点")};
    table.columns = {{.heading = text("Metering point", "计量点")},
                     {.heading = text("Name", "名称")},
                     {.heading = text("From", "来源")},
                     {.heading = text("To", "去向")},
                     {.heading = text("Level", "计量级别")},
                     {.heading = text("Read", "采集方式")}};
    for (const NetworkMeter& meter : network.meters) {
        const auto cell = [](std::string words) { return Cell{.value = std::move(words)}; };
        table.rows.push_back({cell(meter.meter), cell(meter.name), cell(meter.from), cell(meter.to),
                              cell(in_words(meter.level)), reading_cell(meter.reading)});
    }
    return table;
}

Paragraph legend() {
    return {.text = text("In the circle the level of GB 17167: 1 enterprise (bold), 2 unit, 3 equipment. "
                         "Dashed: not read over a wire. Crossed out: faulty or disused.",
                         "圆内数字为 GB 17167 计量级别：1 进出用能单位（粗圈）、2 主要次级用能单位、3 "
                         "主要用能设备。虚线：未联网；斜杠：故障或停用。")};
}

Section network_section(const MeteringNetwork& network) {
    Section section{
        .heading = trf("Metering network: {}", "能源计量网络图：{}",
                       network.energy.empty() ? text("energy not stated", "未注明品种") : network.energy)};
    if (std::string svg = network_picture(network); !svg.empty()) {
        section.blocks.emplace_back(Picture{.title = {}, .svg = std::move(svg)});
        section.blocks.emplace_back(legend());
        section.blocks.emplace_back(meter_table(network));
    }
    if (!network.without_place.empty()) {
        std::string names;
        for (const std::string& meter : network.without_place) {
            if (!names.empty()) names += tr(", ", "、");
            names += meter;
        }
        section.blocks.emplace_back(
            Paragraph{.text = trf("Not in the picture, since meters.csv does not say from where to where: {}",
                                  "以下计量点未注明来源和去向，未画入图中：{}", names),
                      .tone = Tone::warning});
    }
    return section;
}

}  // namespace

std::vector<Section> network_sections(const std::vector<MeteringNetwork>& networks) {
    std::vector<Section> sections;
    for (const MeteringNetwork& network : networks) sections.push_back(network_section(network));
    return sections;
}

}  // namespace mg
