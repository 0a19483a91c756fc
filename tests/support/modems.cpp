#include "tests/support/modems.h"

#include <future>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <sys/socket.h>

#include "gateway/base/check.h"
#include "tests/support/loopback.h"

namespace mg {

LineOptions modem_line(const std::string& id, const std::string& registration, const std::string& heartbeat) {
    LineOptions line;
    line.id.text = id;
    line.kind = LineKind::dtu;
    ListenChannel channel;
    channel.address = "127.0.0.1";
    channel.registration = bytes_of(registration);
    channel.heartbeat = bytes_of(heartbeat);
    channel.settings.baud = 115'200;
    line.channel = std::move(channel);
    line.connect_timeout = milliseconds{10'000};
    line.response_timeout = milliseconds{200};
    line.retries = 0;
    return line;
}

struct ModemDesk::Loop {
    Loop(const std::vector<LineOptions>& lines, const Clock& clock, DtuLimits limits)
        : acceptor{io, lines, clock, limits}, thread{[this] { io.run(); }} {}
    ~Loop() {
        guard.reset();
        io.stop();
    }
    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
    DtuAcceptor acceptor;
    std::jthread thread;
};

ModemDesk::ModemDesk(std::vector<LineOptions> lines, DtuLimits limits)
    : lines_{std::move(lines)}, loop_{std::make_unique<Loop>(lines_, clock_, limits)} {
    run([&] {
        loop_->acceptor.start();
        port_ = loop_->acceptor.port_of(lines_.front().id);
    });
}

ModemDesk::~ModemDesk() {
    stop();
}

void ModemDesk::run(const std::function<void()>& work) {
    std::promise<void> done;
    boost::asio::post(loop_->io, [&] {
        work();
        done.set_value();
    });
    done.get_future().wait();
}

void ModemDesk::stop() {
    run([&] { loop_->acceptor.stop(); });
}

DtuMailbox& ModemDesk::mailbox(const std::string& line) const {
    auto* mailbox = loop_->acceptor.mailbox(LineId{line});
    MG_CHECK(mailbox != nullptr);
    return *mailbox;
}

const DtuCounters& ModemDesk::counters() const {
    return loop_->acceptor.counters();
}

std::size_t ModemDesk::unidentified() {
    std::size_t count = 0;
    run([&] { count = loop_->acceptor.unidentified(); });
    return count;
}

bool ModemDesk::wait_for(const std::function<bool()>& enough) const {
    for (int i = 0; i < 1000; ++i) {
        if (enough()) return true;
        std::this_thread::sleep_for(milliseconds{10});
    }
    return false;
}

raw::Wire call_port(std::uint16_t port, std::stop_token stop) {
    const auto address = loopback(port);
    UniqueFd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    MG_CHECK(socket);
    // Nobody there, or no longer: the first read tells.
    static_cast<void>(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
    return {std::move(socket), std::move(stop)};
}

ModemPeer::ModemPeer(std::uint16_t port, const std::string& registration, Serve serve)
    : thread_{[this, port, registration, serve = std::move(serve)](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
              raw::Wire wire = call_port(port, stop);
              if (!registration.empty()) wire.write(bytes_of(registration));
              serve(wire, connections_++);
              if (!wire.pause(milliseconds{20})) return;
          }
      }} {}

}  // namespace mg
