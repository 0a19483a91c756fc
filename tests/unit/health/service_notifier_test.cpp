#include "gateway/health/service_notifier.h"

#include <array>
#include <cstring>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/support/temporary_folder.h"
#include "tests/unit/health/notify_socket.h"

namespace mg {
namespace {

TEST(ServiceNotifier, TellsAnAbstractSocketThatItIsReady) {
    const NotifySocket manager;
    const auto notifier = ServiceNotifier::to(manager.name());
    ASSERT_TRUE(notifier) << notifier.error().what;

    ASSERT_TRUE(notifier->ready("3 lines, 32 meters"));

    EXPECT_EQ(manager.receive(), "READY=1\nSTATUS=3 lines, 32 meters");
}

TEST(ServiceNotifier, TellsASocketInTheFileSystemThatItStops) {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "notify").string();
    const UniqueFd manager{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(manager.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const auto notifier = ServiceNotifier::to(path);
    ASSERT_TRUE(notifier) << notifier.error().what;

    ASSERT_TRUE(notifier->stopping());

    std::array<char, 64> buffer{};
    const auto n = ::recv(manager.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    ASSERT_GT(n, 0);
    EXPECT_EQ(std::string(buffer.data(), static_cast<std::size_t>(n)), "STOPPING=1");
}

TEST(ServiceNotifier, AStatusCannotSmuggleInASecondAssignment) {
    const NotifySocket manager;
    const auto notifier = ServiceNotifier::to(manager.name());
    ASSERT_TRUE(notifier);

    ASSERT_TRUE(notifier->status("line\nWATCHDOG=trigger"));

    EXPECT_EQ(manager.receive(), "STATUS=line WATCHDOG=trigger");
}

TEST(ServiceNotifier, NobodyListeningIsFine) {
    const auto notifier = ServiceNotifier::to("");
    ASSERT_TRUE(notifier);

    EXPECT_FALSE(notifier->connected());
    EXPECT_TRUE(notifier->ready(""));
    EXPECT_TRUE(notifier->alive());
}

TEST(ServiceNotifier, AManagerThatDoesNotReadNeverBlocksUs) {
    const NotifySocket manager;
    const auto notifier = ServiceNotifier::to(manager.name());
    ASSERT_TRUE(notifier);

    bool refused = false;
    for (int i = 0; i < 100'000 && !refused; ++i) refused = !notifier->alive();

    EXPECT_TRUE(refused);
}

TEST(ServiceNotifier, AnAddressThatIsNoneIsRefused) {
    EXPECT_EQ(ServiceNotifier::to("relative/path").error().kind, Failure::invalid_config);
    EXPECT_EQ(ServiceNotifier::to("/" + std::string(200, 'x')).error().kind, Failure::invalid_config);
}

TEST(WatchdogInterval, IsHalfOfWhatTheManagerAllows) {
    EXPECT_EQ(watchdog_interval("60000000", nullptr, 42), std::chrono::seconds{30});
    EXPECT_EQ(watchdog_interval("60000000", "42", 42), std::chrono::seconds{30});
}

TEST(WatchdogInterval, IsNoneWhereNobodyWatchesUs) {
    EXPECT_FALSE(watchdog_interval(nullptr, nullptr, 42));
    EXPECT_FALSE(watchdog_interval("60000000", "43", 42)) << "meant for another process";
    EXPECT_FALSE(watchdog_interval("0", nullptr, 42));
    EXPECT_FALSE(watchdog_interval("soon", nullptr, 42));
    EXPECT_FALSE(watchdog_interval("-5", nullptr, 42));
}

}  // namespace
}  // namespace mg
