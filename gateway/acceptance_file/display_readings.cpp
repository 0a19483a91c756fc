#include "gateway/acceptance_file/display_readings.h"

#include <algorithm>
#include <set>
#include <utility>

#include "config/table.h"
#include "gateway/accounting/metered_items.h"
#include "gateway/base/language.h"
#include "gateway/base/nearest.h"
#include "gateway/document/csv_text.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

class ReadingRows {
public:
    ReadingRows(const Options& options, Reporter& report)
        : options_{options}, report_{report}, points_{compared_points(options)} {}

    std::optional<DisplayReading> take(const TableReader& table, const Record& row) {
        // Not read yet: the form names every point.
        if (!row.has("display")) return std::nullopt;
        const auto wrong = [&](std::string_view key, std::string what, std::string allowed) {
            report_.error(table.place_of(row, key), key, {std::move(what), std::move(allowed)},
                          row.text(key));
            return std::nullopt;
        };
        const auto* displayed = row.get<Decimal>("display");
        if (displayed == nullptr) return std::nullopt;
        const MeterId meter{std::string(row.text("meter"))};
        const ComparedPoint* compared = point_of(meter, row.text("point"));
        if (compared == nullptr) return unknown(table, row, meter);
        const auto at = moment_from(row.text("time"), PeriodEnd::begin, options_.site.utc_offset);
        if (!at || row.text("time").size() < sizeof("2026-1-1")) {
            return wrong("time", std::string(tr("not a date with a time", "不是日期加时间")),
                         "2026-11-22 10:15");
        }
        if (!seen_.insert({meter.text, compared->point->id.text}).second)
            return wrong("meter", std::string(tr("this point is there twice", "该测点重复")), {});
        return DisplayReading{.meter = meter,
                              .point = compared->point->id,
                              .at = at->at,
                              .displayed = *displayed,
                              .photo = std::string(row.text("photo")),
                              .remark = std::string(row.text("remark"))};
    }

private:
    /// Of a metering point without a named point its first one.
    [[nodiscard]] const ComparedPoint* point_of(const MeterId& meter, std::string_view point) const {
        const auto found = std::ranges::find_if(points_, [&](const ComparedPoint& each) {
            return each.meter->id == meter && (point.empty() || each.point->id.text == point);
        });
        return found == points_.end() ? nullptr : &*found;
    }

    std::nullopt_t unknown(const TableReader& table, const Record& row, const MeterId& meter) {
        std::vector<std::string> names;
        const bool is_point = point_of(meter, {}) != nullptr;
        for (const ComparedPoint& each : points_) {
            if (!is_point) names.push_back(each.meter->id.text);
            if (is_point && each.meter->id == meter) names.push_back(each.point->id.text);
        }
        const std::string_view key = is_point ? "point" : "meter";
        const std::string nearest = nearest_of(std::string(row.text(key)), names);
        report_.error(
            table.place_of(row, key), key,
            {std::string(is_point ? tr("this metering point has no such index", "该计量点没有这个累计量测点")
                                  : tr("no metering point on a wire has this id", "没有这个联网计量点")),
             nearest},
            row.text(key));
        return std::nullopt;
    }

    const Options& options_;
    Reporter& report_;
    std::vector<ComparedPoint> points_;
    std::set<std::pair<std::string, std::string>> seen_;
};

}  // namespace

std::vector<ComparedPoint> compared_points(const Options& options) {
    std::vector<ComparedPoint> points;
    for (const MeterOptions& meter : options.meters) {
        const MeteredIndexes indexes = metered_indexes(meter, options);
        for (const PointOptions* point : {indexes.main, indexes.reverse}) {
            if (point != nullptr) points.push_back({&meter, point});
        }
    }
    return points;
}

std::vector<DisplayReading> read_display_readings(std::string_view text, const Options& options,
                                                  Reporter& report) {
    TableReader table{FieldSection::display_reading, text, kMostDisplayReadings, report};
    ReadingRows rows{options, report};
    std::vector<DisplayReading> readings;
    while (const auto row = table.next()) {
        if (auto reading = rows.take(table, *row)) readings.push_back(std::move(*reading));
    }
    return readings;
}

std::string display_readings_form(const Options& options) {
    std::string form{kUtf8Mark};
    const auto add = [&](std::vector<std::string> cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) form += (i == 0 ? "" : ",") + csv_words(cells[i]);
        form += "\r\n";
    };
    std::vector<std::string> headings;
    for (const Field& field : fields_of(FieldSection::display_reading))
        headings.emplace_back(language() == Language::zh ? field.zh : field.key);
    add(headings);
    for (const ComparedPoint& each : compared_points(options)) {
        std::vector<std::string> cells(headings.size());
        cells[0] = each.meter->id.text;
        cells[1] = each.point->id.text;
        cells[2] = each.meter->name;
        add(std::move(cells));
    }
    return form;
}

}  // namespace mg
