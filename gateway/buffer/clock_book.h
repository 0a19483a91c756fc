#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/layout.h"
#include "gateway/reading/sample.h"

namespace mg {

/// Somebody who knows the time agreed with the wall clock of this box.
struct ClockVouch {
    enum class By : std::uint8_t { ntp = 0, platform = 1, person = 2 };  ///< stored: never renumber

    By by{By::ntp};
    std::string who;        ///< the platform's id or the person's name; empty for ntp
    UtcTime at{};           ///< when, by the wall clock
    milliseconds offset{};  ///< wall clock minus steady clock at that moment; means something in `boot` only
    std::string boot;       ///< the kernel's boot id
    bool operator==(const ClockVouch&) const = default;
};

/// From `sequence` on, items of the store are dated for this reason.
struct ClockNote {
    UtcTime at{};
    ClockEpoch epoch{0};
    Sequence sequence{0};
    std::string reason;  ///< a code of docs/control-socket.md, status, clock
    std::string who;     ///< who vouched, where somebody did
    bool operator==(const ClockNote&) const = default;
};

/// One poll of one metering point while nobody knew the time.
struct HeldReadings {
    std::int64_t id{0};         ///< given by the store
    milliseconds since_boot{};  ///< steady time
    std::vector<Reading> readings;
    bool operator==(const HeldReadings&) const = default;
};

struct HeldCounts {
    std::uint64_t of_this_boot{0};
    /// The box lost power before anybody knew the time: nobody ever will. Kept to be looked at.
    std::uint64_t of_earlier_boots{0};
};

/// What the store keeps about the wall clock, beside the samples that were dated by it. Thread-safe; all of
/// it blocks for the disk, and what is written is on disk when ok is returned.
class ClockBook {
public:
    virtual ~ClockBook() = default;

    /// The newest vouch; none: never one.
    virtual Result<std::optional<ClockVouch>> vouch() = 0;
    virtual Result<> keep_vouch(const ClockVouch& vouch) = 0;
    /// The boot in which the store was last used; empty: by no version that noted it.
    virtual Result<std::string> last_boot() = 0;
    virtual Result<> note_boot(const std::string& boot) = 0;
    virtual Result<> note(const ClockNote& note) = 0;
    /// Newest first.
    virtual Result<std::vector<ClockNote>> notes(std::size_t most) = 0;

    /// storage_full: kMostHeld polls are held already.
    virtual Result<> hold(const Layout& layout, const std::string& boot, milliseconds since_boot,
                          const std::vector<Reading>& readings) = 0;
    /// Of exactly this layout and boot, oldest first.
    virtual Result<std::vector<HeldReadings>> held(const Layout& layout, const std::string& boot) = 0;
    /// They have become samples.
    virtual Result<> settle(const std::vector<HeldReadings>& placed) = 0;
    virtual Result<HeldCounts> held_counts(const std::string& boot) = 0;

    /// About two weeks of 10 metering points, and less than 100 MiB.
    static constexpr std::int64_t kMostHeld = 200'000;
};

}  // namespace mg
