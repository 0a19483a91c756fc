#include "gateway/uplink/lane_source.h"

#include <algorithm>
#include <utility>

namespace mg {
namespace {

using Fate = LaneSource::Fate;

/// Keeps what is not after `until`, and gives each item its fate.
template <class Judge>
LaneSource::Looked judged(Peeked peeked, Sequence until, const Judge& judge) {
    LaneSource::Looked looked{.items = {}, .through = std::min(peeked.through, until)};
    looked.items.reserve(peeked.items.size());
    for (StoredItem& item : peeked.items) {
        if (sequence_of(item) > until) break;
        const Fate fate = judge(item);
        looked.items.push_back({std::move(item), fate});
    }
    return looked;
}

class StoredItems final : public LaneSource {
public:
    StoredItems(SampleStore& store, const UplinkId& uplink, const Selection& selection, Lane lane,
                SequenceRange part)
        : store_{store},
          uplink_{uplink},
          boundaries_{boundaries_of(uplink)},
          selection_{selection},
          lane_{lane},
          begin_{part.first - 1},
          until_{part.last} {}

    Result<Looked> look(Sequence after, std::size_t most) override {
        const SequenceRange open = store_.settled(uplink_).next_open(after);
        if (open.first > until_) return Looked{.items = {}, .through = until_};
        auto peeked = store_.peek(open.first - 1, most);
        if (!peeked) return tl::unexpected<Error>(peeked.error());
        const Sequence ahead = store_.progress(boundaries_);
        return judged(std::move(*peeked), std::min(open.last, until_), [&](const StoredItem& item) {
            if (!selection_.takes(item)) return Fate::not_selected;
            const bool went_ahead = sequence_of(item) <= ahead && selection_.is_boundary(item);
            return went_ahead ? Fate::elsewhere : Fate::carried;
        });
    }
    Sequence start() const override { return store_.settled(uplink_).next_open(begin_).first - 1; }
    Sequence last() const override { return std::min(store_.newest(), until_); }
    void settled(Sequence through) override {
        store_.ack_run(uplink_, {begin_ + 1, through});
        // Otherwise it would look, to the store, as if somebody still needed what is long done.
        const Sequence ahead = store_.progress(boundaries_);
        const Sequence all = store_.progress(uplink_);
        if (ahead > 0 && ahead < all) store_.ack(boundaries_, all);
    }
    Lane lane(Sequence after) const override {
        return after < store_.progress(boundaries_) ? Lane::backlog : lane_;
    }

private:
    SampleStore& store_;
    UplinkId uplink_;
    UplinkId boundaries_;
    const Selection& selection_;
    Lane lane_;
    Sequence begin_;
    Sequence until_;
};

class BoundaryItems final : public LaneSource {
public:
    BoundaryItems(SampleStore& store, const UplinkId& uplink, const Selection& selection)
        : store_{store}, uplink_{uplink}, boundaries_{boundaries_of(uplink)}, selection_{selection} {}

    Result<Looked> look(Sequence after, std::size_t most) override {
        const Progress done = store_.settled(uplink_);
        auto peeked = store_.peek(after, most);
        if (!peeked) return tl::unexpected<Error>(peeked.error());
        return judged(std::move(*peeked), kNoEnd, [&](const StoredItem& item) {
            const bool wanted =
                selection_.is_boundary(item) && selection_.takes(item) && !done.is_settled(sequence_of(item));
            return wanted ? Fate::carried : Fate::elsewhere;
        });
    }
    Sequence start() const override {
        return std::max(store_.progress(boundaries_), store_.progress(uplink_));
    }
    Sequence last() const override { return store_.newest(); }
    void settled(Sequence through) override { store_.ack(boundaries_, through); }
    Lane lane(Sequence /*after*/) const override { return Lane::live; }

private:
    SampleStore& store_;
    UplinkId uplink_;
    UplinkId boundaries_;
    const Selection& selection_;
};

class ItemsAgain final : public LaneSource {
public:
    ItemsAgain(SampleStore& store, const UplinkId& uplink, const Selection& selection, const Resend& order)
        : store_{store},
          uplink_{uplink},
          selection_{selection},
          query_{.from = order.from, .to = order.to, .meters = {order.meters.begin(), order.meters.end()}},
          order_{order.id},
          done_{order.done},
          until_{order.until} {}

    Result<Looked> look(Sequence after, std::size_t most) override {
        const Progress once = store_.settled(uplink_);
        auto read = store_.read(query_, after, most);
        if (!read) return tl::unexpected<Error>(read.error());
        return judged(std::move(*read), until_, [&](const StoredItem& item) {
            if (!selection_.takes(item)) return Fate::elsewhere;
            return once.is_settled(sequence_of(item)) ? Fate::carried : Fate::elsewhere;
        });
    }
    Sequence start() const override { return done_; }
    Sequence last() const override { return until_; }
    void settled(Sequence through) override {
        done_ = through;
        store_.deliveries().resend_done(uplink_, order_, through);
    }
    Lane lane(Sequence /*after*/) const override { return Lane::resend; }

private:
    SampleStore& store_;
    UplinkId uplink_;
    const Selection& selection_;
    HistoryQuery query_;
    std::uint64_t order_;
    Sequence done_;
    Sequence until_;
};

}  // namespace

UtcTime slot_of(const StoredItem& item) {
    if (const auto* sample = std::get_if<StoredSample>(&item)) return sample->sample.slot.at;
    return std::get<StoredGap>(item).gap.from.at;
}

UplinkId boundaries_of(const UplinkId& uplink) {
    return {uplink.text + "#boundary"};
}

std::unique_ptr<LaneSource> stored_items(SampleStore& store, const UplinkId& uplink,
                                         const Selection& selection, Lane lane, SequenceRange part) {
    return std::make_unique<StoredItems>(store, uplink, selection, lane, part);
}

std::unique_ptr<LaneSource> boundary_items(SampleStore& store, const UplinkId& uplink,
                                           const Selection& selection) {
    return std::make_unique<BoundaryItems>(store, uplink, selection);
}

std::unique_ptr<LaneSource> items_again(SampleStore& store, const UplinkId& uplink,
                                        const Selection& selection, const Resend& order) {
    return std::make_unique<ItemsAgain>(store, uplink, selection, order);
}

}  // namespace mg
