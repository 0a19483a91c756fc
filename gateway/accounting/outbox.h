#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/accounting/item_record.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/stat_period.h"

namespace mg {

inline constexpr std::size_t kMostWords = 300;           ///< bytes kept of what a destination says
inline constexpr std::size_t kMostStateBytes = 262'144;  ///< of one value of a destination's state
inline constexpr std::uint32_t kMostAnswers = 64;        ///< lines kept of one revision at one destination

/// A record as a destination knows it: whatever its revision.
struct RecordName {
    std::string item;
    StatPeriod period;
    auto operator<=>(const RecordName&) const = default;
};

/// Records of these types that end within [from, to) are sent: the version of the item that is valid at the
/// end of a period makes its record.
struct EnrolledItem {
    std::string item;
    std::set<StatType> types;
    UtcTime from{UtcTime::min()};
    std::optional<UtcTime> to;
};

/// What one destination carries.
struct OutboxPlan {
    /// Of a destination that is new, and never looked at again: where it starts. Periods that end at or
    /// before it are not sent by themselves; min: all that is stored.
    UtcTime start{UtcTime::min()};
    std::vector<EnrolledItem> items;  ///< an item may stand here several times
};

/// What enrol() did.
struct Enrolment {
    bool is_new{false};
    std::size_t added{0};  ///< records that wait now because of it
    std::size_t left{0};   ///< records that wait, or are set aside, no more
};

/// What became of one revision of a record at a destination. Stored on disk: never renumber.
enum class RecordOutcome : std::uint8_t {
    accepted = 0,   ///< 已接收
    set_aside = 1,  ///< 搁置: it refuses this one; waits for a person, or for a newer revision
    kept = 2,       ///< 待重传: it did not take it; it goes on waiting
    no_value = 3,   ///< 无数值: never sent, there is nothing to send. Said by the books, not by a destination
};
std::string_view to_string(RecordOutcome outcome);
/// For people, in their language.
std::string_view label_of(RecordOutcome outcome);

/// What a destination said to one record.
struct Settlement {
    RecordName record;
    std::uint32_t revision{0};
    RecordOutcome outcome{RecordOutcome::accepted};  ///< not no_value
    std::string words;                               ///< its own; the first kMostWords bytes are kept
    UtcTime at{};
};

struct WaitingQuery {
    /// One type after the other in this order; within a type the oldest period first.
    std::vector<StatType> types{StatType::real_time, StatType::day, StatType::month, StatType::year};
    UtcTime from{UtcTime::min()};  ///< periods that begin in [from, to)
    UtcTime to{UtcTime::max()};
    std::size_t most{500};
    std::optional<RecordName> after;  ///< the last one that is known already, for reading on
};

struct RecordSetAside {
    ItemRecord record;
    std::string words;
    UtcTime at{};
};

struct OutboxStatus {
    std::array<std::size_t, 4> waiting{};                 ///< by StatType
    std::array<std::optional<UtcTime>, 4> oldest_from{};  ///< begin of the oldest period that waits
    std::size_t set_aside{0};
    bool operator==(const OutboxStatus&) const = default;
};

struct ResendQuery {
    std::vector<std::string> items;  ///< empty: all
    std::optional<StatType> type;
    UtcTime from{UtcTime::min()};  ///< periods that begin in [from, to)
    UtcTime to{UtcTime::max()};
};

/// The place of one line in the history.
struct ReceiptName {
    UplinkId uplink;
    RecordName record;
    std::uint32_t revision{0};
    std::uint32_t line{0};
};

/// A receipt (回执): an answer to one revision of a record. The same answer again is counted in its line.
struct RecordReceipt {
    UplinkId uplink;
    ItemRecord record;      ///< that revision; exact, total and item_version as they are today
    std::uint32_t line{0};  ///< of the lines of this revision at this destination
    RecordOutcome outcome{RecordOutcome::accepted};
    std::string words;
    UtcTime at{};            ///< when it was said first
    UtcTime last_at{};       ///< when last
    std::uint32_t times{1};  ///< how often

    [[nodiscard]] ReceiptName name() const {
        return {uplink, {record.item, record.period}, record.revision, line};
    }
};

struct ReceiptQuery {
    std::optional<UplinkId> uplink;  ///< none: all
    std::vector<std::string> items;  ///< empty: all
    std::optional<StatType> type;
    UtcTime from{UtcTime::min()};  ///< periods that begin in [from, to)
    UtcTime to{UtcTime::max()};
    std::size_t most{500};
    std::optional<ReceiptName> after;  ///< the last one that is known already, for reading on
};

/// What a destination gave us and we have to remember, by name: registration, addresses, versions. It lies in
/// the file of the books, which only their owner can read (0600); of secrets only those belong here that
/// the platform itself assigns (deviceId, secretKey). Passwords and keys of ours stay in credentials.
using DestinationState = std::map<std::string, std::string>;

/// What waits for which destination, and what each answered (回执). A part of the Books: in their file, under
/// their lock, as thread-safe as they, and each write as whole: revisions that Books::commit() makes wait in
/// the same transaction.
///
/// Of each record that a destination carries, the newest revision either waits, or was accepted, or is set
/// aside, or has no value; or its period ended before the destination started. Receipts are kept as long as
/// the records.
///
/// A destination stays enrolled, and its records go on waiting, when it is configured no more.
class Outbox {
public:
    virtual ~Outbox() = default;

    /// To be called with the tables of today whenever they may have changed; the same plan again does
    /// nothing. Records that are carried from now on wait, unless the newest revision was accepted before;
    /// those that are carried no more leave, and keep their receipts. Blocks for some seconds where a year
    /// of records comes in. rejected: a span that ends before it begins.
    virtual Result<Enrolment> enrol(const UplinkId& uplink, const OutboxPlan& plan) = 0;
    /// In the order in which they came, also those that have only a state.
    virtual Result<std::vector<UplinkId>> destinations() = 0;

    /// The newest revision of each record that waits; all have a value. Reading on takes as long as the
    /// first page, however many wait.
    virtual Result<std::vector<ItemRecord>> waiting(const UplinkId& uplink, const WaitingQuery& query) = 0;
    /// In the same order.
    virtual Result<std::vector<RecordSetAside>> set_aside(const UplinkId& uplink,
                                                          const WaitingQuery& query) = 0;
    /// Cheap at any time but the first.
    virtual Result<OutboxStatus> status(const UplinkId& uplink) = 0;

    /// One transaction. What was said to a revision that is not the newest is put in its receipts, and the
    /// newer one goes on waiting. `kept` brings back what was set aside; without words there is no receipt
    /// of it, because nothing was answered. `state` as for put_state(). rejected: not enrolled, or a
    /// revision that is not in the books; nothing is written then.
    virtual Result<> settle(const UplinkId& uplink, const std::vector<Settlement>& settlements,
                            const DestinationState& state) = 0;
    Result<> settle(const UplinkId& uplink, const std::vector<Settlement>& settlements);
    /// Everything asked for that the destination carries waits again, also what was accepted, set aside, or
    /// ended before the start. Gives how many records wait now that did not.
    virtual Result<std::size_t> resend(const UplinkId& uplink, const ResendQuery& query) = 0;
    /// What was set aside waits again: one record, or all. Gives how many.
    virtual Result<std::size_t> release(const UplinkId& uplink, const std::optional<RecordName>& record) = 0;

    /// By destination as in destinations(), type, begin of the period, item, revision, line.
    virtual Result<std::vector<RecordReceipt>> history(const ReceiptQuery& query) = 0;
    /// All of it, however much, in pages: others come in between. Until `use` gives false; `most` is the
    /// size of a page. `use` is called without any lock.
    Result<> each_receipt(ReceiptQuery query, const std::function<bool(const RecordReceipt&)>& use);
    /// Whether any revision of it was accepted, by this destination or (none) by any: the period is
    /// reported then (已上报).
    virtual Result<bool> was_accepted(const RecordName& record, const std::optional<UplinkId>& uplink) = 0;
    Result<bool> was_accepted(const RecordName& record);
    /// The days, months or years that begin in [from, to) and of which some record was accepted by any
    /// destination, by begin. As cheap as one look-up a period, however many records it has.
    virtual Result<std::vector<StatPeriod>> reported_periods(StatType type, UtcTime from, UtcTime to) = 0;

    /// Empty: nothing was put yet.
    virtual Result<DestinationState> state(const UplinkId& uplink) = 0;
    /// Others stay; an empty value removes its name. rejected: longer than kMostStateBytes.
    virtual Result<> put_state(const UplinkId& uplink, const DestinationState& changes) = 0;
};

}  // namespace mg
