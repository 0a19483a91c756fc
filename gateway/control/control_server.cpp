#include "gateway/control/control_server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <set>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include "gateway/base/guarded.h"
#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/control/control_protocol.h"
#include "gateway/control/local_socket.h"

namespace mg {

namespace asio = boost::asio;
using boost::system::error_code;
using Local = asio::local::stream_protocol;

namespace {

class Session;

/// How other threads reach a session: nothing but a locked pointer to the loop, empty when the client has
/// gone.
class Mailbox {
public:
    Mailbox(asio::io_context& io, std::weak_ptr<Session> session) : open_{Open{&io, std::move(session)}} {}
    /// Queues `line` for the client. The loop must not disappear while we post to it, hence under the lock.
    bool send(std::string line, bool final);
    void close() {
        open_.with([](Open& open) { open.io = nullptr; });
    }
    [[nodiscard]] bool closed() const {
        return open_.with([](const Open& open) { return open.io == nullptr; });
    }

    /// Bytes handed over and not yet taken by the client's socket.
    std::atomic<std::size_t> waiting{0};

private:
    struct Open {
        asio::io_context* io{};
        std::weak_ptr<Session> session;
    };
    Guarded<Open> open_;
};

}  // namespace

class ControlReply::Pending {
public:
    Pending(std::shared_ptr<Mailbox> mailbox, std::string id, std::size_t stream_limit)
        : mailbox_{std::move(mailbox)}, id_{std::move(id)}, stream_limit_{stream_limit} {}
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;
    ~Pending() {
        done(fail(Failure::transient,
                  std::string(tr("the command ended without an answer", "命令结束时没有给出结果"))));
    }

    void done(const Result<std::string>& result) {
        if (answered_.exchange(true)) return;
        mailbox_->send(result ? result_line(id_, *result) : error_line(id_, result.error()), /*final=*/true);
    }
    bool more(std::string_view json) {
        if (answered_ || mailbox_->waiting > stream_limit_) return false;
        return mailbox_->send(piece_line(id_, json), /*final=*/false);
    }
    [[nodiscard]] bool abandoned() const { return answered_ || mailbox_->closed(); }

private:
    std::shared_ptr<Mailbox> mailbox_;
    std::string id_;
    std::size_t stream_limit_;
    std::atomic<bool> answered_{false};
};

void ControlReply::done(const Result<std::string>& result) const {
    pending_->done(result);
}
bool ControlReply::more(std::string_view json) const {
    return pending_->more(json);
}
bool ControlReply::abandoned() const {
    return pending_->abandoned();
}

namespace {

/// What a session needs from its listener.
class Commands {
public:
    virtual ~Commands() = default;
    virtual void run(const ControlRequest& request, ControlReply reply) = 0;
    virtual void left(const std::shared_ptr<Session>& session) = 0;
};

/// One client. Completion handlers hold it alive until the socket has let go of its buffers.
class Session final : public std::enable_shared_from_this<Session> {
public:
    Session(Local::socket socket, asio::io_context& io, const ControlLimits& limits,
            std::weak_ptr<Commands> commands, std::string user)
        : socket_{std::move(socket)},
          stalled_{io},
          io_{io},
          limits_{limits},
          commands_{std::move(commands)},
          user_{std::move(user)} {}

    void start() {
        mailbox_ = std::make_shared<Mailbox>(io_, weak_from_this());
        read();
    }

    void close() {
        if (std::exchange(closed_, true)) return;
        mailbox_->close();
        error_code ignored;
        stalled_.cancel(ignored);
        socket_.close(ignored);
        if (const auto commands = commands_.lock()) commands->left(shared_from_this());
    }

    /// In the loop's thread; `line` is already counted in mailbox_->waiting.
    void enqueue(std::string line, bool final) {
        if (closed_) return;
        if (final) --in_work_;
        outbox_.push_back(std::move(line));
        if (mailbox_->waiting > limits_.waiting_bytes) return close();
        if (!writing_) write();
        go_on_reading();
    }

private:
    [[nodiscard]] bool may_read() const {
        return !closed_ && !reading_ && !read_all_ && in_work_ < limits_.requests_in_work &&
               mailbox_->waiting <= limits_.waiting_stream_bytes;
    }

    void read() {
        if (!may_read()) return;
        reading_ = true;
        socket_.async_read_some(asio::buffer(chunk_),
                                [self = shared_from_this()](error_code error, std::size_t n) {
                                    self->reading_ = false;
                                    if (self->closed_) return;
                                    if (error) return self->end_of_requests();
                                    self->inbox_.append(self->chunk_.data(), n);
                                    self->go_on_reading();
                                });
    }

    void go_on_reading() {
        take_lines();
        read();
    }

    void take_lines() {
        while (!closed_ && in_work_ < limits_.requests_in_work) {
            const auto end = inbox_.find('\n', searched_);
            searched_ = end == std::string::npos ? inbox_.size() : 0;
            if (end > limits_.line_bytes && inbox_.size() > limits_.line_bytes) return refuse_long_line();
            if (end == std::string::npos) return;
            const std::string line = inbox_.substr(0, end);
            inbox_.erase(0, end + 1);
            if (line.find_first_not_of(" \t\r") != std::string::npos) take(line);
        }
    }

    void take(const std::string& line) {
        ParsedRequest parsed = parse_request(line);
        ++in_work_;
        const ControlReply reply{std::make_shared<ControlReply::Pending>(mailbox_, std::move(parsed.id_json),
                                                                         limits_.waiting_stream_bytes)};
        if (!parsed.request) return reply.done(pass_on(parsed.request.error()));
        parsed.request->user = user_;
        if (const auto commands = commands_.lock()) commands->run(*parsed.request, reply);
    }

    void refuse_long_line() {
        inbox_.clear();
        searched_ = 0;
        read_all_ = true;
        ++in_work_;
        mailbox_->send(error_line("null", {Failure::rejected, trf("a request is longer than {} bytes",
                                                                  "请求超过 {} 字节", limits_.line_bytes)}),
                       /*final=*/true);
    }

    /// The client sends no more; it may still wait for answers (`echo … | socat`), unless it hung up
    /// altogether.
    void end_of_requests() {
        read_all_ = true;
        pollfd both_ways{.fd = socket_.native_handle(), .events = 0, .revents = 0};
        const bool hung_up = ::poll(&both_ways, 1, 0) > 0 && (both_ways.revents & (POLLHUP | POLLERR)) != 0;
        if (hung_up) return close();
        close_when_done();
    }

    void close_when_done() {
        if (read_all_ && in_work_ == 0 && outbox_.empty()) close();
    }

    void write() {
        writing_ = true;
        stalled_.expires_after(limits_.stalled_write);
        // An expiry that was already queued when its write ended must not close the next one.
        stalled_.async_wait([self = shared_from_this(), write = ++writes_](error_code error) {
            if (!error && self->writing_ && self->writes_ == write) self->close();
        });
        const std::string& line = outbox_.front();
        socket_.async_write_some(
            asio::buffer(line.data() + written_, line.size() - written_),
            [self = shared_from_this()](error_code error, std::size_t n) { self->wrote(error, n); });
    }

    void wrote(error_code error, std::size_t n) {
        writing_ = false;
        stalled_.cancel();
        if (closed_) return;
        if (error) return close();
        written_ += n;
        if (written_ == outbox_.front().size()) {
            mailbox_->waiting -= written_;
            written_ = 0;
            outbox_.pop_front();
        }
        if (!outbox_.empty()) return write();
        go_on_reading();
        close_when_done();
    }

    Local::socket socket_;
    asio::steady_timer stalled_;
    asio::io_context& io_;
    const ControlLimits limits_;
    std::weak_ptr<Commands> commands_;
    std::string user_;
    std::shared_ptr<Mailbox> mailbox_;
    std::array<char, 8192> chunk_{};
    std::string inbox_;
    std::size_t searched_{0};  // of inbox_, for the end of a line
    std::deque<std::string> outbox_;
    std::size_t written_{0};  // of outbox_.front()
    std::uint64_t writes_{0};
    std::size_t in_work_{0};
    bool reading_{false};
    bool writing_{false};
    bool read_all_{false};
    bool closed_{false};
};

bool Mailbox::send(std::string line, bool final) {
    return open_.with([&](Open& open) {
        if (open.io == nullptr) return false;
        waiting += line.size();
        asio::post(*open.io, [session = open.session, line = std::move(line), final]() mutable {
            if (const auto alive = session.lock()) alive->enqueue(std::move(line), final);
        });
        return true;
    });
}

}  // namespace

class ControlServer::Listener final : public Commands, public std::enable_shared_from_this<Listener> {
public:
    Listener(asio::io_context& io, std::filesystem::path path, const ControlLimits& limits)
        : io_{io}, acceptor_{io}, retry_{io}, path_{std::move(path)}, limits_{limits} {}

    Result<> start() {
        auto listening = listen_at(path_);
        if (!listening) return pass_on(listening.error());
        file_ = listening->file;
        error_code error;
        acceptor_.assign(Local{}, ::fcntl(listening->socket.get(), F_DUPFD_CLOEXEC, 0), error);
        if (error) {
            return fail(Failure::transient,
                        trf("control socket {}: cannot listen: {}", "控制套接字 {}：无法监听：{}",
                            path_.string(), error.message()));
        }
        accept();
        return {};
    }

    void close() {
        closed_ = true;
        error_code ignored;
        retry_.cancel(ignored);
        acceptor_.close(ignored);
        remove_if_same(path_, file_);
        for (const auto& session : std::exchange(sessions_, {})) session->close();
    }

    void run(const ControlRequest& request, ControlReply reply) override {
        const SpokenLanguage spoken{request.language.value_or(language())};
        const auto found = handlers_.find(request.command);
        if (found == handlers_.end()) {
            return reply.done(
                fail(Failure::unsupported, trf("unknown command \"{}\"", "没有命令“{}”", request.command)));
        }
        found->second(request, std::move(reply));
    }
    void left(const std::shared_ptr<Session>& session) override { sessions_.erase(session); }

    void on(std::string command, ControlHandler handler) {
        handlers_.insert_or_assign(std::move(command), std::move(handler));
    }
    [[nodiscard]] std::size_t connections() const { return sessions_.size(); }

private:
    void accept() {
        acceptor_.async_accept([self = shared_from_this()](error_code error, Local::socket socket) {
            if (self->closed_) return;
            if (!error) {
                self->welcome(std::move(socket));
                return self->accept();
            }
            // Out of descriptors, most likely: trying again at once would spin.
            self->retry_.expires_after(std::chrono::seconds{1});
            self->retry_.async_wait([self](error_code) {
                if (!self->closed_) self->accept();
            });
        });
    }

    void welcome(Local::socket socket) {
        const auto peer = peer_of(socket.native_handle());
        if (!peer || !is_trusted(*peer, ::geteuid(), ::getegid())) {
            log::warning("{}", trf("control socket: refused a connection of user {}",
                                   "控制套接字：拒绝了用户 {} 的连接",
                                   peer ? static_cast<std::int64_t>(peer->user) : -1));
            return turn_away(socket,
                             trf("only root, the daemon's user and the members of its group may connect",
                                 "只允许 root、本程序的用户及其用户组成员连接"));
        }
        if (sessions_.size() >= limits_.connections) {
            return turn_away(socket, trf("{} connections are open, no more are allowed",
                                         "已有 {} 个连接，达到上限", sessions_.size()));
        }
        const auto session = std::make_shared<Session>(std::move(socket), io_, limits_, weak_from_this(),
                                                       name_of_user(peer->user));
        sessions_.insert(session);
        session->start();
    }

    /// One line, as far as the socket takes it at once, and the connection ends.
    static void turn_away(Local::socket& socket, const std::string& why) {
        const std::string line = error_line("null", {Failure::refused, why});
        [[maybe_unused]] const auto sent =
            ::send(socket.native_handle(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    asio::io_context& io_;
    Local::acceptor acceptor_;
    asio::steady_timer retry_;
    std::filesystem::path path_;
    struct stat file_{};
    ControlLimits limits_;
    std::map<std::string, ControlHandler, std::less<>> handlers_;
    std::set<std::shared_ptr<Session>> sessions_;
    bool closed_{false};
};

std::string ControlRequest::argument(std::string_view name) const {
    const auto found = arguments.find(name);
    return found == arguments.end() ? std::string{} : found->second;
}

Result<std::unique_ptr<ControlServer>> ControlServer::listen(asio::io_context& io,
                                                             const std::filesystem::path& path,
                                                             ControlLimits limits) {
    auto listener = std::make_shared<Listener>(io, path, limits);
    if (auto started = listener->start(); !started) return pass_on(started.error());
    return std::unique_ptr<ControlServer>(new ControlServer(std::move(listener)));
}

ControlServer::ControlServer(std::shared_ptr<Listener> listener) : listener_{std::move(listener)} {}
ControlServer::~ControlServer() {
    listener_->close();
}

void ControlServer::on(std::string command, ControlHandler handler) {
    listener_->on(std::move(command), std::move(handler));
}
std::size_t ControlServer::connections() const {
    return listener_->connections();
}

}  // namespace mg
