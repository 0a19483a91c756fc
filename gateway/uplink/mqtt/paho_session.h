#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/uplink/destination.h"

namespace mg {

/// One MQTT connection from CONNECT to its end, over Paho's asynchronous C client. (Not its C++ wrapper:
/// version 1.2 hides the properties of CONNACK, and with them Receive Maximum and Maximum Packet Size.) Paho
/// keeps nothing: no persistence, no reconnect, no queue while disconnected. One thread; nothing blocks,
/// `wake` is raised for all news.
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
    /// Closes without waiting.
    ~PahoSession();

    Result<> start_connect(const Settings& settings);
    Result<> publish(Ticket ticket, const std::string& topic, std::string_view payload, bool retain);
    Result<> start_subscribe(const std::string& topic);
    void unsubscribe(const std::string& topic);
    void start_disconnect(milliseconds timeout);
    News take_news();

private:
    [[nodiscard]] void* context(Ticket ticket = 0) const;

    std::uint32_t id_;
    void* handle_{nullptr};  ///< MQTTAsync
    int version_{5};
};

}  // namespace mg
