#include "gateway/accounting/day_strip.h"

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/base/language.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t kStateBits = 0x0F;
constexpr unsigned kStepShift = 4;
/// 0 is nothing known, q + 1 is quality q.
constexpr std::uint8_t kQualityBits = 0x1F;
constexpr std::uint8_t kOffBoundary = 0x20;
constexpr std::uint8_t kBackFilled = 0x40;

/// Of ItemSlot::after_day; the first also stands for what is computed before the day ends.
constexpr std::array<std::chrono::minutes, 16> kSteps{0min, 20min, 40min, 60min, 90min, 2h,  3h,  4h,
                                                      5h,   6h,    8h,    10h,   12h,   24h, 48h, 72h};

SlotState state_of(const ItemRecord& record) {
    if (!record.value) return SlotState::no_value;
    struct Rule {
        Mark mark;
        SlotState state;
    };
    // The first that holds: what a reader must know before he uses the figure.
    constexpr std::array kRules{
        Rule{Mark::unconfirmed, SlotState::unconfirmed},
        Rule{Mark::begin_bridged, SlotState::interpolated},
        Rule{Mark::end_bridged, SlotState::interpolated},
        Rule{Mark::begin_doubtful, SlotState::clock_doubtful},
        Rule{Mark::end_doubtful, SlotState::clock_doubtful},
        Rule{Mark::stuck, SlotState::stuck},
        Rule{Mark::out_of_limits, SlotState::out_of_limits},
        Rule{Mark::few_samples, SlotState::few_samples},
        Rule{Mark::estimated, SlotState::estimated},
        Rule{Mark::entered, SlotState::entered},
    };
    const auto* rule =
        std::ranges::find_if(kRules, [&](const Rule& each) { return record.marks.has(each.mark); });
    return rule == kRules.end() ? SlotState::measured : rule->state;
}

/// The instrument does not have this register, or says so: that is no failure of reading it.
constexpr bool is_absent(Quality quality) {
    return quality == Quality::unsupported || quality == Quality::not_available;
}

}  // namespace

ItemSlot ItemSlot::from_byte(std::uint8_t byte) {
    return {static_cast<SlotState>(byte & kStateBits), kSteps.at(byte >> kStepShift)};
}

std::uint8_t ItemSlot::byte() const {
    const auto later = std::ranges::upper_bound(kSteps, after_day);
    const auto step = later == kSteps.begin() ? 0 : later - kSteps.begin() - 1;
    return static_cast<std::uint8_t>(static_cast<unsigned>(state) |
                                     (static_cast<unsigned>(step) << kStepShift));
}

ItemSlot slot_of(const ItemRecord& record, UtcTime first_computed_at, UtcTime day_end) {
    const ItemSlot exact{state_of(record), std::chrono::floor<std::chrono::minutes>(
                                               std::max(first_computed_at - day_end, milliseconds{0}))};
    return ItemSlot::from_byte(exact.byte());
}

BoundarySlot BoundarySlot::from_byte(std::uint8_t byte) {
    const unsigned quality = byte & kQualityBits;
    if (quality == 0) return {};
    return {true, static_cast<Quality>(quality - 1), (byte & kOffBoundary) != 0, (byte & kBackFilled) != 0};
}

std::uint8_t BoundarySlot::byte() const {
    if (!known) return 0;
    return static_cast<std::uint8_t>((static_cast<unsigned>(quality) + 1) |
                                     (off_boundary ? kOffBoundary : 0U) | (back_filled ? kBackFilled : 0U));
}

BoundarySlot slot_of(const Sample& sample) {
    std::optional<Quality> worst;
    std::optional<Quality> absent;
    const auto look_at = [&](bool indexes_only) {
        for (std::size_t i = 0; i < sample.readings.size(); ++i) {
            if (indexes_only && sample.layout->points[i].kind != PointKind::index) continue;
            const Quality quality = sample.readings[i].quality;
            auto& into = is_absent(quality) ? absent : worst;
            into = into ? std::max(*into, quality) : quality;
        }
    };
    look_at(true);
    if (!worst && !absent) look_at(false);
    BoundarySlot slot{true, worst ? *worst : absent.value_or(Quality::not_available), false, false};
    const auto off = sample.taken_at - sample.slot.at;
    slot.off_boundary = slot.read() && (off > kMostOffBoundary || off < -kMostOffBoundary);
    return slot;
}

BoundarySlot after(const BoundarySlot& before, const BoundaryFound& found) {
    if (found.is_gap) return before.read() ? before : found.slot;
    BoundarySlot now = found.slot;
    const bool was_missing = before.known && !before.read();
    now.back_filled = now.read() && (was_missing || before.back_filled);
    return now;
}

UtcTime site_midnight_before(UtcTime time, std::chrono::minutes utc_offset) {
    return std::chrono::floor<std::chrono::days>(time + utc_offset) - utc_offset;
}

std::string_view to_string(SlotState state) {
    switch (state) {
        case SlotState::none:
            return "missing";
        case SlotState::measured:
            return "measured";
        case SlotState::entered:
            return "entered";
        case SlotState::estimated:
            return "estimated";
        case SlotState::interpolated:
            return "interpolated";
        case SlotState::clock_doubtful:
            return "clock_doubtful";
        case SlotState::unconfirmed:
            return "unconfirmed";
        case SlotState::out_of_limits:
            return "out_of_limits";
        case SlotState::few_samples:
            return "few_samples";
        case SlotState::stuck:
            return "stuck";
        case SlotState::no_value:
            return "no_value";
    }
    return "missing";
}

std::string_view label(SlotState state) {
    switch (state) {
        case SlotState::none:
            return tr("no record", "无记录");
        case SlotState::measured:
            return tr("measured", "实测");
        case SlotState::entered:
            return tr("entered", "人工填报");
        case SlotState::estimated:
            return tr("estimated", "估算");
        case SlotState::interpolated:
            return tr("interpolated", "插补");
        case SlotState::clock_doubtful:
            return tr("clock in doubt", "时钟存疑");
        case SlotState::unconfirmed:
            return tr("unexplained step of an index", "示数跳变待裁定");
        case SlotState::out_of_limits:
            return tr("beyond its limits", "超出限值");
        case SlotState::few_samples:
            return tr("too few samples", "采样不足");
        case SlotState::stuck:
            return tr("index stands still", "示数停走");
        case SlotState::no_value:
            return tr("no value", "无数值");
    }
    return {};
}

}  // namespace mg
