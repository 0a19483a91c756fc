#include "gateway/daemon/release_items.h"

#include <algorithm>

namespace mg {
namespace {

constexpr std::size_t kAtOnce = 500;

}  // namespace

Result<std::size_t> release_items(Outbox& outbox, const UplinkId& uplink,
                                  const std::vector<std::string>& items, UtcTime now) {
    std::size_t released = 0;
    WaitingQuery query;
    query.most = kAtOnce;
    while (true) {
        const auto page = outbox.set_aside(uplink, query);
        if (!page) return tl::unexpected<Error>(page.error());
        std::vector<Settlement> settlements;
        for (const RecordSetAside& each : *page) {
            if (std::ranges::find(items, each.record.item) == items.end()) continue;
            settlements.push_back({.record = {each.record.item, each.record.period},
                                   .revision = each.record.revision,
                                   .outcome = RecordOutcome::kept,
                                   .words = {},
                                   .at = now});
        }
        if (!settlements.empty()) {
            if (auto done = outbox.settle(uplink, settlements); !done)
                return tl::unexpected<Error>(done.error());
        }
        released += settlements.size();
        if (page->size() < kAtOnce) return released;
        query.after = RecordName{page->back().record.item, page->back().record.period};
    }
}

}  // namespace mg
