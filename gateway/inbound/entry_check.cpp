#include "gateway/inbound/entry_check.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "config/fields.h"
#include "config/loaders.h"
#include "config/values.h"
#include "gateway/accounting/item_limits.h"
#include "gateway/base/language.h"
#include "gateway/base/nearest.h"
#include "gateway/inbound/entry_period.h"

namespace mg {
namespace {

/// Of one text; the books take 4000.
constexpr std::size_t kLongestEvidence = 2000;

EntryFault fault(std::string field, std::string what, std::string allowed = {}, std::string found = {}) {
    return {std::move(field), {std::move(what), std::move(allowed)}, std::move(found)};
}

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

/// What the table of fields says about a text of a table or message.
Parsed<std::string> choice(std::string_view key, std::string_view written) {
    return parse_value(*field_by_key(FieldSection::entry, key), written).map([](const Value& value) {
        return std::get<std::string>(value);
    });
}

bool touches(const ItemOptions& version, const StatPeriod& period) {
    return version.valid_from < period.to && (!version.valid_to || *version.valid_to > period.from);
}

bool is_of_meters(const ItemOptions& version, StatType type) {
    const InputType source =
        type == StatType::month || type == StatType::year ? version.month_source : version.source;
    return source == InputType::field_meter;
}

bool has_control_characters(std::string_view given) {
    constexpr unsigned char kDelete = 0x7F;
    return std::ranges::any_of(given, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < ' ' || byte == kDelete;
    });
}

void check_evidence(const std::string& evidence, std::vector<EntryFault>& faults) {
    if (evidence.empty()) {
        faults.push_back(
            fault("evidence", text("what the value rests on is missing", "缺少该数值的依据"),
                  text("a document: weighing list 7, laboratory sheet 12", "单据：磅单 7、化验单 12")));
    } else if (evidence.size() > kLongestEvidence) {
        faults.push_back(fault("evidence", text("the text is too long", "文字过长"),
                               trf("at most {} bytes", "不超过 {} 字节", kLongestEvidence)));
    } else if (has_control_characters(evidence)) {
        faults.push_back(
            fault("evidence", text("more than one line, or control characters", "含换行或控制字符")));
    }
}

std::optional<Decimal> value_of(const std::string& digits, std::vector<EntryFault>& faults) {
    const auto value = Decimal::parse(digits);
    constexpr int kMostPlaces = 30;
    if (value && value->exponent() >= -kMostPlaces && value->exponent() <= kMostPlaces) return *value;
    faults.push_back(fault("value", text("no decimal number", "不是十进制数"),
                           text("1234.5, at most 37 digits", "1234.5，最多 37 位"), digits));
    return {};
}

std::optional<EntryFault> doubt_about(const Decimal& value, const StatPeriod& period,
                                      const ItemOptions& item) {
    if (is_within_limits(item, period, value)) return {};
    const auto limit = [](const std::optional<Decimal>& of) { return of ? of->to_string() : std::string{}; };
    return fault(
        "value", text("not plausible; the record will be marked so", "超出合理范围；记录将带此标记"),
        trf("{} … {} {} a day", "每日 {} … {} {}", limit(item.day_min), limit(item.day_max), item.unit),
        value.to_string());
}

}  // namespace

std::string line_of(const EntryFault& fault) {
    // Without its file, a problem still has the colon behind it.
    constexpr std::size_t kColon = 2;
    return Problem{.file = {},
                   .field = fault.field,
                   .what = fault.complaint.what,
                   .allowed = fault.complaint.allowed,
                   .found = fault.found}
        .to_string()
        .substr(kColon);
}

EntryCheck::EntryCheck(const Options& options, const EntrySource& source, std::span<const DatedRecord> locks,
                       UtcTime now)
    : calendar_{.utc_offset = options.site.utc_offset}, source_{source}, locks_{locks}, now_{now} {
    for (const ItemOptions& item : options.items) items_[item.id].push_back(&item);
}

const EntryCheck::Versions* EntryCheck::versions_of(const std::string& id, Faults& faults) const {
    const auto found = items_.find(id);
    if (found != items_.end()) return &found->second;
    std::vector<std::string> ids;
    for (const auto& [known, versions] : items_) ids.push_back(known);
    faults.push_back(fault("item",
                           trf("there is no such item; the nearest is \"{}\"",
                               "没有这个采集项；最接近的是“{}”", nearest_of(id, ids)),
                           {}, id));
    return nullptr;
}

std::optional<StatPeriod> EntryCheck::period_of(const GivenValue& given, const Versions* versions,
                                                Faults& faults) const {
    const auto written = written_period(given.period, calendar_);
    if (!written) {
        faults.push_back(fault("period", text("no day, month or year", "不是日、月或年"),
                               "2026-11-22, 2026-11, 2026", given.period));
        return {};
    }
    if (given.type.empty()) {
        const bool has_months =
            versions != nullptr && std::ranges::any_of(*versions, [](const ItemOptions* version) {
                return version->periods.contains(StatType::month) ||
                       version->periods.contains(StatType::year);
            });
        if (!written->may_be_longer || !has_months) return written->period;
        faults.push_back(fault("period",
                               text("a day, or a month that a spreadsheet turned into its first day",
                                    "可能是日，也可能是被表格软件改成当月首日的月份"),
                               text("say which in the column 'type'", "在“统计周期”列写明日或月"),
                               given.period));
        return {};
    }
    const auto key = choice("type", given.type);
    if (!key) {
        faults.push_back({"type", key.error(), given.type});
        return {};
    }
    const auto period = as_type(written->period, stat_type_from(*key).value_or(StatType::day), calendar_);
    if (!period) {
        faults.push_back(fault("period",
                               trf("is not what the type says: {}", "与统计周期“{}”不符", given.type),
                               "2026-11-22, 2026-11, 2026", given.period));
    }
    return period;
}

const ItemOptions* EntryCheck::version_for(const StatPeriod& period, const Versions& versions,
                                           const std::string& found, Faults& faults) const {
    const auto valid = std::ranges::find_if(versions, [&](const ItemOptions* version) {
        return touches(*version, period) && version->periods.contains(period.type);
    });
    const std::string& id = versions.front()->id;
    if (valid == versions.end()) {
        faults.push_back(
            fault("period", trf("item {} has no figure for {}: see its periods and dates",
                                "采集项 {} 没有 {} 的数值：请看其统计周期和启用、停用日期", id, found)));
        return nullptr;
    }
    if (!is_additive((*valid)->method)) {
        faults.push_back(
            fault("item",
                  trf("{} is computed from other figures and takes none itself",
                      "{} 由其他数值计算得出，不能直接录入", id),
                  text("enter what it is computed from, or the coefficient", "录入其计算所用的数值或系数")));
        return nullptr;
    }
    if (source_.way == WayIn::machine && is_of_meters(**valid, period.type)) {
        faults.push_back(fault("item",
                               trf("{} is metered; another system may not replace that",
                                   "{} 取自现场仪表，其他系统不能替代", id),
                               text("an item whose source in items.csv is not the field meter",
                                    "items.csv 中数据来源不是现场仪表的采集项")));
        return nullptr;
    }
    return *valid;
}

void EntryCheck::check_period(const StatPeriod& period, const std::string& found, Faults& faults) const {
    if (period.from > now_) {
        faults.push_back(fault("period", trf("{} has not begun yet", "{} 尚未开始", found)));
    }
    for (const DatedRecord& record : locks_) {
        const auto* lock = std::get_if<PeriodLock>(&record.body);
        if (lock == nullptr || lock->period.from > period.from || period.to > lock->period.to) continue;
        faults.push_back(
            fault("period", trf("{} is closed by record {} of {}; nothing was entered",
                                "{0} 已由 {2} 以记录 {1} 锁定；未录入", found, record.id, record.author)));
        return;
    }
}

std::optional<InputType> EntryCheck::input_type_of(const GivenValue& given, Faults& faults) const {
    if (given.input_type.empty()) {
        if (source_.input_type) return source_.input_type;
        faults.push_back(fault("input_type", text("is missing", "缺少此项"),
                               allowed_values(*field_by_key(FieldSection::entry, "input_type"))));
        return {};
    }
    const auto key = choice("input_type", given.input_type);
    if (!key) {
        faults.push_back({"input_type", key.error(), given.input_type});
        return {};
    }
    const InputType type = mg::input_type_of(*key);
    if (type == InputType::manual && source_.way == WayIn::machine) {
        faults.push_back(fault("input_type",
                               text("only people enter by hand, with 'metergate enter'",
                                    "手工填报只能由人用 metergate enter 录入"),
                               "1, 2, 3, 6, 7", given.input_type));
        return {};
    }
    return type;
}

tl::expected<CheckedEntry, std::vector<EntryFault>> EntryCheck::check(const GivenValue& given) const {
    Faults faults;
    const Versions* versions = versions_of(given.item, faults);
    const auto period = period_of(given, versions, faults);
    const ItemOptions* version = nullptr;
    if (period && versions != nullptr) version = version_for(*period, *versions, given.period, faults);
    if (period) check_period(*period, calendar_.text(*period), faults);
    const auto value = value_of(given.value, faults);
    check_evidence(given.evidence, faults);
    const auto input_type = input_type_of(given, faults);
    if (!faults.empty()) return tl::unexpected(std::move(faults));
    return CheckedEntry{.entry = {.item = given.item,
                                  .period = *period,
                                  .value = *value,
                                  .input_type = static_cast<int>(*input_type),
                                  .evidence = given.evidence},
                        .period_text = calendar_.text(*period),
                        .unit = version->unit,
                        .doubt = doubt_about(*value, *period, *version)};
}

const DatedRecord* standing_entry(std::span<const DatedRecord> entries) {
    const DatedRecord* latest = nullptr;
    for (const DatedRecord& entry : entries) {
        if (!entry.revoked_at && (latest == nullptr || entry.id > latest->id)) latest = &entry;
    }
    return latest;
}

}  // namespace mg
