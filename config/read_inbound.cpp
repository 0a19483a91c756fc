#include <array>
#include <charconv>

#include <arpa/inet.h>

#include "config/loaders.h"
#include "config/toml_tree.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

using std::filesystem::path;

constexpr std::string_view kInbound = "inbound";
constexpr std::string_view kHttp = "http";

/// The node when it is a table; anything else is reported.
const TomlNode* table_of(const TomlNode* node, std::string_view name, Reporter& report) {
    if (node == nullptr || node->kind == TomlKind::table) return node;
    report.error(node->place, name,
                 {trf("wrong type: {}", "类型不对：是{}", describe(node->kind)), fmt::format("[{}]", name)});
    return nullptr;
}

std::optional<InputType> input_type(const Record& record) {
    const auto* key = record.get<std::string>("input_type");
    return key == nullptr ? std::nullopt : std::optional{input_type_of(*key)};
}

enum class Reach : std::uint8_t { no_address, everywhere, loopback, network };

Reach reach_of(const std::string& address) {
    in_addr four{};
    if (::inet_pton(AF_INET, address.c_str(), &four) == 1) {
        constexpr std::uint32_t kLoopbackNet = 127;
        const std::uint32_t number = ntohl(four.s_addr);
        if (number == 0) return Reach::everywhere;
        return number >> 24U == kLoopbackNet ? Reach::loopback : Reach::network;
    }
    in6_addr six{};
    if (::inet_pton(AF_INET6, address.c_str(), &six) != 1) return Reach::no_address;
    if (IN6_IS_ADDR_UNSPECIFIED(&six)) return Reach::everywhere;
    return IN6_IS_ADDR_LOOPBACK(&six) ? Reach::loopback : Reach::network;
}

/// "127.0.0.1:8095" or "[::1]:8095".
bool take_apart(std::string_view listen, InboundHttpOptions& http) {
    const auto colon = listen.rfind(':');
    if (colon == std::string_view::npos) return false;
    std::string_view address = listen.substr(0, colon);
    const std::string_view port = listen.substr(colon + 1);
    const bool bracketed = address.starts_with('[') && address.ends_with(']');
    if (bracketed) address = address.substr(1, address.size() - 2);
    if (bracketed != (address.find(':') != std::string_view::npos)) return false;
    http.address = address;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), http.port);
    return error == std::errc{} && end == port.data() + port.size() && http.port != 0;
}

void read_listen(const Record& record, InboundHttpOptions& http, Reporter& report) {
    if (!record.has("listen")) return;
    const auto complain = [&](std::string_view en, std::string_view zh, std::string allowed) {
        report.error(record.place_of("listen"), record.field_name("listen"),
                     {std::string(tr(en, zh)), std::move(allowed)}, record.text("listen"));
    };
    const bool apart = take_apart(record.text("listen"), http);
    switch (apart ? reach_of(http.address) : Reach::no_address) {
        case Reach::no_address:
            return complain("no address with a port", "不是带端口的 IP 地址", "127.0.0.1:8095, [::1]:8095");
        case Reach::everywhere:
            return complain("every address of this machine", "本机的所有地址",
                            std::string(tr("one address by name", "写明一个地址")));
        case Reach::loopback:
            return;
        case Reach::network:
            if (record.get_or<bool>("network", false)) return;
            return complain("open to the network, where tokens and values go in the clear",
                            "网络可访问，令牌和数值将以明文传输",
                            std::string(tr("127.0.0.1 behind a reverse proxy, or 'network = true'",
                                           "127.0.0.1 并由反向代理转发，或写 network = true")));
    }
}

InboundHttpOptions read_http(const Record& record, const path& directory, Reporter& report) {
    InboundHttpOptions http;
    read_listen(record, http, report);
    http.credentials = record.text("credentials");
    if (http.credentials.find('/') != std::string::npos) {
        http.credentials = (directory / http.credentials).string();
    }
    http.input_type = input_type(record);
    return http;
}

void read_folder(const Record& record, const path& directory, InboundOptions& inbound, Reporter& report) {
    inbound.source = record.text("source");
    inbound.input_type = input_type(record);
    inbound.settle = milliseconds{record.get_or<std::int64_t>("settle", inbound.settle.count())};
    if (!record.has("folder")) return;
    inbound.folder = directory / std::string(record.text("folder"));
    if (inbound.source.empty()) {
        report.error(record.place_of("folder"), record.field_name("source"),
                     {std::string(tr("is missing: who gives what comes by the folder",
                                     "缺少此项：接收目录中数值的来源名称")),
                      {}});
    }
}

}  // namespace

InboundOptions read_inbound(const TomlNode& document, const path& directory, Reporter& report) {
    InboundOptions inbound;
    const TomlNode* table = table_of(document.find(kInbound), kInbound, report);
    if (table == nullptr) return inbound;
    TomlNode of_folder = *table;
    std::erase_if(of_folder.members, [](const TomlNode::Member& member) { return member.key == kHttp; });
    read_folder(read_table(FieldSection::inbound, of_folder, report), directory, inbound, report);
    const TomlNode* http = table_of(table->find(kHttp), "inbound.http", report);
    if (http != nullptr) {
        inbound.http = read_http(read_table(FieldSection::inbound_http, *http, report), directory, report);
    }
    return inbound;
}

}  // namespace mg
