#pragma once

#include <cstdint>
#include <string>

#include "gateway/base/result.h"

namespace mg {

/// The name behind a numeric address. Paho 1.3.12 takes the host part of its URI both for the name it asks
/// for (SNI) and for the name it checks; ours is a numeric address, because names are resolved before. While
/// a claim lives, every TLS handshake of this process with that address and port asks for `host`, fails
/// unless the certificate is for `host`, and speaks TLS 1.2 at least. The check is OpenSSL's own and comes
/// before anything of MQTT is sent.
class TlsPeerName {
public:
    /// transient: another connection to the same address and port is just starting under another name.
    static Result<TlsPeerName> claim(const std::string& address, std::uint16_t port, const std::string& host);
    TlsPeerName(TlsPeerName&& other) noexcept;
    TlsPeerName& operator=(TlsPeerName&&) = delete;
    TlsPeerName(const TlsPeerName&) = delete;
    TlsPeerName& operator=(const TlsPeerName&) = delete;
    ~TlsPeerName();

    /// A handshake began under this claim. A finished connection without that was not checked: drop it.
    [[nodiscard]] bool applied() const;
    /// Why the handshake under this claim failed, in OpenSSL's words and for people; empty if it did not.
    [[nodiscard]] std::string failure() const;

private:
    explicit TlsPeerName(std::string endpoint) : endpoint_{std::move(endpoint)} {}
    std::string endpoint_;
};

}  // namespace mg
