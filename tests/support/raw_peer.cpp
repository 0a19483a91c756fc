#include "tests/support/raw_peer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <sstream>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/base/check.h"

namespace mg::raw {
namespace {

// Bit by bit over the whole message as one long division; on purpose not the way the driver does it.
std::uint16_t checksum(const Bytes& body) {
    std::uint16_t remainder = 0xFFFF;
    for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
        const bool in = ((body[bit / 8] >> (bit % 8)) & 1) != 0;
        const bool out = (remainder & 1) != 0;
        remainder = static_cast<std::uint16_t>(remainder >> 1);
        if (in != out) remainder = static_cast<std::uint16_t>(remainder ^ 0xA001);
    }
    return remainder;
}

std::uint16_t word(const Bytes& bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] * 256 + bytes[at + 1]);
}

bool readable(int descriptor, int stop, int timeout_ms) {
    std::array waited{pollfd{descriptor, POLLIN, 0}, pollfd{stop, POLLIN, 0}};
    return ::poll(waited.data(), waited.size(), timeout_ms) > 0 && waited[1].revents == 0;
}

}  // namespace

Bytes hex(const std::string& text) {
    Bytes bytes;
    std::istringstream in{text};
    for (std::string two; in >> two;)
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(two, nullptr, 16)));
    return bytes;
}

Bytes rtu(Bytes body) {
    const auto crc = checksum(body);
    body.push_back(static_cast<std::uint8_t>(crc % 256));
    body.push_back(static_cast<std::uint8_t>(crc / 256));
    return body;
}

Bytes mbap(std::uint16_t transaction, Bytes body) {
    Bytes frame;
    const auto put_word = [&frame](std::size_t value) {
        frame.push_back(static_cast<std::uint8_t>(value / 256));
        frame.push_back(static_cast<std::uint8_t>(value % 256));
    };
    put_word(transaction);
    put_word(0);
    put_word(body.size());
    std::ranges::copy(body, std::back_inserter(frame));
    return frame;
}

Bytes registers_body(std::uint8_t unit, std::uint8_t function, const std::vector<std::uint16_t>& registers) {
    Bytes body{unit, function, static_cast<std::uint8_t>(registers.size() * 2)};
    for (const auto value : registers) {
        body.push_back(static_cast<std::uint8_t>(value / 256));
        body.push_back(static_cast<std::uint8_t>(value % 256));
    }
    return body;
}

Bytes exception_body(std::uint8_t unit, std::uint8_t function, std::uint8_t code) {
    return {unit, static_cast<std::uint8_t>(function + 128), code};
}

Asked rtu_request(const Bytes& request) {
    return {0, request[0], request[1], word(request, 2), word(request, 4)};
}

Asked mbap_request(const Bytes& request) {
    return {word(request, 0), request[6], request[7], word(request, 8), word(request, 10)};
}

Wire::Wire(UniqueFd stream, std::stop_token stop) : stream_{std::move(stream)}, stop_{std::move(stop)} {}

std::optional<Bytes> Wire::read(std::size_t size) {
    Bytes bytes;
    while (bytes.size() < size) {
        if (!stream_ || !readable(stream_.get(), stop_.descriptor(), -1)) return std::nullopt;
        std::array<std::uint8_t, 512> chunk{};
        const auto got = ::read(stream_.get(), chunk.data(), std::min(chunk.size(), size - bytes.size()));
        if (got <= 0) return std::nullopt;
        bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + got);
    }
    return bytes;
}

void Wire::write(const Bytes& bytes) {
    // A socket wants MSG_NOSIGNAL; a pty does not know it. Whoever closed meanwhile does not get it: not our
    // concern.
    if (::send(stream_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0 && errno == ENOTSOCK) {
        [[maybe_unused]] const auto written = ::write(stream_.get(), bytes.data(), bytes.size());
    }
}

bool Wire::pause(std::chrono::milliseconds time) {
    pollfd waited{stop_.descriptor(), POLLIN, 0};
    return ::poll(&waited, 1, static_cast<int>(time.count())) == 0;
}

void Wire::reset() {
    const linger at_once{1, 0};
    ::setsockopt(stream_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    stream_.reset();
}

TcpPeer::TcpPeer(Serve serve) : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    MG_CHECK(::bind(listener_.get(), generic, length) == 0);
    MG_CHECK(::listen(listener_.get(), 8) == 0);
    MG_CHECK(::getsockname(listener_.get(), generic, &length) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread{[this, serve = std::move(serve)](const std::stop_token& stop) {
        const StopEvent stopped{stop};
        while (readable(listener_.get(), stopped.descriptor(), -1)) {
            UniqueFd stream{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
            if (!stream) continue;
            Wire wire{std::move(stream), stop};
            serve(wire, connections_++);
        }
    }};
}

PtyPeer::PtyPeer(Serve serve) {
    UniqueFd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    MG_CHECK(master);
    MG_CHECK(::grantpt(master.get()) == 0 && ::unlockpt(master.get()) == 0);
    std::array<char, 64> name{};
    MG_CHECK(::ptsname_r(master.get(), name.data(), name.size()) == 0);
    device_ = name.data();
    slave_.reset(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    MG_CHECK(slave_);
    termios raw{};
    ::tcgetattr(slave_.get(), &raw);
    ::cfmakeraw(&raw);
    ::tcsetattr(slave_.get(), TCSANOW, &raw);
    watched_.reset(::fcntl(master.get(), F_DUPFD_CLOEXEC, 0));
    thread_ = std::jthread{
        [serve = std::move(serve), end = std::move(master)](const std::stop_token& stop) mutable {
            Wire wire{std::move(end), stop};
            serve(wire);
        }};
}

int PtyPeer::baud() const {
    termios now{};
    MG_CHECK(::tcgetattr(watched_.get(), &now) == 0);
    switch (::cfgetospeed(&now)) {
        case B0:
            return 0;
        case B2400:
            return 2400;
        case B9600:
            return 9600;
        case B19200:
            return 19200;
        default:
            return -1;
    }
}

void PtyPeer::unplug() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    watched_.reset();
}

}  // namespace mg::raw
