#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "gateway/accounting/books.h"
#include "gateway/accounting/outbox.h"

namespace mg::test {

class Inventor;

/// What an Outbox promises, kept in maps. A part of NaiveBooks; copies are what it was.
class NaiveOutbox final : public Outbox {
public:
    /// The books get a record, or a plan names an item: the first time it comes it gets its number.
    void meet(const std::string& item) { numbers_.emplace(item, numbers_.size()); }
    void take(const ItemRecord& revision);
    /// The total of a newest revision moved.
    void carry(const ItemRecord& newest);

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

private:
    struct Line {
        RecordOutcome outcome;
        std::string words;
        UtcTime at;
        UtcTime last_at;
        std::uint32_t times;
    };
    struct Aside {
        std::uint32_t revision;
        std::string words;
        UtcTime at;
    };
    struct Destination {
        UplinkId uplink;
        std::optional<OutboxPlan> plan;
        DestinationState state;
        std::map<RecordName, std::uint32_t> waiting;
        std::map<RecordName, Aside> aside;
        std::map<std::tuple<RecordName, std::uint32_t>, std::vector<Line>> receipts;

        [[nodiscard]] bool covers(const RecordName& name) const;
        [[nodiscard]] bool carries(const RecordName& name) const;
        void note(const RecordName& name, std::uint32_t revision, const Line& line);
    };
    Destination* find(const UplinkId& uplink);
    Destination& make(const UplinkId& uplink);
    void put(Destination& destination, const DestinationState& changes);
    std::vector<RecordName> page(const std::vector<RecordName>& names, const WaitingQuery& query) const;
    [[nodiscard]] auto place(const RecordName& name) const {
        return std::tuple{name.period.type, name.period.from, numbers_.at(name.item), name.period.to};
    }

    std::map<std::string, std::size_t> numbers_;
    std::map<RecordName, std::vector<ItemRecord>> records_;
    std::vector<Destination> destinations_;
};

/// Something that the program does with the outbox; gives what came of it.
using OutboxStep = std::function<Result<std::string>(Books&)>;
OutboxStep invent_outbox_step(Inventor& invent);

/// All that can be read from it, a line each; nothing where there is no destination.
std::string contents(Outbox& outbox);

}  // namespace mg::test
