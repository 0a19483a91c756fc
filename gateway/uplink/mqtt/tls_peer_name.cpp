#include "gateway/uplink/mqtt/tls_peer_name.h"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "gateway/base/guarded.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::size_t kMostFailureText = 300;

struct Claim {
    std::string host;
    bool applied{false};
    std::string failure;
};

/// By "address port". Never destroyed: Paho's threads may outlive main's statics.
Guarded<std::map<std::string, Claim>>& claims() {
    static auto& all = *new Guarded<std::map<std::string, Claim>>;
    return all;
}

std::string endpoint_of(const sockaddr* address, socklen_t size) {
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (::getnameinfo(address, size, host.data(), host.size(), port.data(), port.size(),
                      NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return {};
    }
    return std::string{host.data()} + " " + port.data();
}

std::string peer_of(const SSL* ssl) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    auto* address = reinterpret_cast<sockaddr*>(&peer);
    return ::getpeername(SSL_get_fd(ssl), address, &size) == 0 ? endpoint_of(address, size) : std::string{};
}

std::optional<std::string> host_claimed_for(const std::string& endpoint) {
    return claims().with([&](auto& all) -> std::optional<std::string> {
        const auto found = all.find(endpoint);
        if (found == all.end()) return std::nullopt;
        found->second.applied = true;
        found->second.failure.clear();
        return found->second.host;
    });
}

void add_failure(const std::string& endpoint, std::string_view text) {
    claims().with([&](auto& all) {
        const auto found = all.find(endpoint);
        if (found == all.end()) return;
        std::string& failure = found->second.failure;
        if (failure.size() + text.size() > kMostFailureText || failure.find(text) != std::string::npos)
            return;
        failure += (failure.empty() ? "" : "; ") + std::string{text};
    });
}

void name_the_peer(SSL* ssl, const std::string& host) {
    SSL_set_min_proto_version(ssl, TLS1_2_VERSION);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
    X509_VERIFY_PARAM* expected = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1) {
        // RFC 6066 section 3: a literal address is not a server name.
        SSL_set_tlsext_host_name(ssl, nullptr);
        return;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
}

int endpoint_slot();

/// Set when the handshake began: a peer that has hung up has no address any more.
const std::string* endpoint_at_start(const SSL* ssl) {
    return static_cast<const std::string*>(SSL_get_ex_data(ssl, endpoint_slot()));
}

void begin_handshake(SSL* ssl) {
    const std::string endpoint = peer_of(ssl);
    const auto host = host_claimed_for(endpoint);
    if (!host) return;
    if (endpoint_at_start(ssl) == nullptr) {
        auto kept = std::make_unique<std::string>(endpoint);
        if (SSL_set_ex_data(ssl, endpoint_slot(), kept.get()) == 1) static_cast<void>(kept.release());
    }
    name_the_peer(ssl, *host);
}

std::string why_it_failed(const SSL* ssl) {
    const char* reason = ERR_reason_error_string(ERR_peek_error());
    std::string text = reason != nullptr ? reason : "TLS";
    const long verified = SSL_get_verify_result(ssl);
    if (verified != X509_V_OK) text += std::string{" ("} + X509_verify_cert_error_string(verified) + ")";
    return text;
}

/// OpenSSL calls this for every step of a handshake; before the ClientHello is written, so that what is set
/// then is in force for this handshake, and with its error queue still filled when a handshake has failed.
void on_handshake(const SSL* ssl, int where, int value) {
    if ((where & SSL_CB_HANDSHAKE_START) != 0) return begin_handshake(const_cast<SSL*>(ssl));
    const std::string* endpoint = endpoint_at_start(ssl);
    if (endpoint == nullptr) return;
    if (where == SSL_CB_READ_ALERT && (value >> 8) == SSL3_AL_FATAL) {
        add_failure(*endpoint, std::string{"alert "} + SSL_alert_desc_string_long(value));
    } else if (where == SSL_CB_CONNECT_EXIT && value <= 0 && ERR_peek_error() != 0) {
        add_failure(*endpoint, why_it_failed(ssl));
    }
}

void on_new_connection(void* parent, void* /*value*/, CRYPTO_EX_DATA* /*data*/, int /*index*/,
                       long /*number*/, void* /*argument*/) {
    if (claims().with([](const auto& all) { return all.empty(); })) return;
    SSL_set_info_callback(static_cast<SSL*>(parent), on_handshake);
}

void on_end_of_connection(void* /*parent*/, void* value, CRYPTO_EX_DATA* /*data*/, int /*index*/,
                          long /*number*/, void* /*argument*/) {
    delete static_cast<std::string*>(value);
}

/// Paho hands out neither SSL nor SSL_CTX; this is OpenSSL's way to see every new connection of the process.
int endpoint_slot() {
    static const int index =
        SSL_get_ex_new_index(0, nullptr, on_new_connection, nullptr, on_end_of_connection);
    return index;
}

}  // namespace

Result<TlsPeerName> TlsPeerName::claim(const std::string& address, std::uint16_t port,
                                       const std::string& host) {
    static_cast<void>(endpoint_slot());
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &list) != 0) {
        return fail(Failure::transient, address + ": " + std::string(tr("not an address", "不是地址")));
    }
    std::string endpoint = endpoint_of(list->ai_addr, list->ai_addrlen);
    ::freeaddrinfo(list);
    const bool claimed =
        claims().with([&](auto& all) { return all.emplace(endpoint, Claim{.host = host}).second; });
    if (!claimed) {
        return fail(Failure::transient, trf("{}: another connection to the same address is just starting",
                                            "{}：到同一地址的另一连接正在建立", endpoint));
    }
    return TlsPeerName{std::move(endpoint)};
}

TlsPeerName::TlsPeerName(TlsPeerName&& other) noexcept : endpoint_{std::exchange(other.endpoint_, {})} {}

TlsPeerName::~TlsPeerName() {
    if (endpoint_.empty()) return;
    claims().with([&](auto& all) { all.erase(endpoint_); });
}

bool TlsPeerName::applied() const {
    return claims().with([&](const auto& all) {
        const auto found = all.find(endpoint_);
        return found != all.end() && found->second.applied;
    });
}

std::string TlsPeerName::failure() const {
    return claims().with([&](const auto& all) {
        const auto found = all.find(endpoint_);
        return found != all.end() ? found->second.failure : std::string{};
    });
}

}  // namespace mg
