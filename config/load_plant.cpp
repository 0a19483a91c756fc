#include <algorithm>
#include <set>
#include <tuple>

#include "config/loaders.h"
#include "config/table.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

/// A row, read as far as it can be without the others.
struct PlantRow {
    PlantUnitOptions unit;
    EnergyNeed need;
    std::string digits;  ///< its own part of the code; empty where it is wrong
    std::string parent;
};

using PlantKey = std::tuple<PlantUnitKind, int, int, int, int>;

PlantKey key_of(const PlantUnitOptions& unit) {
    return {unit.kind, unit.process, unit.process_unit, unit.equipment_type, unit.equipment_no};
}

Place place_of(const PlantUnitOptions& unit, std::string_view key) {
    return {unit.row.line(), unit.row.column_of(key)};
}

PlantUnitKind kind_of(const Record& record) {
    const std::string kind = record.get_or<std::string>("kind", "process");
    if (kind == "enterprise") return PlantUnitKind::enterprise;
    if (kind == "unit") return PlantUnitKind::unit;
    return kind == "equipment" ? PlantUnitKind::equipment : PlantUnitKind::process;
}

/// Digits without hyphens, with the leading zeros that spreadsheets drop; empty when they are not digits or
/// too many.
std::string digits_of(std::string_view text, std::size_t wanted) {
    std::string digits;
    for (const char c : text) {
        if (c == '-') continue;
        if (c < '0' || c > '9') return {};
        digits += c;
    }
    if (digits.empty() || digits.size() > wanted) return {};
    digits.insert(0, wanted - digits.size(), '0');
    return digits;
}

std::uint8_t number_of(std::string_view two_digits) {
    return static_cast<std::uint8_t>((two_digits[0] - '0') * 10 + two_digits[1] - '0');
}

EnergyNeed read_need(const Record& record, const TableReader& rows, Reporter& report) {
    EnergyNeed need;
    need.energy = record.text("energy");
    need.annual_unit = record.text("annual_unit");
    need.rated_unit = record.text("rated_unit");
    if (const auto* meters = record.get<std::int64_t>("required_meters"))
        need.required_meters = static_cast<int>(*meters);
    const auto amount = [&](std::string_view key, std::string_view unit_key) -> std::optional<Decimal> {
        const auto* value = record.get<Decimal>(key);
        if (value == nullptr) return std::nullopt;
        if (value->mantissa() < 0) {
            report.error(rows.place_of(record, key), key, {std::string(tr("below 0", "小于 0")), {}},
                         record.text(key));
        }
        if (!record.has(unit_key)) {
            rows.has_column(unit_key)
                ? report.error(rows.place_of(record, unit_key), unit_key,
                               {trf("is missing: '{}' is given", "缺少此项：已写“{}”", key), {}})
                : report.error(rows.place_of(record, key), key,
                               {trf("the column '{}' is missing", "缺少“{}”这一列", unit_key), {}});
        }
        return *value;
    };
    need.annual_use = amount("annual_use", "annual_unit");
    need.rated = amount("rated", "rated_unit");
    return need;
}

PlantRow read_row(const Record& record, const TableReader& rows, const SiteOptions& site, Reporter& report) {
    PlantRow row;
    row.unit.kind = kind_of(record);
    row.unit.name = record.text("name");
    row.unit.industry = record.text("industry");
    row.unit.in_operation_since = site_midnight(record, "comm_date", site);
    row.unit.designed_capacity = record.text("designed_capacity");
    row.unit.remark = record.text("remark");
    row.unit.row = rows.row_of(record);
    row.need = read_need(record, rows, report);
    row.parent = record.get_or<std::string>("parent", {});
    const bool has_code = row.unit.kind != PlantUnitKind::enterprise;
    const std::size_t wanted = row.unit.kind == PlantUnitKind::equipment ? 4 : 2;
    const std::string code = record.get_or<std::string>("code", {});
    row.digits = has_code ? digits_of(code, wanted) : "00";
    const bool is_zero = row.digits.find_first_not_of('0') == std::string::npos;
    if (has_code && is_zero) row.digits.clear();
    const bool reported = record.has("code") && code.empty();
    if (row.digits.empty() && !reported) {
        report.error(rows.place_of(record, "code"), "code",
                     {std::string(tr("not its part of a data-item code", "不是采集数据编码中的这一段")),
                      trf("{} digits, not all of them 0", "{} 位数字，不全为 0", wanted)},
                     code);
    }
    return row;
}

/// Finds where each row stands and puts the rows of one part together.
class Plant {
public:
    Plant(std::vector<PlantUnitOptions>& units, Reporter& report) : units_{units}, report_{report} {}

    void add(PlantRow& row) {
        if (row.digits.empty() || !find_place(row)) return;
        const auto known = std::ranges::find(units_, key_of(row.unit), key_of);
        if (known == units_.end()) {
            row.unit.needs.push_back(std::move(row.need));
            units_.push_back(std::move(row.unit));
            return;
        }
        if (known->name != row.unit.name) {
            report_.error(place_of(row.unit, "name"), "name",
                          {trf("line {} calls this place of the code '{}'", "第 {} 行把同一编码叫作“{}”",
                               known->row.line(), known->name),
                           {}},
                          row.unit.name);
        }
        if (std::ranges::find(known->needs, row.need.energy, &EnergyNeed::energy) != known->needs.end()) {
            report_.error(place_of(row.unit, "energy"), "energy",
                          {trf("'{}' has a row for it already", "“{}”已有这种能源的一行", known->name),
                           std::string(tr("one row for each energy", "每种能源一行"))},
                          row.need.energy);
        }
        known->needs.push_back(std::move(row.need));
    }

private:
    bool find_place(PlantRow& row) {
        PlantUnitOptions& unit = row.unit;
        switch (unit.kind) {
            case PlantUnitKind::enterprise:
                return true;
            case PlantUnitKind::process:
                unit.process = number_of(row.digits);
                return true;
            case PlantUnitKind::unit:
                if (!take_parent(row, {PlantUnitKind::process})) return false;
                unit.process_unit = number_of(row.digits);
                return true;
            case PlantUnitKind::equipment:
                if (!take_parent(row,
                                 {PlantUnitKind::unit, PlantUnitKind::process, PlantUnitKind::enterprise}))
                    return false;
                unit.equipment_type = number_of(row.digits);
                unit.equipment_no = number_of(std::string_view{row.digits}.substr(2));
                return true;
        }
        return false;
    }

    bool take_parent(PlantRow& row, const std::vector<PlantUnitKind>& kinds) {
        std::vector<const PlantUnitOptions*> found;
        for (const PlantUnitOptions& unit : units_) {
            if (std::ranges::find(kinds, unit.kind) != kinds.end() && is_meant(unit, row.parent))
                found.push_back(&unit);
        }
        if (found.size() == 1) {
            row.unit.process = found.front()->process;
            row.unit.process_unit = found.front()->process_unit;
            return true;
        }
        report_.error(place_of(row.unit, "parent"), "parent", wrong_parent(row, kinds, found.size()),
                      row.parent);
        return false;
    }

    static bool is_meant(const PlantUnitOptions& unit, std::string_view word) {
        if (unit.name == word) return true;
        if (unit.kind == PlantUnitKind::process)
            return digits_of(word, 2) == fmt::format("{:02}", unit.process);
        return unit.kind == PlantUnitKind::unit && word.size() > 2 &&
               digits_of(word, 4) == fmt::format("{:02}{:02}", unit.process, unit.process_unit);
    }

    Complaint wrong_parent(const PlantRow& row, const std::vector<PlantUnitKind>& kinds, std::size_t found) {
        const std::string allowed(kinds.size() == 1
                                      ? tr("name or 2 digits of a process", "工序的名称或 2 位编码")
                                      : tr("name or digits of a unit or process", "单元或工序的名称或编码"));
        if (row.parent.empty()) return {std::string(tr("is missing", "缺少此项")), allowed};
        if (found > 1)
            return {trf("{} parts of the plant are called so", "有 {} 个对象叫这个名称", found), allowed};
        std::vector<std::string> names;
        for (const PlantUnitOptions& unit : units_) {
            if (std::ranges::find(kinds, unit.kind) != kinds.end()) names.push_back(unit.name);
        }
        const std::string nearest = nearest_of(row.parent, names);
        std::string what(tr("not in this table", "表中没有"));
        if (!nearest.empty()) what += trf(", nearest is '{}'", "，最接近的是“{}”", nearest);
        return {std::move(what), allowed};
    }

    std::vector<PlantUnitOptions>& units_;
    Reporter& report_;
};

}  // namespace

void load_plant(std::string_view text, Options& options, Reporter& report) {
    TableReader rows{FieldSection::plant, text, kMostPlantRows, report};
    std::vector<PlantRow> read;
    while (const auto record = rows.next()) read.push_back(read_row(*record, rows, options.site, report));
    // Parents first: a table may be sorted in any way.
    std::ranges::stable_sort(read, {}, [](const PlantRow& row) { return row.unit.kind; });
    Plant plant{options.plant, report};
    for (PlantRow& row : read) plant.add(row);
}

}  // namespace mg
