#include "gateway/accounting/dated_record.h"

#include <algorithm>
#include <array>
#include <span>

#include "gateway/base/language.h"

namespace mg {
namespace {

/// In the order of the alternatives of DatedBody.
constexpr std::array<std::string_view, std::variant_size_v<DatedBody>> kKinds{
    "replacement", "multiplier",  "ruling", "out_of_service",     "production_stop", "opening",
    "entry",       "coefficient", "lock",   "initial_instrument", "verification"};

struct NamedVerdict {
    IndexVerdict verdict;
    std::string_view name;
};
constexpr std::array kVerdicts{NamedVerdict{IndexVerdict::rolled_over, "rolled_over"},
                               NamedVerdict{IndexVerdict::was_reset, "was_reset"},
                               NamedVerdict{IndexVerdict::genuine, "genuine"},
                               NamedVerdict{IndexVerdict::false_value, "false_value"}};

template <class Value>
struct Named {
    Value value;
    std::string_view name;
};
constexpr std::array kTraceabilities{Named{Traceability::legal, "legal"},
                                     Named{Traceability::verification, "verification"},
                                     Named{Traceability::calibration, "calibration"}};
constexpr std::array kResults{Named{VerificationResult::passed, "passed"},
                              Named{VerificationResult::limited, "limited"},
                              Named{VerificationResult::failed, "failed"}};

template <class Value, std::size_t Count>
std::string_view name_in(const std::array<Named<Value>, Count>& names, Value value) {
    return std::ranges::find(names, value, &Named<Value>::value)->name;
}
template <class Value, std::size_t Count>
std::optional<Value> value_in(const std::array<Named<Value>, Count>& names, std::string_view name) {
    const auto found = std::ranges::find(names, name, &Named<Value>::name);
    if (found == names.end()) return std::nullopt;
    return found->value;
}

constexpr std::size_t kLongestText = 4000;
constexpr std::size_t kMostRegisters = 64;
constexpr std::size_t kMostMeters = 5000;
constexpr UtcTime kEarliest = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
constexpr UtcTime kLatest = std::chrono::sys_days{std::chrono::year{2200} / 1 / 1};

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};

tl::unexpected<Error> unsound(std::string_view field, std::string_view en, std::string_view zh) {
    return fail(Failure::rejected, trf("{0}: {1}", "{0}：{2}", field, en, zh));
}

Result<> id_sound(std::string_view field, std::string_view text) {
    if (is_valid_id(text)) return {};
    return fail(Failure::rejected,
                trf("{0}: '{1}' is no id (a-z 0-9 _, at most 64)",
                    "{0}：“{1}”不是合法编号（a-z 0-9 _，最多 64 个字符）", field, text.substr(0, 80)));
}

Result<> text_sound(std::string_view field, std::string_view text) {
    if (text.size() <= kLongestText) return {};
    return unsound(field, "the text is too long (at most 4000 bytes)", "文字过长（最多 4000 字节）");
}

Result<> number_sound(std::string_view field, const Decimal& number) {
    if (Decimal::parse(number.to_string())) return {};
    return unsound(field, "the number has too many digits (at most 37)", "数字位数过多（最多 37 位）");
}
Result<> number_sound(std::string_view field, const std::optional<Decimal>& number) {
    return number ? number_sound(field, *number) : Result<>{};
}

Result<> time_sound(std::string_view field, UtcTime time) {
    if (time >= kEarliest && time < kLatest) return {};
    return unsound(field, "the time is not between 2000 and 2199", "时间不在 2000 年至 2199 年之间");
}
Result<> time_sound(std::string_view field, const std::optional<UtcTime>& time) {
    return time ? time_sound(field, *time) : Result<>{};
}

Result<> above_zero(std::string_view field, const Decimal& number) {
    if (auto readable = number_sound(field, number); !readable) return readable;
    if (number > Decimal{}) return {};
    return unsound(field, "must be above 0", "必须大于 0");
}

Result<> span_sound(UtcTime from, const std::optional<UtcTime>& to) {
    if (auto sound = time_sound("from", from); !sound) return sound;
    if (auto sound = time_sound("to", to); !sound) return sound;
    if (!to || *to > from) return {};
    return unsound("to", "must be after 'from'", "必须晚于 from");
}

Result<> period_sound(const StatPeriod& period) {
    if (period.type == StatType::real_time) {
        return unsound("period", "a day, a month or a year", "只能是日、月或年");
    }
    return span_sound(period.from, period.to);
}

Result<> ratio_sound(const Multiplier& multiplier) {
    if (auto sound = above_zero("multiplier.ct", multiplier.ct); !sound) return sound;
    return above_zero("multiplier.pt", multiplier.pt);
}

template <class Register>
Result<> points_sound(const std::vector<Register>& registers) {
    if (registers.size() > kMostRegisters) {
        return unsound("registers", "too many (at most 64)", "过多（最多 64 个）");
    }
    for (auto each = registers.begin(); each != registers.end(); ++each) {
        if (auto sound = id_sound("registers.point", each->point.text); !sound) return sound;
        const auto same = [&](const Register& other) { return other.point == each->point; };
        if (std::any_of(registers.begin(), each, same)) {
            return unsound("registers", "a point stands there twice", "同一测点出现两次");
        }
    }
    return {};
}

/// The first that is not sound.
Result<> all(std::initializer_list<Result<>> results) {
    const auto bad = std::ranges::find_if(results, [](const Result<>& each) { return !each; });
    return bad == results.end() ? Result<>{} : *bad;
}

Result<> check(const InitialInstrument& body) {
    return all({id_sound("meter", body.meter.text), text_sound("serial", body.serial),
                ratio_sound(body.multiplier)});
}

Result<> check(const Replacement& body) {
    auto known =
        all({id_sound("meter", body.meter.text), time_sound("removed_at", body.removed_at),
             time_sound("installed_at", body.installed_at), text_sound("old_serial", body.old_serial),
             text_sound("new_serial", body.new_serial), points_sound(body.registers)});
    if (!known) return known;
    if (body.installed_at < body.removed_at) {
        return unsound("installed_at", "must not be before 'removed_at'", "不得早于 removed_at");
    }
    if (body.multiplier) known = ratio_sound(*body.multiplier);
    if (known && body.rollover) known = above_zero("rollover", *body.rollover);
    for (const auto& each : body.registers) {
        if (!known) break;
        known = all({number_sound("registers.old_end", each.old_end),
                     number_sound("registers.new_start", each.new_start),
                     number_sound("registers.unmetered", each.unmetered)});
    }
    return known;
}

Result<> check(const MultiplierChange& body) {
    auto known = all({id_sound("meter", body.meter.text), time_sound("at", body.at),
                      ratio_sound(body.multiplier), points_sound(body.registers)});
    for (const auto& each : body.registers) {
        if (known) known = number_sound("registers.index", each.index);
    }
    return known;
}

Result<> check(const IndexRuling& body) {
    if (body.verdict != IndexVerdict::was_reset && (body.before || body.after)) {
        return unsound("before, after", "only with the verdict was_reset", "仅用于 was_reset");
    }
    if (body.verdict != IndexVerdict::false_value && body.until) {
        return unsound("until", "only with the verdict false_value", "仅用于 false_value");
    }
    if (body.until && *body.until <= body.at) return unsound("until", "must be after 'at'", "必须晚于 at");
    return all({id_sound("meter", body.meter.text), id_sound("point", body.point.text),
                time_sound("at", body.at), time_sound("until", body.until),
                number_sound("before", body.before), number_sound("after", body.after)});
}

Result<> check(const OutOfService& body) {
    return all({id_sound("meter", body.meter.text), span_sound(body.from, body.to)});
}

Result<> check(const ProductionStop& body) {
    if (body.meters.size() > kMostMeters) {
        return unsound("meters", "too many (at most 5000)", "过多（最多 5000 个）");
    }
    for (const MeterId& meter : body.meters) {
        if (auto sound = id_sound("meters", meter.text); !sound) return sound;
    }
    return span_sound(body.from, body.to);
}

Result<> check(const OpeningAmount& body) {
    return all(
        {id_sound("item", body.item), span_sound(body.from, body.to), number_sound("amount", body.amount)});
}

Result<> check(const EnteredValue& body) {
    if (body.input_type < 1 || body.input_type > 7) return unsound("input_type", "1 to 7", "1 至 7");
    return all({id_sound("item", body.item), period_sound(body.period), number_sound("value", body.value),
                text_sound("evidence", body.evidence)});
}

Result<> check(const CoefficientValue& body) {
    return all({id_sound("name", body.name), number_sound("value", body.value), text_sound("unit", body.unit),
                time_sound("from", body.from), text_sound("source", body.source),
                text_sound("year", body.year), text_sound("region", body.region)});
}

Result<> check(const PeriodLock& body) {
    return period_sound(body.period);
}

Result<> check(const Verification& body) {
    if (body.serial.empty()) return unsound("serial", "is missing", "缺少");
    if (body.valid_until && *body.valid_until < body.on) {
        return unsound("valid_until", "must not be before 'on'", "不得早于 on");
    }
    return all({id_sound("meter", body.meter.text), text_sound("serial", body.serial),
                time_sound("on", body.on), time_sound("valid_until", body.valid_until),
                text_sound("by", body.by), text_sound("certificate", body.certificate)});
}

std::string joined(std::span<const MeterId> meters) {
    std::string text;
    for (const MeterId& meter : meters) {
        if (!text.empty()) text += ' ';
        text += meter.text;
    }
    return text;
}

}  // namespace

std::string_view to_string(IndexVerdict verdict) {
    return std::ranges::find(kVerdicts, verdict, &NamedVerdict::verdict)->name;
}

std::optional<IndexVerdict> index_verdict_from(std::string_view name) {
    const auto named = std::ranges::find(kVerdicts, name, &NamedVerdict::name);
    if (named == kVerdicts.end()) return std::nullopt;
    return named->verdict;
}

std::string_view to_string(Traceability traceability) {
    return name_in(kTraceabilities, traceability);
}

std::optional<Traceability> traceability_from(std::string_view name) {
    return value_in(kTraceabilities, name);
}

std::string_view to_string(VerificationResult result) {
    return name_in(kResults, result);
}

std::optional<VerificationResult> verification_result_from(std::string_view name) {
    return value_in(kResults, name);
}

std::string_view kind_of(const DatedBody& body) {
    return kKinds.at(body.index());
}

std::vector<std::string_view> dated_kinds() {
    return {kKinds.begin(), kKinds.end()};
}

bool concerns_figures(const DatedBody& body) {
    return !std::holds_alternative<Verification>(body);
}

std::string subject_of(const DatedBody& body) {
    return std::visit(Overloaded{[](const ProductionStop& stop) { return joined(stop.meters); },
                                 [](const OpeningAmount& opening) { return opening.item; },
                                 [](const EnteredValue& entry) { return entry.item; },
                                 [](const CoefficientValue& coefficient) { return coefficient.name; },
                                 [](const PeriodLock& /*lock*/) { return std::string{}; },
                                 [](const auto& of_a_meter) { return of_a_meter.meter.text; }},
                      body);
}

UtcTime begin_of(const DatedBody& body) {
    return std::visit(Overloaded{[](const InitialInstrument& /*since ever*/) { return UtcTime{}; },
                                 [](const Replacement& replacement) { return replacement.removed_at; },
                                 [](const MultiplierChange& change) { return change.at; },
                                 [](const IndexRuling& ruling) { return ruling.at; },
                                 [](const EnteredValue& entry) { return entry.period.from; },
                                 [](const PeriodLock& lock) { return lock.period.from; },
                                 [](const Verification& verification) { return verification.on; },
                                 [](const auto& span) { return span.from; }},
                      body);
}

std::optional<UtcTime> end_of(const DatedBody& body) {
    using End = std::optional<UtcTime>;
    return std::visit(Overloaded{[](const OutOfService& out) { return out.to; },
                                 [](const ProductionStop& stop) { return stop.to; },
                                 [](const OpeningAmount& opening) { return End{opening.to}; },
                                 [](const EnteredValue& entry) { return End{entry.period.to}; },
                                 [](const PeriodLock& lock) { return End{lock.period.to}; },
                                 [](const auto& /*holds on*/) { return End{}; }},
                      body);
}

Result<> sound(const DatedBody& body) {
    auto checked = std::visit([](const auto& each) { return check(each); }, body);
    if (!checked) checked.error().what = std::string(kind_of(body)) + ": " + checked.error().what;
    return checked;
}

Result<> sound(const DatedRecord& record) {
    if (record.author.empty()) return unsound("author", "nobody has put his name to it", "没有署名");
    return all(
        {sound(record.body), text_sound("author", record.author), text_sound("remark", record.remark)});
}

}  // namespace mg
