#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/uplink/selection.h"

namespace mg {

/// Of a gap its first one.
UtcTime slot_of(const StoredItem& item);

/// Where the items of a lane come from, in order, and whom to tell that they arrived. Used by the uplink's
/// thread; looking blocks for the disk. What is given to the functions below outlives the source.
class LaneSource {
public:
    virtual ~LaneSource() = default;

    enum class Fate : std::uint8_t {
        carried,
        not_selected,  ///< passed over: the uplink does not carry it
        elsewhere,     ///< passed over: another lane brings or brought it
    };
    struct Item {
        StoredItem item;
        Fate fate{Fate::carried};
    };
    struct Looked {
        std::vector<Item> items;
        Sequence through{0};  ///< everything up to here has been looked at
    };

    /// Items after `after`, at most `most`.
    virtual Result<Looked> look(Sequence after, std::size_t most) = 0;
    /// After this everything is still to be sent; where a sender starts, and starts again.
    [[nodiscard]] virtual Sequence start() const = 0;
    /// Up to here there may be items now.
    [[nodiscard]] virtual Sequence last() const = 0;
    /// Everything of this lane up to here is done.
    virtual void settled(Sequence through) = 0;
    /// As messages with the item after `after` name it.
    [[nodiscard]] virtual Lane lane(Sequence after) const = 0;
};

/// Who keeps the place of the boundary samples that went ahead of the others while a byte budget was used up.
/// It is a consumer of the store like any other; no configured uplink can have this id.
UplinkId boundaries_of(const UplinkId& uplink);

inline constexpr Sequence kNoEnd = std::numeric_limits<Sequence>::max();

/// What the uplink has not settled after `begin` and up to `until`, in the order of the store. Every item
/// between `begin` and the first it gives is settled already.
std::unique_ptr<LaneSource> stored_items(SampleStore& store, const UplinkId& uplink,
                                         const Selection& selection, Lane lane, SequenceRange part);

/// Only what carries the accounting, ahead of the others.
std::unique_ptr<LaneSource> boundary_items(SampleStore& store, const UplinkId& uplink,
                                           const Selection& selection);

/// A period again. What was not sent for the first time yet goes its normal way.
std::unique_ptr<LaneSource> items_again(SampleStore& store, const UplinkId& uplink,
                                        const Selection& selection, const Resend& order);

}  // namespace mg
