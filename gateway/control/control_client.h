#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/base/unique_fd.h"

namespace mg {

/// The other end of the control socket, for the commands. Blocking, one thread, one request at a time.
class ControlClient {
public:
    using Arguments = std::map<std::string, std::string>;

    /// Returns at once. session_lost: nobody listens at `path`; refused: no permission; transient: too busy
    /// to accept.
    static Result<ControlClient> connect(const std::filesystem::path& path, Clock& clock);

    /// Sends one request and waits for its final answer, at most `limit` in all. The answer is the JSON text
    /// of `result`. `on_more` gets each piece of a streamed answer. The daemon's own error comes back with
    /// its kind; transient: no answer in time; session_lost: the daemon closed the connection; corrupt: not
    /// our protocol.
    Result<std::string> call(const std::string& command, const Arguments& arguments, milliseconds limit,
                             const std::function<void(std::string_view json)>& on_more = {});

private:
    ControlClient(UniqueFd socket, Clock& clock, std::string name)
        : socket_{std::move(socket)}, clock_{&clock}, name_{std::move(name)} {}
    Result<> send_all(std::string_view bytes, SteadyTime deadline);
    Result<std::string> read_line(SteadyTime deadline);
    Result<> wait(short events, SteadyTime deadline);

    UniqueFd socket_;
    Clock* clock_;
    std::string name_;
    std::string received_;
    std::int64_t last_id_{0};
};

}  // namespace mg
