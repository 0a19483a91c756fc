#include "gateway/acceptance_file/platform_comparison.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "config/item_code.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/outbox.h"

namespace mg {
namespace {

using std::chrono::days;
using Accepted = std::map<std::string, RecordReceipt>;

Result<Accepted> newest_accepted(Outbox& outbox, const UplinkId& uplink, StatType type, UtcTime from) {
    Accepted newest;
    const auto read = outbox.each_receipt({.uplink = uplink, .type = type, .from = from},
                                          [&](const RecordReceipt& receipt) {
                                              // They come by begin of the period: a later one is newer.
                                              if (receipt.outcome == RecordOutcome::accepted)
                                                  newest.insert_or_assign(receipt.record.item, receipt);
                                              return true;
                                          });
    if (!read) return tl::unexpected<Error>(read.error());
    return newest;
}

Result<std::optional<Decimal>> value_in_books(Books& books, const ItemRecord& record) {
    const auto found = books.newest(record.item, record.period.type, record.period.to);
    if (!found) return tl::unexpected<Error>(found.error());
    if (!*found || (*found)->period != record.period) return std::optional<Decimal>{};
    return (*found)->value;
}

}  // namespace

Result<std::vector<PlatformComparison>> platform_comparisons(Books& books, const Options& options,
                                                             UtcTime now) {
    std::vector<PlatformComparison> compared;
    for (const ProvincialOptions& uplink : options.provincial) {
        const auto real_time = newest_accepted(books.outbox(), uplink.id, StatType::real_time, now - days{2});
        if (!real_time) return tl::unexpected<Error>(real_time.error());
        const auto by_day = newest_accepted(books.outbox(), uplink.id, StatType::day, now - days{8});
        if (!by_day) return tl::unexpected<Error>(by_day.error());
        for (const ItemOptions& item : options.items) {
            const ItemCode* code = item.codes.of(uplink.id);
            if (!item.valid_at(now) || !item.uplinks.contains(uplink.id) || code == nullptr) continue;
            const PlatformComparison blank{.uplink = uplink.id,
                                           .item = item.id,
                                           .name = item.name,
                                           .code = code->hyphenated(),
                                           .unit = item.unit};
            bool is_there = false;
            for (const Accepted* accepted : {&*real_time, &*by_day}) {
                const auto found = accepted->find(item.id);
                if (found == accepted->end()) continue;
                is_there = true;
                const RecordReceipt& receipt = found->second;
                PlatformComparison row = blank;
                row.period = receipt.record.period;
                row.sent = receipt.record.value;
                row.accepted_at = receipt.at;
                row.words = receipt.words;
                const auto value = value_in_books(books, receipt.record);
                if (!value) return tl::unexpected<Error>(value.error());
                row.in_books = *value;
                compared.push_back(std::move(row));
            }
            if (!is_there) compared.push_back(blank);
        }
    }
    return compared;
}

}  // namespace mg
