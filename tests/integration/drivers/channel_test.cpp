#include <array>
#include <filesystem>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "gateway/base/check.h"
#include "gateway/base/unique_fd.h"
#include "tests/integration/drivers/lines.h"
#include "tests/support/slow_names.h"
#include "tests/support/temporary_folder.h"

namespace mg {
namespace {

using raw::PtyPeer;
using raw::TcpPeer;
using raw::Wire;

void stay(Wire& wire) {
    static_cast<void>(wire.read(100'000));
}

struct Opened {
    explicit Opened(const LineOptions& line) {
        auto made = make_channel(line, clock);
        EXPECT_TRUE(made);
        channel = std::move(*made);
    }
    Result<> operator()() { return channel->open(stop); }

    SystemClock clock;
    std::stop_source stopper;
    StopEvent stop{stopper.get_token()};
    std::unique_ptr<Channel> channel;
};

TEST(SerialPort, AMissingDeviceIsOneClearLine) {
    Opened open{serial_line("/dev/does-not-exist")};

    const auto opened = open();

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, Failure::session_lost);
    EXPECT_EQ(opened.error().what, "/dev/does-not-exist: no such serial device; is the adapter plugged in?");
}

TEST(SerialPort, AFileIsNoSerialDevice) {
    Opened open{serial_line("/dev/null")};

    const auto opened = open();

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().what, "/dev/null: not a serial device");
}

TEST(SerialPort, ABaudRateThatNoDriverHasIsRefused) {
    auto line = serial_line("/dev/null");
    std::get<SerialChannel>(line.channel).settings.baud = 9601;
    const SystemClock clock;

    const auto made = make_channel(line, const_cast<SystemClock&>(clock));

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, Failure::invalid_config);
    EXPECT_NE(made.error().what.find("9601"), std::string::npos);
}

// modbus_close would set B0, and the next program would find a dead port.
TEST(SerialPort, AnAdoptedPortKeepsItsBaudAfterClose) {
    PtyPeer peer{[](Wire& wire) {
        while (wire.read(kRtuRequest)) wire.write(raw::rtu(body_of(1)));
    }};
    {
        Plant plant{serial_line(peer.device())};
        ASSERT_EQ(Plant::value(plant.poll()), 1U);
        plant.meter.reset();
        EXPECT_EQ(peer.baud(), 19'200);
        plant.channel->close();
        EXPECT_EQ(peer.baud(), 19'200);
    }
    EXPECT_EQ(peer.baud(), 19'200);
}

TEST(SerialPort, AMeterWithOtherSettingsGetsThemAndTheNextOneItsOwn) {
    PtyPeer peer{stay};
    Opened open{serial_line(peer.device())};
    ASSERT_TRUE(open());

    ASSERT_TRUE(open.channel->use({2400, Parity::none, 8, 1}));
    EXPECT_EQ(peer.baud(), 2400);
    ASSERT_TRUE(open.channel->use({9600, Parity::none, 8, 1}));
    EXPECT_EQ(peer.baud(), 9600);
    EXPECT_EQ(open.channel->use({9601, Parity::none, 8, 1}).error().kind, Failure::invalid_config);
}

TEST(SerialPort, NobodyElseMayOpenIt) {
    PtyPeer peer{stay};
    Opened open{serial_line(peer.device())};
    ASSERT_TRUE(open());

    int exclusive = 0;
    ASSERT_EQ(::ioctl(open.channel->descriptor(), TIOCGEXCL, &exclusive), 0);

    EXPECT_EQ(exclusive, 1);
}

TEST(SerialPort, AnAdapterThatIsPulledOutIsALineDown) {
    PtyPeer peer{[](Wire& wire) {
        if (wire.read(kRtuRequest)) wire.write(raw::rtu(body_of(1)));
        static_cast<void>(wire.read(1));
    }};
    Plant plant{serial_line(peer.device())};
    ASSERT_EQ(Plant::value(plant.poll()), 1U);

    peer.unplug();
    const auto result = plant.meter->poll(*plant.channel, plant.stop, Effort::usual, false);

    EXPECT_EQ(Plant::quality(result), Quality::line_down);
    EXPECT_FALSE(result.trouble.empty());
}

// The name below /dev/serial/by-id stays, what it leads to does not.
TEST(SerialPort, AnAdapterThatComesBackUnderAnotherNameIsFoundByItsStableOne) {
    const auto serve = [](std::uint16_t value) {
        return [value](Wire& wire) {
            while (wire.read(kRtuRequest)) wire.write(raw::rtu(body_of(value)));
        };
    };
    const TemporaryFolder folder;
    const auto by_id = folder.path() / "usb-adapter";
    PtyPeer first{serve(1)};
    std::filesystem::create_symlink(first.device(), by_id);
    Plant plant{serial_line(by_id.string())};
    ASSERT_EQ(Plant::value(plant.poll()), 1U);

    first.unplug();
    std::filesystem::remove(by_id);
    const auto gone = plant.meter->poll(*plant.channel, plant.stop, Effort::usual, false);
    EXPECT_EQ(Plant::quality(gone), Quality::line_down);
    PtyPeer second{serve(2)};
    std::filesystem::create_symlink(second.device(), by_id);

    Result<> opened = fail(Failure::session_lost, {});
    for (int i = 0; i < 1000 && !opened; ++i) {
        opened = plant.channel->open(plant.stop);
        if (!opened) std::this_thread::sleep_for(milliseconds{10});  // the back-off
    }
    ASSERT_TRUE(opened) << opened.error().what;
    EXPECT_EQ(Plant::value(plant.poll()), 2U);
}

TEST(SerialPort, APortWhoseDirectionTheKernelCannotSwitchSaysSo) {
    PtyPeer peer{stay};
    auto line = serial_line(peer.device());
    std::get<SerialChannel>(line.channel).kernel_rs485 = true;
    Opened open{line};

    const auto opened = open();

    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().what.find("rs485 = \"adapter\""), std::string::npos) << opened.error().what;
}

TEST(SerialPort, SilenceIsKeptBeforeTheNextRequest) {
    PtyPeer peer{[](Wire& wire) {
        while (wire.read(kRtuRequest)) wire.write(raw::rtu(body_of(1)));
    }};
    auto line = serial_line(peer.device());
    line.request_gap = milliseconds{60};
    Plant plant{line};
    static_cast<void>(plant.poll());

    const auto took = time_of([&] {
        static_cast<void>(plant.poll());
        static_cast<void>(plant.poll());
    });

    EXPECT_GE(took, milliseconds{115});
}

TEST(TcpClient, NobodyListeningIsOneClearLineAndABackOff) {
    std::uint16_t port = 0;
    {
        const TcpPeer gone{[](Wire&, int) {}};
        port = gone.port();
    }
    Opened open{tcp_line(LineKind::modbus_tcp, port)};

    const auto first = open();
    const auto again = open();

    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().kind, Failure::session_lost);
    EXPECT_EQ(first.error().what,
              "127.0.0.1:" + std::to_string(port) + ": cannot connect: Connection refused");
    EXPECT_EQ(again.error().what, first.error().what);
}

// A write to a closed stream raises SIGPIPE unless it is told not to, and that ends the program.
TEST(TcpClient, WritingToAClosedStreamIsALostSession) {
    const TcpPeer peer{[](Wire& wire, int) { stay(wire); }};
    Opened open{tcp_line(LineKind::modbus_tcp, peer.port())};
    ASSERT_TRUE(open());
    ::shutdown(open.channel->descriptor(), SHUT_WR);

    const auto sent = open.channel->send(raw::hex("00 01"), milliseconds{0}, open.stop);

    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().kind, Failure::session_lost);
}

TEST(TcpClient, AHostIsFoundByName) {
    const TcpPeer peer{[](Wire& wire, int) { stay(wire); }};
    Opened open{tcp_line(LineKind::modbus_tcp, peer.port(), "localhost")};

    const auto opened = open();

    EXPECT_TRUE(opened) << opened.error().what;
}

TEST(TcpClient, ANameThatNobodyKnowsEndsWithinTheConnectTimeout) {
    Opened open{tcp_line(LineKind::modbus_tcp, 502, "no-such-meter.invalid")};
    Result<> opened;

    const auto took = time_of([&] { opened = open(); });

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, Failure::session_lost);
    EXPECT_LE(took, milliseconds{1200});
}

TEST(TcpClient, ANameServerThatHangsCostsTheConnectTimeoutAndIsAskedOnce) {
    auto line = tcp_line(LineKind::modbus_tcp, 502, "meter.hang.test");
    line.connect_timeout = milliseconds{300};
    Opened open{line};
    const int asked_before = slow_lookups();
    Result<> opened;

    const auto took = time_of([&] { opened = open(); });

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, Failure::session_lost);
    EXPECT_NE(opened.error().what.find("meter.hang.test"), std::string::npos) << opened.error().what;
    EXPECT_NE(opened.error().what.find("name servers"), std::string::npos) << opened.error().what;
    EXPECT_LE(took, milliseconds{5000});
    std::this_thread::sleep_for(milliseconds{260});  // the back-off
    EXPECT_GE(time_of([&] { opened = open(); }), milliseconds{295}) << "tried again";
    EXPECT_EQ(slow_lookups() - asked_before, 1) << "not one more hanging thread at each try";
}

TEST(TcpClient, ANameServerThatAnswersLateIsHeardAtALaterTry) {
    const TcpPeer peer{[](Wire& wire, int) { stay(wire); }};
    auto line = tcp_line(LineKind::modbus_tcp, peer.port(), "meter.400ms.test");
    line.connect_timeout = milliseconds{150};
    Opened open{line};
    const int asked_before = slow_lookups();

    bool opened = false;
    for (int i = 0; i < 500 && !opened; ++i) {
        opened = open().has_value();
        if (!opened) std::this_thread::sleep_for(milliseconds{10});
    }

    EXPECT_TRUE(opened);
    EXPECT_EQ(slow_lookups() - asked_before, 1);
}

TEST(TcpClient, AStopEndsTheWaitForANameServer) {
    auto line = tcp_line(LineKind::modbus_tcp, 502, "meter.hang.test");
    line.connect_timeout = milliseconds{20'000};
    Opened open{line};
    std::jthread stopper{[&] {
        std::this_thread::sleep_for(milliseconds{100});
        open.stopper.request_stop();
    }};

    EXPECT_LE(time_of([&] { static_cast<void>(open()); }), milliseconds{5000});
}

/// A listener whose queue is full: the kernel answers no further SYN, as a host behind a dead link.
class BlackHole {
public:
    BlackHole() : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address_;
        MG_CHECK(::bind(listener_.get(), generic(), length) == 0 && ::listen(listener_.get(), 0) == 0);
        MG_CHECK(::getsockname(listener_.get(), generic(), &length) == 0);
        for (int i = 0; i < 4; ++i) {
            fillers_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
            static_cast<void>(::connect(fillers_.back().get(), generic(), length));
        }
    }
    [[nodiscard]] std::uint16_t port() const { return ntohs(address_.sin_port); }

private:
    sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address_); }
    UniqueFd listener_;
    sockaddr_in address_{};
    std::vector<UniqueFd> fillers_;
};

TEST(TcpClient, AHostThatDoesNotAnswerCostsTheConnectTimeoutAndNoMore) {
    const BlackHole hole;
    auto line = tcp_line(LineKind::modbus_tcp, hole.port());
    line.connect_timeout = milliseconds{300};
    Opened open{line};
    Result<> opened;

    const auto took = time_of([&] { opened = open(); });

    ASSERT_FALSE(opened);
    EXPECT_GE(took, milliseconds{295});
    EXPECT_LE(took, milliseconds{450});
    EXPECT_LE(time_of([&] { opened = open(); }), milliseconds{20}) << "backing off";
    EXPECT_FALSE(opened);
}

TEST(TcpClient, AStopEndsConnecting) {
    const BlackHole hole;
    auto line = tcp_line(LineKind::modbus_tcp, hole.port());
    line.connect_timeout = milliseconds{20'000};
    Opened open{line};
    std::jthread stopper{[&] {
        std::this_thread::sleep_for(milliseconds{100});
        open.stopper.request_stop();
    }};

    EXPECT_LE(time_of([&] { static_cast<void>(open()); }), milliseconds{200});
}

// libmodbus puts the descriptor into an fd_set; beyond 1023 that overwrites foreign memory.
TEST(TcpClient, ADescriptorThatSelectCannotHoldIsRefused) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    if (before.rlim_max < 1200) GTEST_SKIP() << "at most " << before.rlim_max << " files may be open here";
    rlimit many = before;
    many.rlim_cur = 1200;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &many), 0);
    const TcpPeer peer{[](Wire& wire, int) { stay(wire); }};
    PtyPeer serial{stay};
    Opened tcp{tcp_line(LineKind::modbus_tcp, peer.port())};
    Opened tty{serial_line(serial.device())};
    {
        std::vector<UniqueFd> fillers;
        do fillers.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        while (fillers.back() && fillers.back().get() < 1024);

        for (auto* open : {&tcp, &tty}) {
            const auto opened = (*open)();
            ASSERT_FALSE(opened);
            EXPECT_EQ(opened.error().kind, Failure::session_lost);
            EXPECT_NE(opened.error().what.find("too many open files"), std::string::npos)
                << opened.error().what;
        }
    }
    ::setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace mg
