#include "gateway/control/control_client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

#include "gateway/base/language.h"
#include "gateway/control/control_protocol.h"
#include "gateway/control/local_socket.h"

namespace mg {
namespace {

/// Of one answer: the status of 20,000 meters with all their points is well below.
constexpr std::size_t kLongestAnswer = 256UL * 1024 * 1024;

std::string system_text(int error) {
    return std::error_code(error, std::generic_category()).message();
}

Failure kind_of_connect_error(int error) {
    if (error == EACCES || error == EPERM) return Failure::refused;
    return error == EAGAIN ? Failure::transient : Failure::session_lost;
}

}  // namespace

Result<ControlClient> ControlClient::connect(const std::filesystem::path& path, Clock& clock) {
    const auto address = local_address(path);
    if (!address) return pass_on(address.error());
    UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    const auto* generic =
        reinterpret_cast<const sockaddr*>(&*address);  // NOLINT: what the socket interface asks for
    if (!socket || ::connect(socket.get(), generic, sizeof *address) != 0) {
        const int error = errno;
        if (kind_of_connect_error(error) == Failure::session_lost) {
            return fail(Failure::session_lost,
                        trf("metergate is not running ({}: {})", "metergate 没有运行({}：{})", path.string(),
                            system_text(error)));
        }
        return fail(kind_of_connect_error(error),
                    trf("cannot connect to {}: {}", "无法连接 {}：{}", path.string(), system_text(error)));
    }
    return ControlClient{std::move(socket), clock, path.string()};
}

Result<std::string> ControlClient::call(const std::string& command, const Arguments& arguments,
                                        milliseconds limit,
                                        const std::function<void(std::string_view)>& on_more) {
    const SteadyTime deadline = clock_->steady() + limit;
    const std::int64_t id = ++last_id_;
    // A server that turns us away answers before it reads: keep its answer, which says more than a broken
    // pipe.
    const auto sent = send_all(request_line(id, command, arguments), deadline);
    while (true) {
        auto line = read_line(deadline);
        if (!line) return tl::unexpected(sent ? line.error() : sent.error());
        auto answer = parse_answer(*line);
        if (!answer) return pass_on(answer.error());
        if (answer->id && *answer->id != id) continue;  // of an earlier call that was given up
        if (!answer->more || !answer->result) return std::move(answer->result);
        if (on_more) on_more(*answer->result);
    }
}

Result<> ControlClient::wait(short events, SteadyTime deadline) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - clock_->steady());
    pollfd ready{.fd = socket_.get(), .events = events, .revents = 0};
    const int most = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
    const int count = ::poll(&ready, 1, most);
    if (count > 0 || (count < 0 && errno == EINTR)) return {};
    return fail(Failure::transient, trf("{}: no answer in time", "{}：超时没有应答", name_));
}

Result<> ControlClient::send_all(std::string_view bytes, SteadyTime deadline) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
        } else if (errno == EAGAIN || errno == EINTR) {
            if (auto ready = wait(POLLOUT, deadline); !ready) return ready;
        } else {
            return fail(Failure::session_lost, name_ + ": " + system_text(errno));
        }
    }
    return {};
}

Result<std::string> ControlClient::read_line(SteadyTime deadline) {
    std::size_t searched = 0;
    while (true) {
        if (const auto end = received_.find('\n', searched); end != std::string::npos) {
            std::string line = received_.substr(0, end);
            received_.erase(0, end + 1);
            return line;
        }
        searched = received_.size();
        if (searched > kLongestAnswer) return fail(Failure::corrupt, name_ + ": answer without end");
        std::array<char, 65536> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv() fills it
        const ssize_t n = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
        if (n > 0) {
            received_.append(chunk.data(), static_cast<std::size_t>(n));
        } else if (n == 0) {
            return fail(Failure::session_lost,
                        trf("{}: metergate closed the connection", "{}：metergate 关闭了连接", name_));
        } else if (errno == EAGAIN || errno == EINTR) {
            if (auto ready = wait(POLLIN, deadline); !ready) return pass_on(ready.error());
        } else {
            return fail(Failure::session_lost, name_ + ": " + system_text(errno));
        }
    }
}

}  // namespace mg
