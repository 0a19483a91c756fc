#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <map>

#include <arpa/inet.h>

#include "config/loaders.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::string_view kHex = "hex:";

/// Digits in pairs, with or without spaces between them.
std::optional<ModemPacket> bytes_of_hex(std::string_view text) {
    ModemPacket bytes;
    while (!text.empty()) {
        if (text.front() == ' ') {
            text.remove_prefix(1);
            continue;
        }
        std::uint8_t byte = 0;
        const auto pair = text.substr(0, 2);
        const auto [end, error] = std::from_chars(pair.data(), pair.data() + pair.size(), byte, 16);
        if (pair.size() != 2 || error != std::errc{} || end != pair.data() + 2) return std::nullopt;
        bytes.push_back(byte);
        text.remove_prefix(2);
    }
    return bytes;
}

ModemPacket read_packet(const Record& record, std::string_view key, Reporter& report) {
    const auto* text = record.get<std::string>(key);
    if (text == nullptr) return {};
    auto packet = text->starts_with(kHex) ? bytes_of_hex(std::string_view{*text}.substr(kHex.size()))
                                          : std::optional{ModemPacket(text->begin(), text->end())};
    if (packet && !packet->empty() && packet->size() <= kLongestModemPacket) return std::move(*packet);
    report.error(record.place_of(key), record.field_name(key),
                 {std::string(tr("not a packet", "不是报文内容")),
                  trf("a text or hex:01 02 FF; 1 to {} bytes", "文字，或 hex:01 02 FF；1 到 {} 字节",
                      kLongestModemPacket)},
                 *text);
    return {};
}

/// Version 4 as ::ffff:a.b.c.d, and how many bits of it are of the version's own.
std::optional<IpNetwork> parse_address(const std::string& text) {
    constexpr int kMappedBits = 96;
    IpNetwork network;
    in_addr four{};
    if (::inet_pton(AF_INET, text.c_str(), &four) == 1) {
        network.address[10] = network.address[11] = 0xFF;
        std::memcpy(network.address.data() + 12, &four, sizeof four);
        network.prefix = kMappedBits;
        return network;
    }
    if (::inet_pton(AF_INET6, text.c_str(), network.address.data()) != 1) return std::nullopt;
    network.prefix = 0;
    return network;
}

std::optional<IpNetwork> parse_network(std::string_view text) {
    constexpr int kBits = 128;
    const auto slash = text.find('/');
    auto network = parse_address(std::string(text.substr(0, slash)));
    if (!network) return std::nullopt;
    const int own_bits = kBits - network->prefix;
    int length = own_bits;
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
        if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
        if (length < 0 || length > own_bits) return std::nullopt;
    }
    network->prefix += length;
    return network;
}

void read_from(const Record& record, ListenChannel& modem, Reporter& report) {
    const auto* text = record.get<std::string>("from");
    if (text == nullptr) return;
    modem.from = parse_network(*text);
    if (modem.from) return;
    report.error(record.place_of("from"), record.field_name("from"),
                 {std::string(tr("neither an address nor a network", "不是 IP 地址或网段")),
                  "10.0.0.7, 10.20.0.0/16, 2001:db8::/48"},
                 *text);
}

void read_listen(const Record& record, ListenChannel& modem, Reporter& report) {
    const auto* text = record.get<std::string>("listen");
    if (text == nullptr) return;
    const auto address = parse_address(*text);
    if (!address) {
        report.error(
            record.place_of("listen"), record.field_name("listen"),
            {std::string(tr("not a numeric address", "不是 IP 地址")),
             std::string(tr("an address of this machine, such as 192.168.1.10; the port is a key of its own",
                            "本机的一个地址，如 192.168.1.10；端口写在 port 中"))},
            *text);
        return;
    }
    const bool all =
        *text == "0.0.0.0" || std::ranges::all_of(address->address, [](auto b) { return b == 0; });
    if (!all) modem.address = *text;
}

bool is_prefix(const ModemPacket& shorter, const ModemPacket& longer) {
    return shorter.size() <= longer.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

bool overlap(const IpNetwork& a, const IpNetwork& b) {
    return a.prefix < b.prefix ? a.contains(b.address) : b.contains(a.address);
}

/// Why the second of two lines on one port can't be told from the first, and the key that says so; nothing
/// when it can.
struct Confusion {
    std::string_view key;
    std::string what;
};
std::optional<Confusion> confusion_of(const LineOptions& first, const ListenChannel& a,
                                      const ListenChannel& b) {
    if (a.address != b.address) {
        return Confusion{"listen", trf("the line '{}' listens on this port at another address",
                                       "线路“{}”在同一端口上的监听地址不同", first.id.text)};
    }
    if (!a.registration.empty() && !b.registration.empty()) {
        if (a.registration == b.registration) {
            return Confusion{"registration", trf("the line '{}' on this port has the same registration",
                                                 "与同一端口上的线路“{}”的注册包相同", first.id.text)};
        }
        if (is_prefix(a.registration, b.registration)) {
            return Confusion{"registration", trf("it begins with the registration of the line '{}'",
                                                 "以线路“{}”的注册包开头", first.id.text)};
        }
        if (is_prefix(b.registration, a.registration)) {
            return Confusion{"registration", trf("the registration of the line '{}' begins with it",
                                                 "线路“{}”的注册包以它开头", first.id.text)};
        }
    }
    if (a.registration.empty() && b.registration.empty() && a.from && b.from && overlap(*a.from, *b.from)) {
        return Confusion{"from",
                         trf("the line '{}' takes calls from there, too, and neither has a registration",
                             "线路“{}”也接受来自该地址的连接，而两者都没有注册包", first.id.text)};
    }
    return std::nullopt;
}

bool is_known_by_nothing(const ListenChannel& modem) {
    return modem.registration.empty() && !modem.from;
}

void report_known_by_nothing(const Record& record, const LineOptions* other, Reporter& report) {
    if (other != nullptr) {
        report.error(record.place(), record.field_name("registration"),
                     {trf("is missing: the line '{}' uses the same port, the modems must be told apart",
                          "缺少此项：线路“{}”使用同一端口，须能区分各个 DTU", other->id.text),
                      std::string(tr("registration or from", "registration 或 from"))});
        return;
    }
    report.warning(record.place(), record.field_name("registration"),
                   {std::string(tr("whoever reaches the port is taken for this line's modem",
                                   "任何能连到该端口的设备都会被当作这条线路的 DTU")),
                    std::string(tr("registration or from", "registration 或 from"))});
}

/// Whether the answer of this meter may begin with these bytes.
bool may_be_answer(const ModemPacket& packet, Protocol protocol, const std::string& address) {
    if (packet.empty()) return false;
    switch (protocol) {
        case Protocol::modbus: {
            // Unit, then the function that was asked: 03 or 04, with its highest bit set for an exception.
            constexpr std::uint8_t kException = 0x80;
            int unit = -1;
            std::from_chars(address.data(), address.data() + address.size(), unit);
            if (packet[0] != unit) return false;
            if (packet.size() == 1) return true;
            const auto function = static_cast<std::uint8_t>(packet[1] & ~kException);
            return function == 3 || function == 4;
        }
        case Protocol::dlt645_2007:
        case Protocol::cjt188: {
            constexpr std::array<std::uint8_t, 2> kBeginnings{0x68, 0xFE};
            return std::ranges::find(kBeginnings, packet[0]) != kBeginnings.end();
        }
    }
    return false;
}

}  // namespace

ListenChannel read_modem(const Record& record, std::uint16_t port, const SerialSettings& settings,
                         Reporter& report) {
    ListenChannel modem;
    modem.port = port;
    modem.settings = settings;
    modem.registration = read_packet(record, "registration", report);
    modem.heartbeat = read_packet(record, "heartbeat", report);
    read_from(record, modem, report);
    read_listen(record, modem, report);
    return modem;
}

void check_modems(const std::vector<Record>& records, const std::vector<LineOptions>& lines,
                  Reporter& report) {
    std::map<std::uint16_t, std::vector<std::size_t>> by_port;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto* modem = std::get_if<ListenChannel>(&lines[i].channel);
        if (modem != nullptr && modem->port != 0) by_port[modem->port].push_back(i);
    }
    for (const auto& [port, sharing] : by_port) {
        for (const std::size_t i : sharing) {
            const auto& modem = std::get<ListenChannel>(lines[i].channel);
            const bool written = records[i].has("registration") || records[i].has("from");
            if (is_known_by_nothing(modem) && !written) {
                const auto other =
                    std::ranges::find_if(sharing, [&](std::size_t candidate) { return candidate != i; });
                report_known_by_nothing(records[i], other == sharing.end() ? nullptr : &lines[*other],
                                        report);
            }
            for (const std::size_t earlier : sharing) {
                if (earlier == i) break;
                const auto confusion =
                    confusion_of(lines[earlier], std::get<ListenChannel>(lines[earlier].channel), modem);
                if (!confusion) continue;
                report.error(records[i].place_of(confusion->key), records[i].field_name(confusion->key),
                             {confusion->what, {}}, records[i].text(confusion->key));
                break;
            }
        }
    }
}

void check_modem_packets(const Record& record, const LineOptions& line, Protocol protocol,
                         const std::string& address, Reporter& report) {
    const auto* modem = std::get_if<ListenChannel>(&line.channel);
    if (modem == nullptr) return;
    for (const auto& [key, packet] :
         {std::pair{"heartbeat", &modem->heartbeat}, std::pair{"registration", &modem->registration}}) {
        if (!may_be_answer(*packet, protocol, address)) continue;
        report.error(record.place_of("address"), "address",
                     {trf("an answer of this meter may begin like the {} of the line '{}', and would be "
                          "thrown away with it",
                          "这台表的应答可能与线路“{1}”的 {0} 开头相同，会被一并丢弃", key, line.id.text),
                      std::string(tr("another address, or another packet set in the modem",
                                     "改用其他地址，或在 DTU 中改设该报文"))},
                     record.text("address"));
    }
}

}  // namespace mg
