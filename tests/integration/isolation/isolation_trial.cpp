#include "tests/integration/isolation/isolation_trial.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "drivers/driver.h"
#include "gateway/polling/line_worker.h"
#include "tests/support/memory_store.h"
#include "tests/support/raw_peer.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using raw::Bytes;
using raw::Wire;

constexpr milliseconds kBoundary = 2s;
constexpr int kSoundTcp = 3;
constexpr int kSound = kSoundTcp + 1;
constexpr int kUnits = 2;
constexpr std::size_t kRtuRequest = 8;
constexpr std::size_t kTcpRequest = 12;

void serve_tcp(Wire& wire) {
    while (const auto request = wire.read(kTcpRequest)) {
        const auto asked = raw::mbap_request(*request);
        const std::vector<std::uint16_t> registers(asked.count, 42);
        wire.write(raw::mbap(asked.transaction, raw::registers_body(asked.unit, asked.function, registers)));
    }
}

void serve_rtu(Wire& wire) {
    while (const auto request = wire.read(kRtuRequest)) {
        const auto asked = raw::rtu_request(*request);
        const std::vector<std::uint16_t> registers(asked.count, 42);
        wire.write(raw::rtu(raw::registers_body(asked.unit, asked.function, registers)));
    }
}

void never_answer(Wire& wire) {
    while (wire.read(1)) {
    }
}

void dribble(Wire& wire) {
    while (wire.pause(150ms)) wire.write({0x01});
}

void babble(Wire& wire) {
    const Bytes chunk(512, 0x55);
    while (wire.pause(1ms)) wire.write(chunk);
}

LineOptions tcp_line(std::string id, std::string host, std::uint16_t port) {
    LineOptions line;
    line.id.text = std::move(id);
    line.kind = LineKind::modbus_tcp;
    TcpChannel channel;
    channel.host = std::move(host);
    channel.port = port;
    line.channel = std::move(channel);
    line.response_timeout = 500ms;
    return line;
}

LineOptions serial_line(std::string id, const std::string& device) {
    LineOptions line;
    line.id.text = std::move(id);
    line.channel = SerialChannel{device, SerialSettings{.baud = 38'400}};
    line.response_timeout = 500ms;
    return line;
}

/// A port where nobody listens: one that somebody has just left.
std::uint16_t port_of_nobody() {
    return raw::TcpPeer{[](Wire&, int) {}}.port();
}

/// Far ends and workers; the workers go first.
class Site {
public:
    Site() {
        model_.id = "one";
        PointOptions point;
        point.id.text = "index";
        model_.points.push_back(point);
        // Lines and points must not move: meters point to them.
        lines_.reserve(32);
        points_.reserve(32 * kUnits);
        for (int i = 0; i < kSoundTcp; ++i) {
            auto& peer =
                tcp_.emplace_back(std::make_unique<raw::TcpPeer>([](Wire& wire, int) { serve_tcp(wire); }));
            add(tcp_line(fmt::format("sound{}", i), "127.0.0.1", peer->port()));
        }
        auto& pty = ptys_.emplace_back(std::make_unique<raw::PtyPeer>(serve_rtu));
        add(serial_line("sound_serial", pty->device()));
    }
    ~Site() {
        for (auto& worker : workers_) worker->request_stop();
        for (auto& worker : workers_) worker->join();
    }
    Site(const Site&) = delete;
    Site& operator=(const Site&) = delete;

    void add(LineTrouble trouble) {
        const std::string id = fmt::format("bad_{}", static_cast<int>(trouble));
        const auto behind = [&](auto serve) {
            auto& peer =
                tcp_.emplace_back(std::make_unique<raw::TcpPeer>([serve](Wire& wire, int) { serve(wire); }));
            add(tcp_line(id, "127.0.0.1", peer->port()));
        };
        switch (trouble) {
            case LineTrouble::dead_server:
                return add(tcp_line(id, "127.0.0.1", port_of_nobody()));
            case LineTrouble::mute_server:
                return behind(never_answer);
            case LineTrouble::dribbling:
                return behind(dribble);
            case LineTrouble::babbling:
                return behind(babble);
            case LineTrouble::unknown_name:
                return add(tcp_line(id, "nobody.invalid", 502));
            case LineTrouble::hanging_names:
                return add(tcp_line(id, "meters.hang.test", 502));
            case LineTrouble::unplugged:
                unplug_ = ptys_.emplace_back(std::make_unique<raw::PtyPeer>(serve_rtu)).get();
                return add(serial_line(id, unplug_->device()));
        }
    }

    void start() {
        for (auto& worker : workers_) worker->start();
    }
    void pull_the_plug() {
        if (unplug_ != nullptr) unplug_->unplug();
    }
    [[nodiscard]] Clock& clock() { return clock_; }

    /// Of the sound lines, for the slots from `from` up to but without `to`.
    [[nodiscard]] IsolationFigures figures(Slot from, Slot to) const {
        IsolationFigures figures;
        figures.slots = static_cast<std::size_t>((to.at - from.at) / kBoundary) * kSound * kUnits;
        std::size_t good = 0;
        for (const StoredItem& item : store_.items()) {
            const auto* stored = std::get_if<StoredSample>(&item);
            if (stored == nullptr || !stored->sample.meter().text.starts_with("sound")) continue;
            const Sample& sample = stored->sample;
            if (!sample.boundary || sample.slot < from || sample.slot >= to) continue;
            if (!has_value(sample.readings[0].quality)) continue;
            ++good;
            figures.skews.push_back(sample.taken_at - sample.slot.at);
        }
        figures.missed = figures.slots - good;
        std::ranges::sort(figures.skews);
        return figures;
    }

private:
    void add(LineOptions options) {
        const LineOptions& line = lines_.emplace_back(std::move(options));
        std::vector<PolledInstrument> instruments;
        for (int unit = 1; unit <= kUnits; ++unit) {
            MeterOptions& point = points_.emplace_back();
            point.id.text = fmt::format("{}_{}", line.id.text, unit);
            point.address = std::to_string(unit);
            auto meter = driver_for(Protocol::modbus)->make_meter({&line, &model_, {&point}}, clock_);
            if (!meter) std::abort();
            const SlotGrid grid{.every = kBoundary, .utc_offset = 8h};
            const auto settings =
                std::visit([](const auto& channel) { return channel.settings; }, line.channel);
            instruments.push_back({std::move(*meter), {.own = grid, .boundary = grid}, settings});
        }
        auto channel = make_channel(line, clock_);
        if (!channel) std::abort();
        workers_.push_back(std::make_unique<LineWorker>(line, std::move(*channel), std::move(instruments),
                                                        store_, watch_, clock_, [] {}));
    }

    SystemClock clock_;
    ModelOptions model_;
    std::vector<LineOptions> lines_;
    std::vector<MeterOptions> points_;
    MemoryStore store_;
    ClockWatch watch_{clock_, UtcTime{}, UtcTime{}, 0, true};
    std::vector<std::unique_ptr<raw::TcpPeer>> tcp_;
    std::vector<std::unique_ptr<raw::PtyPeer>> ptys_;
    raw::PtyPeer* unplug_{nullptr};
    std::vector<std::unique_ptr<LineWorker>> workers_;
};

}  // namespace

std::string_view name_of(LineTrouble trouble) {
    switch (trouble) {
        case LineTrouble::dead_server:
            return "a server where nobody listens";
        case LineTrouble::mute_server:
            return "a server that never answers";
        case LineTrouble::dribbling:
            return "one byte each 150 ms";
        case LineTrouble::babbling:
            return "bytes without end";
        case LineTrouble::unknown_name:
            return "a name that nobody knows";
        case LineTrouble::hanging_names:
            return "a name server that hangs";
        case LineTrouble::unplugged:
            return "an adapter that was pulled out";
    }
    return "";
}

milliseconds IsolationFigures::at(int percent) const {
    if (skews.empty()) return milliseconds{0};
    return skews[(skews.size() - 1) * static_cast<std::size_t>(percent) / 100];
}

IsolationFigures run_beside(const std::vector<LineTrouble>& troubles, std::chrono::seconds length) {
    Site site;
    for (const LineTrouble trouble : troubles) site.add(trouble);
    site.start();
    const SlotGrid grid{.every = kBoundary, .utc_offset = 8h};
    const auto pause_until = [&](UtcTime until) {
        while (site.clock().utc() < until) std::this_thread::sleep_for(20ms);
    };
    // The first slots are those of opening lines.
    const Slot from{grid.after(site.clock().utc()).at + kBoundary};
    pause_until(from.at - kBoundary / 2);
    site.pull_the_plug();
    const Slot to{from.at + (length + kBoundary - 1ms) / kBoundary * kBoundary};
    pause_until(to.at + kBoundary / 2);
    return site.figures(from, to);
}

}  // namespace mg
