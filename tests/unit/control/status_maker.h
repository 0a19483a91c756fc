#pragma once

#include <chrono>

#include "gateway/control/status.h"

namespace mg {

/// A status in which every field differs from its default.
inline GatewayStatus full_status() {
    using namespace std::chrono_literals;
    const UtcTime start = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 4h;
    return {.version = "0.1.0",
            .site = "cement",
            .site_name = "水泥厂",
            .started = start,
            .clock = {.trusted = true, .reason = "ntp", .epoch = 2, .utc = start + 1h, .utc_offset = 480min},
            .lines = {{.id = {"mcc"},
                       .name = "电气室",
                       .kind = LineKind::rtu_over_tcp,
                       .state = LineState::down,
                       .since = start + 10min,
                       .meters = 3,
                       .polls = 100,
                       .answered = 97,
                       .failed = 3,
                       .slots_missed = 2,
                       .last_error = "mcc: cannot connect",
                       .busy_percent = 42}},
            .meters = {{.id = {"mill_1"},
                        .name = "水泥磨",
                        .line = LineId{"mcc"},
                        .model = "sdm630",
                        .state = MeterState::trouble,
                        .last_slot = Slot{start + 45min},
                        .taken_at = start + 45min + 120ms,
                        .last_error = "unit 3: exception 2",
                        .points = {{.id = {"energy_import"},
                                    .unit = "kWh",
                                    .displayed = "1234.50",
                                    .with_multiplier = "2469000.00",
                                    .multiplier = "2000",
                                    .quality = Quality::good},
                                   {.id = {"power"},
                                    .unit = "kW",
                                    .displayed = "",
                                    .with_multiplier = "",
                                    .multiplier = "2000",
                                    .quality = Quality::no_reply}}},
                       {.id = {"scale"},
                        .name = "地磅",
                        .line = std::nullopt,
                        .model = "",
                        .state = MeterState::ledger_only,
                        .last_slot = std::nullopt,
                        .taken_at = std::nullopt,
                        .last_error = "",
                        .points = {}}},
            .buffer = {.state = BufferState::disk_trouble,
                       .newest = 4711,
                       .committed = 4700,
                       .waiting = 11,
                       .duplicates = 5,
                       .superseded = 4,
                       .lost = 3,
                       .dropped = 2,
                       .bytes_on_disk = 1'000'000,
                       .trouble = "disk full"},
            .uplinks = {{.id = {"broker"},
                         .name = "厂内",
                         .kind = "mqtt",
                         .destination = "mqtts://broker.plant:8883",
                         .state = UplinkState::held,
                         .since = start + 20min,
                         .delivered_samples = 4000,
                         .delivered_messages = 40,
                         .backlog = 700,
                         .in_flight = 4,
                         .set_aside = 1,
                         .last_error = "not authorised",
                         .alarm = "nobody subscribes"}}};
}

}  // namespace mg
