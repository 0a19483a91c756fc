#include "gateway/control/control_server.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/guarded.h"
#include "gateway/control/control_client.h"
#include "gateway/control/local_socket.h"
#include "tests/support/temporary_folder.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

/// A server in a thread of its own, on a socket in a folder of its own.
struct ControlSocket : testing::Test {
    ~ControlSocket() override { stop(); }

    void start(ControlLimits limits = {}) {
        auto made = ControlServer::listen(io, path, limits);
        ASSERT_TRUE(made) << made.error().what;
        server = std::move(*made);
        server->on("echo", [](const ControlRequest& request, const ControlReply& reply) {
            reply.done('"' + request.argument("text") + '"');
        });
        server->on("later", [this](const ControlRequest&, const ControlReply& reply) {
            kept.with([&](auto& replies) { replies.push_back(reply); });
        });
        server->on("forget", [](const ControlRequest&, const ControlReply&) {});
        server->on("big", [](const ControlRequest&, const ControlReply& reply) {
            reply.done('"' + std::string(1'000'000, 'x') + '"');
        });
        loop = std::jthread{[this] { io.run(); }};
    }
    void stop() {
        if (!loop.joinable()) return;
        asio::post(io, [this] { server.reset(); });
        work.reset();
        loop.join();
    }

    ControlClient client() {
        auto made = ControlClient::connect(path, clock);
        EXPECT_TRUE(made) << made.error().what;
        return std::move(made.value());
    }

    /// Asked in the server's thread, where it may be asked.
    std::size_t connections() {
        std::atomic<int> count{-1};
        asio::post(io, [&] { count = static_cast<int>(server->connections()); });
        eventually([&] { return count >= 0; });
        return static_cast<std::size_t>(count.load());
    }

    ControlReply wait_for_kept() {
        EXPECT_TRUE(eventually([&] { return kept.with([](auto& replies) { return !replies.empty(); }); }));
        return kept.with([](auto& replies) {
            ControlReply reply = replies.back();
            replies.pop_back();
            return reply;
        });
    }

    static bool eventually(const std::function<bool()>& condition) {
        for (int i = 0; i < 2000; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }

    SystemClock clock;
    const TemporaryFolder own;
    const std::filesystem::path folder{own.path()};
    const std::filesystem::path path{folder / "control.sock"};
    asio::io_context io;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{asio::make_work_guard(io)};
    std::unique_ptr<ControlServer> server;
    Guarded<std::vector<ControlReply>> kept;
    std::jthread loop;
};

UniqueFd raw_connection(const std::filesystem::path& path) {
    const auto address = local_address(path);
    UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
        return {};
    return socket;
}

void write_all(int fd, const std::string& text) {
    ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
}

/// Everything until the server closes; "(timeout)" at the end when it does not.
std::string read_to_end(int fd) {
    std::string text;
    std::vector<char> buffer(65536);
    while (true) {
        const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (n == 0 || (n < 0 && errno == ECONNRESET)) return text;
        if (n < 0) return text + "(timeout)";
        text.append(buffer.data(), static_cast<std::size_t>(n));
    }
}

TEST_F(ControlSocket, AnswersOneRequestAfterTheOther) {
    start();
    ControlClient asking = client();

    for (int i = 0; i < 100; ++i) {
        const auto answer = asking.call("echo", {{"text", std::to_string(i)}}, 5s);
        ASSERT_TRUE(answer) << answer.error().what;
        EXPECT_EQ(*answer, '"' + std::to_string(i) + '"');
    }
}

TEST_F(ControlSocket, NamesACommandThatItDoesNotKnow) {
    start();

    const auto answer = client().call("selfdestruct", {}, 5s);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Failure::unsupported);
    EXPECT_NE(answer.error().what.find("selfdestruct"), std::string::npos);
}

TEST_F(ControlSocket, ALongCommandAnswersFromItsOwnThreadWhileOthersGoOn) {
    start();
    std::optional<Result<std::string>> answer;
    std::jthread waiting{[&, asking = client()]() mutable { answer = asking.call("later", {}, 10s); }};
    const ControlReply reply = wait_for_kept();
    ASSERT_TRUE(client().call("echo", {{"text", "meanwhile"}}, 5s));

    std::jthread{[reply] { reply.done(std::string("42")); }}.join();
    waiting.join();

    ASSERT_TRUE(answer->has_value()) << answer->error().what;
    EXPECT_EQ(**answer, "42");
}

TEST_F(ControlSocket, StreamsPiecesBeforeTheFinalAnswer) {
    start();
    std::vector<std::string> pieces;
    Result<std::string> answer;
    std::jthread waiting{[&, asking = client()]() mutable {
        answer = asking.call("later", {}, 10s, [&](std::string_view piece) { pieces.emplace_back(piece); });
    }};
    const ControlReply reply = wait_for_kept();

    EXPECT_TRUE(reply.more("1"));
    EXPECT_TRUE(reply.more("2"));
    reply.done(std::string("3"));
    EXPECT_FALSE(reply.more("4"));
    waiting.join();

    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(pieces, (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(*answer, "3");
}

TEST_F(ControlSocket, ACommandThatForgetsToAnswerIsAnErrorNotAHang) {
    start();

    const auto answer = client().call("forget", {}, 5s);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().what, "the command ended without an answer") << "not the client's time-out";
}

TEST_F(ControlSocket, TheClientGivesUpAtItsDeadlineAndMayAskAgain) {
    start();
    ControlClient asking = client();

    const auto late = asking.call("later", {}, 50ms);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, Failure::transient);
    wait_for_kept().done(std::string("\"too late\""));

    EXPECT_EQ(asking.call("echo", {{"text", "new"}}, 5s), "\"new\"")
        << "the late answer is not taken for this one";
}

TEST_F(ControlSocket, WithoutADaemonTheClientSaysThatItIsNotRunning) {
    const auto nobody = ControlClient::connect(path, clock);
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().kind, Failure::session_lost);

    {
        const auto crashed = listen_at(path);
    }
    const auto stale = ControlClient::connect(path, clock);
    ASSERT_FALSE(stale);
    EXPECT_EQ(stale.error().kind, Failure::session_lost);
}

TEST_F(ControlSocket, ARequestByEchoAndSocatIsAnsweredThoughItsSenderIsDone) {
    start();
    const UniqueFd socat = raw_connection(path);

    write_all(socat.get(), "{\"id\":1,\"command\":\"echo\",\"text\":\"hi\"}\n\n");
    ::shutdown(socat.get(), SHUT_WR);

    EXPECT_EQ(read_to_end(socat.get()), "{\"id\":1,\"ok\":true,\"result\":\"hi\"}\n");
}

TEST_F(ControlSocket, GarbageGetsAnErrorAndTheConnectionLives) {
    start();
    const UniqueFd raw = raw_connection(path);

    write_all(raw.get(), "garbage\n{\"id\":2,\"command\":\"echo\",\"text\":\"still here\"}\n");
    ::shutdown(raw.get(), SHUT_WR);

    const std::string answer = read_to_end(raw.get());
    EXPECT_NE(answer.find("\"kind\":\"rejected\""), std::string::npos) << answer;
    EXPECT_NE(answer.find("still here"), std::string::npos) << answer;
}

TEST_F(ControlSocket, ARequestBeyondTheLimitEndsTheConnectionWithAReason) {
    start({.line_bytes = 65'536});
    for (const std::string& end : {std::string(), std::string("\n")}) {
        const UniqueFd raw = raw_connection(path);

        write_all(raw.get(), std::string(70'000, 'x') + end);

        const std::string answer = read_to_end(raw.get());
        EXPECT_NE(answer.find("65536"), std::string::npos) << answer;
    }
    EXPECT_TRUE(client().call("echo", {}, 5s));
}

TEST_F(ControlSocket, TheSeventeenthConnectionIsTurnedAwayAndTheOthersServed) {
    start();
    std::vector<ControlClient> clients;
    for (int i = 0; i < 16; ++i) {
        clients.push_back(client());
        ASSERT_TRUE(clients.back().call("echo", {}, 5s));
    }

    const auto answer = client().call("echo", {}, 5s);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, Failure::refused) << answer.error().what;

    for (ControlClient& other : clients) EXPECT_TRUE(other.call("echo", {}, 5s));
    clients.clear();
    EXPECT_TRUE(eventually([&] { return connections() == 0; }));
    EXPECT_TRUE(client().call("echo", {}, 5s));
}

TEST_F(ControlSocket, AClientThatDoesNotReadIsClosedAndNobodyWaitsForIt) {
    start({.waiting_bytes = 4'000'000, .stalled_write = 1h});  // closed for the bytes, not for the time
    const UniqueFd lazy = raw_connection(path);
    for (int i = 0; i < 8; ++i) write_all(lazy.get(), "{\"command\":\"big\"}\n");

    EXPECT_TRUE(client().call("echo", {}, 5s));

    EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

TEST_F(ControlSocket, AClientThatStopsReadingInTheMiddleIsClosedAfterAWhile) {
    start({.stalled_write = 200ms});
    const UniqueFd stuck = raw_connection(path);
    write_all(stuck.get(), "{\"command\":\"big\"}\n");
    ASSERT_TRUE(eventually([&] { return connections() == 1; }));

    EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

TEST_F(ControlSocket, AClientThatReadsSlowlyGetsEverything) {
    start();
    const UniqueFd slow = raw_connection(path);
    std::string requests;
    for (int i = 0; i < 30; ++i) requests += "{\"command\":\"big\"}\n";

    write_all(slow.get(), requests);
    ::shutdown(slow.get(), SHUT_WR);

    const std::string answers = read_to_end(slow.get());
    EXPECT_EQ(std::count(answers.begin(), answers.end(), '\n'), 30);
    EXPECT_GT(answers.size(), 30'000'000U);
}

TEST_F(ControlSocket, AStreamDropsInsteadOfGrowingWhenNobodyReads) {
    start();
    const UniqueFd lazy = raw_connection(path);
    write_all(lazy.get(), "{\"command\":\"later\"}\n");
    const ControlReply reply = wait_for_kept();
    const std::string piece = '"' + std::string(10'000, 'x') + '"';

    int sent = 0;
    while (sent < 10'000 && reply.more(piece)) ++sent;

    EXPECT_GT(sent, 10);
    EXPECT_LT(sent, 500) << "about a megabyte";
    EXPECT_FALSE(reply.abandoned());
}

TEST_F(ControlSocket, ALongCommandLearnsThatItsClientHungUp) {
    start();
    std::optional<ControlReply> reply;
    {
        const UniqueFd leaving = raw_connection(path);
        write_all(leaving.get(), "{\"command\":\"later\"}\n");
        reply = wait_for_kept();
    }

    EXPECT_TRUE(eventually([&] { return reply->abandoned(); }));
    reply->done(std::string("1"));  // and nothing happens
}

TEST_F(ControlSocket, AnswersAfterTheServerIsGoneGoNowhere) {
    start();
    const UniqueFd raw = raw_connection(path);
    write_all(raw.get(), "{\"command\":\"later\"}\n");
    const ControlReply reply = wait_for_kept();

    stop();
    EXPECT_TRUE(reply.abandoned());
    EXPECT_FALSE(reply.more("1"));
    reply.done(std::string("2"));

    EXPECT_EQ(read_to_end(raw.get()), "");
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ControlSocket, ASecondServerOnTheSameSocketIsRefused) {
    start();
    asio::io_context other;

    const auto second = ControlServer::listen(other, path);

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, Failure::invalid_config);
    EXPECT_TRUE(client().call("echo", {}, 5s));
}

TEST_F(ControlSocket, AUserOutsideOurGroupIsTurnedAwayEvenWhereTheFileLetsHimIn) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
    start();
    std::filesystem::permissions(folder, std::filesystem::perms::all);
    std::filesystem::permissions(path, std::filesystem::perms::all);

    const pid_t child = ::fork();
    if (child == 0) {
        constexpr unsigned kNobody = 65534;
        if (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) ::_exit(2);
        const UniqueFd raw = raw_connection(path);
        const std::string answer = read_to_end(raw.get());
        ::_exit(answer.find("\"kind\":\"refused\"") != std::string::npos ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);

    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    EXPECT_EQ(connections(), 0U);
}

}  // namespace
}  // namespace mg
