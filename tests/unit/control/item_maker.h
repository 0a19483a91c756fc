#pragma once

#include <chrono>

#include "gateway/control/item_report.h"

namespace mg {

/// October 2026 of a site at +08:00, typed in.
inline RecordReport entered_month() {
    using namespace std::chrono;
    return {.item = "steel",
            .period = {StatType::month, sys_days{2026y / 9 / 30} + hours{16},
                       sys_days{2026y / 10 / 31} + hours{16}},
            .period_text = "2026-10",
            .revision = 1,
            .value = Decimal{123450, -2},
            .unit = "t",
            .marks = {"entered"},
            .suspect = false,
            .input_type = 5,
            .cause = "entry 17",
            .computed_at = sys_days{2026y / 11 / 1}};
}

/// A day without a value, from a later version that knows another mark.
inline RecordReport bridged_day() {
    using namespace std::chrono;
    return {.item = "steel",
            .period = {StatType::day, sys_days{2026y / 11 / 20} + hours{16},
                       sys_days{2026y / 11 / 21} + hours{16}},
            .period_text = "2026-11-21",
            .revision = 0,
            .value = std::nullopt,
            .unit = "t",
            .marks = {"end_bridged", "signed_twice"},
            .suspect = true,
            .input_type = 4,
            .cause = "",
            .computed_at = sys_days{2026y / 11 / 22}};
}

inline ItemReport two_versions() {
    using namespace std::chrono;
    const ItemVersionReport first{.valid_from = std::nullopt,
                                  .valid_to = sys_days{2026y / 6 / 30} + hours{16},
                                  .name = "粗钢",
                                  .code = "",
                                  .other_codes = {{"province", "01-00-0000-300100-30"}},
                                  .unit = "t",
                                  .method = ItemMethod::difference,
                                  .formula = "scale.total",
                                  .periods = {StatType::day, StatType::month},
                                  .coal = CoalReport{"coef.steel_tce", "tce/t", CoalBasis::equivalent}};
    ItemVersionReport second = first;
    second.valid_from = first.valid_to;
    second.valid_to = std::nullopt;
    second.code = "01-00-0000-300100-31";
    second.method = ItemMethod::manual;
    second.formula = "";
    return {.id = "steel",
            .now = second,
            .versions = {first, second},
            .day = bridged_day(),
            .month = entered_month()};
}

}  // namespace mg
