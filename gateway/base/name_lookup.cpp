#include "gateway/base/name_lookup.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <mutex>
#include <utility>

#include <netdb.h>
#include <sys/socket.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::size_t kMostAddresses = 4;

std::vector<std::string> numeric(const addrinfo* list) {
    std::vector<std::string> found;
    for (const addrinfo* one = list; one != nullptr && found.size() < kMostAddresses; one = one->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0,
                          NI_NUMERICHOST) != 0) {
            continue;
        }
        std::string address{text.data()};
        if (std::ranges::find(found, address) == found.end()) found.push_back(std::move(address));
    }
    return found;
}

Error unknown(const std::string& host, std::string_view why) {
    return {Failure::transient, trf("host {0}: {1}", "主机 {0}：{1}", host, why)};
}

}  // namespace

/// Belongs to the lookup until given up, and to the notification from then on. The mutex is a naked one
/// because the two hand over the ownership of the very object that holds it.
struct NameLookup::Request {
    std::string host;
    addrinfo hints{};
    gaicb query{};
    Signal answered;
    std::mutex mutex;
    bool done{false};
    bool given_up{false};

    ~Request() {
        if (query.ar_result != nullptr) ::freeaddrinfo(query.ar_result);
    }
    static void notify(sigval value) {
        auto* request = static_cast<Request*>(value.sival_ptr);
        bool ours = false;
        {
            const std::scoped_lock lock{request->mutex};
            request->done = true;
            ours = request->given_up;
            if (!ours) request->answered.raise();
        }
        if (ours) delete request;  // NOLINT(cppcoreguidelines-owning-memory): see above
    }
};

NameLookup::~NameLookup() {
    give_up();
}

void NameLookup::give_up() {
    if (request_ == nullptr) return;
    bool ours = false;
    {
        const std::scoped_lock lock{request_->mutex};
        ours = request_->done;
        request_->given_up = true;
    }
    if (ours) delete request_;  // NOLINT(cppcoreguidelines-owning-memory): the notification has come and gone
    request_ = nullptr;
}

Result<std::vector<std::string>> NameLookup::resolve(const std::string& host, SteadyTime deadline,
                                                     std::stop_token stop) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST;
    addrinfo* list = nullptr;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) == 0) {
        auto found = numeric(list);
        ::freeaddrinfo(list);
        return found;
    }

    if (request_ != nullptr && request_->host != host) give_up();
    if (request_ == nullptr) {
        request_ = new Request;  // NOLINT(cppcoreguidelines-owning-memory): two owners in turn, see Request
        request_->host = host;
        request_->hints.ai_socktype = SOCK_STREAM;
        request_->hints.ai_flags = AI_ADDRCONFIG;
        request_->query.ar_name = request_->host.c_str();
        request_->query.ar_request = &request_->hints;
        sigevent event{};
        event.sigev_notify = SIGEV_THREAD;
        event.sigev_notify_function = &Request::notify;
        event.sigev_value.sival_ptr = request_;
        std::array<gaicb*, 1> queries{&request_->query};
        if (const int code = ::getaddrinfo_a(GAI_NOWAIT, queries.data(), 1, &event); code != 0) {
            delete std::exchange(request_,
                                 nullptr);  // NOLINT(cppcoreguidelines-owning-memory): never submitted
            return tl::unexpected<Error>(unknown(host, ::gai_strerror(code)));
        }
    }

    const auto done = [&] {
        const std::scoped_lock lock{request_->mutex};
        return request_->done;
    };
    while (!done()) {
        if (clock_.wait(deadline, stop, request_->answered) == Wake::signalled) continue;
        if (!done()) {
            return tl::unexpected<Error>(
                unknown(host, tr("no answer from the name servers", "域名服务器无应答")));
        }
    }
    const int code = ::gai_error(&request_->query);
    auto found = numeric(request_->query.ar_result);
    delete std::exchange(request_, nullptr);  // NOLINT(cppcoreguidelines-owning-memory): notified, hence ours
    if (code != 0) return tl::unexpected<Error>(unknown(host, ::gai_strerror(code)));
    if (found.empty()) return tl::unexpected<Error>(unknown(host, tr("no address", "没有地址")));
    return found;
}

}  // namespace mg
