#include <algorithm>
#include <charconv>
#include <iterator>

#include "config/loaders.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

using std::filesystem::path;

Complaint not_an_address() {
    return {
        std::string(tr("not the address of a broker", "不是 MQTT 服务器地址")),
        std::string(tr("mqtt://host:1883 or mqtts://host:8883", "mqtt://主机:1883 或 mqtts://主机:8883"))};
}

Parsed<BrokerAddress> parse_broker(std::string_view url) {
    BrokerAddress broker;
    constexpr std::string_view kPlain = "mqtt://";
    constexpr std::string_view kTls = "mqtts://";
    broker.tls = url.starts_with(kTls);
    if (!broker.tls && !url.starts_with(kPlain)) return tl::unexpected(not_an_address());
    url.remove_prefix(broker.tls ? kTls.size() : kPlain.size());
    if (url.ends_with('/')) url.remove_suffix(1);
    if (url.find('@') != std::string_view::npos) {
        return tl::unexpected(Complaint{
            std::string(tr("user and password do not belong into the address", "用户名和口令不能写在地址里")),
            std::string(tr("the key `credentials` names a file for them", "用 credentials 指明口令文件"))});
    }
    const bool bracketed = url.starts_with('[');
    const auto host_end = bracketed ? url.find(']') : url.find(':');
    if (bracketed && host_end == std::string_view::npos) return tl::unexpected(not_an_address());
    broker.host = url.substr(bracketed ? 1 : 0,
                             host_end == std::string_view::npos ? host_end : host_end - (bracketed ? 1 : 0));
    std::string_view rest =
        host_end == std::string_view::npos ? std::string_view{} : url.substr(host_end + (bracketed ? 1 : 0));
    constexpr std::uint16_t kPlainPort = 1883;
    constexpr std::uint16_t kTlsPort = 8883;
    broker.port = broker.tls ? kTlsPort : kPlainPort;
    if (!rest.empty()) {
        const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), broker.port);
        const bool whole = error == std::errc{} && end == rest.data() + rest.size();
        if (rest.front() != ':' || !whole || broker.port == 0) return tl::unexpected(not_an_address());
    }
    if (broker.host.empty() || broker.host.find_first_of(" /?#\t") != std::string::npos) {
        return tl::unexpected(not_an_address());
    }
    return broker;
}

/// All addresses of `url`. Those with mistakes are left out, having been reported.
std::vector<BrokerAddress> read_brokers(const Record& record, Reporter& report) {
    std::vector<BrokerAddress> brokers;
    const auto* urls = record.get<std::vector<std::string>>("url");
    if (urls == nullptr) return brokers;
    const auto complain = [&](const Complaint& complaint, std::string_view url) {
        report.error(record.place_of("url"), record.field_name("url"), complaint, without_secrets(url));
    };
    if (urls->empty() || urls->size() > kMostBrokers) {
        complain(
            {trf("{} addresses", "有 {} 个地址", urls->size()), trf("1 to {}", "1 至 {} 个", kMostBrokers)},
            {});
    }
    for (const std::string& url : *urls) {
        auto broker = parse_broker(url);
        if (!broker) {
            complain(broker.error(), url);
        } else if (std::ranges::find(brokers, *broker) != brokers.end()) {
            complain({std::string(tr("the same address twice", "地址重复")), {}}, url);
        } else {
            brokers.push_back(std::move(*broker));
        }
    }
    return brokers;
}

/// Whoever can disturb the encrypted way gets the password on the other one.
void warn_of_mixed_brokers(const Record& record, const std::vector<BrokerAddress>& brokers,
                           Reporter& report) {
    const auto encrypted = std::ranges::count(brokers, true, &BrokerAddress::tls);
    if (encrypted == 0 || encrypted == std::ranges::ssize(brokers)) return;
    report.warning(record.place_of("url"), record.field_name("url"),
                   {std::string(tr("addresses with and without TLS: when the encrypted one fails, password "
                                   "and data go in the clear",
                                   "加密与不加密的地址混用：加密地址不通时，口令和数据将以明文传输")),
                    {}});
}

void read_tls(const Record& record, const path& directory, MqttOptions& mqtt, bool tls, Reporter& report) {
    const auto file = [&](std::string_view key) {
        return record.has(key) ? directory / std::string(record.text(key)) : path{};
    };
    mqtt.tls = TlsOptions{file("ca_file"), file("certificate_file"), file("key_file")};
    for (const std::string_view key : {"ca_file", "certificate_file", "key_file"}) {
        if (tls || !record.has(key)) continue;
        report.error(
            record.place_of(key), record.field_name(key),
            {std::string(tr("means nothing without TLS", "未加密时没有意义")), "url = \"mqtts://…\""},
            record.text(key));
    }
    if (record.has("certificate_file") != record.has("key_file")) {
        report.error(record.place(),
                     record.field_name(record.has("key_file") ? "certificate_file" : "key_file"),
                     {std::string(tr("is missing: certificate and key come as a pair",
                                     "缺少此项：证书和私钥必须成对")),
                      {}});
    }
}

/// Kept in whole seconds by MQTT.
std::chrono::seconds seconds_of(const Record& record, std::string_view key, std::chrono::seconds standard,
                                Reporter& report) {
    const milliseconds value{record.get_or<std::int64_t>(key, milliseconds{standard}.count())};
    const auto seconds = std::chrono::floor<std::chrono::seconds>(value);
    if (seconds != value) {
        report.error(record.place_of(key), record.field_name(key),
                     {std::string(tr("not in whole seconds", "不是整秒")), "30s"}, record.text(key));
    }
    return seconds;
}

void check_topic_prefix(const Record& record, Reporter& report) {
    const std::string_view prefix = record.text("topic_prefix");
    const bool wild = prefix.find_first_of("+#") != std::string_view::npos;
    if (!wild && !prefix.starts_with('/') && !prefix.ends_with('/') && !prefix.starts_with('$')) return;
    report.error(
        record.place_of("topic_prefix"), record.field_name("topic_prefix"),
        {std::string(tr("not usable as the start of a topic", "不能用作主题前缀")),
         std::string(tr("no + or #, no / at its ends, no $ in front", "不含 + #，首尾不带 /，不以 $ 开头"))},
        prefix);
}

}  // namespace

std::string without_secrets(std::string_view url) {
    const auto at = url.rfind('@');
    return at == std::string_view::npos ? std::string(url) : fmt::format("…{}", url.substr(at));
}

UplinkOptions read_uplink(const Record& record, const path& directory, const SiteOptions& site,
                          Reporter& report) {
    UplinkOptions uplink;
    uplink.id.text = record.get_or<std::string>("id", {});
    uplink.name = record.text("name");
    MqttOptions& mqtt = uplink.mqtt;
    mqtt.brokers = read_brokers(record, report);
    warn_of_mixed_brokers(record, mqtt.brokers, report);
    // Where no address could be read, nobody knows whether the files make sense.
    const bool tls = mqtt.brokers.empty() ||
                     std::ranges::find(mqtt.brokers, true, &BrokerAddress::tls) != mqtt.brokers.end();
    read_tls(record, directory, mqtt, tls, report);
    mqtt.client_id = record.text("client_id");
    mqtt.topic_prefix = record.get_or<std::string>("topic_prefix", mqtt.topic_prefix);
    check_topic_prefix(record, report);
    mqtt.credentials = record.text("credentials");
    if (mqtt.credentials.find('/') != std::string::npos)
        mqtt.credentials = (directory / mqtt.credentials).string();
    constexpr int kMqtt5 = 5;
    constexpr int kMqtt311 = 4;  // the protocol level that 3.1.1 writes into CONNECT
    mqtt.version = record.text("mqtt_version") == "3.1.1" ? kMqtt311 : kMqtt5;
    mqtt.keep_alive = seconds_of(record, "keep_alive", mqtt.keep_alive, report);
    mqtt.ack_timeout = seconds_of(record, "ack_timeout", mqtt.ack_timeout, report);
    mqtt.max_batch_bytes = static_cast<std::size_t>(
        record.get_or<std::int64_t>("max_batch", static_cast<std::int64_t>(mqtt.max_batch_bytes)));
    mqtt.max_in_flight = static_cast<std::size_t>(
        record.get_or<std::int64_t>("max_in_flight", static_cast<std::int64_t>(mqtt.max_in_flight)));
    uplink.delivery = read_delivery(record, site, report);
    return uplink;
}

}  // namespace mg
