#include "tests/unit/polling/simulated_line.h"

namespace mg {

Result<> SimulatedChannel::open(const StopEvent&) {
    if (!can_open()) return fail(Failure::session_lost, "no such device");
    open_ = true;
    return {};
}

SimulatedMeter::SimulatedMeter(std::string id, FakeClock& clock, milliseconds exchange)
    : clock_{clock}, exchange_{exchange} {
    Layout layout{.meter = {std::move(id)}, .model = "simulated", .points = {}};
    layout.points.push_back({.id = {"energy_import"},
                             .type = WireType::u32,
                             .kind = PointKind::index,
                             .unit = "kWh",
                             .exponent_from = {}});
    layout_ = std::make_shared<const Layout>(std::move(layout));
}

PollResult SimulatedMeter::poll(Channel&, const StopEvent&, Effort, bool) {
    ++polls;
    clock_.advance(exchange_);
    const UtcTime now = clock_.utc();
    const Quality quality = answer(now);
    PollResult result;
    const auto second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    result.readings = {{Reading{static_cast<std::uint64_t>(second), quality}}};
    result.answered = quality != Quality::no_reply;
    if (!has_value(quality)) result.trouble = "simulated";
    return result;
}

}  // namespace mg
