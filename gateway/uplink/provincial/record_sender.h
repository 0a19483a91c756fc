#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "gateway/accounting/outbox.h"
#include "gateway/uplink/provincial/carried_items.h"
#include "gateway/uplink/provincial/platform_session.h"
#include "gateway/uplink/provincial/rejection_search.h"
#include "gateway/uplink/provincial/upload_schedule.h"
#include "gateway/uplink/provincial/wire_record.h"

namespace mg {

/// Where records come from and how they go. All referred to outlive the sender.
struct RecordRoute {
    UplinkId uplink;
    std::chrono::minutes utc_offset;
    const CarriedItems& items;
    const ProfileOptions& profile;  ///< profile_for()
    Outbox& outbox;
    Clock& clock;
    FactorOfRecord factor;
};

/// Sends what waits and is due, round by round, and settles each record with what the platform said: nothing
/// is settled before its answer, and every answer is settled before the next request. What the platform
/// rejects is looked for (RejectionSearch) and set aside with its words; items of which it took none the last
/// times go in requests of their own, so that they cost the others nothing.
///
/// A request that is answered with an error of the server again and again, while nothing else is, is searched
/// in the same way. One thread.
class RecordSender {
public:
    explicit RecordSender(RecordRoute route) : route_{std::move(route)} {}

    struct Round {
        std::size_t accepted{0};
        std::size_t set_aside{0};
        bool more{false};  ///< there may be more that is due
    };
    /// At most one batch, or for platforms that take one record a request some of them at once. Errors:
    /// refused: it takes nothing, with its words; transient: later; those of the books.
    Result<Round> round(PlatformSession& session, const UploadSchedule& schedule,
                        const std::stop_token& stop);
    /// A person has looked: as many may be set aside again.
    void forgive() { set_aside_in_a_row_ = 0; }

private:
    struct Outgoing {
        OutgoingRecord record;
        std::string members;
        std::string words;  ///< of its last rejection
    };
    using Kind = std::pair<std::string, StatType>;

    Result<> collect(const UploadSchedule& schedule, Round& round);
    Result<> collect_type(StatType type, UtcTime from, UtcTime to, Round& round);
    [[nodiscard]] std::size_t most() const;
    [[nodiscard]] bool is_distrusted(const ItemRecord& record) const;
    Result<> write(ItemRecord record, Round& round);
    [[nodiscard]] std::vector<RejectionSearch::Group> first_groups() const;
    [[nodiscard]] std::string body_of(const RejectionSearch::Group& group) const;

    Result<> post(RejectionSearch& search, PlatformSession& session, Round& round,
                  const std::stop_token& stop);
    Result<> post_control(RejectionSearch& search, PlatformSession& session, const std::stop_token& stop);
    Result<> set_aside(const RejectionSearch::Group& at_fault, Round& round);
    void add_accepted(const RejectionSearch::Group& group, const PlatformAnswer& answer,
                      std::vector<Settlement>& settlements, Round& round);
    void note_broken_answer();
    Result<> settle(const std::vector<Settlement>& settlements);
    [[nodiscard]] bool counts_as_rejection(const PlatformAnswer& answer) const;
    [[nodiscard]] Error error_of(const PlatformAnswer& answer) const;

    RecordRoute route_;
    std::optional<RecordWriter> writer_;
    std::vector<Outgoing> outgoing_;         ///< of this round
    std::size_t trusted_{0};                 ///< the first so many of them
    std::optional<OutgoingRecord> control_;  ///< the record that was taken last
    std::map<Kind, int> refused_in_a_row_;
    std::size_t set_aside_in_a_row_{0};
    int broken_answers_{0};
    bool search_broken_{false};
    std::string last_words_;
};

}  // namespace mg
