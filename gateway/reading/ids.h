#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace mg {

/// A permanent name: a-z 0-9 _ , 1 to 64 characters. The tag keeps a meter from being taken for a line.
template <class Tag>
struct Id {
    std::string text;
    auto operator<=>(const Id&) const = default;
};

using LineId = Id<struct LineTag>;
using MeterId = Id<struct MeterTag>;  ///< a metering point; the instrument on it may change, the id never
using PointId = Id<struct PointTag>;
using UplinkId = Id<struct UplinkTag>;

/// True for what may stand as an id.
bool is_valid_id(std::string_view text);

/// Position in the buffer: global, strictly increasing, never reused. 0 is before the first.
using Sequence = std::int64_t;

}  // namespace mg

template <class Tag>
struct std::hash<mg::Id<Tag>> {
    // Not noexcept on purpose: the library then keeps the hash beside each key. Otherwise a look-up hashes
    // the other keys of its bucket as well, which was a fifth of the work of storing a sample.
    std::size_t operator()(const mg::Id<Tag>& id) const { return std::hash<std::string>{}(id.text); }
};
