#include "tests/sim/plant_server.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <nlohmann/json.hpp>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace mg::sim {
namespace {

constexpr std::size_t kMostInbound = 4096;
constexpr std::chrono::milliseconds kFlushEvery{200};

bool carries_registers(FaultKind fault) {
    switch (fault) {
        case FaultKind::none:
        case FaultKind::late:
        case FaultKind::surplus:
        case FaultKind::noise:
        case FaultKind::dribble:
        case FaultKind::echo:
            return true;
        case FaultKind::silent:
        case FaultKind::truncated:
        case FaultKind::wrong_unit:
        case FaultKind::wrong_crc:
        case FaultKind::exception:
        case FaultKind::reset:
        case FaultKind::down:
            return false;
    }
    return false;
}

}  // namespace

PlantServer::PlantServer(PlantDescription plant, ServedLog& log)
    : plant_{std::move(plant)},
      log_{log},
      epoll_{::epoll_create1(EPOLL_CLOEXEC)},
      control_{listen_on_loopback(plant_.control_port)},
      began_{std::chrono::steady_clock::now()} {
    for (const SimulatedLine& description : plant_.lines) {
        auto line = std::make_unique<Line>();
        line->description = description;
        line->framing = description.kind == LineKind::modbus_tcp ? Framing::mbap : Framing::rtu;
        for (SimulatedMeter& meter : line->description.meters) {
            if (line->by_unit[meter.unit] != nullptr) {
                throw std::runtime_error(description.id + ": unit " + std::to_string(meter.unit) + " twice");
            }
            line->by_unit[meter.unit] = &meter;
            line->images.emplace(meter.unit, RegisterImage{meter});
        }
        lines_.push_back(std::move(line));
        open_line(lines_.size() - 1);
    }
    watch(control_.descriptor.get(), {.role = Role::control_listener});
    write_ready_file();
}

PlantServer::~PlantServer() {
    for (const auto& line : lines_) {
        if (!line->description.device.empty()) ::unlink(line->description.device.c_str());
    }
}

void PlantServer::open_line(std::size_t index) {
    Line& line = *lines_[index];
    if (line.description.kind == LineKind::serial_pty) {
        line.serial = open_pseudo_serial(line.description.device);
        watch(line.serial.master.get(), {.role = Role::link, .line = index});
    } else {
        line.listener = listen_on_loopback(line.description.port);
        line.description.port = line.listener.port;  // the same again after `down`
        watch(line.listener.descriptor.get(), {.role = Role::listener, .line = index});
    }
    line.down = false;
}

void PlantServer::close_line(std::size_t index) {
    Line& line = *lines_[index];
    std::vector<int> of_line;
    for (const auto& [descriptor, peer] : peers_) {
        const bool wire = peer.role == Role::listener || peer.role == Role::link;
        if (wire && peer.line == index) of_line.push_back(descriptor);
    }
    for (const int descriptor : of_line) drop(descriptor);
    line.listener.descriptor.reset();
    line.serial = {};
    if (!line.description.device.empty()) ::unlink(line.description.device.c_str());
    line.down = true;
}

void PlantServer::watch(int descriptor, Peer peer) {
    peer.serial_number = next_number_++;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll");
    }
    peers_[descriptor] = std::move(peer);
}

void PlantServer::drop(int descriptor) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
    peers_.erase(descriptor);
}

void PlantServer::write_ready_file() const {
    if (plant_.ready_file.empty()) return;
    nlohmann::json ready{{"control_port", control_.port}, {"lines", nlohmann::json::object()}};
    for (const auto& line : lines_) {
        auto& entry = ready["lines"][line->description.id];
        if (line->description.kind == LineKind::serial_pty) {
            entry["device"] = line->description.device;
        } else {
            entry["port"] = line->description.port;
        }
    }
    // Whoever waits for the file must never read half of it.
    const std::string unfinished = plant_.ready_file + ".new";
    std::ofstream{unfinished} << ready.dump(2) << '\n';
    if (std::rename(unfinished.c_str(), plant_.ready_file.c_str()) != 0) {
        throw std::system_error(errno, std::generic_category(), plant_.ready_file);
    }
}

void PlantServer::run(int signals) {
    watch(signals, {.role = Role::control});
    std::array<epoll_event, 64> events{};
    Moment flushed = std::chrono::steady_clock::now();
    while (!quit_) {
        const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                       milliseconds_to_next_burst());
        for (int i = 0; i < count && !quit_; ++i) {
            const auto& event = events[static_cast<std::size_t>(i)];
            if (event.data.fd == signals) {
                quit_ = true;
            } else if (peers_.contains(event.data.fd)) {
                if ((event.events & EPOLLOUT) != 0) send_bytes(event.data.fd, peers_[event.data.fd], {});
                on_readable(event.data.fd);
            }
        }
        send_due_bursts();
        const Moment now = std::chrono::steady_clock::now();
        if (now - flushed >= kFlushEvery) {
            log_.flush();
            flushed = now;
        }
    }
    log_.flush();
}

int PlantServer::milliseconds_to_next_burst() const {
    const auto most = static_cast<int>(kFlushEvery.count());
    if (pending_.empty()) return most;
    const auto left = pending_.top().due - std::chrono::steady_clock::now();
    const auto whole = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return std::clamp(static_cast<int>(whole), 0, most);
}

void PlantServer::on_readable(int descriptor) {
    const auto [role, line] = std::pair{peers_[descriptor].role, peers_[descriptor].line};
    if (role == Role::listener || role == Role::control_listener) {
        const Role accepted = role == Role::listener ? Role::link : Role::control;
        for (Descriptor peer = accept_from(descriptor); peer.get() >= 0; peer = accept_from(descriptor)) {
            const int fd = peer.get();
            watch(fd, {.role = accepted, .line = line, .owned = std::move(peer)});
        }
        return;
    }
    if (!receive(descriptor, peers_[descriptor])) {
        drop(descriptor);
    } else if (role == Role::link) {
        answer_requests(descriptor);
    } else {
        obey_lines(descriptor);
    }
}

bool PlantServer::receive(int descriptor, Peer& peer) {
    std::array<std::uint8_t, 2048> buffer{};
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) return false;
    peer.inbound.insert(peer.inbound.end(), buffer.begin(), buffer.begin() + got);
    if (peer.inbound.size() > kMostInbound) peer.inbound.clear();
    return true;
}

void PlantServer::answer_requests(int descriptor) {
    const Framing framing = lines_[peers_[descriptor].line]->framing;
    while (peers_.contains(descriptor)) {
        const auto request = take_request(framing, peers_[descriptor].inbound);
        if (!request) return;
        answer(descriptor, *request);
    }
}

void PlantServer::answer(int descriptor, const Request& request) {
    const Peer& peer = peers_[descriptor];
    Line& line = *lines_[peer.line];
    const SimulatedMeter* meter = line.by_unit[request.unit];
    if (meter == nullptr) return;  // nobody at that address
    ++line.asked;

    Fault fault = meter->fault;
    if (fault.one_in > 1 && random_() % fault.one_in != 0) fault = {};
    const std::chrono::duration<double> since_start = std::chrono::steady_clock::now() - began_;
    ReadOutcome outcome = line.images.at(request.unit).read(request, since_start.count());
    auto* registers = std::get_if<std::vector<std::uint16_t>>(&outcome);
    Served served{.line = static_cast<std::uint16_t>(peer.line),
                  .unit = request.unit,
                  .function = request.function,
                  .first = request.first,
                  .fault = fault.kind};
    Behaviour behaviour;
    if (registers == nullptr) {
        const std::uint8_t code = std::get<Refusal>(outcome).code;
        served.exception = code;
        behaviour.bursts.push_back({{}, exception_answer(line.framing, request, code)});
    } else {
        behaviour = behave(fault, line.framing, request, *registers, random_);
        if (fault.kind == FaultKind::exception) served.exception = static_cast<std::uint8_t>(fault.argument);
    }
    ++(fault.kind == FaultKind::none ? line.answered : line.misbehaved);
    if (behaviour.bursts.empty()) log_.answer(wall_now(), served);
    if (behaviour.reset && peer.owned.get() >= 0) {
        reset_on_close(descriptor);
        drop(descriptor);
        return;
    }

    const bool tell = registers != nullptr && carries_registers(fault.kind);
    const Moment from = std::chrono::steady_clock::now() + std::chrono::milliseconds{meter->delay_ms};
    const std::uint64_t number = peer.serial_number;
    for (std::size_t i = 0; i < behaviour.bursts.size(); ++i) {
        PendingBurst burst{.due = from + behaviour.bursts[i].after,
                           .order = next_number_++,
                           .descriptor = descriptor,
                           .serial_number = number,
                           .bytes = std::move(behaviour.bursts[i].bytes),
                           .told = {},
                           .registers = {}};
        if (i == behaviour.told) {
            burst.told = served;
            if (tell) burst.registers = *registers;
        }
        const bool at_once = meter->delay_ms == 0 && behaviour.bursts[i].after.count() == 0;
        if (at_once) {
            send_burst(std::move(burst));
        } else {
            pending_.push(std::move(burst));
        }
    }
}

void PlantServer::send_due_bursts() {
    while (!pending_.empty() && pending_.top().due <= std::chrono::steady_clock::now()) {
        PendingBurst burst = pending_.top();
        pending_.pop();
        send_burst(std::move(burst));
    }
}

void PlantServer::send_burst(PendingBurst burst) {
    const auto peer = peers_.find(burst.descriptor);
    if (peer == peers_.end() || peer->second.serial_number != burst.serial_number) {
        // The asker has hung up: it was never told.
        burst.registers.clear();
        if (burst.told && burst.told->fault == FaultKind::none) return;
    }
    if (burst.told) {
        burst.told->registers = burst.registers;
        log_.answer(wall_now(), *burst.told);
    }
    if (peer != peers_.end() && peer->second.serial_number == burst.serial_number) {
        send_bytes(burst.descriptor, peer->second, burst.bytes);
    }
}

void PlantServer::send_bytes(int descriptor, Peer& peer, std::span<const std::uint8_t> bytes) {
    peer.outbound.insert(peer.outbound.end(), bytes.begin(), bytes.end());
    const ssize_t sent = ::write(descriptor, peer.outbound.data(), peer.outbound.size());
    if (sent > 0) peer.outbound.erase(peer.outbound.begin(), peer.outbound.begin() + sent);
    if (sent < 0 && errno != EAGAIN) peer.outbound.clear();  // reading will tell that the peer is gone
    epoll_event event{};
    event.events = peer.outbound.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT;
    event.data.fd = descriptor;
    if (!peer.outbound.empty() || bytes.empty()) ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, descriptor, &event);
}

void PlantServer::obey_lines(int descriptor) {
    while (peers_.contains(descriptor)) {
        Bytes& inbound = peers_[descriptor].inbound;
        const auto end = std::ranges::find(inbound, std::uint8_t{'\n'});
        if (end == inbound.end()) return;
        const std::string command{inbound.begin(), end};
        inbound.erase(inbound.begin(), end + 1);
        const std::string reply = obey(command) + "\n";
        send_bytes(descriptor, peers_[descriptor],
                   {reinterpret_cast<const std::uint8_t*>(reply.data()), reply.size()});
    }
}

std::string PlantServer::obey(std::string_view command) {
    std::istringstream words{std::string{command}};
    std::string verb;
    std::string target;
    words >> verb >> target;
    if (verb == "stats") return stats();
    if (verb == "quit") {
        quit_ = true;
        return "ok";
    }
    if (verb == "clear") return switch_fault(target, {});
    if (verb != "fault") return "error: unknown command; fault, clear, stats, quit are known";
    std::string kind;
    words >> kind;
    const auto known = fault_kind_from(kind);
    if (!known) return "error: unknown fault " + kind;
    Fault fault{.kind = *known};
    words >> fault.argument >> fault.one_in;
    fault.one_in = std::max(1U, fault.one_in);
    return switch_fault(target, fault);
}

std::string PlantServer::switch_fault(std::string_view target, const Fault& fault) {
    const std::size_t slash = target.find('/');
    if (slash == std::string_view::npos) return "error: LINE/UNIT expected";
    const std::string_view id = target.substr(0, slash);
    const std::string unit{target.substr(slash + 1)};
    const auto found =
        std::ranges::find_if(lines_, [&](const auto& line) { return line->description.id == id; });
    if (found == lines_.end()) return "error: no line " + std::string{id};
    const auto index = static_cast<std::size_t>(found - lines_.begin());
    Line& line = **found;
    if (fault.kind == FaultKind::down && unit != "*") return "error: down is for a whole line, LINE/*";

    bool any = false;
    for (SimulatedMeter& meter : line.description.meters) {
        if (unit != "*" && unit != std::to_string(meter.unit)) continue;
        meter.fault = fault;
        any = true;
        if (unit != "*")
            log_.fault_switched(wall_now(), static_cast<std::uint16_t>(index), meter.unit, fault.kind);
    }
    if (!any) return "error: no unit " + unit;
    if (unit == "*") log_.fault_switched(wall_now(), static_cast<std::uint16_t>(index), 0, fault.kind);
    if (fault.kind == FaultKind::down && !line.down) close_line(index);
    if (fault.kind != FaultKind::down && line.down) open_line(index);
    return "ok";
}

std::string PlantServer::stats() const {
    nlohmann::json lines = nlohmann::json::object();
    for (const auto& line : lines_) {
        lines[line->description.id] = {
            {"asked", line->asked}, {"answered", line->answered}, {"misbehaved", line->misbehaved}};
    }
    return nlohmann::json{{"lines", lines}, {"pending", pending_.size()}}.dump();
}

}  // namespace mg::sim
