#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/control/control_client.h"
#include "gateway/reading/local_time.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// What the commands that ask the running gateway have in common.
namespace mg {

/// The gateway behind a control socket.
class RunningGateway {
public:
    explicit RunningGateway(ControlClient client) : client_{std::move(client)} {}

    /// Waits a minute at most: the books of a large site may lie on a slow disk.
    Result<std::string> call(const std::string& command, const ControlClient::Arguments& arguments);
    /// Of the site.
    Result<std::chrono::minutes> utc_offset();

private:
    ControlClient client_;
};

/// Connects, and gives the exit code of `action` or of not being able to connect.
int with_gateway(const std::filesystem::path& socket, const std::function<int(RunningGateway&)>& action);

/// Prints the error; the exit code for it.
int complain(const Error& error);

/// "2026-11-22 10:15" or with seconds, a day alone, also "2026" and "2026-11": where it begins, or as the end
/// of a time where it ends. rejected: none of these.
Result<UtcTime> begin_or_end(const std::string& given, PeriodEnd which, std::chrono::minutes utc_offset);

CLI::Option* add_json_flag(CLI::App& command);
/// --by, who answers for what is put on record.
CLI::Option* add_by_option(CLI::App& command);
/// Empty when it was not given.
std::string value_of(const CLI::Option* option);

}  // namespace mg
