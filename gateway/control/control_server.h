#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/language.h"
#include "gateway/base/result.h"

namespace boost::asio {
class io_context;  // NOLINT(readability-identifier-naming): Boost named it
}

namespace mg {

/// What a client asked: {"id":1,"command":"read","meter":"m1"}. Arguments are texts; numbers and booleans
/// come as their JSON text.
struct ControlRequest {
    std::string command;
    std::map<std::string, std::string, std::less<>> arguments;
    std::optional<Language> language;  ///< of the texts in the answer; none: the daemon's
    std::string user;  ///< who asks, by the credentials of the connection: "li", or "uid 1004"

    /// Empty when it was not given.
    [[nodiscard]] std::string argument(std::string_view name) const;
};

/// The way back to the client who asked. Cheap to copy; every method may be called from any thread, also
/// after the client left or the server is gone (then nothing happens). The last copy that disappears without
/// done() tells the client that there was no answer.
class ControlReply {
public:
    class Pending;
    explicit ControlReply(std::shared_ptr<Pending> pending) : pending_{std::move(pending)} {}

    /// The final answer; `result` is JSON. Later calls are ignored.
    void done(const Result<std::string>& result) const;
    /// One piece of a longer answer (`"more":true`). False: dropped, because the client left or reads too
    /// slowly. Stop when it stays false.
    [[nodiscard]] bool more(std::string_view json) const;
    /// The client has gone; a long command may stop.
    [[nodiscard]] bool abandoned() const;

private:
    std::shared_ptr<Pending> pending_;  // shared by the handler's copies across threads
};

/// Runs in the main thread: must not block. Long work goes elsewhere with the reply.
using ControlHandler = std::function<void(const ControlRequest& request, ControlReply reply)>;

struct ControlLimits {
    std::size_t connections{16};
    std::size_t line_bytes{4UL * 1024 * 1024};  ///< of one request: a table of 10,000 values
    std::size_t requests_in_work{8};            ///< of one connection; more are read when one is answered
    std::size_t waiting_bytes{64UL * 1024 *
                              1024};  ///< of answers that one client has not read; beyond: closed
    std::size_t waiting_stream_bytes{1024UL * 1024};  ///< beyond, more() drops
    std::chrono::milliseconds stalled_write{30'000};  ///< a client that reads nothing for so long is closed
};

/// The control socket: one JSON line a request, one or more JSON lines an answer; docs/control-socket.md.
/// Everything but ControlReply belongs to the thread that runs `io`. Nothing here blocks: a slow or hostile
/// client costs bounded memory and no time. Peers must be root, our user or of our group.
class ControlServer {
public:
    /// Listens at `path` (mode 0660). A socket file left by a dead process is replaced. invalid_config:
    /// somebody listens there, the path is too long, is not a socket, or cannot be written.
    static Result<std::unique_ptr<ControlServer>> listen(boost::asio::io_context& io,
                                                         const std::filesystem::path& path,
                                                         ControlLimits limits = {});
    /// Closes every connection and removes the socket file if it is still ours. `io` must still exist.
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    /// Replaces an earlier handler of the same name.
    void on(std::string command, ControlHandler handler);
    [[nodiscard]] std::size_t connections() const;

private:
    class Listener;
    explicit ControlServer(std::shared_ptr<Listener> listener);
    std::shared_ptr<Listener> listener_;  // completion handlers inside `io` may outlive the server
};

}  // namespace mg
