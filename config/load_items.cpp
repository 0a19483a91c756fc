#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <unordered_map>

#include "config/loaders.h"
#include "config/table.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::string_view kReserved = "coef";

Place place_of(const ItemOptions& item, std::string_view key) {
    return {item.row.line(), item.row.column_of(key)};
}

/// The calendar years of two versions that follow one another meet when one ends in the year in which the
/// other begins.
bool share_a_year(const ItemOptions& before, const ItemOptions& after, const SiteCalendar& calendar) {
    const UtcTime end = before.valid_to.value_or(after.valid_from) - milliseconds{1};
    return calendar.year_start(end) == calendar.year_start(after.valid_from);
}

/// What is wrong with several rows together.
class ItemTable {
public:
    ItemTable(const Options& options, Reporter& report)
        : calendar_{.utc_offset = options.site.utc_offset}, report_{report} {
        for (const MeterOptions& meter : options.meters) meters_.insert(meter.id.text);
        for (const UplinkOptions& uplink : options.uplinks) uplinks_.insert(uplink.id.text);
        for (const ProvincialOptions& uplink : options.provincial) uplinks_.insert(uplink.id.text);
    }

    /// `dated`: its date is not written or right; otherwise nobody knows where it stands among the versions.
    void add(ItemOptions item, bool dated) {
        check_id(item);
        check_uplinks(item);
        const auto [known, is_new] = versions_.try_emplace(item.id);
        if (is_new && !item.id.empty() && ++ids_ == kMostItems + 1) {
            report_.error({item.row.line(), 0}, {},
                          {std::string(tr("too many items", "采集项过多")),
                           trf("at most {}", "不超过 {} 个", kMostItems)});
        }
        if (is_new) order_.push_back(item.id);
        if (known->second.size() == kMostItemVersions && !item.id.empty()) {
            report_.error(place_of(item, "id"), "id",
                          {std::string(tr("too many versions of one item", "同一采集项的版本过多")),
                           trf("at most {}", "不超过 {} 个", kMostItemVersions)},
                          item.id);
        }
        (dated ? known->second : undated_).push_back(std::move(item));
    }

    /// The versions of each id behind one another, in the order in which the ids came.
    std::vector<ItemOptions> items() {
        std::vector<ItemOptions> items;
        for (const std::string& id : order_) {
            auto& versions = versions_[id];
            std::ranges::stable_sort(versions, {}, &ItemOptions::valid_from);
            if (!id.empty()) chain(versions);
            std::ranges::move(versions, std::back_inserter(items));
        }
        std::ranges::move(undated_, std::back_inserter(items));
        return items;
    }

private:
    void check_id(const ItemOptions& item) {
        if (meters_.contains(item.id)) {
            report_.error(place_of(item, "id"), "id",
                          {std::string(tr("a metering point has this id; items and metering points share one "
                                          "namespace",
                                          "计量点已用此编号；采集项与计量点共用一个名字空间")),
                           {}},
                          item.id);
        }
        if (item.id == kReserved) {
            report_.error(
                place_of(item, "id"), "id",
                {std::string(tr("formulas call coefficients by this word", "公式用这个词引用系数")), {}},
                item.id);
        }
    }

    void check_uplinks(const ItemOptions& item) {
        for (const auto& [uplink, code] : item.codes.by_uplink) warn_of_unknown(item, "code", uplink);
        for (const UplinkId& uplink : item.uplinks.named) warn_of_unknown(item, "uplinks", uplink);
    }

    void warn_of_unknown(const ItemOptions& item, std::string_view key, const UplinkId& uplink) {
        if (uplinks_.contains(uplink.text)) return;
        const std::string nearest = nearest_of(uplink.text, {uplinks_.begin(), uplinks_.end()});
        std::string what =
            trf("gateway.toml has no uplink '{}'", "gateway.toml 中没有上传目标“{}”", uplink.text);
        if (!nearest.empty()) what += trf(", nearest is '{}'", "，最接近的是“{}”", nearest);
        report_.warning(place_of(item, key), key, {std::move(what), {}}, item.row.text(key));
    }

    /// By valid_from already.
    void chain(std::vector<ItemOptions>& versions) {
        for (std::size_t i = 1; i < versions.size(); ++i) {
            ItemOptions& before = versions[i - 1];
            const ItemOptions& after = versions[i];
            if (!after_begins_later(before, after)) continue;
            check_year(before, after);
            if (!before.valid_to) before.valid_to = after.valid_from;
        }
    }

    bool after_begins_later(const ItemOptions& before, const ItemOptions& after) {
        // Of two rows with one date it is the lower one that is blamed, whatever the sorting made of them.
        if (before.valid_from == after.valid_from) {
            report_.error(place_of(after, "valid_from"), "valid_from",
                          {trf("the version in line {} begins at the same time", "第 {} 行的版本同时启用",
                               before.row.line()),
                           std::string(tr("a later date; only one version may leave it out",
                                          "写更晚的日期；只有一个版本可以不写"))},
                          after.row.text("valid_from"));
            return false;
        }
        if (before.valid_to && *before.valid_to > after.valid_from) {
            report_.error(place_of(after, "valid_from"), "valid_from",
                          {trf("overlaps the version in line {}, which is valid to {}",
                               "与第 {} 行的版本重叠，该版本 {} 才停用", before.row.line(),
                               before.row.text("valid_to")),
                           {}},
                          after.row.text("valid_from"));
            return false;
        }
        return true;
    }

    void check_year(const ItemOptions& before, const ItemOptions& after) {
        if (!share_a_year(before, after, calendar_)) return;
        const auto differs = [&](std::string_view key) {
            report_.error(
                place_of(after, key), key,
                {trf("line {} says '{}' in the same calendar year, which could then not be summed",
                     "同一自然年内第 {} 行为“{}”，全年将无法相加", before.row.line(), before.row.text(key)),
                 std::string(tr("such a change on 1 January only", "只能在 1 月 1 日这样改"))},
                after.row.text(key));
        };
        if (before.unit != after.unit) differs("unit");
        if (before.decimals != after.decimals) differs("decimals");
        if (is_additive(before.method) != is_additive(after.method)) differs("method");
    }

    SiteCalendar calendar_;
    Reporter& report_;
    std::set<std::string, std::less<>> meters_;
    std::set<std::string, std::less<>> uplinks_;
    std::unordered_map<std::string, std::vector<ItemOptions>> versions_;
    std::vector<ItemOptions> undated_;
    std::vector<std::string> order_;
    std::size_t ids_{0};
};

}  // namespace

void load_items(std::string_view text, Options& options, Reporter& report) {
    TableReader rows{FieldSection::item, text, kMostItemRows, report};
    ItemTable table{options, report};
    while (const auto record = rows.next()) {
        const bool dated = record->has("valid_from") == (record->get<std::string>("valid_from") != nullptr);
        table.add(read_item(*record, rows, options.site, report), dated);
    }
    options.items = table.items();
    check_sent_codes(options.items, report);
    check_code_words(options, report);
}

}  // namespace mg
