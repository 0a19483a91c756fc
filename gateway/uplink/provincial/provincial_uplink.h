#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "config/options.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/accounting/outbox.h"
#include "gateway/base/backoff.h"
#include "gateway/base/clock.h"
#include "gateway/base/counters.h"
#include "gateway/base/guarded.h"
#include "gateway/uplink/provincial/carried_items.h"
#include "gateway/uplink/provincial/http_client.h"
#include "gateway/uplink/provincial/platform_session.h"
#include "gateway/uplink/provincial/provincial_status.h"
#include "gateway/uplink/provincial/record_sender.h"
#include "gateway/uplink/trouble_log.h"

namespace mg {

/// Delivers the records of the books to one provincial platform or data centre: registers, tells the
/// configuration, and sends what waits in the outbox when it is due, at least once and until the platform
/// says that it has it. Owns the thread "uplink-<id>", which starts at construction and alone talks to the
/// platform. Several of them know nothing of each other.
///
/// Nothing is sent while the wall clock is not trusted, or while paused. A platform that refuses holds the
/// uplink, and is asked again ever more seldom; everything waits in the books meanwhile.
///
/// Destruction waits for the request under way to be given up, at once; call request_stop() first to stop
/// several together.
class ProvincialUplink {
public:
    struct Setup {
        const Options& options;
        const ProvincialOptions& uplink;
        Outbox& outbox;
        Clock& clock;
        FactorOfRecord factor;
        std::function<bool()> clock_is_trusted;
        /// What the platform's own clock says; called from the uplink's thread. None: nobody asks.
        std::function<void(UtcTime)> platform_time{};
        /// What people put on record of instruments that were replaced; none: platforms are told of none.
        std::function<Result<std::vector<DatedRecord>>()> replacements{};
        std::function<std::vector<std::string>(const BaseData&)> differences{};  ///< see PlatformBox
        BackoffLimits retry{.first = milliseconds{1000}, .most = milliseconds{60'000}};
        BackoffLimits hold{.first = milliseconds{10'000}, .most = milliseconds{300'000}};
        std::uint64_t seed{1};
    };

    /// All that `setup` refers to outlives this. The profile and the enterprise exist.
    explicit ProvincialUplink(Setup setup);
    ProvincialUplink(const ProvincialUplink&) = delete;
    ProvincialUplink& operator=(const ProvincialUplink&) = delete;
    ~ProvincialUplink();

    [[nodiscard]] const UplinkId& id() const { return setup_.uplink.id; }
    void request_stop() { thread_.request_stop(); }
    /// From any thread; never blocks.
    [[nodiscard]] ProvincialStatus status() const { return status_.copy(); }
    /// Grows at least once in longest_turn() as long as the thread lives; for the watchdog.
    [[nodiscard]] std::uint64_t turns() const { return turns_.value(); }
    [[nodiscard]] milliseconds longest_turn() const;

    /// From any thread: a person pauses or resumes; on disk when this returns. Blocks for the disk.
    Result<> set_paused(bool paused);
    /// From any thread: a person has looked, or ordered something. A try that waits is made now.
    void try_now();

private:
    struct Link;

    void run(const std::stop_token& stop);
    Result<> enrol();
    Result<> serve(const std::stop_token& stop);
    Result<> send(const std::stop_token& stop);
    Result<> make_link();
    void wait(milliseconds time, const std::stop_token& stop);
    void wait_after(const Error& error, const std::stop_token& stop);
    void enter(ForwarderState state, const std::string& why);
    void show();

    Setup setup_;
    const ProfileOptions profile_;
    const EnterpriseOptions& enterprise_;
    const CarriedItems items_;
    RecordSender sender_;
    std::unique_ptr<Link> link_;
    bool enrolled_{false};
    bool renewed_{false};  ///< since something was accepted
    Backoff retry_;
    Backoff hold_;
    TroubleLog told_;
    std::string remarks_told_;
    Signal wake_;
    Counter turns_;
    std::atomic<bool> paused_{false};
    std::atomic<bool> try_now_{false};
    Guarded<ProvincialStatus> status_;
    std::jthread thread_;
};

}  // namespace mg
