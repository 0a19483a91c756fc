#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/support/child_process.h"
#include "tests/support/temporary_folder.h"

namespace mg {

/// A port of 127.0.0.1 that nobody uses at this moment.
std::uint16_t free_port();

/// A certificate authority with a server and a client certificate, as PEM files in `folder`.
struct TestCertificates {
    /// `host`: the name that the server's certificate is for ("localhost"), or an address ("IP:127.0.0.1").
    TestCertificates(const std::filesystem::path& folder, const std::string& host);
    std::filesystem::path ca;
    std::filesystem::path server_certificate, server_key;
    std::filesystem::path client_certificate, client_key;
};

struct BrokerOptions {
    std::string users;  ///< "name:password\n…"; empty: anybody may come
    std::string acl;    ///< text of an acl_file; empty: everything is allowed
    const TestCertificates* tls{};
    bool require_client_certificate{false};
    std::string more;  ///< further lines of mosquitto.conf: "max_packet_size 2000\n"
};

/// A real mosquitto on a loopback port that stays the same over restarts. Keeps its messages in the folder
/// when it is stopped, not when it is killed.
class MosquittoBroker {
public:
    explicit MosquittoBroker(BrokerOptions options = {});

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
    [[nodiscard]] std::string log() const;

    /// Returns when it listens. Takes over what the setters changed.
    void start();
    void stop();
    void kill();
    void restart() {
        stop();
        start();
    }
    /// In force at once.
    void set_users(const std::string& users);
    void set_acl(const std::string& acl);

private:
    void write_config() const;
    void write_users() const;

    TemporaryFolder folder_;
    BrokerOptions options_;
    std::uint16_t port_;
    ChildProcess process_;
};

}  // namespace mg
