#include "gateway/accounting/coal_factors.h"

#include <chrono>
#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::chrono::minutes kTableAge{1};
constexpr int kDecimals = 6;

std::string without_zeros_at_the_end(std::string text) {
    if (text.find('.') == std::string::npos) return text;
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

}  // namespace

Result<> CoalFactors::look_into_books() {
    if (table_ && clock_.steady() < table_due_) return {};
    const auto records = books_.dated(DatedQuery{.kind = "coefficient"});
    if (!records) return tl::unexpected<Error>(records.error());
    table_.emplace(options_.coefficients, *records);
    table_due_ = clock_.steady() + kTableAge;
    return {};
}

Result<std::string> CoalFactors::of(const ItemRecord& record) {
    const UtcTime last = record.period.to - milliseconds{1};
    const ItemVersion* version = graph_.version(record.item, last);
    if (version == nullptr || !version->coal) return std::string{"1"};
    if (auto looked = look_into_books(); !looked) return tl::unexpected<Error>(looked.error());
    const FormulaValues values{.reference = [&](const Reference& reference) -> Result<Exact> {
                                   if (const auto* value = table_->at(reference.name, last))
                                       return value->value;
                                   return fail(Failure::rejected,
                                               trf("{0}: {1} has no value then", "{0}：{1} 当时没有值",
                                                   record.item, reference.to_string()));
                               },
                               .part = [](std::size_t) -> Result<Exact> { return Exact{}; }};
    const auto factor = evaluate(version->coal->factor, values);
    if (!factor) return tl::unexpected<Error>(factor.error());
    const auto rounded = (*factor * version->coal->conversion).rounded(kDecimals);
    if (!rounded) return tl::unexpected<Error>(rounded.error());
    return without_zeros_at_the_end(rounded->to_string());
}

}  // namespace mg
