#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include "config/load.h"
#include "gateway/daemon/daemon.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/health/notify_socket.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

/// A minute a second, so that silences of minutes can be waited for. A thread whose name begins with hang()'s
/// text does not come back from its next wait until release().
class HurriedClock final : public Clock {
public:
    [[nodiscard]] UtcTime utc() const override {
        return began_utc_ + std::chrono::floor<milliseconds>(steady() - began_);
    }
    [[nodiscard]] SteadyTime steady() const override {
        return began_ + kFaster * (std::chrono::steady_clock::now() - began_);
    }
    [[nodiscard]] bool synchronised() const override { return true; }
    bool wait_until(SteadyTime due, std::stop_token stop) override {
        Signal never;
        return wait(due, std::move(stop), never) == Wake::due;
    }
    Wake wait(SteadyTime due, std::stop_token stop, Signal& signal) override {
        while (hangs_here()) std::this_thread::sleep_for(10ms);
        return real_.wait(began_ + (due - began_) / kFaster, std::move(stop), signal);
    }

    void hang(std::string_view threads) {
        threads_ = threads;
        hanging_ = true;
    }
    void release() { hanging_ = false; }

private:
    [[nodiscard]] bool hangs_here() const {
        if (!hanging_) return false;
        std::array<char, 16> name{};
        ::pthread_getname_np(::pthread_self(), name.data(), name.size());
        return std::string_view{name.data()}.starts_with(threads_);
    }

    static constexpr int kFaster = 60;
    SystemClock real_;
    const SteadyTime began_{std::chrono::steady_clock::now()};
    const UtcTime began_utc_{real_.utc()};
    std::string_view threads_;
    std::atomic<bool> hanging_{false};
};

/// The whole daemon in a thread, with a line and a broker that refuse, under a service manager that watches
/// it.
class DaemonWatchdog : public testing::Test {
protected:
    DaemonWatchdog() {
        ::setenv("NOTIFY_SOCKET", manager_.name().c_str(), 1);
        ::setenv("WATCHDOG_USEC", "200000", 1);
        write("gateway.toml",
              "[site]\nid = \"watched\"\n[storage]\npath = \"" + (folder_.path() / "data").string() +
                  "\"\n[control]\nsocket = \"" + (folder_.path() / "control.sock").string() +
                  "\"\n[[line]]\nid = \"panel\"\nkind = \"serial\"\ndevice = \"/dev/does-not-exist\"\n"
                  "[[uplink]]\nid = \"broker\"\nkind = \"mqtt\"\nurl = \"mqtt://127.0.0.1:1\"\n");
        write("meters.csv",
              "id,name,energy,line,address,model,every\nmain,main,电力,panel,1,eastron-sdm630,60s\n");
        Loaded loaded = load_config(folder_.path());
        EXPECT_TRUE(loaded.ok());
        loaded.options.storage.allow_tmpfs = true;
        auto built = Daemon::build(std::move(loaded.options), clock_);
        EXPECT_TRUE(built) << built.error().what;
        daemon_ = std::move(*built);
        thread_ = std::jthread{[this] { EXPECT_TRUE(daemon_->run()); }};
        EXPECT_TRUE(manager_.receive(10'000).starts_with("READY=1"));
    }
    ~DaemonWatchdog() override {
        clock_.release();
        ::kill(::getpid(), SIGTERM);
        thread_.join();
        ::unsetenv("NOTIFY_SOCKET");
        ::unsetenv("WATCHDOG_USEC");
    }

    void write(const std::string& name, std::string_view text) const {
        std::ofstream{folder_.path() / name} << text;
    }
    /// Reads what comes in so long; false when a second passed without a sign of life.
    bool fed_for(std::chrono::seconds time) const {
        const auto end = std::chrono::steady_clock::now() + time;
        while (std::chrono::steady_clock::now() < end) {
            if (manager_.receive(1000).find("WATCHDOG=1") == std::string::npos) return false;
        }
        return true;
    }

    const TemporaryFolder folder_;
    const NotifySocket manager_;
    HurriedClock clock_;
    std::unique_ptr<Daemon> daemon_;
    std::jthread thread_;
};

TEST_F(DaemonWatchdog, IsFedForMinutesWhileLineAndBrokerAreDown) {
    EXPECT_TRUE(fed_for(5s)) << "five minutes of the daemon's time";
}

TEST_F(DaemonWatchdog, IsNotFedWhileALineHangs) {
    clock_.hang("line-");

    EXPECT_FALSE(fed_for(20s));

    clock_.release();
    EXPECT_NE(manager_.receive(10'000).find("WATCHDOG=1"), std::string::npos) << "and again when it goes on";
}

TEST_F(DaemonWatchdog, IsNotFedWhileAnUplinkHangs) {
    clock_.hang("uplink-");

    EXPECT_FALSE(fed_for(20s));
}

}  // namespace
}  // namespace mg
