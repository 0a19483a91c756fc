#include "drivers/channel/dtu_acceptor.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <list>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/select.h>

#include "drivers/channel/dtu_packets.h"
#include "drivers/channel/listen_on.h"
#include "drivers/channel/log_limit.h"
#include "drivers/channel/tcp_options.h"
#include "gateway/base/language.h"
#include "gateway/base/log.h"

namespace mg {

namespace asio = boost::asio;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

namespace {

/// Of what a stranger says, so much is looked at and shown.
constexpr std::size_t kMostHeard = 512;
constexpr std::size_t kMostShown = 32;

IpAddress bytes_of(const asio::ip::address& address) {
    IpAddress bytes{};
    const auto six =
        address.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()) : address.to_v6();
    std::ranges::copy(six.to_bytes(), bytes.begin());
    return bytes;
}

std::string text_of(const Tcp::endpoint& endpoint) {
    auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    const std::string host = address.to_string();
    return address.is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                           : fmt::format("{}:{}", host, endpoint.port());
}

/// As it would be written in the configuration.
std::string packet_text(const std::vector<std::uint8_t>& bytes) {
    const bool cut = bytes.size() > kMostShown;
    const auto shown = std::span{bytes}.first(std::min(bytes.size(), kMostShown));
    const bool readable = std::ranges::all_of(
        shown, [](int byte) { return byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\'; });
    std::string text = readable ? std::string(shown.begin(), shown.end()) : std::string("hex:");
    if (!readable) {
        for (const auto byte : shown) fmt::format_to(std::back_inserter(text), "{:02X}", byte);
    }
    return fmt::format("\"{}\"{}", text, cut ? " …" : "");
}

/// Names of the lines that share a port, for the log.
std::string names_of(const std::vector<LineId>& lines) {
    constexpr std::size_t kMostNamed = 3;
    std::string names;
    for (const LineId& line : std::span{lines}.first(std::min(lines.size(), kMostNamed))) {
        names += (names.empty() ? "" : ", ") + line.text;
    }
    return lines.size() > kMostNamed ? names + ", …" : names;
}

}  // namespace

/// One port and those who call there.
class DtuAcceptor::Port final : public std::enable_shared_from_this<Port> {
public:
    Port(asio::io_context& io, const ListenChannel& listen, const Clock& clock, const DtuLimits& limits,
         DtuCounters& counters)
        : io_{io},
          acceptor_{io},
          again_{io},
          address_{listen.address},
          port_{listen.port},
          clock_{clock},
          limits_{limits},
          counters_{counters},
          known_{clock, limits.log_pause},
          turned_away_{clock, limits.log_pause} {}

    [[nodiscard]] bool is_at(const ListenChannel& listen) const {
        return address_ == listen.address && port_ == listen.port;
    }
    void add(const LineId& line, const ListenChannel& modem, DtuMailbox& mailbox) {
        lines_.push_back(line);
        callers_.push_back({modem.registration, modem.from, modem.heartbeat});
        mailboxes_.push_back(&mailbox);
    }
    [[nodiscard]] std::uint16_t listening_on() const { return listening_on_; }
    [[nodiscard]] std::size_t unidentified() const { return calls_.size(); }

    void start() {
        auto listening = listen_on(address_, port_);
        if (!listening) return cannot_listen(listening.error().what);
        error_code error;
        acceptor_.assign(listening->family == AF_INET6 ? Tcp::v6() : Tcp::v4(), listening->socket.get(),
                         error);
        if (error) return cannot_listen(error.message());
        static_cast<void>(listening->socket.release());  // the acceptor has it now
        listening_on_ = listening->port;
        for (DtuMailbox* mailbox : mailboxes_) mailbox->set_trouble({});
        log::info("{}", trf("waiting for modems on port {0} (lines: {1})",
                            "在端口 {0} 等待 DTU 拨入(线路：{1})", listening_on_, names_of(lines_)));
        accept();
    }

    void stop() {
        stopped_ = true;
        error_code ignored;
        again_.cancel(ignored);
        acceptor_.close(ignored);
        listening_on_ = 0;
        for (auto& call : calls_) call->end();
        calls_.clear();
    }

private:
    /// Somebody who has not said yet whose modem they are.
    struct Call final : std::enable_shared_from_this<Call> {
        Call(asio::io_context& io, Tcp::socket connected, const Tcp::endpoint& endpoint)
            : socket{std::move(connected)},
              patience{io},
              source{bytes_of(endpoint.address())},
              from{text_of(endpoint)} {}
        void end() {
            ended = true;
            error_code ignored;
            patience.cancel(ignored);
            socket.close(ignored);
        }

        Tcp::socket socket;
        asio::steady_timer patience;
        IpAddress source;
        std::string from;
        std::vector<std::uint8_t> heard;
        std::array<std::uint8_t, 256> chunk{};
        bool ended{false};
    };
    using CallPtr = std::shared_ptr<Call>;

    void cannot_listen(const std::string& why) {
        if (why != trouble_) log::error("{}", trf("lines {0}: {1}", "线路 {0}：{1}", names_of(lines_), why));
        trouble_ = why;
        for (DtuMailbox* mailbox : mailboxes_) mailbox->set_trouble(why);
        again_.expires_after(limits_.listen_again);
        again_.async_wait([self = shared_from_this()](error_code error) {
            if (!error && !self->stopped_) self->start();
        });
    }

    void accept() {
        acceptor_.async_accept([self = shared_from_this()](error_code error, Tcp::socket socket) {
            if (self->stopped_) return;
            if (!error) {
                self->welcome(std::move(socket));
                return self->accept();
            }
            // Out of descriptors, most likely: trying again at once would spin.
            self->counters_.no_descriptor.add();
            self->again_.expires_after(std::chrono::seconds{1});
            self->again_.async_wait([self](error_code failed) {
                if (!failed && !self->stopped_) self->accept();
            });
        });
    }

    void welcome(Tcp::socket socket) {
        error_code error;
        const auto endpoint = socket.remote_endpoint(error);
        if (error) return;  // gone already
        ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
        const auto call = std::make_shared<Call>(io_, std::move(socket), endpoint);
        if (call->socket.native_handle() >= FD_SETSIZE) {
            counters_.no_descriptor.add();
            return turn_away(call, trf("too many open files, at most {0} can be used",
                                       "打开的文件过多，最多可用 {0}", FD_SETSIZE));
        }
        if (calls_.size() >= limits_.unidentified) {
            counters_.too_many.add();
            const CallPtr oldest = calls_.front();
            turn_away(oldest, trf("{0} others have called and not said who they are",
                                  "另有 {0} 个连接尚未发送注册包", calls_.size()));
            calls_.pop_front();
        }
        calls_.push_back(call);
        call->patience.expires_after(limits_.registration);
        call->patience.async_wait([self = shared_from_this(), call](error_code cancelled) {
            if (!cancelled && !call->ended) self->judge(call, /*no_more=*/true);
        });
        judge(call, false);
    }

    void judge(const CallPtr& call, bool no_more) {
        no_more = no_more || call->heard.size() >= kMostHeard;
        const CallOf found = identify(callers_, call->source, call->heard, no_more);
        switch (found.verdict) {
            case CallVerdict::more:
                return listen_to(call);
            case CallVerdict::known:
                forget(call);
                return hand_over(call, found.line);
            case CallVerdict::unknown:
                forget(call);
                (was_silent(*call) ? counters_.silent : counters_.unknown).add();
                return turn_away(call, why_unknown(*call));
        }
    }

    void listen_to(const CallPtr& call) {
        call->socket.async_read_some(
            asio::buffer(call->chunk), [self = shared_from_this(), call](error_code error, std::size_t n) {
                if (call->ended) return;
                call->heard.insert(call->heard.end(), call->chunk.begin(),
                                   call->chunk.begin() + static_cast<std::ptrdiff_t>(n));
                if (!error) return self->judge(call, false);
                self->forget(call);
                self->counters_.silent.add();
                call->end();  // port scanners and health checks do this all day: no log line
            });
    }

    void hand_over(const CallPtr& call, std::size_t line) {
        call->ended = true;
        error_code ignored;
        call->patience.cancel(ignored);
        call->socket.native_non_blocking(true, ignored);
        error_code error;
        UniqueFd connection{call->socket.release(error)};
        if (error) return;
        tune_tcp(connection.get());
        const std::string before = mailboxes_[line]->put(std::move(connection), call->from, clock_.utc());
        if (const auto more = known_.may_say()) {
            std::string said = trf("line {0}: its modem has called from {1}", "线路 {0}：DTU 已从 {1} 拨入",
                                   lines_[line].text, call->from);
            if (!before.empty()) {
                said += trf(", the connection from {0} is closed", "，关闭来自 {0} 的旧连接", before);
            }
            log::info("{}{}", said, and_others(*more));
        }
    }

    void turn_away(const CallPtr& call, const std::string& why) {
        call->end();
        if (const auto more = turned_away_.may_say()) {
            log::warning("{}{}",
                         trf("port {0}: a call from {1} was turned away: {2}",
                             "端口 {0}：拒绝了来自 {1} 的连接：{2}", listening_on_, call->from, why),
                         and_others(*more));
        }
    }

    static std::string and_others(std::uint64_t more) {
        return more == 0 ? std::string{} : trf(" (and {0} more like it)", "(同类另有 {0} 次)", more);
    }

    /// Some line takes calls from there, if only they say who they are.
    [[nodiscard]] bool may_register(const Call& call) const {
        return std::ranges::any_of(callers_, [&](const DtuCaller& caller) {
            return !caller.registration.empty() && (!caller.from || caller.from->contains(call.source));
        });
    }
    [[nodiscard]] bool was_silent(const Call& call) const { return call.heard.empty() && may_register(call); }

    [[nodiscard]] std::string why_unknown(const Call& call) const {
        if (!may_register(call)) {
            return std::string{tr("no line takes calls from there", "没有线路接受该地址的连接")};
        }
        if (call.heard.empty()) {
            return trf("it sent no registration within {0} s", "{0} 秒内未发送注册包",
                       std::chrono::duration_cast<std::chrono::seconds>(limits_.registration).count());
        }
        return trf("no line has the registration {0}", "没有线路使用注册包 {0}", packet_text(call.heard));
    }

    void forget(const CallPtr& call) { std::erase(calls_, call); }

    asio::io_context& io_;
    Tcp::acceptor acceptor_;
    asio::steady_timer again_;
    std::string address_;
    std::uint16_t port_;
    std::uint16_t listening_on_{0};
    const Clock& clock_;
    const DtuLimits limits_;
    DtuCounters& counters_;
    LogLimit known_;
    LogLimit turned_away_;
    std::string trouble_;
    bool stopped_{false};

    // Side by side: who is waited for, and where their connections go.
    std::vector<LineId> lines_;
    std::vector<DtuCaller> callers_;
    std::vector<DtuMailbox*> mailboxes_;
    std::list<CallPtr> calls_;  ///< oldest first
};

DtuAcceptor::DtuAcceptor(asio::io_context& io, std::span<const LineOptions> lines, const Clock& clock,
                         DtuLimits limits) {
    for (const LineOptions& line : lines) {
        const auto* modem = std::get_if<ListenChannel>(&line.channel);
        if (line.kind != LineKind::dtu || modem == nullptr) continue;
        auto port = std::ranges::find_if(ports_, [&](const auto& known) { return known->is_at(*modem); });
        if (port == ports_.end()) {
            ports_.push_back(std::make_shared<Port>(io, *modem, clock, limits, counters_));
            port = std::prev(ports_.end());
        }
        auto& mailbox = mailboxes_[line.id];
        mailbox = std::make_unique<DtuMailbox>();
        (*port)->add(line.id, *modem, *mailbox);
        port_of_line_[line.id] = port->get();
    }
}

DtuAcceptor::~DtuAcceptor() {
    stop();
}

void DtuAcceptor::start() {
    for (const auto& port : ports_) port->start();
}

void DtuAcceptor::stop() {
    for (const auto& port : ports_) port->stop();
}

DtuMailbox* DtuAcceptor::mailbox(const LineId& line) const {
    const auto found = mailboxes_.find(line);
    return found == mailboxes_.end() ? nullptr : found->second.get();
}

std::uint16_t DtuAcceptor::port_of(const LineId& line) const {
    const auto found = port_of_line_.find(line);
    return found == port_of_line_.end() ? std::uint16_t{0} : found->second->listening_on();
}

std::size_t DtuAcceptor::unidentified() const {
    std::size_t sum = 0;
    for (const auto& port : ports_) sum += port->unidentified();
    return sum;
}

}  // namespace mg
