// What of the store the books know, and what of it there still is.
#include <algorithm>

#include "gateway/accounting/accountant.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

}  // namespace

/// The books may have come from a backup, or the store may: then what the cursor says is of another life.
Result<> Accountant::meet_store() {
    const auto cursor = books_.cursor();
    if (!cursor) return pass_on(cursor.error());
    if (!*cursor) return {};
    const auto& [store, through] = **cursor;
    const bool is_known = store == store_.id() || store.empty();
    const Sequence newest = store_.newest();
    if (!is_known || through > newest) {
        const std::string notice =
            is_known ? trf("the store ends at sequence {0}, the books know it up to {1} (restored from an "
                           "older backup, or a "
                           "file of it cannot be read): figures stay, what is collected from now on is "
                           "accounted for",
                           "本地存储止于序号 {0}，核算库已核算至 "
                           "{1}（恢复了较早的备份，或有文件无法读取）：已有数值保持不变，"
                           "今后采集的数据照常核算",
                           newest, through)
                     : trf("the books are of another store ({0}) than this ({1}): figures stay, all samples "
                           "of this store are accounted for",
                           "核算库对应的是另一个本地存储（{0}），现为 "
                           "{1}：已有数值保持不变，本存储的全部采样照常核算",
                           store, store_.id());
        status_.with([&](AccountingStatus& status) { status.store_changed = notice; });
    }
    const BooksCursor now{store_.id(), is_known ? std::min(through, newest) : 0};
    if (now == **cursor) return {};
    BooksChange change;
    change.cursor = now;
    if (const auto kept = books_.commit(change); !kept) return pass_on(kept.error());
    return {};
}

Result<Sequence> Accountant::known() {
    const auto cursor = books_.cursor();
    if (!cursor) return pass_on(cursor.error());
    return *cursor ? (*cursor)->through : 0;
}

Result<std::optional<UtcTime>> Accountant::oldest_slot() {
    const auto first = store_.peek(0, 1);
    if (!first) return pass_on(first.error());
    if (first->items.empty()) return std::nullopt;
    const auto& item = first->items.front();
    if (const auto* gap = std::get_if<StoredGap>(&item)) return gap->gap.from.at;
    return std::get<StoredSample>(item).sample.slot.at;
}

/// The first day that can be computed from what is stored. Where the store begins in mid-day, and there are
/// figures of that morning, samples are gone that the day's figures rest on: then the next day. Not so where
/// the morning is bridged from its midnight already.
Result<UtcTime> Accountant::earliest_day(const std::vector<FlowIndex>& flows) {
    const auto oldest = oldest_slot();
    if (!oldest) return pass_on(oldest.error());
    if (!*oldest) return UtcTime{};
    const UtcTime day = day_of(**oldest - 1ms);
    for (const FlowIndex flow : flows) {
        const auto& of = basis_.plan.flows[flow];
        const auto newest = books_.newest(of.id, of.base, **oldest);
        if (!newest) return pass_on(newest.error());
        if (!*newest || (*newest)->period.to <= day) continue;
        const auto first =
            books_.newest(of.id, of.base, day + ((*newest)->period.to - (*newest)->period.from));
        if (!first) return pass_on(first.error());
        const bool is_bridged =
            *first && (*first)->marks.has(Mark::end_bridged) && (*newest)->marks.has(Mark::begin_bridged);
        if (!is_bridged) return day + 24h;
    }
    return day;
}

}  // namespace mg
