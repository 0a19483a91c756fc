#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/mosquitto_broker.h"

namespace mg {

struct ReceivedMessage {
    std::string topic;
    bool retained{false};
    nlohmann::json body;
};

/// What came to the broker, as mosquitto_sub saw it: a second client that shares no code with the gateway.
/// Its session survives restarts of the broker.
class Subscriber {
public:
    explicit Subscriber(MosquittoBroker& broker, const std::vector<std::string>& more_arguments = {});

    /// Waits until it has subscribed for the `times`-th time: again after each end of the broker.
    [[nodiscard]] bool subscribed(int times) const;
    [[nodiscard]] std::vector<ReceivedMessage> messages() const;
    /// Every sample of every message, in the order of arrival, repetitions included.
    [[nodiscard]] std::vector<nlohmann::json> samples() const;
    [[nodiscard]] std::vector<nlohmann::json> gaps() const;
    /// The last message of each topic below the prefix.
    [[nodiscard]] std::map<std::string, nlohmann::json> last_of_topic() const;
    /// The complaints of docs/mqtt.schema.json about any message; empty: none.
    [[nodiscard]] std::string schema_complaints() const;

private:
    MosquittoBroker& broker_;
    std::string file_;
    ChildProcess process_;
};

}  // namespace mg
