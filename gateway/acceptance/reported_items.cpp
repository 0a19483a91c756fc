#include "gateway/acceptance/reported_items.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/ranges.h>

#include "gateway/acceptance/sample_record.h"
#include "gateway/base/language.h"
#include "gateway/uplink/provincial/item_meters.h"

namespace mg {
namespace {

std::string_view source_word(InputType source) {
    switch (source) {
        case InputType::management_system:
            return tr("management information system", "管理信息系统");
        case InputType::production_system:
            return tr("production monitoring system", "生产监控管理系统");
        case InputType::dcs:
            return tr("DCS", "分布式控制系统");
        case InputType::field_meter:
            return tr("field meter", "现场仪表");
        case InputType::manual:
            return tr("entered by hand", "手工填报");
        case InputType::supplier:
            return tr("supplier", "能源供应单位");
        case InputType::other:
            return tr("other", "其他");
    }
    return {};
}

std::string_view method_word(ItemMethod method) {
    switch (method) {
        case ItemMethod::difference:
        case ItemMethod::last:
        case ItemMethod::mean:
        case ItemMethod::ratio:
            return {};
        case ItemMethod::manual:
            return tr("entered by hand", "手工填报");
        case ItemMethod::total:
            return tr("sum of the items in standard coal", "各采集项折标煤合计");
    }
    return {};
}

std::string source_of(const ItemOptions& item) {
    std::string source{source_word(item.source)};
    if (item.month_source != item.source)
        source += trf("; month and year: {}", "；月、年：{}", source_word(item.month_source));
    return source;
}

std::string with_id(const std::string& name, const std::string& id) {
    return name.empty() || name == id ? id : fmt::format("{} ({})", name, id);
}

std::string joined(std::string_view first, std::string_view second) {
    return fmt::format("{}{}{}", first, first.empty() || second.empty() ? "" : ", ", second);
}

/// The version of each item that is sent.
std::vector<const ItemOptions*> sent(const Options& options, const ProvincialOptions& uplink,
                                     const ProfileOptions& profile, UtcTime at) {
    std::vector<const ItemOptions*> items;
    for (const EnrolledItem& carried : carried_items(options, uplink, profile, at)) {
        const auto found = std::ranges::find_if(options.items, [&](const ItemOptions& item) {
            return item.id == carried.item && item.valid_from == carried.from;
        });
        if (found != options.items.end()) items.push_back(&*found);
    }
    return items;
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/// Ids that stand alone in a formula: other items. Points and coefficients have a dot.
std::set<std::string> items_in(std::string_view formula) {
    std::set<std::string> found;
    for (std::size_t i = 0; i < formula.size();) {
        std::size_t end = i;
        while (end < formula.size() && (is_word(formula[end]) || formula[end] == '.')) ++end;
        const std::string_view word = formula.substr(i, end - i);
        if (!word.empty() && word.find('.') == std::string_view::npos) found.emplace(word);
        i = std::max(end, i + 1);
    }
    return found;
}

/// Meters under an item that is computed from other items, however deep; configurations have no cycles.
void add_meters_under(const Options& options, const std::string& item, UtcTime at,
                      std::set<std::string>& seen, std::set<MeterId>& meters) {
    for (const ItemOptions& version : options.items) {
        if (version.id != item || !version.valid_at(at) || !seen.insert(item).second) continue;
        for (const auto& [meter, enters] : meters_in(version.formula)) meters.insert(meter);
        for (const std::string& other : items_in(version.formula))
            add_meters_under(options, other, at, seen, meters);
    }
}

/// For each meter the items that it feeds: itself with its sign, or by way of others in parentheses.
std::map<MeterId, std::vector<std::string>> feeds_of(const Options& options,
                                                     const std::vector<const ItemOptions*>& items,
                                                     UtcTime at) {
    std::map<MeterId, std::vector<std::string>> feeds;
    for (const ItemOptions* item : items) {
        const auto own = meters_in(item->formula);
        for (const auto& [meter, enters] : own)
            feeds[meter].push_back((enters == Enters::subtracted ? "−" : "+") + item->id);
        std::set<std::string> seen;
        std::set<MeterId> under;
        add_meters_under(options, item->id, at, seen, under);
        for (const MeterId& meter : under) {
            if (!own.contains(meter)) feeds[meter].push_back(fmt::format("({})", item->id));
        }
    }
    return feeds;
}

}  // namespace

std::string_view period_word(StatType type) {
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

std::vector<ReportedItem> reported_items(const Options& options, const ProvincialOptions& uplink,
                                         const ProfileOptions& profile, UtcTime at) {
    std::vector<ReportedItem> rows;
    const auto carried = carried_items(options, uplink, profile, at);
    for (const ItemOptions* item : sent(options, uplink, profile, at)) {
        const auto plan = std::ranges::find_if(carried, [&](const EnrolledItem& each) {
            return each.item == item->id && each.from == item->valid_from;
        });
        std::vector<std::string_view> periods;
        for (const StatType type : plan->types) periods.push_back(period_word(type));
        const bool real_time = plan->types.contains(StatType::real_time);
        const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(item->interval).count();
        rows.push_back(
            {.name = with_id(item->name, item->id),
             .code = item->codes.of(uplink.id)->hyphenated(),
             .unit = item->unit,
             .decimals = std::to_string(item->decimals),
             .periods = fmt::format("{}", fmt::join(periods, " ")),
             .interval = real_time ? trf("{} min", "{} 分钟", minutes) : std::string{},
             .source = source_of(*item),
             .formula = item->formula.empty() ? std::string(method_word(item->method)) : item->formula});
    }
    return rows;
}

std::vector<ReportedMeter> reported_meters(const Options& options, const ProvincialOptions& uplink,
                                           const ProfileOptions& profile, UtcTime at) {
    const auto feeds = feeds_of(options, sent(options, uplink, profile, at), at);
    std::vector<ReportedMeter> rows;
    for (const MeterOptions& meter : options.meters) {
        const auto its = feeds.find(meter.id);
        if (its == feeds.end()) continue;
        const TableRow& row = meter.row;
        rows.push_back({.name = with_id(meter.name, meter.id.text),
                        .type = joined(row.text("instrument"), row.text("spec")),
                        .accuracy = std::string(row.text("accuracy")),
                        .serial_no = meter.serial_no,
                        .asset_no = std::string(row.text("asset_no")),
                        .location = std::string(row.text("location")),
                        .verified = joined(row.text("verified_on"), row.text("valid_until")),
                        .feeds = fmt::format("{}", fmt::join(its->second, " "))});
    }
    return rows;
}

}  // namespace mg
