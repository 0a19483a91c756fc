#include "gateway/accounting/dated_check.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "gateway/accounting/units.h"
#include "gateway/base/language.h"
#include "gateway/base/nearest.h"
#include "gateway/base/utc_text.h"

namespace mg {
namespace {

using Points = std::vector<const PointOptions*>;

tl::unexpected<Error> rejected(std::string what) {
    return fail(Failure::rejected, std::move(what));
}

std::string local(const DatedGround& ground, UtcTime time) {
    return local_text(time, ground.options.site.utc_offset);
}

SiteCalendar calendar_of(const Options& options) {
    return {.utc_offset = options.site.utc_offset, .real_time = options.site.boundary};
}

Result<> not_ahead(const DatedGround& ground, UtcTime time) {
    if (time <= ground.now) return {};
    return rejected(trf("{} lies ahead", "{} 尚未到来", local(ground, time)));
}

bool is_boundary(const Options& options, UtcTime time) {
    return (time.time_since_epoch() + options.site.utc_offset) % options.site.boundary == milliseconds{0};
}

Result<> at_boundary(const DatedGround& ground, UtcTime time) {
    if (is_boundary(ground.options, time)) return {};
    return rejected(trf("{} is no boundary: indexes are read every {} min",
                        "{} 不是边界时刻：示数每 {} 分钟读一次", local(ground, time),
                        std::chrono::duration<double, std::ratio<60>>{ground.options.site.boundary}.count()));
}

Result<const MeterOptions*> meter_of(const DatedGround& ground, const MeterId& id) {
    if (const MeterOptions* meter = ground.options.meter(id)) return meter;
    std::vector<std::string> ids;
    for (const MeterOptions& each : ground.options.meters) ids.push_back(each.id.text);
    return rejected(trf("no metering point \"{}\"; the nearest is \"{}\"", "没有计量点“{}”；最接近的是“{}”",
                        id.text, nearest_of(id.text, ids)));
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

std::vector<std::string> names_of(const Points& points) {
    std::vector<std::string> names;
    for (const PointOptions* point : points) names.push_back(point->id.text);
    return names;
}

Result<> is_index_point(const MeterOptions& meter, const Points& points, const PointId& point) {
    if (std::ranges::find(points, point, &PointOptions::id) != points.end()) return {};
    return rejected(trf("{} has no index point \"{}\"; there are: {}", "{} 没有示数测点“{}”；有：{}",
                        meter.id.text, point.text, points.empty() ? "–" : joined(names_of(points))));
}

template <class Body>
std::vector<std::pair<DatedId, const Body*>> bodies_of(std::span<const DatedRecord> records,
                                                       const MeterId& meter) {
    std::vector<std::pair<DatedId, const Body*>> bodies;
    for (const DatedRecord& record : records) {
        const auto* body = std::get_if<Body>(&record.body);
        if (body != nullptr && body->meter == meter && record.in_force())
            bodies.emplace_back(record.id, body);
    }
    return bodies;
}

// ---- replacements ----

/// The replacement that was there before, and the one after.
struct Neighbours {
    const Replacement* before{nullptr};
    const Replacement* after{nullptr};
};

Neighbours neighbours_of(std::span<const DatedRecord> records, const MeterId& meter, UtcTime at) {
    Neighbours found;
    for (const auto& [id, other] : bodies_of<Replacement>(records, meter)) {
        if (other->installed_at <= at) {
            if (found.before == nullptr || other->installed_at > found.before->installed_at)
                found.before = other;
        } else if (found.after == nullptr || other->removed_at < found.after->removed_at) {
            found.after = other;
        }
    }
    return found;
}

Result<> serials_fit(const Replacement& body, const MeterOptions& meter, const DatedGround& ground) {
    const Neighbours other = neighbours_of(ground.records, body.meter, body.removed_at);
    const std::string present = serial_at(meter, ground.records, body.removed_at);
    // Whoever changed the table first has the new number in it already.
    const bool table_is_ahead =
        other.before == nullptr && other.after == nullptr && present == body.new_serial;
    if (!present.empty() && body.old_serial != present && !table_is_ahead) {
        return rejected(trf("{} had the instrument \"{}\" then, not \"{}\"",
                            "{} 当时的计量器具是“{}”，不是“{}”", meter.id.text, present, body.old_serial));
    }
    if (!body.new_serial.empty() && body.new_serial == body.old_serial) {
        return rejected(trf("old and new instrument have the same number \"{}\"",
                            "新旧计量器具的出厂编号同为“{}”", body.new_serial));
    }
    if (other.after != nullptr && other.after->old_serial != body.new_serial) {
        return rejected(trf("at the next replacement, {}, \"{}\" was taken away, not \"{}\"",
                            "下一次换表（{}）拆下的是“{}”，不是“{}”", local(ground, other.after->removed_at),
                            other.after->old_serial, body.new_serial));
    }
    return {};
}

Result<> registers_fit(const Replacement& body, const MeterOptions& meter, const DatedGround& ground) {
    const Points points = index_points_of(ground.options, meter);
    for (const auto& each : body.registers) {
        if (auto known = is_index_point(meter, points, each.point); !known) return known;
        if (body.rollover && each.new_start >= *body.rollover) {
            return rejected(trf("{}: the new index {} is not below the roll-over {}",
                                "{}：新表示数 {} 不小于满码值 {}", each.point.text,
                                each.new_start.to_string(), body.rollover->to_string()));
        }
    }
    std::vector<std::string> missing;
    for (const PointOptions* point : points) {
        if (std::ranges::find(body.registers, point->id, &Replacement::Register::point) ==
            body.registers.end()) {
            missing.push_back(point->id.text);
        }
    }
    if (missing.empty()) return {};
    return rejected(trf("the end of the old and the start of the new index are missing for: {}",
                        "缺少旧表止码和新表起码：{}", joined(missing)));
}

Result<> check(const Replacement& body, const DatedGround& ground) {
    const auto meter = meter_of(ground, body.meter);
    if (!meter) return pass_on(meter.error());
    if (auto past = not_ahead(ground, body.installed_at); !past) return past;
    for (const auto& [id, other] : bodies_of<Replacement>(ground.records, body.meter)) {
        if (other->removed_at <= body.installed_at && body.removed_at <= other->installed_at) {
            return rejected(trf("record {} is a replacement at the same time; revoke it first if it is wrong",
                                "记录 {} 已是同一时间的换表；如有误请先撤销", id));
        }
    }
    if (auto fit = serials_fit(body, **meter, ground); !fit) return fit;
    return registers_fit(body, **meter, ground);
}

// ---- the others ----

Result<> check(const MultiplierChange& body, const DatedGround& ground) {
    const auto meter = meter_of(ground, body.meter);
    if (!meter) return pass_on(meter.error());
    if (auto past = not_ahead(ground, body.at); !past) return past;
    const Points points = index_points_of(ground.options, **meter);
    for (const auto& each : body.registers) {
        if (auto known = is_index_point(**meter, points, each.point); !known) return known;
    }
    const ModelOptions* model = ground.options.model((*meter)->model);
    const auto has_ratio = [](const PointOptions& point) { return point.ratio != Ratio::none; };
    if (model == nullptr || std::ranges::any_of(model->points, has_ratio)) return {};
    return rejected(trf("the registers of {} (model {}) are primary values: no multiplier applies to them",
                        "{}（模板 {}）的寄存器是一次值，不乘倍率", body.meter.text, model->id));
}

Result<> check(const IndexRuling& body, const DatedGround& ground) {
    const auto meter = meter_of(ground, body.meter);
    if (!meter) return pass_on(meter.error());
    if (auto known = is_index_point(**meter, index_points_of(ground.options, **meter), body.point); !known) {
        return known;
    }
    if (auto past = not_ahead(ground, body.at); !past) return past;
    return at_boundary(ground, body.at);
}

Result<> check(const OutOfService& body, const DatedGround& ground) {
    return meter_of(ground, body.meter).map([](const MeterOptions*) {});
}

Result<> check(const ProductionStop& body, const DatedGround& ground) {
    std::set<MeterId> seen;
    for (const MeterId& meter : body.meters) {
        if (const auto known = meter_of(ground, meter); !known) return pass_on(known.error());
        if (!seen.insert(meter).second) {
            return rejected(trf("{} stands there twice", "{} 出现两次", meter.text));
        }
    }
    return {};
}

Result<std::vector<const ItemOptions*>> versions_of(const DatedGround& ground, const std::string& id) {
    std::vector<const ItemOptions*> versions;
    std::vector<std::string> ids;
    for (const ItemOptions& item : ground.options.items) {
        if (item.id == id) versions.push_back(&item);
        if (ids.empty() || ids.back() != item.id) ids.push_back(item.id);
    }
    if (!versions.empty()) return versions;
    return rejected(trf("no item \"{}\"; the nearest is \"{}\"", "没有采集项“{}”；最接近的是“{}”", id,
                        nearest_of(id, ids)));
}

Result<> check(const OpeningAmount& body, const DatedGround& ground) {
    const auto versions = versions_of(ground, body.item);
    if (!versions) return pass_on(versions.error());
    const auto adds_up = [](const ItemOptions* item) { return is_additive(item->method); };
    if (!std::ranges::all_of(*versions, adds_up)) {
        return rejected(trf("{} does not add up over time: it has no opening amount",
                            "{} 不是累计量，没有期初值", body.item));
    }
    for (const UtcTime time : {body.from, body.to}) {
        if (auto aligned = at_boundary(ground, time); !aligned) return aligned;
    }
    const SiteCalendar calendar = calendar_of(ground.options);
    if (calendar.year_start(body.from) != calendar.year_start(body.to - milliseconds{1})) {
        return rejected(std::string(tr("an opening amount lies within one year", "期初值须在同一年之内")));
    }
    return not_ahead(ground, body.to);
}

Result<> check(const EnteredValue& body, const DatedGround& ground) {
    return versions_of(ground, body.item).map([](const auto&) {});
}

Result<> check(const CoefficientValue& body, const DatedGround& ground) {
    const CoefficientOptions* known = nullptr;
    std::vector<std::string> names;
    for (const CoefficientOptions& each : ground.options.coefficients) {
        if (each.name == body.name) known = &each;
        if (names.empty() || names.back() != each.name) names.push_back(each.name);
    }
    if (known == nullptr) {
        // Formulas are checked before the books are opened: they know the table's names only.
        const std::string nearest = nearest_of(body.name, names);
        return rejected(trf("no coefficient \"{}\" in coefficients.csv: first add a row with its unit and a "
                            "value there, and "
                            "start metergate anew",
                            "coefficients.csv 中没有系数“{}”：请先在表中添加一行（单位和一个数值）并重新启动",
                            body.name) +
                        (nearest.empty() ? "" : trf("; or is \"{}\" meant?", "；是否想写“{}”？", nearest)));
    }
    const auto unit = Unit::parse(body.unit);
    if (!unit) return rejected(unit.error().what);
    const auto of_formulas = Unit::parse(known->unit);
    if (of_formulas && !(*unit == *of_formulas)) {
        return rejected(trf("coefficient {} is in {}, not in {}", "系数 {} 的单位是 {}，不是 {}", body.name,
                            known->unit, body.unit));
    }
    if (calendar_of(ground.options).containing(StatType::day, body.from).from != body.from) {
        return rejected(trf("a coefficient begins with a day, not at {}",
                            "系数从某日零点起生效，不能从 {} 起", local(ground, body.from)));
    }
    return {};
}

Result<> check(const InitialInstrument& body, const DatedGround&) {
    return rejected(
        trf("what was there first is taken from meters.csv; for {} put a replacement or a change of "
            "the multiplier on record",
            "初始器具取自 meters.csv；{} 请登记换表或倍率变更", body.meter.text));
}

/// Those that are known of a metering point: now, before, and in the table.
std::set<std::string> serials_of(const MeterOptions& meter, const DatedGround& ground) {
    std::set<std::string> serials{meter.serial_no, serial_at(meter, ground.records, ground.now)};
    for (const auto& [id, swap] : bodies_of<Replacement>(ground.records, meter.id)) {
        serials.insert(swap->old_serial);
        serials.insert(swap->new_serial);
    }
    serials.erase("");
    return serials;
}

Result<> whole_day(const DatedGround& ground, UtcTime time) {
    if (calendar_of(ground.options).containing(StatType::day, time).from == time) return {};
    return rejected(trf("{} is no midnight: a verification is of a day", "{} 不是零点：检定按日登记",
                        local(ground, time)));
}

Result<> check(const Verification& body, const DatedGround& ground) {
    const auto meter = meter_of(ground, body.meter);
    if (!meter) return pass_on(meter.error());
    for (const UtcTime time : {body.on, body.valid_until.value_or(body.on)}) {
        if (auto day = whole_day(ground, time); !day) return day;
    }
    if (auto past = not_ahead(ground, body.on); !past) return past;
    const auto known = serials_of(**meter, ground);
    if (!known.empty() && !known.contains(body.serial)) {
        return rejected(trf("\"{}\" never was the instrument of {}; known are: {}",
                            "“{}”不是 {} 的计量器具；已知：{}", body.serial, meter.value()->id.text,
                            joined({known.begin(), known.end()})));
    }
    for (const auto& [id, other] : bodies_of<Verification>(ground.records, body.meter)) {
        if (other->serial == body.serial && other->on == body.on) {
            return rejected(trf("record {} is the verification of that day; revoke it first if it is wrong",
                                "记录 {} 已是该日的检定；如有误请先撤销", id));
        }
    }
    return {};
}

Result<> check(const PeriodLock& body, const DatedGround& ground) {
    const SiteCalendar calendar = calendar_of(ground.options);
    if (calendar.containing(body.period.type, body.period.from) != body.period) {
        return rejected(
            std::string(tr("a whole day, month or year of the site", "须为站点日历上的整日、整月或整年")));
    }
    if (body.period.to > ground.now) {
        return rejected(trf("{} has not ended yet", "{} 尚未结束", calendar.text(body.period)));
    }
    for (const DatedRecord& record : ground.records) {
        const auto* lock = std::get_if<PeriodLock>(&record.body);
        if (lock == nullptr || !record.in_force()) continue;
        if (lock->period.from <= body.period.from && body.period.to <= lock->period.to) {
            return rejected(trf("{} is closed already, by record {} of {}", "{} 已由 {2} 以记录 {1} 锁定",
                                calendar.text(body.period), record.id, record.author));
        }
    }
    return {};
}

}  // namespace

Result<> fits(const DatedBody& body, const DatedGround& ground) {
    return std::visit([&](const auto& each) { return check(each, ground); }, body);
}

std::vector<const PointOptions*> index_points_of(const Options& options, const MeterOptions& meter) {
    Points points;
    const ModelOptions* model = options.model(meter.model);
    if (!meter.line || model == nullptr) return points;
    for (const PointOptions& point : model->points) {
        const bool is_mine = point.circuit == 0 || point.circuit == meter.circuit;
        if (point.kind == PointKind::index && is_mine) points.push_back(&point);
    }
    return points;
}

std::string serial_at(const MeterOptions& meter, std::span<const DatedRecord> records, UtcTime at) {
    const Neighbours found = neighbours_of(records, meter.id, at);
    if (found.before != nullptr) return found.before->new_serial;
    if (found.after != nullptr) return found.after->old_serial;
    const auto first = bodies_of<InitialInstrument>(records, meter.id);
    return first.empty() ? meter.serial_no : first.back().second->serial;
}

}  // namespace mg
