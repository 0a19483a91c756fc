#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <sys/un.h>

#include "gateway/base/result.h"
#include "gateway/base/unique_fd.h"

/// AF_UNIX stream sockets in the file system: opening one to listen, and who is on the other side.
namespace mg {

/// invalid_config when the path does not fit into a socket address (107 bytes).
Result<sockaddr_un> local_address(const std::filesystem::path& path);

struct ListeningSocket {
    UniqueFd socket;
    struct stat file{};  ///< of the socket file, to know later whether it is still ours
};
/// Binds and listens at `path`, mode 0660. A socket that nobody listens on any more is replaced; never
/// anything else. invalid_config: in use, not a socket, or not writable.
Result<ListeningSocket> listen_at(const std::filesystem::path& path);

/// Removes the socket file if it is the one of `listening`.
void remove_if_same(const std::filesystem::path& path, const struct stat& file);

struct Peer {
    uid_t user{};
    std::vector<gid_t> groups;  ///< the primary and the supplementary ones
};
/// Who opened the other end of a connected socket, at the time of connect().
Result<Peer> peer_of(int socket);
/// "li", or "uid 1004" where the system knows no name for it. Reads the user database.
std::string name_of_user(uid_t user);
/// Root, the same user, or a member of our group.
bool is_trusted(const Peer& peer, uid_t our_user, gid_t our_group);

}  // namespace mg
