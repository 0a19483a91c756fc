#include "gateway/daemon/diagnosis_orders.h"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "gateway/base/language.h"
#include "gateway/base/nearest.h"
#include "gateway/control/raw_report.h"
#include "gateway/control/scan_report.h"
#include "gateway/control/trace_report.h"
#include "gateway/diagnosis/raw_errand.h"
#include "gateway/diagnosis/raw_question.h"
#include "gateway/diagnosis/scan_errand.h"
#include "gateway/diagnosis/scan_order.h"
#include "gateway/diagnosis/trace_session.h"

namespace mg {
namespace {

constexpr std::size_t kMostTraces = 8;
constexpr std::int64_t kLongestTrace = 3600;
constexpr std::int64_t kStandardTrace = 60;
constexpr std::int64_t kMostFrames = 1'000'000;
constexpr std::int64_t kStandardFrames = 100'000;
constexpr std::chrono::seconds kLook{1};

Result<std::int64_t> number_argument(const ControlRequest& request, const std::string& name,
                                     std::int64_t standard, std::int64_t most) {
    const std::string text = request.argument(name);
    if (text.empty()) return standard;
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc{} && stopped == end && number >= 1 && number <= most) return number;
    return fail(Failure::rejected,
                trf("{0} \"{1}\": allowed is 1 … {2}", "{0}“{1}”：允许 1 … {2}", name, text, most));
}

/// One client that watches one line: frames come from the line's thread, the end from a timer of this one.
class Trace {
public:
    Trace(ControlReply reply, TraceSession session, std::chrono::seconds length)
        : ends_{length}, reply_{std::move(reply)}, session_{std::move(session)} {}

    /// In the line's thread.
    bool take(const WireEvent& event) {
        const std::scoped_lock lock{mutex_};
        return !ended_ && !reply_.abandoned() && session_.take(event);
    }

    /// How long to wait until the next look; none: it is over, and the client was told. Once a second, so
    /// that a client who left is noticed on a line where nothing passes.
    std::optional<std::chrono::seconds> look() {
        TraceEnd end;
        {
            const std::scoped_lock lock{mutex_};
            end = session_.end();
            ended_ = ends_.count() <= 0 || end.because == "frames" || reply_.abandoned();
        }
        if (ended_) {
            reply_.done(trace_end_to_json(end));
            return std::nullopt;
        }
        ends_ -= kLook;
        return kLook;
    }

private:
    std::chrono::seconds ends_;
    ControlReply reply_;
    std::mutex mutex_;
    TraceSession session_;
    bool ended_{false};
};

void look_after(std::shared_ptr<Trace> trace, std::shared_ptr<boost::asio::steady_timer> timer) {
    const auto wait = trace->look();
    if (!wait) return;
    timer->expires_after(*wait);
    auto& waiting = *timer;
    waiting.async_wait(
        [trace = std::move(trace), timer = std::move(timer)](const boost::system::error_code& error) mutable {
            if (!error) look_after(std::move(trace), std::move(timer));
        });
}

}  // namespace

DiagnosisOrders::DiagnosisOrders(const Options& options,
                                 const std::vector<std::unique_ptr<LineThread>>& workers, Clock& clock,
                                 boost::asio::io_context& io)
    : options_{options}, workers_{workers}, clock_{clock}, io_{io} {}
DiagnosisOrders::~DiagnosisOrders() = default;

void DiagnosisOrders::answer_on(ControlServer& server) {
    server.on("raw",
              [this](const ControlRequest& request, const ControlReply& reply) { raw(request, reply); });
    server.on("scan",
              [this](const ControlRequest& request, const ControlReply& reply) { scan(request, reply); });
    server.on("trace",
              [this](const ControlRequest& request, const ControlReply& reply) { trace(request, reply); });
}

Result<LineThread*> DiagnosisOrders::worker_of(const ControlRequest& request) const {
    const LineId id{request.argument("line")};
    if (options_.line(id) == nullptr) {
        std::vector<std::string> ids;
        for (const LineOptions& line : options_.lines) ids.push_back(line.id.text);
        return fail(Failure::rejected,
                    trf("no line \"{}\"; the nearest is \"{}\"", "没有线路“{}”；最接近的是“{}”", id.text,
                        nearest_of(id.text, ids)));
    }
    const auto found = std::ranges::find(workers_, id, [](const auto& worker) { return worker->line().id; });
    if (found != workers_.end()) return found->get();
    return fail(Failure::unsupported,
                trf("line {}: the gateway polls no meter on it and does not hold it open",
                    "线路 {}：网关在其上没有采集任何表计，未占用该线路", id.text));
}

void DiagnosisOrders::raw(const ControlRequest& request, const ControlReply& reply) {
    const auto worker = worker_of(request);
    if (!worker) return reply.done(pass_on(worker.error()));
    const LineOptions& line = (*worker)->line();
    if (const auto allowed = may_ask(line); !allowed) return reply.done(pass_on(allowed.error()));
    auto question = raw_question({.unit = request.argument("unit"),
                                  .function = request.argument("function"),
                                  .address = request.argument("address"),
                                  .count = request.argument("count"),
                                  .baud = request.argument("baud"),
                                  .parity = request.argument("parity")},
                                 options_, line);
    if (!question) return reply.done(pass_on(question.error()));
    auto errand = std::make_unique<RawErrand>(
        line, std::move(*question), clock_,
        [reply](const Result<RawReport>& report) { reply.done(report.map(raw_report_to_json)); });
    if (!(*worker)->run_errand(std::move(errand)))
        reply.done(fail(Failure::transient, std::string{tr("too busy", "繁忙")}));
}

void DiagnosisOrders::scan(const ControlRequest& request, const ControlReply& reply) {
    const auto worker = worker_of(request);
    if (!worker) return reply.done(pass_on(worker.error()));
    const LineOptions& line = (*worker)->line();
    if (const auto allowed = may_ask(line); !allowed) return reply.done(pass_on(allowed.error()));
    auto order = scan_order({.addresses = request.argument("addresses"),
                             .all_settings = request.argument("all_settings"),
                             .listen = request.argument("listen"),
                             .thorough = request.argument("thorough"),
                             .pause = request.argument("pause_seconds")},
                            options_, line, /*polled=*/true);
    if (!order) return reply.done(pass_on(order.error()));
    auto errand = std::make_unique<ScanErrand>(
        line, std::move(*order), clock_,
        ScanErrand::Client{
            .wanted = [reply] { return !reply.abandoned(); },
            // One that the client is too slow for is followed by the next.
            .progress =
                [reply](const ScanProgress& progress) {
                    static_cast<void>(reply.more(scan_progress_to_json(progress)));
                },
            .done =
                [reply](const Result<ScanReport>& report) { reply.done(report.map(scan_report_to_json)); }});
    if (!(*worker)->run_errand(std::move(errand)))
        reply.done(fail(Failure::transient, std::string{tr("too busy", "繁忙")}));
}

void DiagnosisOrders::trace(const ControlRequest& request, const ControlReply& reply) {
    const auto worker = worker_of(request);
    if (!worker) return reply.done(pass_on(worker.error()));
    const auto seconds = number_argument(request, "seconds", kStandardTrace, kLongestTrace);
    if (!seconds) return reply.done(pass_on(seconds.error()));
    const auto frames = number_argument(request, "frames", kStandardFrames, kMostFrames);
    if (!frames) return reply.done(pass_on(frames.error()));
    std::optional<std::uint8_t> unit;
    const LineOptions& line = (*worker)->line();
    if (const MeterId id{request.argument("meter")}; !id.text.empty()) {
        const MeterOptions* meter = options_.meter(id);
        if (meter == nullptr || meter->line != line.id) {
            return reply.done(
                fail(Failure::rejected, trf("no metering point \"{}\" on line {}",
                                            "线路 {1} 上没有计量点“{0}”", id.text, line.id.text)));
        }
        int address = 0;
        std::from_chars(meter->address.data(), meter->address.data() + meter->address.size(), address);
        unit = static_cast<std::uint8_t>(address);
    }
    std::erase_if(traces_, [](const auto& trace) { return trace.expired(); });
    if (traces_.size() >= kMostTraces) {
        return reply.done(fail(Failure::transient, trf("{} lines are watched already, no more are possible",
                                                       "已有 {} 个报文跟踪，达到上限", traces_.size())));
    }
    auto watching = std::make_shared<Trace>(
        reply,
        TraceSession{framing_on(line.kind), unit, static_cast<std::uint64_t>(*frames),
                     [reply](const TraceFrame& frame) { return reply.more(trace_frame_to_json(frame)); }},
        std::chrono::seconds{*seconds});
    traces_.emplace_back(watching);
    (*worker)->watch_wire([trace = std::weak_ptr{watching}](const WireEvent& event) {
        const auto alive = trace.lock();
        return alive && alive->take(event);
    });
    look_after(std::move(watching), std::make_shared<boost::asio::steady_timer>(io_));
}

}  // namespace mg
