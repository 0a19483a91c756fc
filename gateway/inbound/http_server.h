#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "config/options.h"
#include "gateway/base/guarded.h"
#include "gateway/inbound/entry_desk.h"

namespace mg {

struct HttpLimits {
    std::size_t connections{16};
    std::chrono::milliseconds request{10'000};  ///< a whole request, from its first byte
    std::chrono::milliseconds idle{30'000};     ///< between two requests
    std::chrono::milliseconds answer{10'000};   ///< until the client has taken it
    std::chrono::milliseconds retry{10'000};    ///< after the address or the credentials could not be used
};

struct HttpStatus {
    std::string trouble;     ///< empty: it listens
    std::uint16_t port{0};   ///< where it listens
    std::uint64_t posts{0};  ///< with values, that were answered
};

/// Listens for values over HTTP/1.1 in a thread of its own, without encryption. A request is answered where
/// it is read, one after the other, and waits for the disk: a hostile or slow client costs bounded memory and
/// no one else's time but that of other posts. An address or a credentials file that cannot be used is logged
/// once and tried again.
class HttpServer {
public:
    /// All given outlive this. Port 0: any.
    HttpServer(const InboundHttpOptions& options, EntryDesk& desk, HttpLimits limits = {});
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    /// Closes every connection; waits for the request that is being answered.
    ~HttpServer();

    [[nodiscard]] HttpStatus status() const;

private:
    class Listener;
    std::unique_ptr<Listener> listener_;
    std::jthread thread_;
};

}  // namespace mg
