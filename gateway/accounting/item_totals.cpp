#include "gateway/accounting/item_totals.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "gateway/accounting/item_inputs.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::size_t kMostNamed = 10;

/// "a, b, c", and how many more.
std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) {
        text += (i == 0 ? "" : std::string(tr(", ", "、"))) + names[i];
    }
    if (names.size() > kMostNamed) text += trf(" and {} more", " 等 {} 项", names.size());
    return text;
}

std::vector<std::string> with_basis(const Options& options,
                                    const std::vector<TotalOfItems::Summand>& summands, CoalBasis basis) {
    std::vector<std::string> names;
    for (const auto& summand : summands) {
        const ItemOptions& item = options.items[summand.row];
        const bool new_name = std::ranges::find(names, item.id) == names.end();
        if (item.coal && item.coal->basis == basis && new_name) names.push_back(item.id);
    }
    return names;
}

/// Everything that a version is computed from.
std::set<std::size_t> inside(std::size_t version, const std::vector<std::vector<std::size_t>>& used) {
    std::set<std::size_t> found;
    std::vector<std::size_t> open = used[version];
    while (!open.empty()) {
        const std::size_t next = open.back();
        open.pop_back();
        if (!found.insert(next).second) continue;
        open.insert(open.end(), used[next].begin(), used[next].end());
    }
    return found;
}

}  // namespace

std::vector<TotalOfItems::Summand> summands_of(const Options& options, std::size_t total) {
    const ItemOptions& whole = options.items[total];
    std::vector<TotalOfItems::Summand> summands;
    for (std::size_t row = 0; row < options.items.size(); ++row) {
        const ItemOptions& item = options.items[row];
        const bool counts = item.in_total != InTotal::none && item.method != ItemMethod::total &&
                            is_additive(item.method) && item.enterprise == whole.enterprise;
        if (counts && overlap(item, whole)) summands.push_back({row, item.in_total == InTotal::minus});
    }
    return summands;
}

void check_part_in_total(const Options& options, std::size_t row, ItemProblems& problems) {
    const ItemOptions& item = options.items[row];
    if (item.in_total == InTotal::none) return;
    if (item.method == ItemMethod::total || !is_additive(item.method)) {
        problems.error(row, "in_total",
                       trf("an item of method {} cannot be part of a total: 不计",
                           "统计方法为“{}”的采集项不能计入综合能耗，应为“不计”", word_of(item.method)));
    } else if (!item.coal) {
        problems.error(
            row, "coal_factor",
            std::string(tr("part of the total, but without a coal factor", "计入综合能耗，但没有折标系数")));
    }
}

void compile_total(const Options& options, ItemVersion& total, ItemProblems& problems) {
    const ItemOptions& item = options.items[total.row];
    TotalOfItems made{summands_of(options, total.row), Exact{1}};
    if (const auto factor = conversion(Unit::parse("tce").value(), total.unit)) {
        made.conversion = *factor;
    } else {
        problems.error(total.row, "unit",
                       trf("a total is in standard coal (tce, kgce), not in {}",
                           "综合能耗的单位必须是标准煤(tce、kgce)，不是 {}", item.unit));
    }
    if (made.summands.empty()) {
        problems.error(total.row, "method",
                       std::string(tr("no item says 加 or 减 in 计入综合能耗: the total would be empty",
                                      "没有采集项在“计入综合能耗”中填“加”或“减”，合计为空")));
    }
    const auto calorific = with_basis(options, made.summands, CoalBasis::calorific);
    const auto equivalent = with_basis(options, made.summands, CoalBasis::equivalent);
    if (!calorific.empty() && !equivalent.empty()) {
        problems.error(
            total.row, "method",
            trf("当量 ({}) and 等价 ({}) are mixed in one total: bring all to one basis",
                "同一合计中混用了当量({})和等价({})：请统一折标口径", listed(calorific), listed(equivalent)));
    }
    std::set<std::string> reported;
    for (const auto& summand : made.summands) {
        const ItemOptions& part = options.items[summand.row];
        total.references.push_back({Reference::Kind::item, part.id, {}});
        const StatType finest = *item.periods.begin();
        const bool by_hand = finest == StatType::real_time && part.method == ItemMethod::manual;
        if ((by_hand || *part.periods.begin() > finest) && reported.insert(part.id).second) {
            problems.error(total.row, "periods",
                           trf("{} is part of the total and has no {} values: the total cannot have any",
                               "{} 计入综合能耗但没有{}值，合计也就不能有", part.id, word_of(finest)));
        }
    }
    total.calculation = std::move(made);
}

void warn_of_double_counting(const Options& options, const std::vector<ItemVersion>& versions,
                             const std::vector<std::vector<std::size_t>>& used, ItemProblems& problems) {
    std::set<std::pair<std::size_t, std::string>> reported;
    for (const ItemVersion& version : versions) {
        const auto* total = std::get_if<TotalOfItems>(&version.calculation);
        if (total == nullptr) continue;
        std::set<std::size_t> counted;
        for (const auto& summand : total->summands) counted.insert(summand.row);
        for (const std::size_t row : counted) {
            for (const std::size_t part : inside(row, used)) {
                const std::string& id = options.items[part].id;
                if (!counted.contains(part) || !reported.emplace(row, id).second) continue;
                problems.warning(row, "in_total",
                                 trf("{0} is computed from {1}, and both enter {2}: {1} may count twice",
                                     "{0} 由 {1} 计算得出，二者都计入 {2}：{1} 可能重复计算",
                                     options.items[row].id, id, options.items[version.row].id));
            }
        }
    }
}

}  // namespace mg
