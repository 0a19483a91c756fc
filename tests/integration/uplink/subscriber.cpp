#include "tests/integration/uplink/subscriber.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace mg {
namespace {

constexpr const char* kSubscribed = "Sending SUBACK to sub";

std::vector<nlohmann::json> all_of(const std::vector<ReceivedMessage>& messages, const char* list) {
    std::vector<nlohmann::json> all;
    for (const ReceivedMessage& message : messages) {
        if (!message.topic.ends_with("/samples")) continue;
        for (const auto& item : message.body.at(list)) all.push_back(item);
    }
    return all;
}

}  // namespace

Subscriber::Subscriber(MosquittoBroker& broker, const std::vector<std::string>& more_arguments)
    : broker_{broker}, file_{(broker.folder() / "received").string()} {
    std::vector<std::string> command{"mosquitto_sub",
                                     "-h",
                                     "127.0.0.1",
                                     "-p",
                                     std::to_string(broker.port()),
                                     "-i",
                                     "sub",
                                     "-c",
                                     "-q",
                                     "1",
                                     "-t",
                                     "metergate/#",
                                     "-F",
                                     "%t\t%r\t%p"};
    std::ranges::copy(more_arguments, std::back_inserter(command));
    process_ = ChildProcess{command, file_};
    if (!subscribed(1)) throw std::runtime_error("mosquitto_sub does not come: " + broker_.log());
}

bool Subscriber::subscribed(int times) const {
    return eventually([&] {
        const std::string log = broker_.log();
        int seen = 0;
        for (auto at = log.find(kSubscribed); at != std::string::npos; at = log.find(kSubscribed, at + 1))
            ++seen;
        return seen >= times;
    });
}

std::vector<ReceivedMessage> Subscriber::messages() const {
    std::ifstream file{file_};
    std::vector<ReceivedMessage> all;
    for (std::string line; std::getline(file, line) && !file.eof();) {
        const auto first = line.find('\t');
        const auto second = line.find('\t', first + 1);
        if (second == std::string::npos) continue;  // mosquitto_sub's own complaints while the broker is away
        all.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1) == "1",
                       nlohmann::json::parse(line.substr(second + 1))});
    }
    return all;
}

std::vector<nlohmann::json> Subscriber::samples() const {
    return all_of(messages(), "samples");
}
std::vector<nlohmann::json> Subscriber::gaps() const {
    return all_of(messages(), "gaps");
}

std::map<std::string, nlohmann::json> Subscriber::last_of_topic() const {
    std::map<std::string, nlohmann::json> last;
    for (const ReceivedMessage& message : messages()) last[message.topic] = message.body;
    return last;
}

std::string Subscriber::schema_complaints() const {
    const auto answer = broker_.folder() / "complaints";
    ChildProcess check{{"/usr/bin/python3", MG_SOURCE_DIR "/tests/integration/uplink/check_messages.py",
                        MG_SOURCE_DIR "/docs/mqtt.schema.json", file_},
                       answer.string()};
    const int status = check.wait();
    std::ifstream file{answer};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    return status == 0 ? std::string{} : text + " (status " + std::to_string(status) + ")";
}

}  // namespace mg
