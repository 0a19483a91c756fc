#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <unordered_set>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/uplink/announcement.h"
#include "gateway/uplink/destination.h"
#include "gateway/uplink/selection.h"

namespace mg {

/// The messages of a session that a destination keeps: that the gateway is there, and what each meter is.
/// Pure; `options` and `selection` outlive it.
///
/// A destination may end the connection at a description that is too large for it (MQTT 3.1.1 has no word for
/// that). One at which it ends three times, with nothing else under way, is left out, and so are all that are
/// as large.
class Announcer {
public:
    /// Where bytes count, descriptions that were taken are not sent again for a day.
    Announcer(const Options& options, const Selection& selection, bool sparing)
        : options_{options}, selection_{selection}, sparing_{sparing} {}

    void begin(UtcTime now);
    /// Of the status `presence`; always the first of a session.
    [[nodiscard]] std::string status(Presence presence, UtcTime now) const;

    struct Description {
        MeterId meter;
        std::string payload;
    };
    /// The next one that fits; nullopt when all were given.
    std::optional<Description> next(std::size_t most_bytes);

    void sent(Ticket ticket) { under_way_.insert(ticket); }
    void sent(Ticket ticket, const Description& description) {
        under_way_.insert(ticket);
        last_ = {ticket, description.meter, description.payload.size()};
    }
    /// True for one of these messages.
    bool answered(Ticket ticket) { return under_way_.erase(ticket) != 0; }
    [[nodiscard]] std::size_t under_way() const { return under_way_.size(); }
    /// The destination does not want them; no more in this session.
    void give_up() { denied_ = true; }
    [[nodiscard]] bool given_up() const { return denied_; }
    /// The next description is to go when nothing else is under way, and nothing else before its answer.
    [[nodiscard]] bool careful() const { return careful_; }
    /// The connection ended; `alone`: at no more than one message without an answer. Gives the meter whose
    /// description is left out from now on.
    std::optional<MeterId> broke(bool alone);
    /// To be called after answers: notes when all were taken.
    void note_progress(UtcTime now);

private:
    static constexpr int kBreaks = 3;
    struct Sent {
        Ticket ticket{};
        MeterId meter;
        std::size_t bytes{0};
    };
    const Options& options_;
    const Selection& selection_;
    bool sparing_;
    std::unordered_set<Ticket> under_way_;
    std::size_t next_{0};
    bool denied_{false};
    std::optional<UtcTime> all_taken_;
    std::optional<Sent> last_;
    bool careful_{false};
    MeterId suspect_;
    int breaks_{0};  ///< at the suspect
    std::size_t most_bytes_{std::numeric_limits<std::size_t>::max()};
};

}  // namespace mg
