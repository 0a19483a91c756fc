#include "gateway/daemon/daemon.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <malloc.h>

#include "drivers/channel/dtu_acceptor.h"
#include "gateway/accounting/metered_items.h"
#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/buffer/open_store.h"
#include "gateway/control/control_server.h"
#include "gateway/control/read_report.h"
#include "gateway/daemon/accounting_life.h"
#include "gateway/daemon/accounting_orders.h"
#include "gateway/daemon/build_info.h"
#include "gateway/daemon/clock_keeper.h"
#include "gateway/daemon/clock_orders.h"
#include "gateway/daemon/diagnosis_orders.h"
#include "gateway/daemon/inquiry_orders.h"
#include "gateway/daemon/line_builder.h"
#include "gateway/daemon/line_loads.h"
#include "gateway/daemon/platforms.h"
#include "gateway/daemon/status_report.h"
#include "gateway/daemon/uplink_life.h"
#include "gateway/daemon/uplink_orders.h"
#include "gateway/health/heartbeats.h"
#include "gateway/health/service_notifier.h"
#include "gateway/health/watchdog.h"
#include "gateway/inbound/entry_desk.h"
#include "gateway/inbound/inbound.h"
#include "gateway/polling/clock_watch.h"
#include "gateway/uplink/mqtt_uplink.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

/// A line's longest silence: a turn may ask many blocks of a slow meter, each with retries and recovery.
constexpr milliseconds kLineSilence = 120s;
/// The buffer's thread turns at least every 10 s, unless it waits for the disk, and that it says.
constexpr milliseconds kBufferSilence = 60s;
/// Longer than a disk that limps needs for a few rows.
constexpr milliseconds kClockSilence = 60s;
/// It says so before each file that it works on.
constexpr milliseconds kHousekeepingSilence = 60s;
/// One turn may compute a year again.
constexpr milliseconds kAccountingSilence = 30min;
constexpr milliseconds kLookInterval = 5s;
constexpr milliseconds kLongestFlush = 2s;

bool has_rtc() {
    return std::filesystem::exists("/sys/class/rtc/rtc0");
}

/// Hundreds of threads would each get a heap of their own, which grows and is never given back.
void keep_heaps_few() {
    ::mallopt(M_ARENA_MAX, 2);  // NOLINT(concurrency-mt-unsafe): before any thread starts
}

/// Reading the tables took several times the memory of what they say; at 512 meters this gives back 8 MiB
/// of 33.
void give_back_what_loading_needed() {
    ::malloc_trim(0);
}

StoreLife life_of(Heartbeat& heartbeat) {
    return {.progress = [&heartbeat] { heartbeat.beat(); },
            .waiting_for_disk = [&heartbeat] { heartbeat.waiting_for_disk(); }};
}

}  // namespace

/// Member order is start order; destruction runs backwards.
struct Daemon::Parts {
    Parts(Options given, Clock& the_clock, ServiceNotifier the_notifier,
          std::unique_ptr<Heartbeats> the_heartbeats, std::unique_ptr<SampleStore> the_store)
        : options{std::move(given)},
          clock{the_clock},
          notifier{std::move(the_notifier)},
          heartbeats_owner{std::move(the_heartbeats)},
          heartbeats{*heartbeats_owner},
          watchdog{heartbeats, notifier},
          store{std::move(the_store)},
          watch{clock,
                build_time(),
                store->last_taken_at(),
                store->last_epoch(),
                has_rtc(),
                clock_past(store->clock_book())},
          keeper{watch, *store, clock, [&beat = heartbeats.add("clock", kClockSilence)] { beat.beat(); }} {}

    Options options;
    Clock& clock;
    asio::io_context io{1};
    asio::signal_set signals{io, SIGTERM, SIGINT, SIGHUP};
    asio::steady_timer look_timer{io};
    ServiceNotifier notifier;
    std::unique_ptr<Heartbeats> heartbeats_owner;  ///< older than the store, whose thread beats in it
    Heartbeats& heartbeats;
    Watchdog watchdog;
    std::unique_ptr<SampleStore> store;
    ClockWatch watch;
    ClockKeeper keeper;
    std::unique_ptr<AccountingLife> accounting;  ///< nullptr: no items, or no books
    std::vector<std::unique_ptr<Forwarder>> forwarders;
    UplinkLife uplink_life;
    std::optional<Platforms> platforms;
    DtuAcceptor modems{io, options.lines, clock};
    BuiltLines lines;
    std::optional<StatusReport> report;
    std::optional<DiagnosisOrders> diagnosis;
    std::optional<ClockOrders> clock_orders;
    std::optional<UplinkOrders> orders;
    std::optional<EntryDesk> entry_desk;
    std::optional<AccountingOrders> accounting_orders;
    std::optional<InquiryOrders> inquiry_orders;
    std::unique_ptr<ControlServer> control;
    std::optional<Inbound> inbound;

    Result<> build_the_rest();
    void open_control();
    void open_inbound();
    void answer_read(const ControlRequest& request, const ControlReply& reply);
    void say_what_runs() const;
    void look_after();
    void stop();
};

Result<> Daemon::Parts::build_the_rest() {
    if (!options.items.empty()) {
        Heartbeat& beat = heartbeats.add("accounting", kAccountingSilence);
        accounting = AccountingLife::begin(options, *store, clock, [&beat] { beat.beat(); });
        if (accounting == nullptr) beat.finished();
    }
    if (accounting != nullptr) {
        entry_desk.emplace(
            options, accounting->books(), clock, [this] { accounting->look(); },
            [this] { return watch.state().trust != ClockTrust::untrusted; });
    }
    for (const UplinkOptions& uplink : options.uplinks) {
        forwarders.push_back(make_mqtt_uplink(uplink, options, *store, clock));
        uplink_life.watch(*forwarders.back(), heartbeats, uplink.id);
    }
    if (accounting != nullptr) {
        platforms.emplace(options, *accounting, watch, clock);
        for (const auto& platform : platforms->all()) uplink_life.watch(*platform, heartbeats);
    }
    auto built = build_lines(options, modems, *store, watch, clock, [this](const LineOptions& line) {
        return [&beat = heartbeats.add("line-" + line.id.text, kLineSilence)] { beat.beat(); };
    });
    if (!built) return pass_on(built.error());
    lines = std::move(*built);
    report.emplace(options, lines, *store, keeper, clock, forwarders, platforms ? &*platforms : nullptr,
                   accounting.get());
    open_control();
    open_inbound();
    return {};
}

/// Without its socket the gateway still does what it is there for.
void Daemon::Parts::open_control() {
    auto opened = ControlServer::listen(io, options.control.socket);
    if (!opened) {
        log::error("{}", opened.error().what);
        return;
    }
    control = std::move(*opened);
    control->on("status", [this](const ControlRequest& request, const ControlReply& reply) {
        const auto detail = status_detail_from(request.argument("detail"));
        reply.done(status_to_json(report->make(detail.value_or(StatusDetail::points))));
    });
    control->on("read", [this](const ControlRequest& request, const ControlReply& reply) {
        answer_read(request, reply);
    });
    diagnosis.emplace(options, lines.workers, clock, io);
    diagnosis->answer_on(*control);
    clock_orders.emplace(keeper, clock, options.site.utc_offset);
    clock_orders->answer_on(*control);
    orders.emplace(options, *store, clock, forwarders,
                   PlatformOrders{options, platforms ? &*platforms : nullptr,
                                  accounting ? &accounting->books().outbox() : nullptr, clock});
    orders->answer_on(*control);
    if (accounting != nullptr) {
        accounting_orders.emplace(options, accounting->books(), *entry_desk, clock, &accounting->graph(),
                                  [this] { accounting->look(); });
        accounting_orders->answer_on(*control);
        inquiry_orders.emplace(accounting->basis(), accounting->books(), *store, clock);
        inquiry_orders->answer_on(*control);
    } else {
        const std::string why(
            options.items.empty()
                ? tr("no items are configured: there is no items.csv", "没有配置采集项：没有 items.csv")
                : tr("the books could not be opened: the log says why", "核算库未能打开：原因见日志"));
        AccountingOrders::refuse_on(*control, why);
        InquiryOrders::refuse_on(*control, why);
    }
}

void Daemon::Parts::open_inbound() {
    if (!options.inbound.folder && !options.inbound.http) return;
    if (entry_desk) {
        inbound.emplace(options, *entry_desk, clock);
    } else {
        log::error("{}", tr("without items and books no values of other systems are taken",
                            "没有采集项和核算库，不接收外来数值"));
    }
}

void Daemon::Parts::answer_read(const ControlRequest& request, const ControlReply& reply) {
    const MeterId id{request.argument("meter")};
    const MeterOptions* meter = options.meter(id);
    if (meter == nullptr) {
        reply.done(fail(Failure::rejected,
                        trf("no metering point is called '{}'", "没有名为“{}”的计量点", id.text)));
        return;
    }
    if (const LineOptions* line = meter->line ? options.line(*meter->line) : nullptr) {
        if (const auto allowed = may_ask(*line); !allowed) return reply.done(pass_on(allowed.error()));
    }
    const auto answer = [this, meter, reply](const Result<PollResult>& poll,
                                             std::span<const LayoutRef> layouts) {
        if (!poll) {
            reply.done(pass_on(poll.error()));
            return;
        }
        reply.done(read_report(options, *meter, layouts, *poll, clock.utc()).map(read_report_to_json));
    };
    for (const auto& worker : lines.workers) {
        auto read = worker->read_of(id, answer);
        if (!read) continue;
        if (!worker->run_errand(std::move(read)))
            reply.done(fail(Failure::transient, std::string{tr("too busy", "繁忙")}));
        return;
    }
    reply.done(fail(Failure::unsupported, trf("metering point {} is not polled by this gateway",
                                              "本网关不采集计量点 {}", id.text)));
}

void Daemon::Parts::say_what_runs() const {
    for (const NotPolled& missing : lines.not_polled) {
        log::warning(
            "{}", trf("meter {} is not polled: {}", "计量点 {} 不采集：{}", missing.meter.text, missing.why));
    }
    std::size_t meters = 0;
    for (const auto& worker : lines.workers) meters += worker->meters().size();
    log::info("{}", trf("metergate {}: {} lines, {} meters, {} uplinks, data in {}",
                        "metergate {}：{} 条线路，{} 个计量点，{} 个上传目标，数据目录 {}", version(),
                        lines.workers.size(), meters, forwarders.size() + options.provincial.size(),
                        options.storage.path.string()));
    for (const LineLoad& load : line_loads(options, clock)) {
        log::info("{}", load_text(load));
        if (const auto overload = overload_text(load)) log::warning("{}", *overload);
    }
    for (const std::string& text : listening_texts(options)) log::info("{}", text);
    if (!platforms && !options.provincial.empty()) {
        log::error("{}", tr("without items and books nothing is reported to platforms",
                            "没有采集项和核算库，不向平台上报"));
    }
}

void Daemon::Parts::look_after() {
    uplink_life.look();
    report->tick();
    watchdog.tick();
    look_timer.expires_after(watchdog_interval_from_environment().value_or(kLookInterval));
    look_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) look_after();
    });
}

/// Left to right: no more readings, then everything read is on disk, then what can still be delivered.
void Daemon::Parts::stop() {
    if (const auto told = notifier.stopping(); !told) log::warning("{}", told.error().what);
    modems.stop();
    for (const auto& worker : lines.workers) worker->request_stop();
    for (const auto& worker : lines.workers) worker->join();
    if (!store->flush(clock.steady() + kLongestFlush)) {
        log::error("{}", trf("the disk did not take the last samples in time: {}",
                             "磁盘未能及时写入最后的数据：{}", store->stats().trouble));
    }
    control.reset();
    clock_orders.reset();
    orders.reset();
    accounting_orders.reset();
    inquiry_orders.reset();
    for (const auto& forwarder : forwarders) forwarder->request_stop();
    if (platforms) platforms->request_stop();
    forwarders.clear();
    platforms.reset();
    inbound.reset();
    accounting.reset();
}

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
Daemon::~Daemon() = default;

Result<std::unique_ptr<Daemon>> Daemon::build(Options options, Clock& clock) {
    keep_heaps_few();
    auto notifier = ServiceNotifier::from_environment();
    if (!notifier) return pass_on(notifier.error());
    auto heartbeats = std::make_unique<Heartbeats>(clock);
    Heartbeat& buffer = heartbeats->add("buffer", kBufferSilence);
    HousekeepingSetup housekeeping{.life = life_of(heartbeats->add("housekeeping", kHousekeepingSilence)),
                                   .consumers = {},
                                   .not_before = {}};
    for (const UplinkOptions& uplink : options.uplinks) {
        housekeeping.consumers.push_back(uplink.id);
        const StartOptions& start = uplink.delivery.start;
        if (start.at == StartOptions::At::slot) housekeeping.not_before[uplink.id] = start.slot.at;
    }
    if (!options.items.empty()) housekeeping.consumers.push_back(kAccounting);
    auto store = open_store(options.storage, options.site, clock, life_of(buffer), std::move(housekeeping));
    if (!store) return pass_on(store.error());
    add_metered_items(options);
    auto parts = std::make_unique<Parts>(std::move(options), clock, std::move(*notifier),
                                         std::move(heartbeats), std::move(*store));
    if (const auto built = parts->build_the_rest(); !built) return pass_on(built.error());
    return std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
}

Result<> Daemon::run() {
    Parts& parts = *parts_;
    parts.signals.async_wait([&](const boost::system::error_code& error, int) {
        if (!error) parts.io.stop();
    });
    give_back_what_loading_needed();
    parts.modems.start();
    for (const auto& worker : parts.lines.workers) worker->start();
    parts.say_what_runs();
    if (const auto told = parts.notifier.ready(tr("collecting", "采集中")); !told)
        log::warning("{}", told.error().what);
    parts.look_after();
    parts.io.run();
    log::info("{}", tr("stopping", "正在停止"));
    parts.stop();
    log::info("{}", tr("stopped", "已停止"));
    return {};
}

}  // namespace mg
