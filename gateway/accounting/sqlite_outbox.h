#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/accounting/destination_plan.h"
#include "gateway/accounting/outbox.h"
#include "gateway/accounting/record_key.h"
#include "gateway/base/sqlite.h"

namespace mg {

/// The Outbox in the file of SqliteBooks, over its connection and under its lock.
///
/// What waits lies by (destination, type, start, item, length): a quarter-hour of all items is in one or two
/// pages, and a page of the oldest is read and settled from the front. Receipts lie in the same order. What
/// was said to many records at once stands once, in `answers`.
class SqliteOutbox final : public Outbox {
public:
    SqliteOutbox(sqlite::Database& file, std::mutex& mutex) : file_{file}, mutex_{mutex} {}

    Result<Enrolment> enrol(const UplinkId& uplink, const OutboxPlan& plan) override;
    Result<std::vector<UplinkId>> destinations() override;
    Result<std::vector<ItemRecord>> waiting(const UplinkId& uplink, const WaitingQuery& query) override;
    Result<std::vector<RecordSetAside>> set_aside(const UplinkId& uplink, const WaitingQuery& query) override;
    Result<OutboxStatus> status(const UplinkId& uplink) override;
    Result<> settle(const UplinkId& uplink, const std::vector<Settlement>& settlements,
                    const DestinationState& state) override;
    Result<std::size_t> resend(const UplinkId& uplink, const ResendQuery& query) override;
    Result<std::size_t> release(const UplinkId& uplink, const std::optional<RecordName>& record) override;
    Result<std::vector<RecordReceipt>> history(const ReceiptQuery& query) override;
    Result<bool> was_accepted(const RecordName& record, const std::optional<UplinkId>& uplink) override;
    Result<std::vector<StatPeriod>> reported_periods(StatType type, UtcTime from, UtcTime to) override;
    Result<DestinationState> state(const UplinkId& uplink) override;
    Result<> put_state(const UplinkId& uplink, const DestinationState& changes) override;

    // ---- for the books: under the lock, in their transaction ----

    /// A transaction begins that may end without committed(): nothing is remembered across it then.
    void begin();
    /// A revision was made: it waits wherever it is carried.
    Result<> take(const books::RecordKey& key, const ItemRecord& revision);
    void committed();

private:
    struct Counts {
        std::array<std::int64_t, 4> waiting{};
        std::int64_t set_aside{0};
    };
    /// One revision of one record at one destination.
    struct Place {
        std::int64_t destination;
        books::RecordKey key;
        std::int64_t revision;
        void bind_name_to(sqlite::Statement& statement) const;  ///< parameters 1 to 5, without the revision
    };
    struct Answer {
        RecordOutcome outcome{};
        std::string words;
        UtcTime at{};
        auto operator<=>(const Answer&) const = default;
    };
    using Answers = std::map<Answer, std::int64_t>;  ///< those of one transaction, by number
    /// The newest revision of a record.
    struct Newest {
        books::RecordKey key;
        std::int64_t revision;
        bool has_value;
        UtcTime computed_at;
    };
    using Plans = std::map<std::int64_t, books::DestinationPlan>;  ///< by number of the destination

    // The caller holds the lock; writes are inside of a transaction.
    Result<std::optional<std::int64_t>> find_destination(const UplinkId& uplink);
    Result<std::int64_t> destination(const UplinkId& uplink);
    /// rejected: not enrolled.
    Result<std::int64_t> enrolled(const UplinkId& uplink);
    Result<const Plans*> plans();
    Result<books::DestinationPlan> in_numbers(const OutboxPlan& plan);
    Result<> write_plan(std::int64_t destination, const books::DestinationPlan& plan);
    Result<std::size_t> drop_uncovered(std::int64_t destination, const books::DestinationPlan& plan);
    Result<std::size_t> fill(std::int64_t destination, const books::DestinationPlan& before,
                             const books::DestinationPlan& now);
    /// Calls `use` for the newest revision of each record of these items that begins in [from, to).
    Result<> each_newest(StatType type, UtcTime from, UtcTime to, const std::vector<std::int64_t>& items,
                         const std::function<Result<>(const Newest&)>& use);
    /// True: it waits that did not wait before.
    Result<bool> let_wait(const Place& place);
    /// The same for one that cannot wait yet.
    Result<bool> add_waiting(const Place& place);
    /// Those up to the revision of `place`. True: there was one.
    Result<bool> take_out(std::string_view remove, const Place& place);
    Result<bool> stop_waiting(const Place& place);
    Result<bool> end_set_aside(const Place& place);
    Result<> note_no_value(const Place& place, UtcTime at);
    Result<> settle_one(std::int64_t destination, const Settlement& settlement);
    Result<> put_aside(const Place& place, std::int64_t answer);
    Result<bool> is_on_record(const Place& place);
    Result<bool> was_answered(const Place& place);
    Result<bool> was_noted(const Place& place);
    Result<bool> was_accepted_as_it_is(const Place& place);
    /// A line of its receipts, or one more in the last.
    Result<std::int64_t> note_answer(const Place& place, const Answer& answer);
    Result<std::int64_t> number_of(const Answer& answer);
    Result<> write_state(std::int64_t destination, const DestinationState& changes);
    Result<Counts> counted(std::int64_t destination);
    void count_waiting(const Place& place, int change);
    void count_set_aside(const Place& place, int change);

    sqlite::Database& file_;
    std::mutex& mutex_;
    std::optional<Plans> plans_;                        ///< none: to be read again
    std::map<std::int64_t, Counts> counts_;             ///< those that are known
    std::map<std::int64_t, Counts> counts_if_done_;     ///< the same once the transaction is committed
    Answers answers_;                                   ///< written by the transaction that goes on
    std::map<std::string, std::int64_t> item_numbers_;  ///< met in the transaction that goes on
};

}  // namespace mg
