#include <algorithm>
#include <set>

#include "config/loaders.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

void report_unknown(const WrittenId& reference, const std::set<std::string>& known, std::string_view en,
                    std::string_view zh, Reporter& report) {
    if (known.contains(reference.id)) return;
    const std::string nearest = nearest_of(reference.id, {known.begin(), known.end()});
    std::string what(tr(en, zh));
    if (!nearest.empty()) what += trf(", nearest is '{}'", "，最接近的是“{}”", nearest);
    report.error(reference.place, reference.field, {std::move(what), {}}, reference.id);
}

/// Of the models that metering points of the site have.
std::set<std::string> known_points(const Options& options) {
    std::set<std::string> models;
    for (const MeterOptions& meter : options.meters) models.insert(meter.model);
    std::set<std::string> points;
    for (const ModelOptions& model : options.models) {
        if (!models.contains(model.id)) continue;
        for (const PointOptions& point : model.points) points.insert(point.id.text);
    }
    return points;
}

}  // namespace

std::vector<WrittenId> references_of(const Record& record) {
    std::vector<WrittenId> references;
    for (const auto& [key, kind] :
         {std::pair{"lines", WrittenId::Kind::line}, std::pair{"meters", WrittenId::Kind::meter},
          std::pair{"points", WrittenId::Kind::point}}) {
        const auto* listed = record.get<std::vector<Listed>>(key);
        if (listed == nullptr) continue;
        for (const Listed& entry : *listed) {
            references.push_back({kind, record.field_name(key), entry.place, entry.text});
        }
    }
    return references;
}

void check_references(const std::vector<WrittenId>& references, const Options& options, Reporter& report) {
    std::set<std::string> lines;
    for (const LineOptions& line : options.lines) lines.insert(line.id.text);
    std::set<std::string> meters;
    for (const MeterOptions& meter : options.meters) meters.insert(meter.id.text);
    const std::set<std::string> points = known_points(options);
    for (const WrittenId& reference : references) {
        switch (reference.kind) {
            case WrittenId::Kind::line:
                report_unknown(reference, lines, "there is no line of this id", "没有此编号的线路", report);
                break;
            case WrittenId::Kind::meter:
                report_unknown(reference, meters, "there is no metering point of this id",
                               "没有此编号的计量点", report);
                break;
            case WrittenId::Kind::point:
                report_unknown(reference, points, "no model in use has this point", "所用模板中没有此测点",
                               report);
                break;
        }
    }
}

}  // namespace mg
