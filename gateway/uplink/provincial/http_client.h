#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/uplink/provincial/server_papers.h"

namespace mg {

struct PostRequest {
    std::string url;
    std::string body;  ///< posted
    std::vector<std::pair<std::string, std::string>> headers;
};

struct PostAnswer {
    int status{0};
    std::string content_type;
    std::string body;
};

struct PostSettings {
    ProvincialTls tls;
    std::string certificate_password;
    std::string proxy;           ///< "http://host:port"; empty: none, whatever the environment says
    std::string bind_interface;  ///< empty: any
    milliseconds timeout{30'000};
    std::size_t connections{4};  ///< at once
    std::size_t most_answer_bytes{4UL * 1024 * 1024};
    /// Called with the Date of each answer that came over TLS, whole seconds (RFC 9110 section 6.6.1): what
    /// the server's clock said when it answered.
    std::function<void(UtcTime)> server_time{};
};

/// Posts over HTTP/1.1, with TLS 1.2 at least unless `tls.legacy`; server and name are always verified.
/// Connections are kept for the next request; one that ended in the meantime, or ends without a byte of an
/// answer, is opened anew and the request posted again: twice at most, which receivers must bear with as with
/// any lost answer. No redirect is followed: its answer is the answer. Names are
/// resolved by NameLookup, so that no lookup outlives its deadline. One thread; each call blocks for one
/// timeout at most for each turn of `connections` requests, and ends at once when stopped.
///
/// Errors: transient (not reached, time-out, cut off, answer too large), refused (a server that cannot prove
/// who it is), invalid_config (our certificate or CA file). They name host and port, never path or body.
class HttpClient {
public:
    /// invalid_config: a file of `tls` does not open, or not with this password.
    static Result<std::unique_ptr<HttpClient>> make(PostSettings settings, Clock& clock);
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    Result<PostAnswer> post(const PostRequest& request, const std::stop_token& stop);
    /// One result for each request, in their order.
    std::vector<Result<PostAnswer>> post_all(std::span<const PostRequest> requests,
                                             const std::stop_token& stop);
    /// Opens a connection of its own, as post() would, and closes it again: nothing is asked. What the server
    /// showed, also where it did not do. Errors: transient (not reached at all), invalid_config, rejected.
    Result<ServerPapers> look(const std::string& url, const std::stop_token& stop);
    /// On the wire since the client was made, without TLS and TCP headers: sent and received.
    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> bytes() const;

private:
    class Transfers;
    explicit HttpClient(std::unique_ptr<Transfers> transfers);
    std::unique_ptr<Transfers> transfers_;
};

/// "https://host:8443/path?x" → {"host", 8443}; an empty host: it is no address of the web.
std::pair<std::string, std::uint16_t> host_and_port(std::string_view url);

}  // namespace mg
