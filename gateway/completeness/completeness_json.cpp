#include <nlohmann/json.hpp>

#include "gateway/completeness/completeness.h"
#include "gateway/completeness/quality_score.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

using Json = nlohmann::ordered_json;

Json percent(std::optional<std::int64_t> share) {
    return share ? Json(static_cast<double>(*share) / 100) : Json();
}

std::string_view name_of(StripKind kind) {
    return kind == StripKind::meter ? "meter" : "item";
}

class Writer {
public:
    explicit Writer(std::chrono::minutes utc_offset) : utc_offset_{utc_offset} {}

    [[nodiscard]] std::string time(UtcTime time) const { return iso_local(time, utc_offset_); }
    [[nodiscard]] std::string day(UtcTime midnight) const { return time(midnight).substr(0, 10); }

    [[nodiscard]] Json fault(const Fault& fault) const {
        return {{"kind", name_of(fault.kind)},
                {"id", fault.id},
                {"since", time(fault.since)},
                {"or_longer", fault.or_longer},
                {"seconds", fault.lasts.count() / 1000},
                {"hours_passed", fault.hours_passed()},
                {"reason", fault.reason ? Json(to_string(*fault.reason)) : Json()},
                {"repair_until", time(fault.repair_until)}};
    }

    [[nodiscard]] Json subject(const SubjectCompleteness& subject) const {
        const SlotTally& total = subject.total;
        Json json{{"kind", name_of(subject.kind)},
                  {"id", subject.id},
                  {"name", subject.name},
                  {"share", percent(total.share())},
                  {"below_bar", subject.below_bar()},
                  {"due", total.due},
                  {"measured", total.measured},
                  {"doubtful", total.doubtful},
                  {"back_filled", total.back_filled},
                  {"interpolated", total.interpolated},
                  {"entered", total.entered},
                  {"estimated", total.estimated},
                  {"missing", total.missing},
                  {"excused", total.excused},
                  {"off_boundary", total.off_boundary},
                  {"late", total.late},
                  {"lost_seconds", total.lost.count() / 1000}};
        Json& reasons = json["reasons"] = Json::object();
        for (const auto& [reason, number] : total.reasons) reasons[std::string(to_string(reason))] = number;
        Json& doubts = json["doubts"] = Json::object();
        for (const auto& [doubt, number] : total.doubts) doubts[std::string(doubt)] = number;
        Json& holes = json["longest_holes"] = Json::array();
        for (const Hole& hole : longest_of(total.holes, 10)) {
            holes.push_back({{"from", time(hole.span.from)},
                             {"to", time(hole.span.to)},
                             {"reason", hole.reason ? Json(to_string(*hole.reason)) : Json()}});
        }
        Json& days = json["days"] = Json::array();
        for (const DayShare& each : subject.days) {
            Json shown{{"day", day(each.day)},
                       {"share", percent(each.share())},
                       {"due", each.due},
                       {"missing", each.missing}};
            if (each.to_come > 0) {
                shown["at_best"] = percent(each.at_best());
                shown["as_now"] = percent(each.as_now(subject.is_silent));
            }
            days.push_back(std::move(shown));
        }
        Json& months = json["months_against_days"] = Json::array();
        for (const MonthAgainstDays& each : subject.months) {
            months.push_back({{"month", day(each.month.from).substr(0, 7)},
                              {"month_value", each.month_value.to_string()},
                              {"day_sum", each.day_sum.to_string()},
                              {"days", each.days},
                              {"within", each.within}});
        }
        return json;
    }

private:
    std::chrono::minutes utc_offset_;
};

Json json_of(const QualityScore& score) {
    Json json{{"rule", score.rule.id},
              {"edition", score.rule.edition},
              {"source", score.rule.source},
              {"verified", score.rule.verified},
              {"weighted_mean", percent(score.total())}};
    Json& indices = json["indices"] = Json::array();
    for (const IndexScore& each : score.indices) {
        const auto passes = each.passes();
        indices.push_back({{"what", to_string(each.index.kind)},
                           {"share", percent(each.share)},
                           {"at_least", each.index.at_least.to_string()},
                           {"weight", each.index.weight},
                           {"passes", passes ? Json(*passes) : Json()}});
    }
    return json;
}

}  // namespace

std::string to_json(const Completeness& completeness, const QualityScore* score) {
    const Writer writer{completeness.utc_offset};
    Json json{{"from", writer.day(completeness.from)},
              {"to", writer.day(completeness.to)},
              {"now", writer.time(completeness.now)},
              {"bar", percent(kCompletenessBar)},
              {"late_after_minutes", completeness.late_after.count()}};
    if (score != nullptr) json["quality"] = json_of(*score);
    Json& faults = json["faults"] = Json::array();
    for (const Fault& fault : completeness.faults) faults.push_back(writer.fault(fault));
    Json& subjects = json["subjects"] = Json::array();
    for (const SubjectCompleteness& subject : completeness.subjects)
        subjects.push_back(writer.subject(subject));
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mg
