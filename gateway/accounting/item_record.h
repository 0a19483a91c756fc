#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/reading/decimal.h"
#include "gateway/reading/stat_period.h"

namespace mg {

/// Why a record is not simply measured. Bits, stored on disk: never renumber.
enum class Mark : std::uint32_t {
    begin_bridged = 1U << 0U,   ///< its begin was interpolated between two good readings
    end_bridged = 1U << 1U,     ///< its end was
    begin_doubtful = 1U << 2U,  ///< its begin was read with an untrusted clock, or more than a minute off
    end_doubtful = 1U << 3U,    ///< its end was
    unconfirmed = 1U << 4U,     ///< an index made a step that nobody has explained yet
    estimated = 1U << 5U,       ///< contains a person's estimate of an unmetered time
    entered = 1U << 6U,         ///< typed in or handed in, not metered
    out_of_limits = 1U << 7U,   ///< below the item's minimum or above its maximum
    split = 1U << 8U,         ///< a coefficient or ratio changed inside, and the index there was interpolated
    opening = 1U << 9U,       ///< contains an opening amount
    no_divisor = 1U << 10U,   ///< no value: division by zero
    too_large = 1U << 11U,    ///< no value: beyond 37 digits
    few_samples = 1U << 12U,  ///< a mean of less than half of the samples that were due
    stuck = 1U << 13U,        ///< a register stood while its meter's rate said that something flowed
};

class Marks {
public:
    constexpr Marks() = default;
    constexpr explicit Marks(std::uint32_t bits) : bits_{bits} {}
    constexpr Marks(Mark mark) : bits_{static_cast<std::uint32_t>(mark)} {}
    [[nodiscard]] constexpr bool has(Mark mark) const {
        return (bits_ & static_cast<std::uint32_t>(mark)) != 0;
    }
    [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
    /// The platform's `valid`: no interpolated end, nothing unconfirmed, the clock known, within limits.
    [[nodiscard]] constexpr bool suspect() const { return (bits_ & kSuspect) != 0; }
    /// Of a period that consists of parts, from one to the next: how it begins, how it ends, and everything
    /// that any part contains. A bridged boundary inside does not matter.
    [[nodiscard]] constexpr Marks followed_by(Marks next) const {
        return Marks{(bits_ & ~kEnd) | (next.bits_ & ~kBegin)};
    }
    constexpr Marks& operator|=(Marks other) {
        bits_ |= other.bits_;
        return *this;
    }
    friend constexpr Marks operator|(Marks a, Marks b) { return a |= b; }
    bool operator==(const Marks&) const = default;

private:
    static constexpr std::uint32_t kBegin =
        static_cast<std::uint32_t>(Mark::begin_bridged) | static_cast<std::uint32_t>(Mark::begin_doubtful);
    static constexpr std::uint32_t kEnd =
        static_cast<std::uint32_t>(Mark::end_bridged) | static_cast<std::uint32_t>(Mark::end_doubtful);
    static constexpr std::uint32_t kSuspect = kBegin | kEnd | static_cast<std::uint32_t>(Mark::unconfirmed) |
                                              static_cast<std::uint32_t>(Mark::out_of_limits) |
                                              static_cast<std::uint32_t>(Mark::few_samples) |
                                              static_cast<std::uint32_t>(Mark::stuck);
    std::uint32_t bits_{0};
};

/// The stable names used in JSON ("bridged"), in the order of the bits.
std::vector<std::string_view> names_of(Marks marks);
/// For people, in their language ("interpolated end", "边界插补").
std::vector<std::string_view> labels_of(Marks marks);
/// None: no mark has this name.
std::optional<Mark> mark_from(std::string_view name);

/// The value of one item for one period (上报记录), one revision of it. Values are rounded so that they add
/// up; `exact` is what they were rounded from.
struct ItemRecord {
    std::string item;
    StatPeriod period;
    std::uint32_t revision{0};     ///< 0 first; a new one only where value, marks or input type changed
    std::optional<Decimal> value;  ///< in the unit of the item; none: the marks say why
    Marks marks;
    int input_type{4};     ///< provincial inputType
    std::string exact;     ///< Exact::to_string() of the amount; empty where there is none
    std::string total;     ///< the running total since the year's start at the end of the period, exact
    UtcTime item_version;  ///< begin of the version of the item that it was computed by
    std::string cause;  ///< of a revision: "replacement 17", "late readings of hv_kiln"; empty for the first
    UtcTime computed_at{};
};

/// Whether both say the same to a reader: a new revision is due only where they do not.
inline bool same_figure(const ItemRecord& a, const ItemRecord& b) {
    return a.value == b.value && a.marks == b.marks && a.input_type == b.input_type;
}

}  // namespace mg
