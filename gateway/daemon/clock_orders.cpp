#include "gateway/daemon/clock_orders.h"

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/base/utc_text.h"
#include "gateway/control/clock_report.h"

namespace mg {
namespace {

constexpr std::size_t kMostNotes = 100;
constexpr std::size_t kLongestName = 100;

}  // namespace

void ClockOrders::answer_on(ControlServer& server) {
    server.on("clock", [this](const ControlRequest&, const ControlReply& reply) {
        thread_.take([this] { return report(); }, reply);
    });
    server.on("clock-confirm", [this](const ControlRequest& request, const ControlReply& reply) {
        thread_.take([this, request] { return confirm(request); }, reply);
    });
}

Result<std::string> ClockOrders::report() {
    auto notes = keeper_.notes(kMostNotes);
    if (!notes) return pass_on(notes.error());
    return clock_report_to_json({.clock = keeper_.status(utc_offset_), .notes = std::move(*notes)});
}

Result<std::string> ClockOrders::confirm(const ControlRequest& request) {
    const std::string who = request.argument("by");
    if (who.empty() || who.size() > kLongestName) {
        return fail(Failure::rejected,
                    trf("\"by\": who confirms it, 1 … {} bytes", "“by”：确认人，1 … {} 字节", kLongestName));
    }
    const auto theirs = utc_from_text(request.argument("time"));
    if (!theirs) {
        return fail(Failure::rejected,
                    trf("\"time\" \"{}\": allowed is UTC like {}", "“time”“{}”：应为 UTC，如 {}",
                        request.argument("time"), "2026-11-22T12:45:34.250Z"));
    }
    if (const auto confirmed = keeper_.confirm(*theirs, who); !confirmed) return pass_on(confirmed.error());
    log::info("{}", trf("{} ({}) compared the clock with one that is right", "{}（{}）已核对时钟", who,
                        request.user));
    return report();
}

}  // namespace mg
