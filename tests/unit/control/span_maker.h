#pragma once

#include <chrono>

#include "gateway/control/span_report.h"

namespace mg {

/// The bill of November 2026 at a site at +08:00, by a tariff; a day of it is missing.
inline SpanReport november_bill() {
    using namespace std::chrono;
    return {.item = "power",
            .from = sys_days{2026y / 10 / 19} + hours{16},
            .to = sys_days{2026y / 11 / 19} + hours{16},
            .bill_day = 20,
            .calendar = "tariff",
            .unit = "kWh",
            .type = StatType::real_time,
            .entered = 1,
            .whole = {.slot = "",
                      .sum = Decimal{12345, -1},
                      .percent = std::nullopt,
                      .length = hours{744},
                      .periods = 2976,
                      .missing = 96,
                      .doubtful = 2,
                      .marks = {"unconfirmed", "signed_twice"}},
            .slots = {{.slot = "峰",
                       .sum = Decimal{12345, -1},
                       .percent = Decimal{10000, -2},
                       .length = hours{720} + minutes{15},
                       .periods = 2881,
                       .missing = 1,
                       .doubtful = 2,
                       .marks = {"unconfirmed", "signed_twice"}},
                      {.slot = "谷",
                       .sum = std::nullopt,
                       .percent = std::nullopt,
                       .length = hours{23} + minutes{45},
                       .periods = 95,
                       .missing = 95,
                       .doubtful = 0,
                       .marks = {}}}};
}

/// A day that nothing is wrong with.
inline SpanReport plain_day() {
    using namespace std::chrono;
    return {.item = "steel",
            .from = sys_days{2026y / 11 / 20} + hours{16},
            .to = sys_days{2026y / 11 / 21} + hours{16},
            .bill_day = std::nullopt,
            .calendar = "",
            .unit = "t",
            .type = StatType::day,
            .entered = 0,
            .whole = {.slot = "",
                      .sum = Decimal{-50, -2},
                      .percent = std::nullopt,
                      .length = hours{24},
                      .periods = 1,
                      .missing = 0,
                      .doubtful = 0,
                      .marks = {}},
            .slots = {}};
}

}  // namespace mg
