#include "drivers/channel/tcp_client.h"

#include <cerrno>
#include <system_error>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "drivers/channel/descriptor_wait.h"
#include "drivers/channel/tcp_options.h"
#include "drivers/channel/wire_timing.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

std::string reason(int error) {
    return std::error_code{error, std::generic_category()}.message();
}

struct FreeAddresses {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

/// The socket address of a numeric host; asks no name server.
Addresses numeric_address(const std::string& address, std::uint16_t port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &wanted, &found);
    return Addresses{error == 0 ? found : nullptr};
}

Result<UniqueFd> connect_to(const addrinfo& address, SteadyTime due, const StopEvent& stop,
                            const Clock& clock) {
    UniqueFd socket{::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!socket) return fail(Failure::session_lost, reason(errno));
    tune_tcp(socket.get());
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return socket;
    if (errno != EINPROGRESS) return fail(Failure::session_lost, reason(errno));

    const auto writable = wait_for(socket.get(), Event::writable, due, stop, clock);
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return fail(Failure::session_lost, reason(error));
    if (!writable) return fail(Failure::session_lost, writable.error().what);
    return socket;
}

}  // namespace

Result<std::unique_ptr<Channel>> TcpClient::make(const LineOptions& line, Clock& clock) {
    return std::make_unique<TcpClient>(line, std::get<TcpChannel>(line.channel), clock);
}

TcpClient::TcpClient(const LineOptions& line, const TcpChannel& options, Clock& clock)
    : StreamChannel{line, clock},
      host_{options.host},
      port_{options.port},
      settings_{options.settings},
      wire_behind_{line.kind == LineKind::rtu_over_tcp},
      lookup_{clock} {}

Result<UniqueFd> TcpClient::connect(const StopEvent& stop) {
    const auto due = clock().steady() + connect_timeout();
    auto connected = Result<UniqueFd>{fail(Failure::session_lost, {})};
    auto addresses = lookup_.resolve(host_, due, stop.token());
    if (addresses) {
        for (const auto& text : *addresses) {
            const Addresses address = numeric_address(text, port_);
            if (!address) continue;
            connected = connect_to(*address, due, stop, clock());
            if (connected) return connected;
        }
    }
    const std::string why = addresses ? connected.error().what : addresses.error().what;
    return fail(Failure::session_lost,
                trf("{0}:{1}: cannot connect: {2}", "{0}:{1}：无法连接：{2}", host_, port_, why));
}

Result<> TcpClient::use(const SerialSettings& settings) {
    static_cast<void>(settings);  // the serial server has its own
    return {};
}

void TcpClient::recover(const StopEvent& stop) {
    if (wire_behind_) stay_silent(clock().steady() + drain_time(), stop, clock());
    close();
}

std::chrono::microseconds TcpClient::wire_time(std::size_t bytes) const {
    return wire_behind_ ? time_on_wire(settings_, bytes) : std::chrono::microseconds{0};
}

std::chrono::microseconds TcpClient::silence() const {
    return wire_behind_ ? frame_silence(settings_) : std::chrono::microseconds{0};
}

ssize_t TcpClient::write_some(std::span<const std::uint8_t> bytes) {
    return ::send(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace mg
