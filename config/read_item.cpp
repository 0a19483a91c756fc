#include <algorithm>
#include <set>

#include "config/loaders.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::string_view kCoefficientPrefix = "coef.";

StatType stat_type_of(std::string_view key) {
    return stat_type_from(key).value_or(StatType::day);  // the keys of the field are those names
}

ItemMethod method_of(std::string_view key) {
    if (key == "manual") return ItemMethod::manual;
    if (key == "last") return ItemMethod::last;
    if (key == "mean") return ItemMethod::mean;
    if (key == "ratio") return ItemMethod::ratio;
    return key == "total" ? ItemMethod::total : ItemMethod::difference;
}

CoalBasis basis_of(std::string_view key) {
    if (key == "equivalent") return CoalBasis::equivalent;
    if (key == "measured") return CoalBasis::measured;
    return key == "reference" ? CoalBasis::reference : CoalBasis::calorific;
}

/// The parts of a cell between semicolons, be they Chinese ones.
std::vector<std::string_view> statements(std::string_view text) {
    constexpr std::string_view kChineseSemicolon = "；";
    std::vector<std::string_view> parts;
    while (true) {
        const auto plain = text.find(';');
        const auto chinese = text.find(kChineseSemicolon);
        const auto end = std::min({plain, chinese, text.size()});
        if (const auto part = trimmed(text.substr(0, end)); !part.empty()) parts.push_back(part);
        if (end == text.size()) return parts;
        text.remove_prefix(end + (end == plain ? 1 : kChineseSemicolon.size()));
    }
}

/// Reads the cells of one row that say more than the field table can check.
class ItemRow {
public:
    ItemRow(const Record& record, const TableReader& rows, Reporter& report)
        : record_{record}, rows_{rows}, report_{report} {}

    /// The one code, or one for each destination.
    ItemCodes codes() {
        ItemCodes codes;
        const auto* text = record_.get<std::string>("code");
        if (text == nullptr) return codes;
        for (const std::string_view statement : statements(*text)) {
            const auto equals = statement.find('=');
            const bool of_one = equals != std::string_view::npos;
            const UplinkId uplink{std::string(of_one ? trimmed(statement.substr(0, equals)) : "")};
            const auto code = parse_item_code(of_one ? statement.substr(equals + 1) : statement);
            if (of_one && !is_valid_id(uplink.text)) {
                error("code",
                      {std::string(tr("before = stands the id of an uplink", "等号前应为上传目标编号")),
                       "00-00-0000-023300-11; center2=00-00-0000-023300-21"});
            } else if (!code) {
                error("code", {code.error().what, "00-00-0000-023300-11"});
            } else if (of_one ? !codes.by_uplink.emplace(uplink, *code).second : codes.standard.has_value()) {
                error(
                    "code",
                    {of_one ? trf("two codes for '{}'", "“{}”有两个编码", uplink.text)
                            : std::string(tr("two codes for the same destinations", "同样的目标有两个编码")),
                     "00-00-0000-023300-11; center2=00-00-0000-023300-21"});
            } else if (!of_one) {
                codes.standard = *code;
            }
        }
        return codes;
    }

    ItemUplinks uplinks() {
        const std::string text = record_.get_or<std::string>("uplinks", "all");
        if (text == "all" || text == "全部") return {};
        ItemUplinks uplinks{.all = false, .named = {}};
        if (text == "none" || text == "不上报") return uplinks;
        for (const std::string_view id : list_parts(text)) {
            if (is_valid_id(id)) {
                uplinks.named.insert(UplinkId{std::string(id)});
            } else {
                error("uplinks", {trf("'{}' is not the id of an uplink", "“{}”不是上传目标编号", id),
                                  std::string(tr("all, none, or ids with spaces between them",
                                                 "全部、不上报，或上传目标编号，空格隔开"))});
            }
        }
        return uplinks;
    }

    std::optional<CoalFactor> coal() {
        const auto* text = record_.get<std::string>("coal_factor");
        if (text == nullptr) return std::nullopt;
        CoalFactor factor;
        factor.unit = record_.text("coal_unit");
        if (const auto* basis = record_.get<std::string>("coal_basis")) factor.basis = basis_of(*basis);
        const std::string_view value = *text;
        const auto number = Decimal::parse(value);
        const bool named = value.starts_with(kCoefficientPrefix);
        if (named && is_valid_id(value.substr(kCoefficientPrefix.size()))) {
            factor.value = std::string(value.substr(kCoefficientPrefix.size()));
        } else if (!named && number && number->mantissa() > 0 && number->exponent() >= -30 &&
                   number->exponent() <= 30) {
            factor.value = *number;
        } else {
            error("coal_factor", {std::string(tr("neither a number above 0 nor a coefficient",
                                                 "既不是大于 0 的数，也不是系数")),
                                  "1.229, coef.elec_tce"});
        }
        return factor;
    }

    /// Of real-time values; without them it says nothing.
    milliseconds interval(const std::set<StatType>& periods, milliseconds boundary) {
        if (!periods.contains(StatType::real_time)) return boundary;
        const milliseconds interval{record_.get_or<std::int64_t>("interval_min", boundary.count())};
        if (interval % boundary == milliseconds{0} && milliseconds{3'600'000} % interval == milliseconds{0})
            return interval;
        error("interval_min",
              {trf("not a multiple of site.boundary ({}) that divides an hour",
                   "不是能整除一小时的站点边界({})的整数倍", print_duration(boundary.count())),
               multiples(boundary)});
        return boundary;
    }

    void error(std::string_view key, Complaint complaint) {
        report_.error(rows_.place_of(record_, key), key, std::move(complaint), record_.text(key));
    }

private:
    static std::string multiples(milliseconds boundary) {
        constexpr std::int64_t kMinute = 60'000;
        std::string text;
        for (const std::int64_t minutes : {1, 5, 10, 15, 20, 30, 60}) {
            const milliseconds length{minutes * kMinute};
            if (length % boundary != milliseconds{0}) continue;
            text += fmt::format("{}{}", text.empty() ? "" : ", ", minutes);
        }
        return text;
    }

    const Record& record_;
    const TableReader& rows_;
    Reporter& report_;
};

std::string missing() {
    return std::string(tr("is missing", "缺少此项"));
}

/// A formula exactly where the method computes by one.
void check_formula_is_there(const Record& record, const ItemOptions& item, ItemRow& row) {
    if (!record.has("method")) return;
    const bool by_formula = item.method != ItemMethod::manual && item.method != ItemMethod::total;
    if (by_formula && item.formula.empty()) {
        row.error("formula", {missing(), std::string(tr("every method but manual and total computes by one",
                                                        "除手工和综合能耗外都要有公式"))});
    }
    if (!by_formula && !item.formula.empty()) {
        row.error("formula",
                  {trf("the method '{}' has no formula", "统计方法“{}”没有公式", record.text("method")), {}});
    }
}

void check_manual(const ItemOptions& item, ItemRow& row) {
    if (item.method != ItemMethod::manual) return;
    if (item.periods.contains(StatType::real_time)) {
        row.error("periods", {std::string(tr("entered values are of days, months and years, never real-time",
                                             "手工值只有日、月、年，没有实时")),
                              "日 月 年 (day month year)"});
    }
    if (item.source == InputType::field_meter) {
        row.error("source", {std::string(tr("the method says that the value is entered, not metered",
                                            "统计方法是手工，来源却是现场仪表")),
                             std::string(tr("any other source", "其他来源"))});
    }
}

/// What enters the total is an amount with a factor.
void check_total(const Record& record, const ItemOptions& item, ItemRow& row) {
    for (const std::string_view key : {"coal_unit", "coal_basis"}) {
        if (!record.has(key) || record.has("coal_factor")) continue;
        row.error("coal_factor", {trf("is missing: '{}' is given", "缺少此项：已写“{}”", key), {}});
        break;
    }
    if (record.has("coal_factor") && !record.has("coal_unit")) {
        row.error("coal_unit", {missing(), "tce/t, tce/万kWh, tce/GJ, …"});
    }
    if (item.in_total == InTotal::none) return;
    if (item.method == ItemMethod::total) {
        row.error("in_total",
                  {std::string(tr("the total would count itself", "综合能耗不能计入自身")), "none/不计"});
    } else if (!is_additive(item.method)) {
        row.error("in_total", {trf("values by the method '{}' do not add up", "统计方法“{}”的值不能相加",
                                   record.text("method")),
                               "none/不计"});
    }
    if (!record.has("coal_factor")) {
        row.error(
            "coal_factor",
            {std::string(tr("is missing: the item is counted in the total", "缺少此项：该项计入综合能耗")),
             "1.229, coef.elec_tce"});
    } else if (!record.has("coal_basis")) {
        row.error(
            "coal_basis",
            {std::string(tr("is missing: the item is counted in the total", "缺少此项：该项计入综合能耗")),
             allowed_values(*field_by_key(FieldSection::item, "coal_basis"))});
    }
}

void check_limits(const Record& record, const ItemOptions& item, ItemRow& row) {
    if (item.day_min && item.day_max && *item.day_min > *item.day_max) {
        row.error("day_max",
                  {trf("below the least of a day, {}", "小于日下限 {}", record.text("day_min")), {}});
    }
    if (item.valid_to && *item.valid_to <= item.valid_from) {
        row.error("valid_to",
                  {trf("not after the begin on {}", "不晚于启用日期 {}", record.text("valid_from")), {}});
    }
}

}  // namespace

InputType input_type_of(std::string_view key) {
    if (key == "management") return InputType::management_system;
    if (key == "production") return InputType::production_system;
    if (key == "dcs") return InputType::dcs;
    if (key == "manual") return InputType::manual;
    if (key == "supplier") return InputType::supplier;
    return key == "other" ? InputType::other : InputType::field_meter;
}

std::optional<UtcTime> site_midnight(const Record& record, std::string_view key, const SiteOptions& site) {
    const auto* date = record.get<std::string>(key);
    if (date == nullptr) return std::nullopt;
    const auto day = SiteCalendar{.utc_offset = site.utc_offset}.parse(*date);
    if (!day) return std::nullopt;
    return day->from;
}

ItemOptions read_item(const Record& record, const TableReader& rows, const SiteOptions& site,
                      Reporter& report) {
    ItemRow row{record, rows, report};
    ItemOptions item;
    item.id = record.get_or<std::string>("id", {});
    item.name = record.text("name");
    item.codes = row.codes();
    item.enterprise = record.text("enterprise");
    item.process = record.text("process");
    item.process_unit = record.text("process_unit");
    item.equipment = record.text("equipment");
    item.energy = record.text("energy");
    item.use = record.text("use");
    for (const std::string& key : record.get_or<std::vector<std::string>>("periods", {}))
        item.periods.insert(stat_type_of(key));
    item.interval = row.interval(item.periods, site.boundary);
    item.method = method_of(record.get_or<std::string>("method", {}));
    const std::string_view usual_source = item.method == ItemMethod::manual ? "manual" : "meter";
    item.source = input_type_of(record.get_or<std::string>("source", std::string(usual_source)));
    const std::string month = record.get_or<std::string>("month_source", "same");
    item.month_source = month == "same" ? item.source : input_type_of(month);
    item.formula = record.text("formula");
    item.unit = record.text("unit");
    item.decimals = static_cast<int>(record.get_or<std::int64_t>("decimals", item.decimals));
    item.coal = row.coal();
    const std::string in_total = record.get_or<std::string>("in_total", "none");
    item.in_total = in_total == "plus" ? InTotal::plus : in_total == "minus" ? InTotal::minus : InTotal::none;
    const auto number = [&](std::string_view key) {
        const auto* value = record.get<Decimal>(key);
        return value != nullptr ? std::optional{*value} : std::nullopt;
    };
    item.day_min = number("day_min");
    item.day_max = number("day_max");
    item.last_year = number("last_year");
    item.uplinks = row.uplinks();
    item.valid_from = site_midnight(record, "valid_from", site).value_or(UtcTime{});
    item.valid_to = site_midnight(record, "valid_to", site);
    item.responsible = record.text("responsible");
    item.remark = record.text("remark");
    item.row = rows.row_of(record);
    check_formula_is_there(record, item, row);
    check_manual(item, row);
    check_total(record, item, row);
    check_limits(record, item, row);
    return item;
}

}  // namespace mg
