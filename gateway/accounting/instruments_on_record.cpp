#include "gateway/accounting/instruments_on_record.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::string_view kTable = "meters.csv";

/// What holds from an instant on.
template <class Value>
struct Since {
    UtcTime at{};
    Value value;
    DatedId record{0};
};

/// What is on record about one metering point, by time.
struct OnRecord {
    std::vector<Since<std::string>> serials;
    std::vector<Since<Multiplier>> multipliers;
};

template <class Value>
void put(std::vector<Since<Value>>& values, Since<Value> value) {
    const auto later = std::ranges::upper_bound(values, value.at, {}, &Since<Value>::at);
    values.insert(later, std::move(value));
}

std::map<MeterId, OnRecord> on_record(std::span<const DatedRecord> records) {
    std::map<MeterId, OnRecord> all;
    for (const auto& record : records) {
        if (!record.in_force()) continue;
        if (const auto* first = std::get_if<InitialInstrument>(&record.body)) {
            auto& of = all[first->meter];
            std::erase_if(of.serials, [](const auto& each) { return each.at == UtcTime{}; });
            std::erase_if(of.multipliers, [](const auto& each) { return each.at == UtcTime{}; });
            put(of.serials, {UtcTime{}, first->serial, record.id});
            put(of.multipliers, {UtcTime{}, first->multiplier, record.id});
        } else if (const auto* swap = std::get_if<Replacement>(&record.body)) {
            auto& of = all[swap->meter];
            put(of.serials, {swap->installed_at, swap->new_serial, record.id});
            if (swap->multiplier) put(of.multipliers, {swap->installed_at, *swap->multiplier, record.id});
        } else if (const auto* change = std::get_if<MultiplierChange>(&record.body)) {
            put(all[change->meter].multipliers, {change->at, change->multiplier, record.id});
        }
    }
    return all;
}

enum class Agreement { same, behind, unexplained };

struct Verdict {
    Agreement agreement{Agreement::same};
    std::size_t present{0};  ///< in the values
};

/// Behind: the table says what held before the last change, or what will hold.
template <class Value>
Verdict compare(const std::vector<Since<Value>>& values, const Value& table, UtcTime now) {
    std::size_t present = 0;
    while (present + 1 < values.size() && values[present + 1].at <= now) ++present;
    if (values[present].value == table) return {Agreement::same, present};
    for (std::size_t i = present == 0 ? 0 : present - 1; i < values.size(); ++i) {
        if (values[i].value == table) return {Agreement::behind, present};
    }
    return {Agreement::unexplained, present};
}

std::string text_of(const Multiplier& multiplier) {
    return "CT " + multiplier.ct.to_string() + " × PT " + multiplier.pt.to_string();
}

std::optional<InstrumentProblem> serial_problem(const MeterOptions& meter,
                                                const std::vector<Since<std::string>>& serials, UtcTime now) {
    if (serials.empty() || std::ranges::all_of(serials, &std::string::empty, &Since<std::string>::value)) {
        return {};
    }
    const auto [agreement, place] = compare(serials, meter.serial_no, now);
    const auto& present = serials[place];
    if (agreement == Agreement::same || present.value.empty()) return {};
    InstrumentProblem problem{.field = "serial_no", .is_warning = agreement == Agreement::behind};
    if (problem.is_warning) {
        problem.what = trf("record {1} says that the instrument in place is {0}: take it over into the table",
                           "记录 {1} 表明在用器具为 {0}：请更新此表", present.value, present.record);
    } else {
        problem.what =
            trf("was {0}, and no replacement is on record: write {0} again, start, and put the replacement "
                "on record first (metergate replace-meter {1} …); a mere slip of the pen: metergate dated "
                "revoke {2}",
                "原为 {0}，而没有更换记录：请改回 {0} 并启动，先登记换表（metergate replace-meter {1} …）；"
                "若只是笔误：metergate dated revoke {2}",
                present.value, meter.id.text, present.record);
    }
    return problem;
}

std::optional<InstrumentProblem> ratio_problem(const MeterOptions& meter,
                                               const std::vector<Since<Multiplier>>& multipliers,
                                               UtcTime now) {
    if (multipliers.empty()) return {};
    const auto [agreement, place] = compare(multipliers, meter.multiplier, now);
    const auto& present = multipliers[place];
    if (agreement == Agreement::same) return {};
    const bool by_transformers = meter.row.text("multiplier").empty();
    InstrumentProblem problem{.field = by_transformers ? "ct_primary" : "multiplier",
                              .is_warning = agreement == Agreement::behind};
    if (problem.is_warning) {
        problem.what = trf("record {1} says that the ratio is {0}: take it over into the table",
                           "记录 {1} 表明倍率为 {0}：请更新此表", text_of(present.value), present.record);
    } else {
        problem.what =
            trf("the ratio was {0}, and no change of it is on record: write it again, start, and put the "
                "change with its index on record first (metergate set-multiplier {1} …); never true at all: "
                "metergate dated revoke {2}",
                "倍率原为 {0}，而没有变更记录：请改回并启动，先登记变更及当时示数（metergate set-multiplier "
                "{1} …）；若从一开始就写错：metergate dated revoke {2}",
                text_of(present.value), meter.id.text, present.record);
    }
    return problem;
}

}  // namespace

std::vector<DatedRecord> initial_instruments(const Options& options, std::span<const DatedRecord> records,
                                             UtcTime now) {
    auto known = on_record(records);
    std::vector<DatedRecord> missing;
    for (const auto& meter : options.meters) {
        if (!meter.line) continue;
        InitialInstrument body{meter.id, meter.serial_no, meter.multiplier};
        const auto& of = known[meter.id];
        const auto is_first = [](const auto& each) { return each.at == UtcTime{}; };
        const auto first = std::ranges::find_if(of.multipliers, is_first);
        if (first != of.multipliers.end()) {
            const bool nobody_said = std::ranges::all_of(
                of.serials, [](const Since<std::string>& each) { return each.value.empty(); });
            if (!nobody_said || meter.serial_no.empty()) continue;
            body.multiplier = first->value;
        }
        DatedRecord record;
        record.body = std::move(body);
        record.author = kTable;
        record.entered_at = now;
        missing.push_back(std::move(record));
    }
    return missing;
}

std::vector<InstrumentProblem> instrument_problems(const Options& options,
                                                   std::span<const DatedRecord> records, UtcTime now) {
    const auto known = on_record(records);
    std::vector<InstrumentProblem> problems;
    for (std::size_t i = 0; i < options.meters.size(); ++i) {
        const auto& meter = options.meters[i];
        const auto of = known.find(meter.id);
        if (!meter.line || of == known.end()) continue;
        for (auto problem : {serial_problem(meter, of->second.serials, now),
                             ratio_problem(meter, of->second.multipliers, now)}) {
            if (!problem) continue;
            problem->meter = i;
            problems.push_back(std::move(*problem));
        }
    }
    return problems;
}

}  // namespace mg
