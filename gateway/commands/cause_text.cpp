#include "gateway/commands/cause_text.h"

#include <algorithm>
#include <array>

#include "gateway/accounting/dated_record.h"
#include "gateway/base/language.h"
#include "gateway/commands/dated_view.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

struct Word {
    std::string_view cause;
    std::string_view en;
    std::string_view zh;
};
constexpr std::array kWords{Word{"late readings", "late readings", "迟到的读数"},
                            Word{"tables changed", "tables changed", "配置表变更"},
                            Word{"samples gone", "samples are gone", "原始采样已不在"},
                            Word{"file_returned", "a sample file came back", "数据文件恢复"}};
constexpr std::string_view kRevoked = " revoked";
/// Several causes of one revision: what waited for a closed period, and its opening.
constexpr std::string_view kBetween = "; ";

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string one_cause(std::string_view cause) {
    const auto* word = std::ranges::find(kWords, cause, &Word::cause);
    if (word != kWords.end()) return std::string(tr(word->en, word->zh));
    std::string_view record = cause;
    const bool revoked = record.ends_with(kRevoked);
    if (revoked) record.remove_suffix(kRevoked.size());
    const auto space = record.find(' ');
    const auto kinds = dated_kinds();
    if (space == std::string_view::npos || !is_number(record.substr(space + 1)) ||
        std::ranges::find(kinds, record.substr(0, space)) == kinds.end()) {
        return printable(cause);
    }
    std::string text = dated_kind_label(record.substr(0, space));
    text += record.substr(space);
    if (revoked) text += tr(" revoked", " 已撤销");
    return text;
}

}  // namespace

std::string cause_text(std::string_view causes) {
    std::string all;
    while (true) {
        const auto end = causes.find(kBetween);
        if (!all.empty()) all += tr("; ", "；");
        all += one_cause(causes.substr(0, end));
        if (end == std::string_view::npos) return all;
        causes.remove_prefix(end + kBetween.size());
    }
}

}  // namespace mg
