#pragma once

#include <cstddef>
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
    /// True for one of these messages.
    bool answered(Ticket ticket) { return under_way_.erase(ticket) != 0; }
    [[nodiscard]] std::size_t under_way() const { return under_way_.size(); }
    /// The destination does not want them; no more in this session.
    void give_up() { denied_ = true; }
    [[nodiscard]] bool given_up() const { return denied_; }
    /// To be called after answers: notes when all were taken.
    void note_progress(UtcTime now);

private:
    const Options& options_;
    const Selection& selection_;
    bool sparing_;
    std::unordered_set<Ticket> under_way_;
    std::size_t next_{0};
    bool denied_{false};
    std::optional<UtcTime> all_taken_;
};

}  // namespace mg
