#include "gateway/base/name_lookup.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include <netdb.h>
#include <pthread.h>
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

/// Belongs to the lookup until given up, and to the thread that asks from then on. The mutex is a naked one
/// because the two hand over the ownership of the very object that holds it.
struct NameLookup::Request {
    std::string host;
    Signal answered;
    std::mutex mutex;
    bool done{false};
    bool given_up{false};
    int code{0};
    std::vector<std::string> addresses;

    void ask() {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_ADDRCONFIG;
        addrinfo* list = nullptr;
        code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
        if (code != 0) return;
        addresses = numeric(list);
        ::freeaddrinfo(list);
    }
    static void* run(void* self) {
        auto* request = static_cast<Request*>(self);
        request->ask();
        bool ours = false;
        {
            const std::scoped_lock lock{request->mutex};
            request->done = true;
            ours = request->given_up;
            if (!ours) request->answered.raise();
        }
        if (ours) delete request;  // NOLINT(cppcoreguidelines-owning-memory): see above
        return nullptr;
    }
    /// The one thread that nobody joins: getaddrinfo() cannot be interrupted, and a name server that does not
    /// answer must not hold up the end of the program. It touches nothing but its request. (glibc's
    /// getaddrinfo_a() does the same with threads of its own, which ThreadSanitizer does not know and crashes
    /// in.)
    [[nodiscard]] bool start() {
        pthread_attr_t alone{};
        ::pthread_attr_init(&alone);
        ::pthread_attr_setdetachstate(&alone, PTHREAD_CREATE_DETACHED);
        pthread_t thread{};
        const bool started = ::pthread_create(&thread, &alone, &Request::run, this) == 0;
        ::pthread_attr_destroy(&alone);
        return started;
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
    if (ours) delete request_;  // NOLINT(cppcoreguidelines-owning-memory): its thread has come and gone
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
        if (!request_->start()) {
            delete std::exchange(request_,
                                 nullptr);  // NOLINT(cppcoreguidelines-owning-memory): never started
            return tl::unexpected<Error>(unknown(host, tr("no thread to ask with", "无法创建查询线程")));
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
    const int code = request_->code;
    auto found = std::move(request_->addresses);
    delete std::exchange(request_, nullptr);  // NOLINT(cppcoreguidelines-owning-memory): done, hence ours
    if (code != 0) return tl::unexpected<Error>(unknown(host, ::gai_strerror(code)));
    if (found.empty()) return tl::unexpected<Error>(unknown(host, tr("no address", "没有地址")));
    return found;
}

}  // namespace mg
