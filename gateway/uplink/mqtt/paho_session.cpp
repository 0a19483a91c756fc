#include "gateway/uplink/mqtt/paho_session.h"

#include <atomic>
#include <unordered_map>
#include <utility>

#include <MQTTAsync.h>

#include "gateway/base/guarded.h"
#include "gateway/base/language.h"
#include "gateway/uplink/mqtt/reason_codes.h"

namespace mg {
namespace {

constexpr std::size_t kMostReceived = 16;
constexpr std::size_t kMostErrorText = 300;
constexpr unsigned kTicketBits = 40;
constexpr std::uint64_t kTicketMask = (std::uint64_t{1} << kTicketBits) - 1;
static_assert(sizeof(void*) == sizeof(std::uint64_t), "a callback's context carries session and ticket");

struct Mailbox {
    PahoSession::News news;
    std::string tls_error;
    int version{5};
    Signal* wake{};
};

/// By session id. Paho's threads get a number instead of a pointer, so that a callback that comes late finds
/// nothing. Never destroyed: those threads may outlive main's statics.
Guarded<std::unordered_map<std::uint32_t, Mailbox>>& mailboxes() {
    static auto& all = *new Guarded<std::unordered_map<std::uint32_t, Mailbox>>;
    return all;
}

std::uint32_t new_session_id() {
    static std::atomic<std::uint32_t> last{0};
    return ++last & 0xFFFFFFU;
}

Ticket ticket_of(void* context) {
    return reinterpret_cast<std::uintptr_t>(context) & kTicketMask;
}

template <class Write>
void post(void* context, Write&& write) {
    const auto session = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(context) >> kTicketBits);
    mailboxes().with([&](auto& all) {
        const auto found = all.find(session);
        if (found == all.end()) return;
        write(found->second);
        found->second.wake->raise();
    });
}

std::size_t property_or(const MQTTProperties& properties, MQTTPropertyCodes code, std::size_t otherwise) {
    auto* all = const_cast<MQTTProperties*>(&properties);
    if (MQTTProperties_hasProperty(all, code) == 0) return otherwise;
    // Paho hands a four-byte integer out as a signed one.
    return static_cast<std::uint32_t>(MQTTProperties_getNumericValue(all, code));
}

void on_connected5(void* context, MQTTAsync_successData5* answer) {
    PahoSession::Granted granted;
    Result<PahoSession::Granted> result = granted;
    if (answer != nullptr) {
        const MQTTProperties& given = answer->properties;
        granted.receive_maximum =
            property_or(given, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM, granted.receive_maximum);
        granted.maximum_packet =
            property_or(given, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE, granted.maximum_packet);
        granted.retain = property_or(given, MQTTPROPERTY_CODE_RETAIN_AVAILABLE, 1) != 0;
        result = granted;
        if (property_or(given, MQTTPROPERTY_CODE_MAXIMUM_QOS, 2) == 0) {
            result = tl::unexpected<Error>(connack_error(5, MQTTREASONCODE_QOS_NOT_SUPPORTED));
        }
    }
    post(context, [&](Mailbox& box) { box.news.connected = std::move(result); });
}

void on_connected(void* context, MQTTAsync_successData* /*answer*/) {
    post(context, [](Mailbox& box) { box.news.connected = PahoSession::Granted{}; });
}

/// Before a CONNACK Paho reports a negative code and a text of its own; a CONNACK's code is positive.
void connect_failed(void* context, int connack, std::string_view message) {
    post(context, [&](Mailbox& box) {
        if (connack > 0) {
            box.news.connected = tl::unexpected<Error>(connack_error(box.version, connack));
            return;
        }
        std::string what{message.empty() ? tr("no connection", "无法连接") : message};
        if (!box.tls_error.empty()) what += ": " + box.tls_error;
        box.news.connected = fail(Failure::transient, std::move(what));
    });
}

void on_connect_failed5(void* context, MQTTAsync_failureData5* answer) {
    if (answer == nullptr) return connect_failed(context, 0, {});
    const int connack = answer->reasonCode != MQTTREASONCODE_SUCCESS ? answer->reasonCode : answer->code;
    connect_failed(context, connack, answer->message != nullptr ? answer->message : "");
}

void on_connect_failed(void* context, MQTTAsync_failureData* answer) {
    if (answer == nullptr) return connect_failed(context, 0, {});
    connect_failed(context, answer->code, answer->message != nullptr ? answer->message : "");
}

void post_outcome(void* context, Outcome outcome) {
    post(context, [&](Mailbox& box) { box.news.outcomes.push_back(std::move(outcome)); });
}

void on_published5(void* context, MQTTAsync_successData5* answer) {
    post_outcome(context, outcome_of_puback(ticket_of(context), answer != nullptr ? answer->reasonCode : 0));
}

void on_published(void* context, MQTTAsync_successData* /*answer*/) {
    post_outcome(context, outcome_of_puback(ticket_of(context), 0));
}

Outcome not_sent(void* context, const char* message) {
    Outcome outcome;
    outcome.ticket = ticket_of(context);
    outcome.error =
        Error{Failure::transient, message != nullptr ? message : std::string(tr("not sent", "未发出"))};
    return outcome;
}

void on_publish_failed5(void* context, MQTTAsync_failureData5* answer) {
    const bool answered = answer != nullptr && answer->reasonCode != MQTTREASONCODE_SUCCESS;
    post_outcome(context, answered ? outcome_of_puback(ticket_of(context), answer->reasonCode)
                                   : not_sent(context, answer != nullptr ? answer->message : nullptr));
}

void on_publish_failed(void* context, MQTTAsync_failureData* answer) {
    post_outcome(context, not_sent(context, answer != nullptr ? answer->message : nullptr));
}

Error not_subscribed() {
    return {Failure::refused, std::string(tr("subscribing was refused", "订阅被拒绝"))};
}

void on_subscribed5(void* context, MQTTAsync_successData5* answer) {
    const bool granted = answer == nullptr || answer->reasonCode < MQTTREASONCODE_UNSPECIFIED_ERROR;
    post(context, [&](Mailbox& box) {
        box.news.subscribed = granted ? Result<>{} : Result<>{tl::unexpected<Error>(not_subscribed())};
    });
}

void on_subscribed(void* context, MQTTAsync_successData* answer) {
    const bool granted = answer == nullptr || answer->alt.qos < 0x80;
    post(context, [&](Mailbox& box) {
        box.news.subscribed = granted ? Result<>{} : Result<>{tl::unexpected<Error>(not_subscribed())};
    });
}

void on_subscribe_failed5(void* context, MQTTAsync_failureData5* /*answer*/) {
    post(context, [](Mailbox& box) { box.news.subscribed = tl::unexpected<Error>(not_subscribed()); });
}

void on_subscribe_failed(void* context, MQTTAsync_failureData* /*answer*/) {
    post(context, [](Mailbox& box) { box.news.subscribed = tl::unexpected<Error>(not_subscribed()); });
}

void on_lost(void* context, char* /*cause*/) {
    post(context, [](Mailbox& box) {
        if (box.news.lost) return;  // the broker's DISCONNECT said more
        box.news.lost = Error{Failure::session_lost, std::string(tr("connection lost", "连接中断"))};
    });
}

void on_disconnected_by_broker(void* context, MQTTProperties* /*properties*/, enum MQTTReasonCodes reason) {
    post(context, [&](Mailbox& box) { box.news.lost = disconnect_error(reason); });
}

int on_message(void* context, char* topic, int /*topic_size*/, MQTTAsync_message* message) {
    std::string payload{static_cast<const char*>(message->payload),
                        static_cast<std::size_t>(message->payloadlen)};
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    post(context, [&](Mailbox& box) {
        if (box.news.received.size() < kMostReceived) box.news.received.push_back(std::move(payload));
    });
    return 1;
}

void on_disconnected5(void* context, MQTTAsync_successData5* /*answer*/) {
    post(context, [](Mailbox& box) { box.news.disconnected = true; });
}
void on_disconnected(void* context, MQTTAsync_successData* /*answer*/) {
    post(context, [](Mailbox& box) { box.news.disconnected = true; });
}
void on_disconnect_failed5(void* context, MQTTAsync_failureData5* /*answer*/) {
    on_disconnected5(context, nullptr);
}
void on_disconnect_failed(void* context, MQTTAsync_failureData* /*answer*/) {
    on_disconnected(context, nullptr);
}

int on_tls_error(const char* text, std::size_t size, void* context) {
    std::string_view line{text, size};
    while (!line.empty() && (line.back() == '\n' || line.back() == '\0')) line.remove_suffix(1);
    // "139…:error:0A000086:SSL routines:tls_process_server_certificate:certificate verify failed:…": the rest
    // after the third colon is for people.
    post(context, [&](Mailbox& box) {
        if (box.tls_error.size() < kMostErrorText) {
            box.tls_error += (box.tls_error.empty() ? "" : "; ") + std::string{line};
        }
    });
    return 1;
}

std::string uri_of(const PahoSession::Settings& settings) {
    const bool v6 = settings.address.find(':') != std::string::npos;
    return std::string{settings.tls ? "ssl://" : "tcp://"} + (v6 ? "[" : "") + settings.address +
           (v6 ? "]" : "") + ":" + std::to_string(settings.port);
}

const char* or_null(const std::string& text) {
    return text.empty() ? nullptr : text.c_str();
}

Error paho_error(std::string_view what, int code) {
    const char* text = MQTTAsync_strerror(code);
    return {code == MQTTASYNC_DISCONNECTED ? Failure::session_lost : Failure::transient,
            fmt::format("{}: {}", what, text != nullptr ? text : std::to_string(code).c_str())};
}

}  // namespace

PahoSession::PahoSession(Signal& wake) : id_{new_session_id()} {
    mailboxes().with([&](auto& all) { all[id_].wake = &wake; });
}

PahoSession::~PahoSession() {
    mailboxes().with([&](auto& all) { all.erase(id_); });
    if (handle_ != nullptr) MQTTAsync_destroy(&handle_);
}

void* PahoSession::context(Ticket ticket) const {
    return reinterpret_cast<void*>((std::uint64_t{id_} << kTicketBits) | (ticket & kTicketMask));
}

Result<> PahoSession::start_connect(const Settings& settings) {
    version_ = settings.version;
    mailboxes().with([&](auto& all) { all[id_].version = settings.version; });

    MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer;
    create.MQTTVersion = version_ >= 5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
    int code = MQTTAsync_createWithOptions(&handle_, uri_of(settings).c_str(), settings.client_id.c_str(),
                                           MQTTCLIENT_PERSISTENCE_NONE, nullptr, &create);
    if (code != MQTTASYNC_SUCCESS) return tl::unexpected<Error>(paho_error("MQTT", code));
    MQTTAsync_setCallbacks(handle_, context(), on_lost, on_message, nullptr);
    if (version_ >= 5) MQTTAsync_setDisconnected(handle_, context(), on_disconnected_by_broker);

    MQTTAsync_connectOptions options5 = MQTTAsync_connectOptions_initializer5;
    MQTTAsync_connectOptions options4 = MQTTAsync_connectOptions_initializer;
    MQTTAsync_connectOptions& connect = version_ >= 5 ? options5 : options4;
    connect.context = context();
    connect.automaticReconnect = 0;
    connect.keepAliveInterval = static_cast<int>(settings.keep_alive.count());
    connect.connectTimeout = static_cast<int>(settings.connect_timeout.count());
    // Paho sends only up to one less than this; the window is kept by us.
    connect.maxInflight = static_cast<int>(settings.in_flight) + 2;
    connect.username = or_null(settings.user);
    connect.password = or_null(settings.password);
    if (version_ >= 5) {
        connect.cleanstart = 1;
        connect.onSuccess5 = on_connected5;
        connect.onFailure5 = on_connect_failed5;
    } else {
        connect.MQTTVersion = MQTTVERSION_3_1_1;
        connect.cleansession = 1;
        connect.onSuccess = on_connected;
        connect.onFailure = on_connect_failed;
    }

    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    will.topicName = settings.will_topic.c_str();
    will.message = settings.will_payload.c_str();
    will.qos = 1;
    will.retained = 1;
    connect.will = &will;

    MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
    if (settings.tls) {
        tls.trustStore = or_null(settings.tls->ca_file.native());
        tls.keyStore = or_null(settings.tls->certificate_file.native());
        tls.privateKey = or_null(settings.tls->key_file.native());
        tls.enableServerCertAuth = 1;
        // The check against the name in the URI, which is a number; TlsPeerName has the right one done.
        tls.verify = 0;
        tls.ssl_error_cb = on_tls_error;
        tls.ssl_error_context = context();
        connect.ssl = &tls;
    }
    code = MQTTAsync_connect(handle_, &connect);
    if (code != MQTTASYNC_SUCCESS) return tl::unexpected<Error>(paho_error("MQTT connect", code));
    return {};
}

Result<> PahoSession::publish(Ticket ticket, const std::string& topic, std::string_view payload,
                              bool retain) {
    MQTTAsync_responseOptions answer = MQTTAsync_responseOptions_initializer;
    answer.context = context(ticket);
    if (version_ >= 5) {
        answer.onSuccess5 = on_published5;
        answer.onFailure5 = on_publish_failed5;
    } else {
        answer.onSuccess = on_published;
        answer.onFailure = on_publish_failed;
    }
    const int code = MQTTAsync_send(handle_, topic.c_str(), static_cast<int>(payload.size()), payload.data(),
                                    1, retain ? 1 : 0, &answer);
    if (code != MQTTASYNC_SUCCESS) return tl::unexpected<Error>(paho_error("MQTT publish", code));
    return {};
}

Result<> PahoSession::start_subscribe(const std::string& topic) {
    MQTTAsync_responseOptions answer = MQTTAsync_responseOptions_initializer;
    answer.context = context();
    if (version_ >= 5) {
        answer.onSuccess5 = on_subscribed5;
        answer.onFailure5 = on_subscribe_failed5;
    } else {
        answer.onSuccess = on_subscribed;
        answer.onFailure = on_subscribe_failed;
    }
    const int code = MQTTAsync_subscribe(handle_, topic.c_str(), 1, &answer);
    if (code != MQTTASYNC_SUCCESS) return tl::unexpected<Error>(paho_error("MQTT subscribe", code));
    return {};
}

void PahoSession::unsubscribe(const std::string& topic) {
    MQTTAsync_unsubscribe(handle_, topic.c_str(), nullptr);
}

void PahoSession::start_disconnect(milliseconds timeout) {
    MQTTAsync_disconnectOptions options5 = MQTTAsync_disconnectOptions_initializer5;
    MQTTAsync_disconnectOptions options4 = MQTTAsync_disconnectOptions_initializer;
    MQTTAsync_disconnectOptions& options = version_ >= 5 ? options5 : options4;
    options.timeout = static_cast<int>(timeout.count());
    options.context = context();
    if (version_ >= 5) {
        options.onSuccess5 = on_disconnected5;
        options.onFailure5 = on_disconnect_failed5;
    } else {
        options.onSuccess = on_disconnected;
        options.onFailure = on_disconnect_failed;
    }
    if (MQTTAsync_disconnect(handle_, &options) != MQTTASYNC_SUCCESS) {
        post(context(), [](Mailbox& box) { box.news.disconnected = true; });
    }
}

PahoSession::News PahoSession::take_news() {
    return mailboxes().with([&](auto& all) { return std::exchange(all[id_].news, News{}); });
}

}  // namespace mg
