#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/uplink/destination.h"

namespace mg {

/// One MQTT connection from CONNECT to its end, over Paho's mqtt::async_client. Paho keeps nothing: no
/// persistence, no reconnect, no queue while disconnected (ADR 7). One thread; nothing blocks, `wake` is
/// raised for all news and must outlive the session. What OpenSSL says about a failed handshake is not told
/// here but by TlsPeerName.
class PahoSession {
public:
    struct Settings {
        std::string address;  ///< numeric
        std::uint16_t port{1883};
        std::optional<TlsOptions> tls;
        std::string client_id;
        int version{5};
        std::string user;
        std::string password;
        std::chrono::seconds keep_alive{30};
        std::chrono::seconds connect_timeout{10};
        std::size_t in_flight{32};
        std::string will_topic;
        std::string will_payload;
    };
    struct Granted {
        std::size_t receive_maximum{65'535};
        std::size_t maximum_packet{268'435'455};
        bool retain{true};
    };
    struct News {
        std::optional<Result<Granted>> connected;
        std::vector<Outcome> outcomes;
        std::optional<Result<>> subscribed;
        std::vector<std::string> received;  ///< payloads; at most a few are kept
        std::optional<Error> lost;
        bool disconnected{false};
    };

    explicit PahoSession(Signal& wake);
    PahoSession(const PahoSession&) = delete;
    PahoSession& operator=(const PahoSession&) = delete;
    /// Closes without waiting for the broker. The last session of the process waits for Paho's threads to end
    /// (0.1 to 0.7 s measured).
    ~PahoSession();

    Result<> start_connect(const Settings& settings);
    /// `content_type`: empty for none; MQTT 3.1.1 has no place for it.
    Result<> publish(Ticket ticket, const std::string& topic, std::string_view payload, bool retain,
                     const std::string& content_type = {});
    Result<> start_subscribe(const std::string& topic);
    void unsubscribe(const std::string& topic);
    void start_disconnect(milliseconds timeout);
    News take_news();

private:
    struct Connection;
    Signal& wake_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace mg
