#include <algorithm>
#include <map>
#include <set>

#include "config/loaders.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

/// The name of no uplink: what goes for those that no cell names.
const UplinkId kAnyOther{""};

std::set<UplinkId> destinations_of(const std::vector<ItemOptions>& items) {
    std::set<UplinkId> destinations{kAnyOther};
    for (const ItemOptions& item : items) {
        for (const auto& [uplink, code] : item.codes.by_uplink) destinations.insert(uplink);
        destinations.insert(item.uplinks.named.begin(), item.uplinks.named.end());
    }
    return destinations;
}

bool hold_together(const ItemOptions& a, const ItemOptions& b) {
    return (!a.valid_to || b.valid_from < *a.valid_to) && (!b.valid_to || a.valid_from < *b.valid_to);
}

bool share_a_period(const ItemOptions& a, const ItemOptions& b) {
    return std::ranges::any_of(a.periods, [&](StatType type) { return b.periods.contains(type); });
}

bool clash(const ItemOptions& a, const ItemOptions& b) {
    return a.id != b.id && a.enterprise == b.enterprise && hold_together(a, b) && share_a_period(a, b);
}

}  // namespace

void check_sent_codes(const std::vector<ItemOptions>& items, Reporter& report) {
    std::set<const ItemOptions*> reported;
    const std::set<UplinkId> destinations = destinations_of(items);
    if (destinations.size() > kMostUplinks + 1) {
        report.error({}, "uplinks",
                     {std::string(tr("too many different destinations", "不同的上报目标过多")),
                      trf("at most {}", "不超过 {} 个", kMostUplinks)},
                     std::to_string(destinations.size() - 1));
        return;
    }
    for (const UplinkId& destination : destinations) {
        std::map<ItemCode, std::vector<const ItemOptions*>> by_code;
        for (const ItemOptions& item : items) {
            const ItemCode* code = item.uplinks.contains(destination) ? item.codes.of(destination) : nullptr;
            if (code == nullptr) continue;
            auto& same = by_code[*code];
            const auto other =
                std::ranges::find_if(same, [&](const ItemOptions* earlier) { return clash(*earlier, item); });
            if (other != same.end() && reported.insert(&item).second) {
                report.error(
                    {item.row.line(), item.row.column_of("code")}, "code",
                    {trf("'{}' in line {} sends the same code for the same periods",
                         "第 {1} 行的“{0}”以同一编码上报同样的周期", (*other)->id, (*other)->row.line()),
                     std::string(tr("one item for each code, period and destination",
                                    "同一目标、同一周期，一个编码只能有一个采集项"))},
                    code->hyphenated());
            }
            same.push_back(&item);
        }
    }
}

}  // namespace mg
