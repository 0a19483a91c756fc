#include "gateway/inbound/http_server.h"

#include <array>
#include <chrono>
#include <optional>
#include <set>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <pthread.h>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/inbound/values_endpoint.h"

namespace mg {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t kMostHeaderBytes = 8192;
/// Of a body that nobody wants: read and thrown away, so that the client sees the answer and no reset.
constexpr std::size_t kMostThrownAway = 4 * kMostBodyBytes;

class Session;

/// What a session needs from its listener.
class Desk {
public:
    virtual ~Desk() = default;
    virtual ValuesEndpoint& endpoint() = 0;
    virtual void posted() = 0;
    virtual void left(const std::shared_ptr<Session>& session) = 0;
};

std::string text_of(beast::string_view text) {
    return {text.data(), text.size()};
}

/// One client. Completion handlers hold it alive; one thread.
class Session final : public std::enable_shared_from_this<Session> {
public:
    Session(Tcp::socket socket, const HttpLimits& limits, Desk& desk)
        : socket_{std::move(socket)}, deadline_{socket_.get_executor()}, limits_{limits}, desk_{desk} {}

    void start() { read_head(); }
    /// One answer, and no more.
    void turn_away() { answer(ValuesEndpoint::refuse(503, {}), /*keep_alive=*/false); }

    void close() {
        if (std::exchange(closed_, true)) return;
        error_code ignored;
        deadline_.cancel(ignored);
        socket_.close(ignored);
        desk_.left(shared_from_this());
    }

private:
    /// After it the operation under way ends with an error. An expiry of an earlier one means nothing.
    void expect_within(std::chrono::milliseconds limit) {
        late_ = false;
        deadline_.expires_after(limit);
        deadline_.async_wait([self = shared_from_this(), turn = ++turn_](error_code error) {
            if (error || turn != self->turn_ || self->closed_) return;
            self->late_ = true;
            error_code ignored;
            self->socket_.cancel(ignored);
        });
    }

    /// The first byte of a request may take longer than the rest of it.
    void read_head() {
        head_ = {};
        parser_.emplace();
        parser_->header_limit(kMostHeaderBytes);
        parser_->body_limit(kMostBodyBytes);
        if (buffer_.size() > 0) return read_rest_of_head();
        expect_within(limits_.idle);
        socket_.async_read_some(buffer_.prepare(kMostHeaderBytes),
                                [self = shared_from_this()](error_code error, std::size_t n) {
                                    if (self->closed_) return;
                                    if (error) return self->close();
                                    self->buffer_.commit(n);
                                    self->read_rest_of_head();
                                });
    }

    void read_rest_of_head() {
        expect_within(limits_.request);
        http::async_read_header(socket_, buffer_, *parser_,
                                [self = shared_from_this()](error_code error, std::size_t) {
                                    if (self->closed_) return;
                                    if (error) return self->refuse(error);
                                    self->look_at_head();
                                });
    }

    void look_at_head() {
        const auto& message = parser_->get();
        const auto field = [&](http::field name) { return text_of(message[name]); };
        head_ = {.method = text_of(message.method_string()),
                 .target = text_of(message.target()),
                 .authorization = field(http::field::authorization),
                 .content_type = field(http::field::content_type),
                 .accept_language = field(http::field::accept_language)};
        if (const auto known = desk_.endpoint().answer_head(head_)) {
            return answer(*known, parser_->is_done() && message.keep_alive());
        }
        const bool waits = beast::iequals(message[http::field::expect], "100-continue");
        if (waits && !parser_->is_done()) return invite_body();
        read_body();
    }

    /// A client that asks whether it may send its body is told so (RFC 9110, 10.1.1).
    void invite_body() {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        asio::async_write(socket_, asio::buffer(kContinue.data(), kContinue.size()),
                          [self = shared_from_this()](error_code error, std::size_t) {
                              if (self->closed_) return;
                              if (error) return self->close();
                              self->read_body();
                          });
    }

    void read_body() {
        http::async_read(socket_, buffer_, *parser_,
                         [self = shared_from_this()](error_code error, std::size_t) {
                             if (self->closed_) return;
                             if (error) return self->refuse(error);
                             self->take();
                         });
    }

    void take() {
        const auto taken = desk_.endpoint().take(head_, parser_->get().body());
        desk_.posted();
        answer(taken, parser_->get().keep_alive());
    }

    void refuse(error_code error) {
        if (late_) return answer(ValuesEndpoint::refuse(408, head_), false);
        if (error == http::error::body_limit) return answer(ValuesEndpoint::refuse(413, head_), false);
        if (error == http::error::header_limit) return answer(ValuesEndpoint::refuse(431, head_), false);
        // Of HTTP's own category are those about what the client wrote; the others mean that it went away.
        const bool about_text = error.category() == make_error_code(http::error::end_of_stream).category();
        if (!about_text || error == http::error::end_of_stream || error == http::error::partial_message) {
            return close();
        }
        answer(ValuesEndpoint::refuse(400, head_), false);
    }

    void answer(const HttpAnswer& given, bool keep_alive) {
        response_ = {};
        response_.version(11);
        response_.result(given.status);
        response_.set(http::field::content_type, "application/json; charset=utf-8");
        response_.set(http::field::content_language, given.language == Language::zh ? "zh" : "en");
        response_.set(http::field::cache_control, "no-store");
        if (given.status == 401) response_.set(http::field::www_authenticate, "Bearer");
        if (given.status == 405) {
            response_.set(http::field::allow, head_.target == "/v1/health" ? "GET" : "POST");
        }
        if (given.status == 503) response_.set(http::field::retry_after, "10");
        response_.keep_alive(keep_alive);
        response_.body() = given.json + '\n';
        response_.prepare_payload();
        expect_within(limits_.answer);
        http::async_write(socket_, response_,
                          [self = shared_from_this(), keep_alive](error_code error, std::size_t) {
                              if (self->closed_) return;
                              if (error) return self->close();
                              if (keep_alive) return self->read_head();
                              self->take_leave();
                          });
    }

    /// Closing with unread bytes would reset the connection, and the answer with it.
    void take_leave() {
        error_code ignored;
        socket_.shutdown(Tcp::socket::shutdown_send, ignored);
        throw_away();
    }
    void throw_away() {
        if (thrown_away_ > kMostThrownAway) return close();
        if (thrown_away_ == 0) expect_within(limits_.answer);
        socket_.async_read_some(asio::buffer(scrap_),
                                [self = shared_from_this()](error_code error, std::size_t n) {
                                    if (self->closed_) return;
                                    self->thrown_away_ += n;
                                    if (error) return self->close();
                                    self->throw_away();
                                });
    }

    Tcp::socket socket_;
    asio::steady_timer deadline_;
    const HttpLimits limits_;
    Desk& desk_;
    beast::flat_buffer buffer_{kMostHeaderBytes + kMostBodyBytes};
    std::optional<http::request_parser<http::string_body>> parser_;
    http::response<http::string_body> response_;
    HttpRequestHead head_;
    std::array<char, 8192> scrap_{};
    std::size_t thrown_away_{0};
    std::uint64_t turn_{0};
    bool late_{false};
    bool closed_{false};
};

}  // namespace

class HttpServer::Listener final : public Desk {
public:
    Listener(const InboundHttpOptions& options, EntryDesk& desk, HttpLimits limits)
        : options_{options}, desk_{desk}, limits_{limits} {}

    void run() {
        open();
        io_.run();
        const auto sessions = std::exchange(sessions_, {});
        for (const auto& session : sessions) session->close();
    }
    /// From any thread.
    void stop() { io_.stop(); }
    [[nodiscard]] HttpStatus status() const { return status_.copy(); }

    ValuesEndpoint& endpoint() override { return *endpoint_; }
    void posted() override {
        status_.with([](HttpStatus& status) { ++status.posts; });
    }
    void left(const std::shared_ptr<Session>& session) override { sessions_.erase(session); }

private:
    void open() {
        const auto opened = try_to_open();
        const std::string now = opened ? std::string{} : opened.error().what;
        const std::string before = status_.with([&](HttpStatus& status) {
            status.port = opened.value_or(std::uint16_t{0});
            return std::exchange(status.trouble, now);
        });
        if (opened) {
            log::info("{}", trf("inbound: values are taken at http://{}:{}/v1/values",
                                "外来数值：接收地址 http://{}:{}/v1/values", options_.address, *opened));
            return accept();
        }
        if (now != before) log::error("{}", trf("inbound: {}", "外来数值：{}", now));
        try_again([this] { open(); });
    }

    Result<std::uint16_t> try_to_open() {
        auto sources = read_http_sources(options_.credentials);
        if (!sources) return tl::unexpected<Error>(sources.error());
        endpoint_.emplace(desk_, std::move(*sources), options_.input_type);
        error_code error;
        const auto address = asio::ip::make_address(options_.address, error);
        const Tcp::endpoint place{address, options_.port};
        error_code ignored;
        acceptor_.close(ignored);
        if (!error) acceptor_.open(place.protocol(), error);
        if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor_.bind(place, error);
        if (!error) acceptor_.listen(static_cast<int>(limits_.connections), error);
        if (!error) return acceptor_.local_endpoint().port();
        return fail(Failure::transient, trf("cannot listen at {}:{}: {}", "无法监听 {}:{}：{}",
                                            options_.address, options_.port, error.message()));
    }

    void accept() {
        acceptor_.async_accept([this](error_code error, Tcp::socket socket) {
            if (!error) {
                welcome(std::move(socket));
                return accept();
            }
            // Out of descriptors, most likely: trying again at once would spin.
            try_again([this] { accept(); });
        });
    }

    void welcome(Tcp::socket socket) {
        const bool room = sessions_.size() < limits_.connections;
        // Those who are turned away are a few at a time as well; beyond, nothing is said.
        if (!room && sessions_.size() >= 2 * limits_.connections) return;
        const auto session = std::make_shared<Session>(std::move(socket), limits_, *this);
        sessions_.insert(session);
        if (room) return session->start();
        session->turn_away();
    }

    template <class Action>
    void try_again(Action action) {
        retry_.expires_after(limits_.retry);
        retry_.async_wait([action](error_code error) {
            if (!error) action();
        });
    }

    const InboundHttpOptions& options_;
    EntryDesk& desk_;
    HttpLimits limits_;
    std::optional<ValuesEndpoint> endpoint_;
    Guarded<HttpStatus> status_;
    asio::io_context io_{1};
    Tcp::acceptor acceptor_{io_};
    asio::steady_timer retry_{io_};
    std::set<std::shared_ptr<Session>> sessions_;
};

HttpServer::HttpServer(const InboundHttpOptions& options, EntryDesk& desk, HttpLimits limits)
    : listener_{std::make_unique<Listener>(options, desk, limits)} {
    thread_ = std::jthread{[this] { listener_->run(); }};
    ::pthread_setname_np(thread_.native_handle(), "inbound-http");
}

HttpServer::~HttpServer() {
    listener_->stop();
    thread_.join();
}

HttpStatus HttpServer::status() const {
    return listener_->status();
}

}  // namespace mg
