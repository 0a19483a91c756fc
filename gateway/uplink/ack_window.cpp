#include "gateway/uplink/ack_window.h"

#include <algorithm>

#include "gateway/base/check.h"

namespace mg {

void AckWindow::sent(const Entry& entry) {
    MG_CHECK(entries_.empty() ||
             (entry.ticket > entries_.back().ticket && entry.through >= entries_.back().through));
    entries_.push_back(entry);
    ++under_way_;
}

const AckWindow::Entry* AckWindow::settle(Ticket ticket, Entry::Fate fate) {
    const auto found = std::ranges::lower_bound(entries_, ticket, {}, &Entry::ticket);
    if (found == entries_.end() || found->ticket != ticket) return nullptr;
    if (found->fate != Entry::Fate::under_way) return nullptr;
    found->fate = fate;
    --under_way_;
    return &*found;
}

std::optional<Sequence> AckWindow::take_progress() {
    std::optional<Sequence> through;
    while (!entries_.empty() && entries_.front().fate == Entry::Fate::confirmed) {
        through = entries_.front().through;
        entries_.pop_front();
    }
    return through;
}

void AckWindow::clear() {
    entries_.clear();
    under_way_ = 0;
}

}  // namespace mg
