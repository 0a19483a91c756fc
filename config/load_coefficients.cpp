#include <algorithm>
#include <unordered_map>

#include "config/loaders.h"
#include "config/table.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

Place place_of(const CoefficientOptions& coefficient, std::string_view key) {
    return {coefficient.row.line(), coefficient.row.column_of(key)};
}

CoefficientOptions read_coefficient(const Record& record, const TableReader& rows, const SiteOptions& site) {
    CoefficientOptions coefficient;
    coefficient.name = record.get_or<std::string>("name", {});
    coefficient.value = record.get_or<Decimal>("value", {});
    coefficient.unit = record.text("unit");
    coefficient.valid_from = site_midnight(record, "valid_from", site).value_or(UtcTime{});
    coefficient.source = record.text("source");
    coefficient.year = record.text("year");
    coefficient.region = record.text("region");
    coefficient.author = record.text("author");
    coefficient.remark = record.text("remark");
    coefficient.row = rows.row_of(record);
    return coefficient;
}

/// By valid_from already.
void check_values(const std::vector<CoefficientOptions>& values, Reporter& report) {
    const auto& first = *std::ranges::min_element(
        values, {}, [](const CoefficientOptions& value) { return value.row.line(); });
    for (std::size_t i = 0; i < values.size(); ++i) {
        const CoefficientOptions& value = values[i];
        if (value.unit != first.unit && !value.unit.empty()) {
            report.error(place_of(value, "unit"), "unit",
                         {trf("line {} has this coefficient in '{}'", "第 {} 行该系数的单位是“{}”",
                              first.row.line(), first.unit),
                          std::string(tr("one unit for all values of a name; another unit is another name",
                                         "同名系数单位必须相同；单位不同就另起名称"))},
                         value.unit);
        }
        if (i == 0 || values[i - 1].valid_from != value.valid_from) continue;
        report.error(place_of(value, "valid_from"), "valid_from",
                     {trf("line {} has a value from the same day on", "第 {} 行已有同日启用的数值",
                          values[i - 1].row.line()),
                      std::string(tr("one value for each day; only one may leave the day out",
                                     "一日一值；只有一行可以不写日期"))},
                     value.row.text("valid_from"));
    }
}

}  // namespace

void load_coefficients(std::string_view text, Options& options, Reporter& report) {
    TableReader rows{FieldSection::coefficient, text, kMostCoefficients, report};
    std::unordered_map<std::string, std::vector<CoefficientOptions>> by_name;
    std::vector<std::string> order;
    while (const auto record = rows.next()) {
        CoefficientOptions value = read_coefficient(*record, rows, options.site);
        // One whose date is wrong was reported, and nobody knows where it stands among the others.
        const bool dated = record->has("valid_from") == (record->get<std::string>("valid_from") != nullptr);
        if (!dated) continue;
        const auto [known, is_new] = by_name.try_emplace(value.name);
        if (is_new) order.push_back(value.name);
        known->second.push_back(std::move(value));
    }
    for (const std::string& name : order) {
        auto& values = by_name[name];
        std::ranges::stable_sort(values, {}, &CoefficientOptions::valid_from);
        if (!name.empty()) check_values(values, report);
        std::ranges::move(values, std::back_inserter(options.coefficients));
    }
}

}  // namespace mg
