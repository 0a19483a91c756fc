#include "gateway/accounting/item_inputs.h"

#include <algorithm>
#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

UtcTime end_of(const ItemOptions& item) {
    return item.valid_to.value_or(UtcTime::max());
}

/// Each reference where it is written first.
void collect(const Expression& expression, std::vector<const Expression*>& nodes) {
    const auto same = [&](const Expression* node) { return node->reference == expression.reference; };
    if (expression.kind == Expression::Kind::reference && std::ranges::none_of(nodes, same)) {
        nodes.push_back(&expression);
    }
    for (const auto& operand : expression.operands) collect(operand.expression, nodes);
}

}  // namespace

std::string at_character(int column, const std::string& what) {
    return column == 0 ? what : trf("character {}: {}", "第 {} 个字符：{}", column, what);
}

bool overlap(const ItemOptions& a, const ItemOptions& b) {
    return a.valid_from < end_of(b) && b.valid_from < end_of(a);
}

std::string_view word_of(ItemMethod method) {
    switch (method) {
        case ItemMethod::difference:
            return "累计差";
        case ItemMethod::manual:
            return "手工";
        case ItemMethod::last:
            return "期末值";
        case ItemMethod::mean:
            return "平均";
        case ItemMethod::ratio:
            return "比值";
        case ItemMethod::total:
            return "综合能耗";
    }
    return {};
}

std::string_view word_of(StatType type) {
    switch (type) {
        case StatType::real_time:
            return tr("real-time", "实时");
        case StatType::day:
            return tr("day", "日");
        case StatType::month:
            return tr("month", "月");
        case StatType::year:
            return tr("year", "年");
    }
    return {};
}

std::optional<ItemInputs> InputCheck::inputs_of(std::size_t row, const Expression& formula) {
    std::vector<const Expression*> nodes;
    collect(formula, nodes);
    ItemInputs inputs;
    bool complete = true;
    for (const Expression* node : nodes) {
        auto found = input(row, *node);
        if (!found) {
            complete = false;
            continue;
        }
        inputs.emplace(node->reference, std::move(*found));
    }
    if (!complete) return std::nullopt;
    return inputs;
}

std::optional<ItemInput> InputCheck::input(std::size_t row, const Expression& node) {
    switch (node.reference.kind) {
        case Reference::Kind::point:
            return point(row, node);
        case Reference::Kind::item:
            return item(row, node);
        case Reference::Kind::coefficient:
            break;
    }
    const auto found = coefficient(row, "formula", node.column, node.reference.name);
    if (!found) return std::nullopt;
    return ItemInput{.nature = Nature::factor, .unit = found->unit};
}

std::optional<ItemCatalogue::Coefficient> InputCheck::coefficient(std::size_t row, std::string_view field,
                                                                  int column, const std::string& name) {
    const auto found = catalogue_.coefficient(name);
    if (!found) {
        problems_.error(row, field, at_character(column, found.error()));
        return std::nullopt;
    }
    const UtcTime from = options_.items[row].valid_from;
    if (found->first > from) {
        const bool since_ever = from == UtcTime{};
        const std::string what = at_character(
            column, since_ever ? trf("coef.{} has no value before {}, and this version has no first day",
                                     "coef.{} 在 {} 之前没有数值，而本行没有启用日期", name,
                                     catalogue_.date(found->first))
                               : trf("coef.{} has its first value from {} on, this version begins on {}",
                                     "coef.{} 自 {} 起才有数值，而本行自 {} 启用", name,
                                     catalogue_.date(found->first), catalogue_.date(from)));
        since_ever ? problems_.warning(row, field, what) : problems_.error(row, field, what);
        if (!since_ever) return std::nullopt;
    }
    return *found;
}

std::optional<ItemInput> InputCheck::point(std::size_t row, const Expression& node) {
    const auto found = catalogue_.point(node.reference);
    const ItemMethod method = options_.items[row].method;
    const std::string wrong =
        found ? why_point_does_not_fit(method, node.reference, found->point->kind) : found.error();
    if (!wrong.empty()) {
        complain(row, node.column, wrong);
        return std::nullopt;
    }
    return ItemInput{.nature = found->point->kind == PointKind::index ? Nature::amount : Nature::state,
                     .unit = found->unit,
                     .meter = found->meter,
                     .point = found->point};
}

std::string InputCheck::why_point_does_not_fit(ItemMethod method, const Reference& reference,
                                               PointKind kind) const {
    const bool takes_amounts = method == ItemMethod::difference || method == ItemMethod::ratio;
    if (kind == PointKind::state) {
        return trf("{} is a state, not a quantity", "{} 是状态量，不能计算", reference.to_string());
    }
    if (kind == PointKind::index && !takes_amounts) {
        return trf("{} is an index that counts on: its amount comes by the method 累计差, not by {}",
                   "{} 是累计表底，应使用统计方法“累计差”，而不是“{}”", reference.to_string(),
                   word_of(method));
    }
    if (kind == PointKind::momentary && takes_amounts) {
        return trf("{} is a momentary value, not an index: the methods 平均 and 期末值 fit it, {} does not",
                   "{} 是瞬时值，不是累计表底，可用统计方法“平均”或“期末值”，不能用“{}”",
                   reference.to_string(), word_of(method));
    }
    return {};
}

std::optional<ItemInput> InputCheck::item(std::size_t row, const Expression& node) {
    const auto found = catalogue_.item(node.reference.name);
    if (!found) {
        complain(row, node.column, found.error());
        return std::nullopt;
    }
    const ItemOptions& user = options_.items[row];
    std::vector<std::size_t> versions;
    std::ranges::copy_if(**found, std::back_inserter(versions),
                         [&](std::size_t version) { return overlap(options_.items[version], user); });
    if (!covers(row, node.column, versions)) return std::nullopt;
    const ItemOptions& first = options_.items[versions.front()];
    for (const std::size_t version : versions) {
        const ItemOptions& used = options_.items[version];
        std::string wrong = why_item_does_not_fit(user.method, used);
        if (wrong.empty()) wrong = why_periods_do_not_fit(user, used);
        const auto& unit = units_[version];
        const bool changes = is_additive(used.method) != is_additive(first.method) ||
                             (unit && units_[versions.front()] && !(*unit == *units_[versions.front()]));
        if (wrong.empty() && changes) {
            wrong = trf("the unit or the method of {} changes on {}: begin a new version of this item then",
                        "{} 的单位或统计方法自 {} 起变化：请在同一日期为本采集项加一行新版本", used.id,
                        catalogue_.date(used.valid_from));
        }
        if (!wrong.empty()) {
            complain(row, node.column, wrong);
            return std::nullopt;
        }
    }
    return ItemInput{.nature = is_additive(first.method) ? Nature::amount : Nature::state,
                     .unit = units_[versions.front()]};
}

bool InputCheck::covers(std::size_t row, int column, const std::vector<std::size_t>& versions) {
    const ItemOptions& user = options_.items[row];
    UtcTime known = user.valid_from;
    for (const std::size_t version : versions) {
        if (options_.items[version].valid_from > known) break;
        known = end_of(options_.items[version]);
    }
    if (!versions.empty() && known >= end_of(user)) return true;
    const std::string when =
        known == UtcTime{} ? std::string(tr("the beginning", "最初")) : catalogue_.date(known);
    complain(row, column,
             trf("the item it refers to has no version that is valid from {} on",
                 "所引用的采集项自 {} 起没有有效的版本", when));
    return false;
}

std::string InputCheck::why_item_does_not_fit(ItemMethod method, const ItemOptions& used) const {
    const bool amount = is_additive(used.method);
    if (method == ItemMethod::mean) {
        return trf("{} is an item: a mean is taken of points", "{} 是采集项：“平均”只能用于测点", used.id);
    }
    if (method == ItemMethod::difference && !amount) {
        return trf("{} ({}) does not add up over a period: 累计差 takes amounts",
                   "{}({})不能按时段累加：“累计差”只能用累计量", used.id, word_of(used.method));
    }
    if (method == ItemMethod::last && amount) {
        return trf("{} ({}) is the amount of a period and has no value at its end",
                   "{}({})是时段累计量，没有期末值", used.id, word_of(used.method));
    }
    return {};
}

std::string InputCheck::why_periods_do_not_fit(const ItemOptions& user, const ItemOptions& used) const {
    const StatType finest = *user.periods.begin();
    const StatType finest_used = *used.periods.begin();
    if (finest == StatType::real_time && used.method == ItemMethod::manual) {
        return trf("{} is entered by hand and has no real-time values, so that this item cannot have any",
                   "{} 是手工填报项，没有实时值，本采集项也就不能有实时值", used.id);
    }
    if (finest_used > finest) {
        return trf("{0} has {1} values at the finest; {2} values cannot be computed from them",
                   "{0} 最细只有{1}值，不能由它计算{2}值", used.id, word_of(finest_used), word_of(finest));
    }
    if (finest == StatType::real_time && used.interval.count() > 0 &&
        user.interval % used.interval != milliseconds{0}) {
        return trf("{0} has a value every {1} min; those of {2} min cannot be computed from it",
                   "{0} 每 {1} min 一个实时值，不能由它计算 {2} min 的值", used.id,
                   std::chrono::duration_cast<std::chrono::minutes>(used.interval).count(),
                   std::chrono::duration_cast<std::chrono::minutes>(user.interval).count());
    }
    if (is_additive(used.method)) return {};
    for (const StatType type : user.periods) {
        if (used.periods.contains(type)) continue;
        return trf("{0} ({1}) has no {2} values, and they do not follow from its others",
                   "{0}({1})没有{2}值，也不能由其他周期的值得出", used.id, word_of(used.method),
                   word_of(type));
    }
    return {};
}

void InputCheck::complain(std::size_t row, int column, const std::string& what) {
    problems_.error(row, "formula", at_character(column, what));
}

}  // namespace mg
