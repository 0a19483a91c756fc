#include "gateway/uplink/mqtt/paho_session.h"

#include <exception>
#include <utility>

#include <mqtt/async_client.h>

#include "gateway/base/guarded.h"
#include "gateway/base/language.h"
#include "gateway/uplink/mqtt/reason_codes.h"

#ifdef __SANITIZE_THREAD__
// The wrapper's library is not instrumented: ThreadSanitizer does not see it count the references of tokens
// and messages down, and takes its releases and ours for races. Reads and writes of ours are not excused by
// this.
extern "C" const char* __tsan_default_suppressions() {
    return "race:mqtt::async_client::remove_token\n"
           "race:mqtt::delivery_token::~delivery_token\n"
           "race:mqtt::subscribe_response::~subscribe_response\n"
           "race:shared_ptr<mqtt::delivery_token\n"
           "race:shared_ptr<mqtt::token\n";
}
#endif

#ifdef __SANITIZE_ADDRESS__
// Paho 1.3.12 loses what waits in its command queue when a client is destroyed, with its C API as well (ADR
// 7).
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libpaho-mqtt3as\n";
}
#endif

namespace mg {
namespace {

using News = PahoSession::News;
using Granted = PahoSession::Granted;

constexpr std::size_t kMostReceived = 16;
constexpr int kQos = 1;
static_assert(sizeof(void*) == sizeof(Ticket), "a token's context carries the ticket");

/// Where Paho's threads leave their news. They call with Paho's lock held (MQTTAsyncUtils.c of 1.3.12,
/// receiveThread and processCommand), so nothing is called back from here.
class Postbox {
public:
    explicit Postbox(Signal& wake) : wake_{wake} {}

    template <class Write>
    void post(Write&& write) {
        news_.with(std::forward<Write>(write));
        wake_.raise();
    }
    News take() {
        return news_.with([](News& news) { return std::exchange(news, News{}); });
    }

private:
    Guarded<News> news_;
    Signal& wake_;
};

void post_connection_lost(Postbox& postbox) {
    postbox.post([](News& news) {
        if (news.lost) return;  // the broker's DISCONNECT said more
        news.lost = Error{Failure::session_lost, std::string(tr("connection lost", "连接中断"))};
    });
}

Granted granted_by(const mqtt::properties& given) {
    Granted granted;
    using mqtt::property;
    if (given.contains(property::RECEIVE_MAXIMUM)) {
        granted.receive_maximum = mqtt::get<std::uint16_t>(given, property::RECEIVE_MAXIMUM);
    }
    if (given.contains(property::MAXIMUM_PACKET_SIZE)) {
        granted.maximum_packet = mqtt::get<std::uint32_t>(given, property::MAXIMUM_PACKET_SIZE);
    }
    if (given.contains(property::RETAIN_AVAILABLE)) {
        granted.retain = mqtt::get<std::uint8_t>(given, property::RETAIN_AVAILABLE) != 0;
    }
    return granted;
}

bool takes_qos_1(const mqtt::properties& given) {
    return !given.contains(mqtt::property::MAXIMUM_QOS) ||
           mqtt::get<std::uint8_t>(given, mqtt::property::MAXIMUM_QOS) != 0;
}

Error no_connection(std::string_view why) {
    return {Failure::transient, std::string{why.empty() ? tr("no connection", "无法连接") : why}};
}

Result<Granted> granted_by(const mqtt::token& token, int version) {
    if (version < 5) return Granted{};
    try {
        const mqtt::connect_response answer = token.get_connect_response();
        if (!takes_qos_1(answer.get_properties())) {
            return tl::unexpected<Error>(connack_error(version, mqtt::QOS_NOT_SUPPORTED));
        }
        return granted_by(answer.get_properties());
    } catch (const std::exception& thrown) {
        return tl::unexpected<Error>(no_connection(thrown.what()));
    }
}

/// A token keeps the text of its failure to itself, but throws it when it is asked for the answer.
std::string text_of_failure(const mqtt::token& token) {
    try {
        static_cast<void>(token.get_connect_response());
        return {};
    } catch (const mqtt::exception& thrown) {
        return thrown.get_message();
    } catch (const std::exception& thrown) {
        return thrown.what();
    }
}

/// The reason that the broker gave; success where it gave none. The wrapper marks failures of MQTT 3.1.1,
/// which has no reasons, with a code of its own.
int reason_of_failure(const mqtt::token& token) {
    const int reason = token.get_reason_code();
    return reason == mqtt::MQTTPP_V3_CODE ? mqtt::SUCCESS : reason;
}

class OnConnect final : public mqtt::iaction_listener {
public:
    OnConnect(Postbox& postbox, int version) : postbox_{postbox}, version_{version} {}

    void on_success(const mqtt::token& token) noexcept override {
        auto granted = granted_by(token, version_);
        postbox_.post([&](News& news) { news.connected = std::move(granted); });
    }
    /// Before a CONNACK Paho reports a negative code and a text of its own; a CONNACK's code is positive.
    void on_failure(const mqtt::token& token) noexcept override {
        const int reason = reason_of_failure(token);
        const int connack = reason != mqtt::SUCCESS ? reason : token.get_return_code();
        Error error = connack > 0 ? connack_error(version_, connack) : no_connection(text_of_failure(token));
        postbox_.post([&](News& news) { news.connected = tl::unexpected<Error>(std::move(error)); });
    }

private:
    Postbox& postbox_;
    int version_;
};

class OnPublish final : public mqtt::iaction_listener {
public:
    explicit OnPublish(Postbox& postbox) : postbox_{postbox} {}

    static void* context_of(Ticket ticket) { return reinterpret_cast<void*>(ticket); }

    void on_success(const mqtt::token& token) noexcept override {
        post(outcome_of_puback(ticket_of(token), token.get_reason_code()));
    }
    void on_failure(const mqtt::token& token) noexcept override {
        const int reason = reason_of_failure(token);
        if (reason != mqtt::SUCCESS) return post(outcome_of_puback(ticket_of(token), reason));
        // Without a reason it is not about this message: Paho gives up all that are under way when the
        // connection ends, before it says that it has ended.
        post_connection_lost(postbox_);
    }

private:
    static Ticket ticket_of(const mqtt::token& token) {
        return reinterpret_cast<std::uintptr_t>(token.get_user_context());
    }
    void post(Outcome outcome) {
        postbox_.post([&](News& news) { news.outcomes.push_back(std::move(outcome)); });
    }

    Postbox& postbox_;
};

class OnSubscribe final : public mqtt::iaction_listener {
public:
    explicit OnSubscribe(Postbox& postbox) : postbox_{postbox} {}

    /// Of one topic: Paho calls on_failure for what the SUBACK refuses.
    void on_success(const mqtt::token& /*token*/) noexcept override {
        postbox_.post([](News& news) { news.subscribed = Result<>{}; });
    }
    void on_failure(const mqtt::token& /*token*/) noexcept override {
        postbox_.post([](News& news) {
            news.subscribed =
                fail(Failure::refused, std::string(tr("subscribing was refused", "订阅被拒绝")));
        });
    }

private:
    Postbox& postbox_;
};

class OnDisconnect final : public mqtt::iaction_listener {
public:
    explicit OnDisconnect(Postbox& postbox) : postbox_{postbox} {}

    void on_success(const mqtt::token& /*token*/) noexcept override { post(); }
    void on_failure(const mqtt::token& /*token*/) noexcept override { post(); }
    void post() {
        postbox_.post([](News& news) { news.disconnected = true; });
    }

private:
    Postbox& postbox_;
};

std::string uri_of(const PahoSession::Settings& settings) {
    const bool v6 = settings.address.find(':') != std::string::npos;
    return std::string{settings.tls ? "ssl://" : "tcp://"} + (v6 ? "[" : "") + settings.address +
           (v6 ? "]" : "") + ":" + std::to_string(settings.port);
}

int paho_version(const PahoSession::Settings& settings) {
    return settings.version >= 5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
}

/// The status, when a session begins and ends, and the probe of MQTT 3.1.1.
constexpr int kBesideTheWindow = 8;

mqtt::create_options keeping_nothing(const PahoSession::Settings& settings) {
    mqtt::create_options create{paho_version(settings)};
    create.set_send_while_disconnected(false);
    create.set_restore_messages(false);
    // 100 unless it is told; beyond that publish() fails, connected or not. The window is kept by us.
    create.set_max_buffered_messages(static_cast<int>(settings.in_flight) + kBesideTheWindow);
    return create;
}

/// Without an error handler: the wrapper gives Paho a pointer into the by-value parameter of connect()
/// (ssl_options::update_c_struct() of 1.2.0), which is gone when Paho's thread uses it.
mqtt::ssl_options ssl_options_of(const TlsOptions& tls) {
    mqtt::ssl_options ssl;
    ssl.set_trust_store(tls.ca_file.native());
    ssl.set_key_store(tls.certificate_file.native());
    ssl.set_private_key(tls.key_file.native());
    ssl.set_enable_server_cert_auth(true);
    // The check against the name in the URI, which is a number; TlsPeerName has the right one done.
    ssl.set_verify(false);
    return ssl;
}

mqtt::connect_options connect_options_of(const PahoSession::Settings& settings) {
    mqtt::connect_options connect;
    connect.set_mqtt_version(paho_version(settings));
    if (settings.version >= 5) {
        connect.set_clean_start(true);
    } else {
        connect.set_clean_session(true);
    }
    connect.set_automatic_reconnect(false);
    connect.set_keep_alive_interval(settings.keep_alive);
    connect.set_connect_timeout(settings.connect_timeout);
    // Paho sends only up to one less than this; the window is kept by us.
    connect.set_max_inflight(static_cast<int>(settings.in_flight) + 2);
    if (!settings.user.empty()) connect.set_user_name(settings.user);
    if (!settings.password.empty()) connect.set_password(settings.password);
    connect.set_will(mqtt::will_options{settings.will_topic, settings.will_payload, kQos, true});
    if (settings.tls) connect.set_ssl(ssl_options_of(*settings.tls));
    return connect;
}

Result<> not_connected() {
    return fail(Failure::session_lost, std::string(tr("not connected", "未连接")));
}

Error paho_error(std::string_view what, const mqtt::exception& thrown) {
    const int code = thrown.get_return_code();
    const std::string text = thrown.get_error_str();
    return {code == MQTTASYNC_DISCONNECTED ? Failure::session_lost : Failure::transient,
            fmt::format("{}: {}", what, text.empty() ? std::to_string(code) : text)};
}

/// The wrapper throws from every call; here it ends.
template <class Call>
Result<> calling_paho(std::string_view what, Call&& call) {
    try {
        std::forward<Call>(call)();
        return {};
    } catch (const mqtt::exception& thrown) {
        return tl::unexpected<Error>(paho_error(what, thrown));
    } catch (const std::exception& thrown) {
        return fail(Failure::transient, fmt::format("{}: {}", what, thrown.what()));
    }
}

}  // namespace

/// The client is last: its destructor ends the connection, takes Paho's lock and so waits for a callback that
/// is just running; tokens without an answer get their last call from it, and after it nobody calls.
struct PahoSession::Connection {
    Connection(Signal& wake, const Settings& settings)
        : version{settings.version},
          postbox{wake},
          on_connect{postbox, settings.version},
          on_publish{postbox},
          on_subscribe{postbox},
          on_disconnect{postbox},
          client{uri_of(settings), settings.client_id, keeping_nothing(settings), nullptr} {
        watch_for_the_end(settings.client_id);
        client.set_message_callback([this](const mqtt::const_message_ptr& message) {
            postbox.post([&](News& news) {
                if (news.received.size() < kMostReceived) news.received.push_back(message->to_string());
            });
        });
    }

    void watch_for_the_end(const std::string& client_id) {
        client.set_connection_lost_handler(
            [this](const std::string& /*cause*/) { post_connection_lost(postbox); });
        client.set_disconnected_handler(
            [this, client_id](const mqtt::properties& /*given*/, mqtt::ReasonCode reason) {
                postbox.post([&](News& news) { news.lost = disconnect_error(reason, client_id); });
            });
    }

    int version;
    Postbox postbox;
    OnConnect on_connect;
    OnPublish on_publish;
    OnSubscribe on_subscribe;
    OnDisconnect on_disconnect;
    mqtt::async_client client;
};

PahoSession::PahoSession(Signal& wake) : wake_{wake} {}

PahoSession::~PahoSession() = default;

Result<> PahoSession::start_connect(const Settings& settings) {
    return calling_paho("MQTT connect", [&] {
        connection_ = std::make_unique<Connection>(wake_, settings);
        connection_->client.connect(connect_options_of(settings), nullptr, connection_->on_connect);
    });
}

Result<> PahoSession::publish(Ticket ticket, const std::string& topic, std::string_view payload, bool retain,
                              const std::string& content_type) {
    if (!connection_) return not_connected();
    return calling_paho("MQTT publish", [&] {
        const auto message = mqtt::message::create(topic, payload.data(), payload.size(), kQos, retain);
        if (!content_type.empty() && connection_->version >= 5) {
            message->set_properties({{mqtt::property::CONTENT_TYPE, content_type}});
        }
        connection_->client.publish(message, OnPublish::context_of(ticket), connection_->on_publish);
        // Paho's C library has copied it by now; the token would hold this second copy until the PUBACK.
        message->clear_payload();
    });
}

Result<> PahoSession::start_subscribe(const std::string& topic) {
    if (!connection_) return not_connected();
    return calling_paho("MQTT subscribe", [&] {
        connection_->client.subscribe(topic, kQos, nullptr, connection_->on_subscribe);
    });
}

void PahoSession::unsubscribe(const std::string& topic) {
    if (!connection_) return;
    // Whether it is heard does not matter: a few more messages come in and are dropped.
    static_cast<void>(calling_paho("MQTT unsubscribe", [&] { connection_->client.unsubscribe(topic); }));
}

void PahoSession::start_disconnect(milliseconds timeout) {
    if (!connection_) return;
    const auto started = calling_paho("MQTT disconnect", [&] {
        connection_->client.disconnect(static_cast<int>(timeout.count()), nullptr,
                                       connection_->on_disconnect);
    });
    if (!started) connection_->on_disconnect.post();
}

PahoSession::News PahoSession::take_news() {
    return connection_ ? connection_->postbox.take() : News{};
}

}  // namespace mg
