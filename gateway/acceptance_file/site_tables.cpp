#include "gateway/acceptance_file/site_tables.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}
Cell words(std::string text) {
    return {.value = std::move(text)};
}

std::string_view kind_text(LineKind kind) {
    switch (kind) {
        case LineKind::serial:
            return tr("serial (RS-485)", "串口（RS-485）");
        case LineKind::modbus_tcp:
            return "Modbus TCP";
        case LineKind::rtu_over_tcp:
            return tr("serial server (RTU over TCP)", "串口服务器（RTU over TCP）");
        case LineKind::dtu:
            return tr("modem dialling in (DTU)", "DTU 拨入");
    }
    return {};
}

std::string address_text(const LineOptions& line) {
    struct Address {
        std::string operator()(const SerialChannel& channel) const { return channel.device; }
        std::string operator()(const TcpChannel& channel) const {
            return fmt::format("{}:{}", channel.host, channel.port);
        }
        std::string operator()(const ListenChannel& channel) const {
            return fmt::format("{}:{}", channel.address.empty() ? "*" : channel.address, channel.port);
        }
    };
    return std::visit(Address{}, line.channel);
}

std::string_view level_text(MeterLevel level) {
    switch (level) {
        case MeterLevel::enterprise:
            return "1";
        case MeterLevel::unit:
            return "2";
        case MeterLevel::equipment:
            return "3";
        case MeterLevel::other:
            return tr("other", "其他");
        case MeterLevel::unstated:
            return {};
    }
    return {};
}

std::string periods_text(const ItemOptions& item) {
    std::string made;
    for (const StatType type : item.periods) {
        if (!made.empty()) made += tr(", ", "、");
        switch (type) {
            case StatType::real_time:
                made += tr("real-time", "实时");
                break;
            case StatType::day:
                made += tr("day", "日");
                break;
            case StatType::month:
                made += tr("month", "月");
                break;
            case StatType::year:
                made += tr("year", "年");
                break;
        }
    }
    return made;
}

}  // namespace

Table line_table(const Options& options) {
    Table table{.title = text("Lines", "通信线路")};
    table.columns = {{.heading = text("Line", "线路")},
                     {.heading = text("Name", "名称")},
                     {.heading = text("Kind", "方式")},
                     {.heading = text("Device or address", "设备或地址")},
                     {.heading = text("Metering points", "计量点数"), .unit = {}, .number = true}};
    for (const LineOptions& line : options.lines) {
        const auto meters = std::ranges::count_if(
            options.meters, [&](const MeterOptions& meter) { return meter.line == line.id; });
        std::string kind{kind_text(line.kind)};
        if (line.mode == LineMode::listen) kind += tr(", listens only", "，只监听");
        table.rows.push_back({words(line.id.text),
                              words(line.name),
                              words(std::move(kind)),
                              words(address_text(line)),
                              {.value = Decimal{meters, 0}}});
    }
    return table;
}

Table meter_table(const Options& options) {
    Table table{.title = text("Metering points", "计量点")};
    table.leading_columns = 2;
    table.columns = {{.heading = text("Metering point", "计量点")},
                     {.heading = text("Name", "名称")},
                     {.heading = text("Energy", "能源品种")},
                     {.heading = text("Level", "级别")},
                     {.heading = text("From", "来源")},
                     {.heading = text("To", "去向")},
                     {.heading = text("Instrument", "计量器具")},
                     {.heading = text("Serial no.", "出厂编号")},
                     {.heading = text("Accuracy", "准确度")},
                     {.heading = text("Location", "安装位置")},
                     {.heading = text("Line", "线路")},
                     {.heading = text("Address", "地址")}};
    for (const MeterOptions& meter : options.meters) {
        const auto of_row = [&](std::string_view key) { return words(std::string(meter.row.text(key))); };
        table.rows.push_back(
            {words(meter.id.text), words(meter.name), words(meter.energy),
             words(std::string(level_text(meter.level))), words(meter.from), words(meter.to),
             of_row("instrument"), words(meter.serial_no), of_row("accuracy"), of_row("location"),
             words(meter.line ? meter.line->text : text("by hand", "人工")), words(meter.address)});
    }
    return table;
}

Table item_table(const Options& options, UtcTime at) {
    Table table{.title = text("Items", "采集项")};
    table.columns = {{.heading = text("Item", "采集项")},
                     {.heading = text("Name", "名称")},
                     {.heading = text("Unit", "单位")},
                     {.heading = text("Periods", "统计周期")},
                     {.heading = text("Formula", "计算公式")}};
    for (const ItemOptions& item : options.items) {
        if (!item.valid_at(at)) continue;
        table.rows.push_back({words(item.id), words(item.name), words(item.unit), words(periods_text(item)),
                              words(item.formula)});
    }
    return table;
}

Table destination_table(const Options& options) {
    Table table{.title = text("Destinations", "上传目标")};
    table.columns = {{.heading = text("Destination", "上传目标")},
                     {.heading = text("Name", "名称")},
                     {.heading = text("Kind", "方式")},
                     {.heading = text("Address", "地址")}};
    for (const ProvincialOptions& uplink : options.provincial) {
        table.rows.push_back({words(uplink.id.text), words(uplink.name),
                              words(trf("provincial platform ({})", "省级平台（{}）", uplink.profile)),
                              words(uplink.url)});
    }
    for (const UplinkOptions& uplink : options.uplinks) {
        std::string brokers;
        for (const BrokerAddress& broker : uplink.mqtt.brokers)
            brokers += (brokers.empty() ? "" : ", ") + broker.to_string();
        table.rows.push_back(
            {words(uplink.id.text), words(uplink.name), words("MQTT"), words(std::move(brokers))});
    }
    return table;
}

}  // namespace mg
