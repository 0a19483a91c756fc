#include "gateway/uplink/mqtt/mqtt_destination.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "gateway/base/language.h"
#include "gateway/base/name_lookup.h"
#include "gateway/uplink/announcement.h"
#include "gateway/uplink/message.h"
#include "gateway/uplink/mqtt/address_order.h"
#include "gateway/uplink/mqtt/credentials.h"
#include "gateway/uplink/mqtt/paho_session.h"
#include "gateway/uplink/mqtt/send_room.h"
#include "gateway/uplink/mqtt/short_sessions.h"
#include "gateway/uplink/mqtt/tls_files.h"
#include "gateway/uplink/mqtt/tls_peer_name.h"

namespace mg {
namespace {

/// Fixed header, topic length, packet id and properties of a PUBLISH, rounded up (MQTT 5.0 section 3.3).
constexpr std::size_t kPublishOverhead = 32;
/// Beside payload and topic, for byte budgets: both packets' headers, and TCP and IP below them, each way.
constexpr std::size_t kMessageOverhead = 150;
constexpr Ticket kProbe = 0;
/// What Linux gives a connection at first (net.ipv4.tcp_wmem).
constexpr std::size_t kLeastRoom = 16'384;

Result<> readable(const std::filesystem::path& file, std::string_view en, std::string_view zh) {
    if (file.empty() || ::access(file.c_str(), R_OK) == 0) return {};
    return fail(Failure::invalid_config,
                trf("{0} {1} cannot be read", "{0} {1} 无法读取", tr(en, zh), file.native()));
}

Result<> usable(const TlsOptions& tls) {
    return readable(tls.ca_file, "CA file", "CA 证书文件")
        .and_then([&] { return readable(tls.certificate_file, "certificate", "客户端证书"); })
        .and_then([&] { return readable(tls.key_file, "key", "私钥文件"); })
        .and_then([&] { return check_tls_files(tls); });
}

/// A broker with what is needed to find it. Each has a lookup of its own: a hanging one is left behind with
/// its question, and asked again about the same.
struct Broker {
    Broker(const BrokerAddress& written, Clock& clock) : address{written}, lookup{clock} {}
    BrokerAddress address;
    NameLookup lookup;
    std::optional<Error> failure;  ///< of the present round
};

/// What a round came to in which no address took us in. One that may be back by itself in a minute must not
/// wait for a person to mend another one.
Error why_none(const std::deque<Broker>& brokers) {
    std::optional<Error> all;
    for (const Broker& broker : brokers) {
        if (!broker.failure) continue;
        if (!all) {
            all = broker.failure;
            continue;
        }
        all->what += "; " + broker.failure->what;
        if (broker.failure->kind == Failure::transient) all->kind = Failure::transient;
    }
    return all.value_or(Error{Failure::transient, std::string(tr("no connection", "无法连接"))});
}

/// What was handed to Paho and has no answer.
class BytesUnderWay {
public:
    void put(Ticket ticket, std::size_t bytes) {
        by_ticket_[ticket] = bytes;
        all_ += bytes;
    }
    void settle(Ticket ticket) {
        const auto found = by_ticket_.find(ticket);
        if (found == by_ticket_.end()) return;
        all_ -= found->second;
        by_ticket_.erase(found);
    }
    [[nodiscard]] std::size_t all() const { return all_; }

private:
    std::map<Ticket, std::size_t> by_ticket_;
    std::size_t all_{0};
};

class MqttDestination final : public Destination {
public:
    MqttDestination(const UplinkOptions& uplink, const SiteOptions& site, Clock& clock, Signal& wake)
        : options_{uplink.mqtt},
          root_{uplink.mqtt.topic_prefix + "/" + site.id},
          client_id_{uplink.mqtt.client_id.empty() ? "metergate-" + site.id + "-" + uplink.id.text
                                                   : uplink.mqtt.client_id},
          will_{status_message(site, Presence::lost, {})},
          probe_site_{.directory = {},
                      .site = site,
                      .storage = {},
                      .control = {},
                      .lines = {},
                      .uplinks = {},
                      .models = {},
                      .meters = {}},
          clock_{clock},
          wake_{wake},
          order_{uplink.mqtt.brokers.size()} {
        for (const BrokerAddress& address : uplink.mqtt.brokers) brokers_.emplace_back(address, clock);
    }

    Result<DestinationLimits> connect(SteadyTime deadline, std::stop_token stop) override {
        abandon();
        const auto credentials = read_credentials(options_.credentials);
        if (!credentials) return tl::unexpected<Error>(credentials.error());
        for (Broker& broker : brokers_) broker.failure.reset();
        for (std::size_t turn = 0; turn < brokers_.size(); ++turn) {
            const std::size_t next = order_.at(turn);
            const auto left = static_cast<std::int64_t>(brokers_.size() - turn);
            const auto now = clock_.steady();
            auto granted = connect_to(brokers_[next], *credentials, now + (deadline - now) / left, stop);
            if (granted) {
                order_.connected_to(next);
                sessions_.began(clock_.steady());
                return limits(*granted, brokers_[next].address);
            }
            abandon();
            brokers_[next].failure = std::move(granted.error());
            if (stop.stop_requested()) break;
        }
        order_.round_failed();
        return tl::unexpected<Error>(why_none(brokers_));
    }

    Result<> submit(Ticket ticket, const OutgoingMessage& message) override {
        if (!session_) {
            return fail(Failure::session_lost, std::string(tr("not connected", "未连接")));
        }
        const bool keep = message.kind != MessageKind::samples && retain_;
        auto sent = session_->publish(ticket, topic_of(message), message.payload, keep,
                                      message.gzipped ? "application/gzip" : "");
        if (sent) bytes_.put(ticket, message.payload.size());
        if (sent || sent.error().kind != Failure::session_lost) return sent;
        // The end of the connection is told with the answers that came before it, or they would be lost.
        broken_ = std::move(sent.error());
        wake_.raise();
        return {};
    }

    /// A message of any size has room when it is the only one.
    [[nodiscard]] bool has_room() const override {
        return bytes_.all() == 0 || bytes_.all() + options_.max_batch_bytes <= room_;
    }

    DestinationEvents take_events() override {
        DestinationEvents events;
        if (!session_) return events;
        auto news = session_->take_news();
        events.outcomes = std::move(news.outcomes);
        std::erase_if(events.outcomes, [](const Outcome& outcome) { return outcome.ticket == kProbe; });
        for (const Outcome& outcome : events.outcomes) {
            bytes_.settle(outcome.ticket);
            if (!outcome.error) {
                order_.took();
            } else if (outcome.error->kind != Failure::rejected) {
                order_.refused();
            }
        }
        if (!news.lost) news.lost = std::move(broken_);
        broken_.reset();
        if (news.lost) events.lost = judged(std::move(*news.lost));
        return events;
    }

    void disconnect(SteadyTime deadline) override {
        if (!session_) return;
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock_.steady());
        session_->start_disconnect(std::max(left, milliseconds{0}));
        await(deadline, {}, [](const PahoSession::News& news) { return news.disconnected || news.lost; });
        session_.reset();
    }

    void abandon() override {
        session_.reset();
        broken_.reset();
        bytes_ = {};
    }

private:
    using News = PahoSession::News;

    /// Tries the numbers behind the name, each with its share of the time.
    Result<PahoSession::Granted> connect_to(Broker& broker, const Credentials& credentials,
                                            SteadyTime deadline, const std::stop_token& stop) {
        if (broker.address.tls) {
            if (const auto files = usable(options_.tls); !files) {
                return tl::unexpected<Error>(files.error());
            }
        }
        const auto numbers = broker.lookup.resolve(broker.address.host, deadline, stop);
        if (!numbers) return tl::unexpected<Error>(numbers.error());
        Error last{Failure::transient, {}};
        for (std::size_t i = 0; i < numbers->size(); ++i) {
            const auto now = clock_.steady();
            const auto share = (deadline - now) / static_cast<std::int64_t>(numbers->size() - i);
            auto granted = connect_to((*numbers)[i], broker.address, credentials, now + share, stop);
            if (granted) return granted;
            last = std::move(granted.error());
            last.what = where((*numbers)[i], broker.address) + ": " + last.what;
            abandon();
            if (last.kind != Failure::transient || stop.stop_requested()) break;
        }
        return tl::unexpected<Error>(std::move(last));
    }

    Result<PahoSession::Granted> connect_to(const std::string& number, const BrokerAddress& address,
                                            const Credentials& credentials, SteadyTime deadline,
                                            const std::stop_token& stop) {
        std::optional<TlsPeerName> peer;
        if (address.tls) {
            auto claimed = TlsPeerName::claim(number, address.port, address.host);
            if (!claimed) return tl::unexpected<Error>(claimed.error());
            peer.emplace(std::move(*claimed));
        }
        session_ = std::make_unique<PahoSession>(wake_);
        const auto patience = std::chrono::ceil<std::chrono::seconds>(deadline - clock_.steady());
        const auto started =
            session_->start_connect({.address = number,
                                     .port = address.port,
                                     .tls = address.tls ? std::optional{options_.tls} : std::nullopt,
                                     .client_id = client_id_,
                                     .version = options_.version,
                                     .user = credentials.user,
                                     .password = credentials.password,
                                     .keep_alive = options_.keep_alive,
                                     .connect_timeout = std::max(patience, std::chrono::seconds{1}),
                                     .in_flight = options_.max_in_flight,
                                     .will_topic = root_ + "/status",
                                     .will_payload = will_});
        if (!started) return tl::unexpected<Error>(started.error());
        const auto news = await(deadline, stop, [](const News& n) { return n.connected.has_value(); });
        if (!news.connected) {
            return fail(Failure::transient, std::string(tr("no answer to CONNECT", "连接请求无应答")));
        }
        if (!*news.connected) {
            Error error = news.connected->error();
            if (const std::string why = peer ? peer->failure() : ""; !why.empty()) error.what += ": " + why;
            return tl::unexpected<Error>(std::move(error));
        }
        if (peer && !peer->applied()) {
            return fail(Failure::transient,
                        std::string(tr("the certificate's name was not checked", "证书名称未经核对")));
        }
        room_ = make_send_room(number, address.port).value_or(kLeastRoom);
        if (options_.version < 5) {
            if (const auto proven = prove_delivery(deadline, stop); !proven)
                return tl::unexpected<Error>(proven.error());
        }
        return *news.connected;
    }

    /// MQTT 3.1.1 has no way to say "not authorised" to a PUBLISH: mosquitto 2.0.11 acknowledges it and drops
    /// it.
    Result<> prove_delivery(SteadyTime deadline, const std::stop_token& stop) {
        const std::string topic = root_ + "/samples";
        const auto denied = [&] {
            return fail(
                Failure::refused,
                trf("what is published to {} does not come back; grant this user writing and reading it, or "
                    "use "
                    "version = 5",
                    "发布到 {} 的消息没有返回；请授予该用户此主题的发布和订阅权限，或使用 version = 5",
                    topic));
        };
        if (const auto asked = session_->start_subscribe(topic); !asked) return asked;
        const auto answer = await(deadline, stop, [](const News& n) { return n.subscribed || n.lost; });
        if (answer.lost) return tl::unexpected<Error>(*answer.lost);
        if (!answer.subscribed || !*answer.subscribed) return denied();

        const auto nonce = std::to_string(clock_.utc().time_since_epoch().count());
        const std::string probe = BatchEncoder{probe_site_}.probe(nonce);
        if (const auto sent = session_->publish(kProbe, topic, probe, false); !sent) return sent;
        bool arrived = false;
        const auto end = await(deadline, stop, [&](const News& n) {
            arrived = std::ranges::find(n.received, probe) != n.received.end();
            return arrived || n.lost;
        });
        if (end.lost) return tl::unexpected<Error>(*end.lost);
        if (!arrived) return denied();
        session_->unsubscribe(topic);
        return {};
    }

    /// Gathers news until `enough`, `deadline` or stop.
    template <class Enough>
    News await(SteadyTime deadline, const std::stop_token& stop, Enough enough) {
        News all;
        while (true) {
            News some = session_->take_news();
            if (some.connected) all.connected = std::move(some.connected);
            if (some.subscribed) all.subscribed = std::move(some.subscribed);
            if (some.lost) all.lost = std::move(some.lost);
            all.disconnected = all.disconnected || some.disconnected;
            std::ranges::move(some.received, std::back_inserter(all.received));
            if (enough(all) || clock_.wait(deadline, stop, wake_) != Wake::signalled) return all;
        }
    }

    /// Why the connection ended, as far as the number of times tells more than the one time.
    Error judged(Error lost) {
        if (lost.kind != Failure::session_lost || !sessions_.lost(clock_.steady())) return lost;
        return {Failure::refused,
                trf("{0}, {1} times in a row soon after connecting: does another client use the client id "
                    "{2}, or "
                    "does the broker take smaller messages only (max_batch)?",
                    "{0}，连接后不久即断开，已连续 {1} 次：是否有另一客户端使用相同的客户端标识 {2}，"
                    "或服务端只接受更小的消息（max_batch）？",
                    lost.what, ShortSessions::kMany, client_id_)};
    }

    DestinationLimits limits(const PahoSession::Granted& granted, const BrokerAddress& address) {
        retain_ = granted.retain;
        const std::size_t around = kPublishOverhead + root_.size() + 80;
        const std::size_t room = granted.maximum_packet > around ? granted.maximum_packet - around : 0;
        return {.payload_bytes = std::min(room, options_.max_batch_bytes),
                .in_flight = std::min(granted.receive_maximum, options_.max_in_flight),
                .message_overhead = root_.size() + kMessageOverhead,
                .address = address.to_string()};
    }

    [[nodiscard]] std::string topic_of(const OutgoingMessage& message) const {
        switch (message.kind) {
            case MessageKind::samples:
                return root_ + "/samples";
            case MessageKind::description:
                return root_ + "/meters/" + message.meter.text;
            case MessageKind::status:
                return root_ + "/status";
        }
        return root_;
    }

    [[nodiscard]] static std::string where(const std::string& number, const BrokerAddress& address) {
        const std::string host =
            address.host == number ? number : fmt::format("{} ({})", address.host, number);
        return fmt::format("{}:{}", host, address.port);
    }

    MqttOptions options_;
    std::string root_;
    std::string client_id_;
    std::string will_;
    Options probe_site_;
    Clock& clock_;
    Signal& wake_;
    std::deque<Broker> brokers_;  // a lookup stays where it is
    AddressOrder order_;
    ShortSessions sessions_;
    std::optional<Error> broken_;  ///< the connection, as publishing found it
    std::unique_ptr<PahoSession> session_;
    bool retain_{true};
    std::size_t room_{kLeastRoom};
    BytesUnderWay bytes_;
};

}  // namespace

std::unique_ptr<Destination> make_mqtt_destination(const UplinkOptions& uplink, const SiteOptions& site,
                                                   Clock& clock, Signal& wake) {
    return std::make_unique<MqttDestination>(uplink, site, clock, wake);
}

}  // namespace mg
