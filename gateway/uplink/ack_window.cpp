#include "gateway/uplink/ack_window.h"

#include <algorithm>
#include <utility>

#include "gateway/base/check.h"

namespace mg {

void AckWindow::sent(Entry entry) {
    MG_CHECK(entries_.empty() ||
             (entry.ticket > entries_.back().ticket && entry.through >= entries_.back().through));
    entries_.push_back(std::move(entry));
    ++under_way_;
}

const AckWindow::Entry* AckWindow::settle(Ticket ticket, Entry::Fate fate, std::string answer) {
    const auto found = std::ranges::lower_bound(entries_, ticket, {}, &Entry::ticket);
    if (found == entries_.end() || found->ticket != ticket) return nullptr;
    if (found->fate != Entry::Fate::under_way) return nullptr;
    found->fate = fate;
    found->answer = std::move(answer);
    --under_way_;
    return &*found;
}

std::optional<AckWindow::Entry> AckWindow::take_confirmed() {
    if (entries_.empty() || entries_.front().fate != Entry::Fate::confirmed) return std::nullopt;
    Entry confirmed = std::move(entries_.front());
    entries_.pop_front();
    return confirmed;
}

void AckWindow::clear() {
    entries_.clear();
    under_way_ = 0;
}

}  // namespace mg
