#pragma once

#include "gateway/document/document.h"

namespace mg {

inline Decimal decimal(const char* text) {
    return *Decimal::parse(text);
}

/// A document with one of everything, and figures whose look is known.
inline Document sample_document() {
    constexpr UtcTime kMidnight{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} +
                                std::chrono::hours{16}};
    Table table{
        .title = "用电量",
        .columns = {{"采集项", "", false},
                    {"日期", "", false},
                    {"数量", "kWh", true},
                    {"占比", "", true},
                    {"备注", "", false}},
        .rows =
            {{{"1#主变"},
              {DateCell{kMidnight}},
              {decimal("1234567.80")},
              {ShareCell{decimal("0.985")}, Tone::good},
              {"=1+1"}},
             {{"<b>2#主变</b>", Tone::warning},
              {DateCell{kMidnight + std::chrono::days{1}}},
              {decimal("12345678901234567.8"), Tone::bad},
              {std::monostate{}},
              {"a,\"b\"\nc"}},
             {{"合计"}, {std::monostate{}}, {decimal("-0.125"), Tone::warning}, {std::monostate{}}, {""}}},
        .total_rows = 1,
        .note = "示例"};
    Chart columns{.kind = Chart::Kind::stacked_columns,
                  .title = "日用电量",
                  .unit = "kWh",
                  .categories = {"1", "2", "3"},
                  .series = {{"峰", {100, 200, std::nullopt}}, {"谷", {50, 40, 30}}}};
    Chart lines{.kind = Chart::Kind::lines,
                .title = "完整率",
                .unit = "%",
                .categories = {"1", "2", "3"},
                .series = {{"全部", {98, std::nullopt, 85}}},
                .bar = 90,
                .bar_name = "90 %"};
    return {.title = "能源报表",
            .subtitles = {"某水泥厂", "2026-11"},
            .sections = {
                {"概况/总览", {Facts{{{"企业", "某 & 厂"}}}, Paragraph{"有 2 处需关注", Tone::warning}}},
                {"消费量", {columns, lines, table, Picture{"网络图", "<svg viewBox=\"0 0 1 1\"></svg>"}}},
                {"消费量", {Signatures{{"编制", "审核"}}}}}};
}

}  // namespace mg
