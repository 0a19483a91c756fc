#include "tests/support/simulated_platform.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace mg::test {
namespace {

using nlohmann::json;
namespace http = boost::beast::http;
using Tcp = boost::asio::ip::tcp;

/// `url`: http://127.0.0.1:port/path
json control(http::verb verb, const std::string& url, const std::string& body) {
    const auto host = url.find("//") + 2;
    const auto path = url.find('/', host);
    const auto colon = url.find(':', host);
    boost::asio::io_context io;
    boost::beast::tcp_stream stream{io};
    stream.connect(Tcp::endpoint{boost::asio::ip::make_address(url.substr(host, colon - host)),
                                 static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)))});
    http::request<http::string_body> request{verb, url.substr(path), 11};
    request.set(http::field::host, "127.0.0.1");
    request.set(http::field::content_type, "application/json");
    request.body() = body;
    request.prepare_payload();
    http::write(stream, request);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> answer;
    answer.body_limit(64UL << 20U);
    http::read(stream, buffer, answer);
    if (answer.get().result_int() >= 300) throw std::runtime_error{answer.get().body()};
    return json::parse(answer.get().body());
}

}  // namespace

SimulatedPlatform::SimulatedPlatform(const std::string& profile, const std::vector<std::string>& arguments)
    : profile_{profile} {
    const auto ready = folder_.path() / "ready";
    std::vector<std::string> command{MG_SOURCE_DIR "/tests/sim/metergate-platform-sim", "--profile", profile,
                                     "--quiet",
                                     // The day that ended last is due, except in the first minute after it.
                                     "--upload-time", "00:00:00", "--ready-file", ready.string(), "--tls-dir",
                                     (folder_.path() / "tls").string()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    program_ = ChildProcess{command, (folder_.path() / "log").string()};
    if (!eventually([&] { return std::filesystem::exists(ready); }, std::chrono::seconds{30})) {
        throw std::runtime_error{"the simulated platform does not start"};
    }
    std::ifstream{ready} >> ready_;
}

SimulatedPlatform::~SimulatedPlatform() {
    program_.end(SIGTERM);
}

std::string SimulatedPlatform::url() const {
    return ready_.at("profiles").at(profile_).at("url");
}
std::string SimulatedPlatform::address(const std::string& name) const {
    return ready_.at("profiles").at(profile_).at(name);
}
std::string SimulatedPlatform::file(const std::string& name) const {
    return ready_.at("tls").at(name);
}

void SimulatedPlatform::misbehave(const json& fault) {
    control(http::verb::post, ready_.at("control").get<std::string>() + "/faults", fault.dump());
}

void SimulatedPlatform::behave() {
    control(http::verb::delete_, ready_.at("control").get<std::string>() + "/faults", {});
}

json SimulatedPlatform::look(const std::string& what) {
    return control(http::verb::get, ready_.at("control").get<std::string>() + "/" + what, {});
}

}  // namespace mg::test
