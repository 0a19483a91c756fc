#include "tests/support/mosquitto_broker.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/unique_fd.h"
#include "tests/support/loopback.h"

namespace mg {
namespace {

void write_file(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file{path, std::ios::trunc};
    file << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
    std::filesystem::permissions(path,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

bool listens(std::uint16_t port) {
    const UniqueFd probe{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const sockaddr_in address = loopback(port);
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

std::uint16_t free_port() {
    const UniqueFd probe{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::getsockname(probe.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("no free port");
    }
    return ntohs(address.sin_port);
}

TestCertificates::TestCertificates(const std::filesystem::path& folder, const std::string& host) {
    const auto at = [&](const std::string& name) { return folder / name; };
    const std::string log = at("openssl.log").string();
    ca = at("ca.pem");
    run_command({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-days", "2", "-subj", "/CN=test authority", "-keyout", at("ca.key"), "-out", ca},
                log);
    const auto issue = [&](const std::string& name, const std::string& subject,
                           const std::string& extensions) {
        write_file(at(name + ".ext"), extensions);
        run_command({"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-subj", "/CN=" + subject, "-keyout", at(name + ".key"), "-out", at(name + ".csr")},
                    log);
        run_command(
            {"openssl", "x509", "-req", "-days", "2", "-in", at(name + ".csr"), "-CA", ca, "-CAkey",
             at("ca.key"), "-CAcreateserial", "-extfile", at(name + ".ext"), "-out", at(name + ".pem")},
            log);
    };
    const bool address = host.starts_with("IP:");
    issue("server", address ? host.substr(3) : host,
          "subjectAltName=" + (address ? host : "DNS:" + host) + "\n");
    issue("client", "gateway", "extendedKeyUsage=clientAuth\n");
    server_certificate = at("server.pem");
    server_key = at("server.key");
    client_certificate = at("client.pem");
    client_key = at("client.key");
}

MosquittoBroker::MosquittoBroker(BrokerOptions options) : options_{std::move(options)}, port_{free_port()} {
    write_config();
    start();
}

std::string MosquittoBroker::log() const {
    std::ifstream file{folder() / "mosquitto.log"};
    return {std::istreambuf_iterator<char>{file}, {}};
}

void MosquittoBroker::write_users() const {
    const auto file = folder() / "users";
    write_file(file, options_.users);
    run_command({"mosquitto_passwd", "-U", file.string()}, (folder() / "passwd.log").string());
}

void MosquittoBroker::write_config() const {
    std::ostringstream config;
    // Started by root it would become "mosquitto" otherwise, and could not read the folder.
    if (const passwd* user = ::getpwuid(::geteuid()); user != nullptr)
        config << "user " << user->pw_name << "\n";
    // Not 0 for "no limit": mosquitto 2.0.11 then drops the connection after each message that it denies,
    // because its handle__publish() compares the outgoing queue with this number.
    config << "listener " << port_ << " 127.0.0.1\n"
           << "persistence true\npersistence_location " << folder().string() << "/\n"
           << "max_queued_messages 1000000\nmax_inflight_messages 1000\nlog_type all\nlog_dest stderr\n";
    if (options_.users.empty()) {
        config << "allow_anonymous true\n";
    } else {
        write_users();
        config << "allow_anonymous false\npassword_file " << (folder() / "users").string() << "\n";
    }
    if (!options_.acl.empty()) {
        write_file(folder() / "acl", options_.acl);
        config << "acl_file " << (folder() / "acl").string() << "\n";
    }
    if (options_.tls != nullptr) {
        config << "cafile " << options_.tls->ca.string() << "\ncertfile "
               << options_.tls->server_certificate.string() << "\nkeyfile "
               << options_.tls->server_key.string() << "\n";
        if (options_.require_client_certificate) config << "require_certificate true\n";
    }
    config << options_.more;
    write_file(folder() / "mosquitto.conf", config.str());
}

void MosquittoBroker::start() {
    process_ = ChildProcess{{"mosquitto", "-c", (folder() / "mosquitto.conf").string()},
                            (folder() / "mosquitto.log").string()};
    if (!eventually([&] { return listens(port_) || !process_.running(); }) || !process_.running()) {
        throw std::runtime_error("mosquitto does not start: " + log());
    }
}

void MosquittoBroker::stop() {
    process_.end(SIGTERM);
}
void MosquittoBroker::kill() {
    process_.end(SIGKILL);
}

void MosquittoBroker::set_users(const std::string& users) {
    options_.users = users;
    write_users();
    process_.send(SIGHUP);
}

void MosquittoBroker::set_acl(const std::string& acl) {
    options_.acl = acl;
    write_file(folder() / "acl", acl);
    process_.send(SIGHUP);
}

}  // namespace mg
