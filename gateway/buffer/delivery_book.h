#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/deliveries.h"
#include "gateway/buffer/meta_file.h"

namespace mg {

/// What is known of each consumer: progress, orders, receipts. In memory; the buffer's thread writes what
/// moved with save(), at most once a second, in one transaction of meta.db. Thread-safe.
class DeliveryBook final : public Deliveries {
public:
    /// `moved` is called, from any thread, when there is something to save and before there was nothing.
    /// All given outlive this.
    DeliveryBook(MetaFile& meta, Clock& clock, const Catalogue& catalogue, std::function<void()> moved)
        : meta_{meta}, clock_{clock}, catalogue_{catalogue}, moved_{std::move(moved)} {}

    /// For a start.
    Result<> load();
    /// No consumer stands beyond this.
    [[nodiscard]] Sequence furthest() const;
    /// Of these consumers, one that is not known having settled nothing; none given: of all that are known.
    [[nodiscard]] std::map<UplinkId, Progress> progress_of(const std::vector<UplinkId>& consumers) const;

    /// A file that was away is back: orders it for each consumer that passed over it since it was noted. On
    /// disk before it returns, and the note is gone; says how many those are.
    Result<std::size_t> give_again(const AwayNote& note, const FileSummary& file);

    [[nodiscard]] bool knows(const UplinkId& consumer) const;
    /// On disk before it returns.
    Result<> begin(const UplinkId& consumer, Sequence done);
    [[nodiscard]] Progress settled(const UplinkId& consumer) const;
    void settle(const UplinkId& consumer, SequenceRange run);

    Result<> set_paused(const UplinkId& consumer, bool paused) override;
    bool paused(const UplinkId& consumer) override;
    Result<std::uint64_t> order_resend(const UplinkId& consumer, Resend order) override;
    std::vector<Resend> resends(const UplinkId& consumer) override;
    void resend_done(const UplinkId& consumer, std::uint64_t id, Sequence through) override;
    Result<> end_resend(const UplinkId& consumer, std::uint64_t id) override;
    void keep_receipt(const UplinkId& consumer, const Receipt& receipt) override;
    Result<std::vector<Receipt>> receipts(const UplinkId& consumer, UtcTime since, std::size_t most) override;
    void count_traffic(const UplinkId& consumer, const TrafficDay& more) override;
    std::vector<TrafficDay> traffic(const UplinkId& consumer) override;
    Result<std::vector<SetAside>> set_aside_items(const UplinkId& consumer, std::size_t most) override;
    Result<> taken_after_all(const UplinkId& consumer, SequenceRange items) override;

    [[nodiscard]] bool has_news() const;
    /// On disk when it returns ok; otherwise it stays news.
    Result<> save();

private:
    struct Consumer {
        bool known{false};  ///< it has a place, be it the very first
        Progress progress;
        bool paused{false};
        std::vector<Resend> resends;
        std::vector<Receipt> receipts;    ///< not yet written, or written and still able to grow
        std::vector<TrafficDay> traffic;  ///< ascending
        bool moved{false};                ///< progress, a resend or traffic, since it was last saved
    };
    struct State {
        std::map<UplinkId, Consumer> consumers;
        bool news{false};
    };
    /// Changes one consumer and tells that there is something to save.
    template <class Change>
    void change(const UplinkId& consumer, const Change& change);

    MetaFile& meta_;
    Clock& clock_;
    const Catalogue& catalogue_;
    std::function<void()> moved_;
    Guarded<State> state_;
};

}  // namespace mg
