#include "drivers/channel/name_lookup.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include <netdb.h>

#include "drivers/channel/descriptor_wait.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

// Between two looks at the resolver's state; a name is only looked up when a connection is made.
constexpr std::chrono::milliseconds kLook{20};

addrinfo hints(int flags) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = flags;
    return wanted;
}

std::vector<SocketAddress> copied(const addrinfo* list) {
    std::vector<SocketAddress> addresses;
    for (const auto* item = list; item != nullptr; item = item->ai_next) {
        SocketAddress address;
        std::memcpy(&address.storage, item->ai_addr,
                    std::min<std::size_t>(item->ai_addrlen, sizeof address.storage));
        address.length = item->ai_addrlen;
        addresses.push_back(address);
    }
    return addresses;
}

Result<std::vector<SocketAddress>> unknown(int error) {
    return fail(Failure::session_lost,
                trf("name not found: {0}", "无法解析主机名：{0}", ::gai_strerror(error)));
}

}  // namespace

// Must stay where it is while the resolver works on it.
struct NameLookup::Question {
    std::string host;
    std::string service;
    addrinfo wanted{hints(0)};
    gaicb request{};

    ~Question() {
        if (request.ar_result != nullptr) ::freeaddrinfo(request.ar_result);
    }
};

NameLookup::NameLookup() = default;

NameLookup::~NameLookup() {
    if (!asked_ || ::gai_error(&asked_->request) != EAI_INPROGRESS) return;
    // The resolver's own thread may be in the middle of it and writes the result later: then the few bytes
    // are its.
    if (::gai_cancel(&asked_->request) == EAI_NOTCANCELED) static_cast<void>(asked_.release());
}

Result<std::vector<SocketAddress>> NameLookup::find(const std::string& host, std::uint16_t port,
                                                    SteadyTime due, const StopEvent& stop,
                                                    const Clock& clock) {
    const auto service = std::to_string(port);
    const auto numeric = hints(AI_NUMERICHOST | AI_NUMERICSERV);
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), service.c_str(), &numeric, &found) == 0) {
        auto addresses = copied(found);
        ::freeaddrinfo(found);
        return addresses;
    }

    if (!asked_) {
        asked_ = std::make_unique<Question>();
        asked_->host = host;
        asked_->service = service;
        asked_->request = {asked_->host.c_str(), asked_->service.c_str(), &asked_->wanted, nullptr, 0, {}};
        gaicb* list[] = {&asked_->request};
        if (const int error = ::getaddrinfo_a(GAI_NOWAIT, list, 1, nullptr); error != 0) {
            asked_.reset();
            return unknown(error);
        }
    }
    while (::gai_error(&asked_->request) == EAI_INPROGRESS) {
        if (clock.steady() >= due || is_stopped(stop)) {
            return fail(Failure::session_lost,
                        std::string{tr("the name server does not answer", "域名服务器无应答")});
        }
        stay_silent(std::min(due, clock.steady() + kLook), stop, clock);
    }
    const auto answered = std::move(asked_);
    if (const int error = ::gai_error(&answered->request); error != 0) return unknown(error);
    return copied(answered->request.ar_result);
}

}  // namespace mg
