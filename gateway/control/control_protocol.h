#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/control/control_server.h"

/// The lines on the control socket; docs/control-socket.md. Pure. The lines returned end in '\n'.
namespace mg {

/// "transient", "session_lost", …: the `kind` of an error on the control socket.
std::string_view to_string(Failure kind);
std::optional<Failure> failure_from(std::string_view name);

struct ParsedRequest {
    std::string id_json;  ///< as the client wrote it; "null" when there was none or the line is not JSON
    Result<ControlRequest> request;
};
ParsedRequest parse_request(std::string_view line);

std::string result_line(std::string_view id_json, std::string_view result_json);
std::string piece_line(std::string_view id_json, std::string_view piece_json);
std::string error_line(std::string_view id_json, const Error& error);

/// Asks for an answer in the language of the calling thread.
std::string request_line(std::int64_t id, const std::string& command,
                         const std::map<std::string, std::string>& arguments);

struct ParsedAnswer {
    std::optional<std::int64_t> id;  ///< none: about the connection, not about one request
    bool more{false};
    Result<std::string> result;  ///< JSON text
};
/// corrupt when the line is none of the three kinds above.
Result<ParsedAnswer> parse_answer(std::string_view line);

}  // namespace mg
