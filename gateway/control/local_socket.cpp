#include "gateway/control/local_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <pwd.h>
#include <sys/socket.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr mode_t kSocketMode = 0660;
constexpr int kWaitingConnections = 16;

std::string system_text(int error) {
    return std::error_code(error, std::generic_category()).message();
}

tl::unexpected<Error> cannot_listen(const std::filesystem::path& path, int error) {
    return fail(Failure::invalid_config,
                trf("control socket {}: cannot listen: {}", "控制套接字 {}：无法监听：{}", path.string(),
                    system_text(error)));
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);  // NOLINT: what the socket interface asks for
}

/// A local connect() answers at once: somebody listens, or ECONNREFUSED.
bool somebody_listens(const sockaddr_un& address) {
    const UniqueFd probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    // EAGAIN: alive, but with a full queue of waiting connections.
    return ::connect(probe.get(), generic(address), sizeof address) == 0 || errno == EAGAIN;
}

Result<> make_room(const std::filesystem::path& path, const sockaddr_un& address) {
    struct stat file{};
    if (::lstat(path.c_str(), &file) != 0) {
        if (errno == ENOENT) return {};
        return cannot_listen(path, errno);
    }
    if (!S_ISSOCK(file.st_mode)) {
        return fail(Failure::invalid_config, trf("control socket {}: exists and is not a socket",
                                                 "控制套接字 {}：已存在且不是套接字", path.string()));
    }
    if (somebody_listens(address)) {
        return fail(Failure::invalid_config, trf("control socket {}: another metergate is listening there",
                                                 "控制套接字 {}：另一个 metergate 正在使用", path.string()));
    }
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return cannot_listen(path, errno);
    return {};
}

}  // namespace

Result<sockaddr_un> local_address(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string& text = path.native();
    if (text.empty() || text.size() >= sizeof address.sun_path) {
        return fail(Failure::invalid_config, trf("control socket {}: the path has {} bytes, allowed: 1 to {}",
                                                 "控制套接字 {}：路径长 {} 字节，允许 1 到 {}", text,
                                                 text.size(), sizeof address.sun_path - 1));
    }
    std::memcpy(address.sun_path, text.data(), text.size());
    return address;
}

Result<ListeningSocket> listen_at(const std::filesystem::path& path) {
    const auto address = local_address(path);
    if (!address) return pass_on(address.error());
    if (auto room = make_room(path, *address); !room) return pass_on(room.error());

    ListeningSocket listening{UniqueFd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)}, {}};
    // The file gets the mode of the socket inode less the umask: set before bind(), so that no moment is
    // wider than 0660; and again after it, because the umask may have narrowed it.
    if (!listening.socket || ::fchmod(listening.socket.get(), kSocketMode) != 0 ||
        ::bind(listening.socket.get(), generic(*address), sizeof *address) != 0 ||
        ::chmod(path.c_str(), kSocketMode) != 0 || ::lstat(path.c_str(), &listening.file) != 0 ||
        ::listen(listening.socket.get(), kWaitingConnections) != 0) {
        return cannot_listen(path, errno);
    }
    return listening;
}

void remove_if_same(const std::filesystem::path& path, const struct stat& file) {
    struct stat now{};
    if (::lstat(path.c_str(), &now) != 0) return;
    if (now.st_dev == file.st_dev && now.st_ino == file.st_ino) ::unlink(path.c_str());
}

Result<Peer> peer_of(int socket) {
    ucred credentials{};
    socklen_t length = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
        return fail(Failure::refused, system_text(errno));
    }
    Peer peer{.user = credentials.uid, .groups = {credentials.gid}};
    // SO_PEERCRED has the primary group only; a clerk is a member of ours by /etc/group (Linux 4.13,
    // socket(7)).
    std::vector<gid_t> supplementary(64);
    length = static_cast<socklen_t>(supplementary.size() * sizeof(gid_t));
    int got = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, supplementary.data(), &length);
    if (got != 0 && errno == ERANGE) {
        supplementary.resize(length / sizeof(gid_t));
        got = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, supplementary.data(), &length);
    }
    if (got == 0) {
        supplementary.resize(length / sizeof(gid_t));
        peer.groups.insert(peer.groups.end(), supplementary.begin(), supplementary.end());
    }
    return peer;
}

std::string name_of_user(uid_t user) {
    constexpr std::size_t kRoom = 16UL * 1024;
    std::vector<char> room(kRoom);
    passwd entry{};
    passwd* found = nullptr;
    const int error = ::getpwuid_r(user, &entry, room.data(), room.size(), &found);
    return error == 0 && found != nullptr ? std::string(entry.pw_name) : "uid " + std::to_string(user);
}

bool is_trusted(const Peer& peer, uid_t our_user, gid_t our_group) {
    if (peer.user == 0 || peer.user == our_user) return true;
    return std::ranges::find(peer.groups, our_group) != peer.groups.end();
}

}  // namespace mg
