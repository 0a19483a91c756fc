#include "gateway/uplink/provincial/platform_address.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::size_t kLongestAddress = 2048;

tl::unexpected<Error> bad(std::string_view en, std::string_view zh) {
    return fail(Failure::refused, std::string(tr(en, zh)));
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string lower(std::string_view text) {
    std::string made(text);
    for (char& c : made) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return made;
}

std::optional<std::array<std::uint8_t, 4>> ipv4(const std::string& host) {
    in_addr address{};
    if (inet_pton(AF_INET, host.c_str(), &address) != 1) return std::nullopt;
    const std::uint32_t bits = ntohl(address.s_addr);
    return std::array{static_cast<std::uint8_t>(bits >> 24U), static_cast<std::uint8_t>(bits >> 16U),
                      static_cast<std::uint8_t>(bits >> 8U), static_cast<std::uint8_t>(bits)};
}

std::optional<std::array<std::uint8_t, 16>> ipv6(const std::string& host) {
    in6_addr address{};
    if (inet_pton(AF_INET6, host.c_str(), &address) != 1) return std::nullopt;
    std::array<std::uint8_t, 16> bytes{};
    std::copy_n(static_cast<const std::uint8_t*>(address.s6_addr), bytes.size(), bytes.begin());
    return bytes;
}

/// Names as DNS has them. What ends like a number is one: 127.1, 2130706433 and 0x7f.1 mean 127.0.0.1 to many
/// resolvers, so only four plain numbers are taken.
bool is_host(const std::string& host) {
    const bool plain = std::ranges::all_of(host, [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
    });
    if (host.empty() || host.size() > 253 || !plain || host.front() == '.' ||
        host.find("..") != std::string::npos)
        return false;
    std::string_view last = host;
    if (last.ends_with('.')) last.remove_suffix(1);
    last = last.substr(last.rfind('.') + 1);
    const bool number = std::ranges::all_of(last, is_digit) || last.starts_with("0x");
    return !number || ipv4(host).has_value();
}

/// "", ":8443"
std::optional<std::uint16_t> port_of(std::string_view text, std::uint16_t standard) {
    if (text.empty()) return standard;
    if (text.front() != ':') return std::nullopt;
    text.remove_prefix(1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

bool take_scheme(std::string_view& url, PlatformAddress& address) {
    constexpr std::string_view kTls = "https://";
    constexpr std::string_view kPlain = "http://";
    if (lower(url.substr(0, kTls.size())) == kTls) {
        url.remove_prefix(kTls.size());
        address.tls = true;
        return true;
    }
    if (lower(url.substr(0, kPlain.size())) != kPlain) return false;
    url.remove_prefix(kPlain.size());
    address.tls = false;
    return true;
}

}  // namespace

std::string PlatformAddress::to_string() const {
    const bool v6 = host.find(':') != std::string::npos;
    const bool usual = port == (tls ? 443 : 80);
    return fmt::format("{}{}{}{}", tls ? "https://" : "http://", v6 ? "[" + host + "]" : host,
                       usual ? std::string{} : fmt::format(":{}", port), path);
}

Result<PlatformAddress> parse_platform_address(std::string_view url) {
    if (url.empty()) return bad("the address is empty", "地址为空");
    if (url.size() > kLongestAddress) return bad("the address is too long", "地址过长");
    const bool printable = std::ranges::all_of(url, [](char c) {
        return c > ' ' && c < 0x7F && c != '\\' && c != '"' && c != '<' && c != '>' && c != '`';
    });
    if (!printable) return bad("the address has characters that none may have", "地址含有不允许的字符");
    PlatformAddress address;
    if (!take_scheme(url, address))
        return bad("not a whole http or https address", "不是完整的 http 或 https 地址");
    if (url.find('#') != std::string_view::npos) return bad("the address has a fragment", "地址含有 # 片段");
    const auto authority_end = std::min(url.find_first_of("/?"), url.size());
    std::string_view authority = url.substr(0, authority_end);
    const std::string_view path = url.substr(authority_end);
    address.path = fmt::format("{}{}", path.starts_with('/') ? "" : "/", path);
    if (authority.find('@') != std::string_view::npos)
        return bad("the address has a user or password", "地址含有用户名或口令");
    const bool bracketed = authority.starts_with('[');
    const auto host_end = bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
    if (host_end == std::string_view::npos) return bad("the address has no host", "地址没有主机");
    address.host = lower(bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end));
    if (bracketed ? !ipv6(address.host).has_value() : !is_host(address.host))
        return bad("the address has no proper host", "地址的主机不对");
    const auto port = port_of(authority.substr(host_end + (bracketed ? 1 : 0)), address.tls ? 443 : 80);
    if (!port) return bad("the address has no proper port", "地址的端口不对");
    address.port = *port;
    return address;
}

bool is_own_machine(const PlatformAddress& address) {
    std::string_view name = address.host;
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name == "localhost" || name.ends_with(".localhost") || name == "localhost.localdomain" ||
        name == "ip6-localhost" || name == "ip6-loopback") {
        return true;
    }
    const auto own4 = [](std::uint8_t a, std::uint8_t b) {
        return a == 127 || a == 0 || (a == 169 && b == 254);
    };
    if (const auto four = ipv4(address.host)) return own4((*four)[0], (*four)[1]);
    const auto six = ipv6(address.host);
    if (!six) return false;
    if ((*six)[0] == 0xFE && ((*six)[1] & 0xC0U) == 0x80U) return true;
    const bool zeroes = std::all_of(six->begin(), six->begin() + 10, [](std::uint8_t b) { return b == 0; });
    if (!zeroes) return false;
    const bool mapped = (*six)[10] == 0xFF && (*six)[11] == 0xFF;
    const bool compatible = (*six)[10] == 0 && (*six)[11] == 0;
    return (mapped || compatible) && own4((*six)[12], (*six)[13]);
}

Result<PlatformAddress> given_address(std::string_view url, const PlatformAddress& asked) {
    auto address = parse_platform_address(url);
    if (!address) return address;
    if (is_own_machine(*address) && !is_own_machine(asked))
        return bad("the address is of this machine itself", "地址指向本机");
    if (!address->tls && asked.tls)
        return bad("the address is without TLS, that of the uplink is with it",
                   "地址不用 TLS，而上传目标的地址用 TLS");
    return address;
}

PlatformAddress beside(const PlatformAddress& asked, std::string_view path, PlatformFlow flow) {
    if (!path.starts_with('/') && flow == PlatformFlow::token) return below(asked, path);
    PlatformAddress address = asked;
    if (path.starts_with('/')) {
        address.path = path;
        return address;
    }
    address.path.resize(std::min(address.path.find('?'), address.path.size()));
    address.path.resize(address.path.rfind('/') + 1);
    address.path += path;
    return address;
}

PlatformAddress below(const PlatformAddress& folder, std::string_view path) {
    PlatformAddress address = folder;
    address.path.resize(std::min(address.path.find('?'), address.path.size()));
    if (!address.path.ends_with('/')) address.path += '/';
    if (path.starts_with('/')) path.remove_prefix(1);
    address.path += path;
    return address;
}

}  // namespace mg
