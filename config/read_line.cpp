#include <algorithm>
#include <array>

#include "config/loaders.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

struct KindName {
    std::string_view name;
    LineKind kind;
    std::string_view needs;    ///< keys without which the kind does not work
    std::string_view refuses;  ///< keys that mean nothing there
};
constexpr std::array kKinds{
    KindName{"serial", LineKind::serial, "device",
             "host port connect_timeout listen registration from heartbeat"},
    KindName{"modbus-tcp", LineKind::modbus_tcp, "host", "device rs485 listen registration from heartbeat"},
    KindName{"rtu-over-tcp", LineKind::rtu_over_tcp, "host port",
             "device rs485 listen registration from heartbeat"},
    KindName{"dtu", LineKind::dtu, "port", "device rs485 host"},
};

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> result;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        result.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

SerialSettings serial_settings(const Record& record) {
    const SerialSettings standard;
    const std::string parity = record.get_or<std::string>("parity", "none");
    return {.baud = static_cast<int>(record.get_or<std::int64_t>("baud", standard.baud)),
            .parity = parity == "even"  ? Parity::even
                      : parity == "odd" ? Parity::odd
                                        : Parity::none,
            .data_bits = static_cast<int>(record.get_or<std::int64_t>("data_bits", standard.data_bits)),
            .stop_bits = static_cast<int>(record.get_or<std::int64_t>("stop_bits", standard.stop_bits))};
}

void check_host(const Record& record, Reporter& report) {
    const std::string_view host = record.text("host");
    const auto colons = std::ranges::count(host, ':');
    const bool strange = host.find_first_of(" /\t@") != std::string_view::npos;
    if (colons == 1 || strange) {
        report.error(record.place_of("host"), record.field_name("host"),
                     {std::string(tr("not a host", "不是主机名或地址")),
                      std::string(tr("192.168.1.20 or a name; the port is a key of its own",
                                     "192.168.1.20 或域名；端口写在 port 中"))},
                     host);
    }
}

// What a modem or a Modbus TCP device is asked goes over a connection of its own: nobody else hears it.
LineMode read_mode(const Record& record, LineKind kind, Reporter& report) {
    if (record.get_or<std::string>("mode", {}) != "listen") return LineMode::poll;
    if (kind != LineKind::serial && kind != LineKind::rtu_over_tcp) {
        report.error(record.place_of("mode"), record.field_name("mode"),
                     {std::string(tr("another master can be heard on serial wires only",
                                     "只有串行线路上才能旁听其他主站")),
                      std::string(tr("listen on lines of kind serial and rtu-over-tcp",
                                     "listen 仅用于 serial 和 rtu-over-tcp 线路"))},
                     "listen");
    }
    return LineMode::listen;
}

// The kernel numbers adapters as it finds them: after the next start ttyUSB0 may be another line.
void warn_of_changing_name(const Record& record, Reporter& report) {
    const std::string_view device = record.text("device");
    if (!device.starts_with("/dev/ttyUSB") && !device.starts_with("/dev/ttyACM")) return;
    report.warning(record.place_of("device"), record.field_name("device"),
                   {std::string(tr("this name may belong to another adapter after the next start",
                                   "重启或重插后，这个名称可能属于另一个适配器")),
                    std::string(tr("/dev/serial/by-id/… or /dev/serial/by-path/…",
                                   "/dev/serial/by-id/… 或 /dev/serial/by-path/…"))},
                   device);
}

}  // namespace

LineOptions read_line(const Record& record, Reporter& report) {
    LineOptions line;
    line.id.text = record.get_or<std::string>("id", {});
    line.name = record.text("name");
    line.connect_timeout =
        milliseconds{record.get_or<std::int64_t>("connect_timeout", line.connect_timeout.count())};
    line.response_timeout =
        milliseconds{record.get_or<std::int64_t>("response_timeout", line.response_timeout.count())};
    line.request_gap = milliseconds{record.get_or<std::int64_t>("request_gap", line.request_gap.count())};
    line.retries = static_cast<int>(record.get_or<std::int64_t>("retries", line.retries));

    const auto* kind = std::ranges::find(kKinds, record.get_or<std::string>("kind", {}), &KindName::name);
    if (kind == kKinds.end()) return line;
    line.kind = kind->kind;
    line.mode = read_mode(record, line.kind, report);
    for (const auto key : words(kind->needs)) {
        if (record.has(key)) continue;
        report.error(
            record.place(), record.field_name(key),
            {trf("is missing: a line of kind {} needs it", "缺少此项：{} 线路必须写", kind->name), {}});
    }
    for (const auto key : words(kind->refuses)) {
        if (!record.has(key)) continue;
        report.error(record.place_of(key), record.field_name(key),
                     {trf("means nothing for a line of kind {}", "对 {} 线路没有意义", kind->name), {}},
                     record.text(key));
    }
    check_host(record, report);
    const SerialSettings settings = serial_settings(record);
    const auto port = static_cast<std::uint16_t>(record.get_or<std::int64_t>("port", 0));
    switch (line.kind) {
        case LineKind::serial:
            line.channel = SerialChannel{std::string(record.text("device")), settings,
                                         record.get_or<std::string>("rs485", {}) == "kernel"};
            warn_of_changing_name(record, report);
            break;
        case LineKind::modbus_tcp:
        case LineKind::rtu_over_tcp: {
            constexpr std::uint16_t kModbusTcp = 502;
            line.channel =
                TcpChannel{std::string(record.text("host")), port != 0 ? port : kModbusTcp, settings};
            break;
        }
        case LineKind::dtu:
            line.channel = read_modem(record, port, settings, report);
            break;
    }
    return line;
}

}  // namespace mg
