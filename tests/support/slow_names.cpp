#include "tests/support/slow_names.h"

#include <atomic>
#include <charconv>
#include <optional>
#include <string_view>

#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>

namespace mg {
namespace {

using GetAddrInfo = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
using namespace std::string_view_literals;

std::atomic<int> lookups{0};

int ask_the_system(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
    static const auto system = reinterpret_cast<GetAddrInfo>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return system(node, service, hints, found);
}

/// 1500 of "meter.1500ms.test"; -1: for ever; none: no name of ours.
std::optional<int> patience_of(std::string_view name) {
    if (name.ends_with(".hang.test"sv)) return -1;
    constexpr auto kEnd = "ms.test"sv;
    if (!name.ends_with(kEnd)) return std::nullopt;
    name.remove_suffix(kEnd.size());
    if (const auto dot = name.rfind('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);
    int milliseconds = 0;
    std::from_chars(name.data(), name.data() + name.size(), milliseconds);
    return milliseconds;
}

}  // namespace

int slow_lookups() {
    return lookups;
}

}  // namespace mg

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
    const bool numeric = hints != nullptr && (hints->ai_flags & AI_NUMERICHOST) != 0;
    const auto patience = node == nullptr || numeric ? std::nullopt : mg::patience_of(node);
    if (!patience) return mg::ask_the_system(node, service, hints, found);
    ++mg::lookups;
    do {
        ::poll(nullptr, 0, *patience);
    } while (*patience < 0);
    return mg::ask_the_system("127.0.0.1", service, hints, found);
}
