#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/base/guarded.h"
#include "gateway/buffer/sample_store.h"
#include "tests/support/memory_clock_book.h"

namespace mg {

/// A SampleStore in memory: every promise but durability. Each append() is its own commit, visible at once,
/// so flush() has nothing to wait for. Thread-safe.
class MemoryStore final : public SampleStore {
public:
    /// A gap covers the slots at its start and every `slot_step` after it; for covered_slots().
    explicit MemoryStore(milliseconds slot_step = milliseconds{1000}, std::string id = "memory")
        : slot_step_{slot_step}, id_{std::move(id)} {}

    [[nodiscard]] std::string id() const override { return id_; }
    void append(Sample sample) override;
    void append(Gap gap) override;
    void commit_soon() override {}
    bool flush(SteadyTime deadline) override;

    Result<Peeked> peek(Sequence after, std::size_t most) override;
    Result<Peeked> read(const HistoryQuery& query, Sequence after, std::size_t most) override;
    [[nodiscard]] Sequence newest() const override;
    void notify(Signal& signal) override;
    void forget(Signal& signal) override;

    bool knows(const UplinkId& consumer) override;
    Result<> begin(const UplinkId& consumer, Sequence done) override;
    Sequence progress(const UplinkId& consumer) override;
    void ack(const UplinkId& consumer, Sequence through) override;
    Progress settled(const UplinkId& consumer) override;
    void ack_run(const UplinkId& consumer, SequenceRange run) override;
    Deliveries& deliveries() override { return deliveries_; }
    ClockBook& clock_book() override { return clock_book_; }
    Result<> set_aside(const UplinkId& consumer, Sequence sequence, const std::string& why) override;
    std::uint64_t set_aside_count(const UplinkId& consumer) override;
    std::uint64_t backlog(const UplinkId& consumer) override;

    Result<std::vector<Slot>> covered_slots(const MeterId& meter, Slot from, Slot to) override;
    std::optional<Slot> last_slot(const MeterId& meter) override;
    [[nodiscard]] UtcTime last_taken_at() override;
    [[nodiscard]] ClockEpoch last_epoch() override;
    [[nodiscard]] StoreStats stats() override;

    // ---- for tests ----
    /// Everything stored, by sequence.
    [[nodiscard]] std::vector<StoredItem> items() const;
    [[nodiscard]] std::map<Sequence, std::string> set_aside_items(const UplinkId& consumer) const;
    /// peek() and set_aside() fail with this until cleared.
    void fail_with(std::optional<Error> error);
    /// What retention does: items up to and including `through` leave and are counted.
    void drop_through(Sequence through);
    /// Leaves a hole in the sequences, as a restart does.
    void skip_sequences(Sequence count);

private:
    struct Consumer {
        bool known{false};
        Progress progress;
        std::map<Sequence, std::string> set_aside;
        bool paused{false};
        std::vector<Resend> resends;
        std::vector<Receipt> receipts;
        std::vector<TrafficDay> traffic;
    };
    class MemoryDeliveries final : public Deliveries {
    public:
        explicit MemoryDeliveries(MemoryStore& store) : store_{store} {}
        Result<> set_paused(const UplinkId& consumer, bool paused) override;
        bool paused(const UplinkId& consumer) override;
        Result<std::uint64_t> order_resend(const UplinkId& consumer, Resend order) override;
        std::vector<Resend> resends(const UplinkId& consumer) override;
        void resend_done(const UplinkId& consumer, std::uint64_t id, Sequence through) override;
        Result<> end_resend(const UplinkId& consumer, std::uint64_t id) override;
        void keep_receipt(const UplinkId& consumer, const Receipt& receipt) override;
        Result<std::vector<Receipt>> receipts(const UplinkId& consumer, UtcTime since,
                                              std::size_t most) override;
        void count_traffic(const UplinkId& consumer, const TrafficDay& more) override;
        std::vector<TrafficDay> traffic(const UplinkId& consumer) override;
        Result<std::vector<SetAside>> set_aside_items(const UplinkId& consumer, std::size_t most) override;
        Result<> taken_after_all(const UplinkId& consumer, SequenceRange items) override;

    private:
        MemoryStore& store_;
    };
    struct Latest {
        std::uint32_t revision{0};
        ClockEpoch epoch{0};
        std::vector<bool> present;  ///< which readings had a value
    };
    struct State {
        std::deque<StoredItem> items;
        Sequence newest{0};
        std::unordered_map<MeterId, std::map<Slot, Latest>> by_meter;
        std::map<UplinkId, Consumer> consumers;
        std::vector<Signal*> signals;
        StoreStats stats;
        UtcTime last_taken_at{};
        ClockEpoch last_epoch{0};
        std::optional<Error> failure;
        std::uint64_t last_order{0};
    };
    static void commit(State& state, StoredItem item);

    milliseconds slot_step_;
    std::string id_;
    Guarded<State> state_;
    MemoryDeliveries deliveries_{*this};
    MemoryClockBook clock_book_;
};

}  // namespace mg
