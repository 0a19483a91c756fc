#include "gateway/commands/export_rows.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gateway/base/language.h"
#include "gateway/control/status.h"
#include "gateway/document/csv_text.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

using Json = nlohmann::ordered_json;

/// Of a meter that is configured no more nobody knows the multiplier.
PointStatus point_of(const Sample& sample, std::size_t point, const ExportOptions& options) {
    const auto known = options.multipliers.find(sample.meter());
    PointStatus status =
        point_status(sample, point, known == options.multipliers.end() ? Multiplier{} : known->second);
    if (known == options.multipliers.end()) {
        status.multiplier.clear();
        status.with_multiplier.clear();
    }
    return status;
}

bool asked_for(const Sample& sample, std::size_t point, const ExportOptions& options) {
    return options.points.empty() || options.points.contains(sample.layout->points[point].id);
}

std::string sample_rows(const StoredSample& stored, const ExportOptions& options) {
    const Sample& sample = stored.sample;
    const std::string before = fmt::format(
        "{},{},,{},{},", csv_cell(sample.meter().text), iso_local(sample.slot.at, options.utc_offset),
        iso_local(sample.taken_at, options.utc_offset), sample.boundary ? 1 : 0);
    const std::string behind = fmt::format(",{},{},{}\r\n", sample.epoch, stored.revision, stored.sequence);
    std::string rows;
    for (std::size_t i = 0; i < sample.readings.size(); ++i) {
        if (!asked_for(sample, i, options)) continue;
        const PointStatus point = point_of(sample, i, options);
        rows += before +
                fmt::format("{},{},{},{},{},{}", csv_cell(point.id.text), point.displayed, point.multiplier,
                            point.with_multiplier, csv_cell(point.unit), to_string(point.quality)) +
                behind;
    }
    return rows;
}

std::string gap_row(const StoredGap& stored, const ExportOptions& options) {
    const Gap& gap = stored.gap;
    return fmt::format("{},{},{},,,,,,,,{},{},,{}\r\n", csv_cell(gap.meter.text),
                       iso_local(gap.from.at, options.utc_offset), iso_local(gap.to.at, options.utc_offset),
                       to_string(gap.reason), gap.epoch, stored.sequence);
}

Json value_of(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

}  // namespace

std::string csv_heading() {
    return std::string(
        tr("meter,slot,until,taken at,boundary,point,as read,multiplier,with multiplier,unit,quality,"
           "clock epoch,revision,sequence\r\n",
           "计量点,时刻,缺口至,采集时间,边界,测点,表上示值,倍率,乘倍率后,单位,质量,时钟纪元,修订,"
           "序号\r\n"));
}

std::string csv_rows(const StoredItem& item, const ExportOptions& options) {
    if (const auto* gap = std::get_if<StoredGap>(&item)) return gap_row(*gap, options);
    return sample_rows(std::get<StoredSample>(item), options);
}

std::string json_row(const StoredItem& item, const ExportOptions& options) {
    Json row;
    if (const auto* stored = std::get_if<StoredGap>(&item)) {
        const Gap& gap = stored->gap;
        row = {{"type", "gap"},
               {"sequence", stored->sequence},
               {"meter", gap.meter.text},
               {"from", iso_local(gap.from.at, options.utc_offset)},
               {"to", iso_local(gap.to.at, options.utc_offset)},
               {"reason", to_string(gap.reason)},
               {"epoch", gap.epoch}};
    } else {
        const auto& sample_of = std::get<StoredSample>(item);
        const Sample& sample = sample_of.sample;
        Json points = Json::array();
        for (std::size_t i = 0; i < sample.readings.size(); ++i) {
            if (!asked_for(sample, i, options)) continue;
            const PointStatus point = point_of(sample, i, options);
            points.push_back({{"id", point.id.text},
                              {"value", value_of(point.displayed)},
                              {"multiplier", value_of(point.multiplier)},
                              {"with_multiplier", value_of(point.with_multiplier)},
                              {"unit", point.unit},
                              {"quality", to_string(point.quality)}});
        }
        if (points.empty() && !options.points.empty()) return {};
        row = {{"type", "sample"},
               {"sequence", sample_of.sequence},
               {"revision", sample_of.revision},
               {"meter", sample.meter().text},
               {"slot", iso_local(sample.slot.at, options.utc_offset)},
               {"taken_at", iso_local(sample.taken_at, options.utc_offset)},
               {"epoch", sample.epoch},
               {"boundary", sample.boundary},
               {"points", std::move(points)}};
    }
    return row.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace mg
