#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/progress.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/slot.h"

namespace mg {

/// The ways by which one uplink sends. Stored by number: never renumber.
enum class Lane : std::uint8_t {
    live = 0,     ///< in order, or in live-first what came since the connection stands
    backlog = 1,  ///< in live-first: what waited before that
    resend = 2,   ///< ordered by a person, of a period
};
inline std::string_view to_string(Lane lane) {
    switch (lane) {
        case Lane::live:
            return "live";
        case Lane::backlog:
            return "backlog";
        case Lane::resend:
            return "resend";
    }
    return {};
}

/// What a destination answered for a run of items it took.
struct Receipt {
    SequenceRange items;  ///< from the first to the last that the message carried
    std::uint64_t samples{0};
    std::uint64_t gaps{0};
    Lane lane{Lane::live};
    UtcTime first_at{};  ///< of the first answer
    UtcTime last_at{};   ///< of the last one, where several became one row
    std::string answer;  ///< in the destination's words: "PUBACK 0"
    bool operator==(const Receipt&) const = default;
};

/// A period that a person ordered to be sent again. It ends by itself when all of it is confirmed.
struct Resend {
    std::uint64_t id{0};  ///< given by the store; grows
    Slot from;            ///< [from, to)
    Slot to;
    std::vector<MeterId> meters;  ///< empty: all
    Sequence done{0};             ///< confirmed again up to here
    Sequence until{0};            ///< the newest item when it was ordered: later ones go their normal way
    UtcTime ordered_at{};
    std::string ordered_by;  ///< a user name
    bool operator==(const Resend&) const = default;
};

/// What a consumer sent on one calendar day of the site.
struct TrafficDay {
    std::chrono::sys_days day;
    UtcTime since{};  ///< the first message of it
    std::uint64_t bytes{0};
    std::uint64_t messages{0};
    bool operator==(const TrafficDay&) const = default;
};

struct SetAside {
    Sequence sequence{0};
    std::string why;  ///< the destination's words
    UtcTime at{};
    bool operator==(const SetAside&) const = default;
};

/// What people ordered of the uplinks, and what the destinations answered. Survives restarts with the store.
/// Thread-safe.
class Deliveries {
public:
    virtual ~Deliveries() = default;

    /// A paused uplink sends nothing; what is stored waits for it. On disk before it returns. paused() never
    /// blocks.
    virtual Result<> set_paused(const UplinkId& consumer, bool paused) = 0;
    virtual bool paused(const UplinkId& consumer) = 0;

    /// On disk before it returns; gives the id. `id`, `done` and `until` of `order` are set by the store.
    virtual Result<std::uint64_t> order_resend(const UplinkId& consumer, Resend order) = 0;
    /// Those not yet through, oldest first. Never blocks.
    virtual std::vector<Resend> resends(const UplinkId& consumer) = 0;
    /// Returns at once; on disk within a second.
    virtual void resend_done(const UplinkId& consumer, std::uint64_t id, Sequence through) = 0;
    /// It is through, or was called off. On disk before it returns.
    virtual Result<> end_resend(const UplinkId& consumer, std::uint64_t id) = 0;

    /// Returns at once; on disk within a second, together with the progress. Receipts of neighbouring runs of
    /// one lane with the same answer within five minutes become one row. Kept as long as boundary samples.
    virtual void keep_receipt(const UplinkId& consumer, const Receipt& receipt) = 0;
    /// With last_at >= since, oldest first, at most `most`. Blocks for the disk.
    virtual Result<std::vector<Receipt>> receipts(const UplinkId& consumer, UtcTime since,
                                                  std::size_t most) = 0;

    /// Adds to what is known of its day. Returns at once; on disk within a second, together with the
    /// progress.
    virtual void count_traffic(const UplinkId& consumer, const TrafficDay& more) = 0;
    /// Of the last kTrafficDays days that anything was sent on, oldest first. Never blocks.
    virtual std::vector<TrafficDay> traffic(const UplinkId& consumer) = 0;
    static constexpr std::size_t kTrafficDays = 400;

    /// Oldest first, at most `most`. Blocks for the disk.
    virtual Result<std::vector<SetAside>> set_aside_items(const UplinkId& consumer, std::size_t most) = 0;
    /// It was taken after all (a resend). On disk before it returns; no harm if it was not set aside.
    virtual Result<> taken_after_all(const UplinkId& consumer, SequenceRange items) = 0;
};

}  // namespace mg
