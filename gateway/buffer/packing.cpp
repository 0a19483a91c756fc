#include "gateway/buffer/packing.h"

#include <algorithm>
#include <array>

#include "gateway/base/check.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::uint8_t kOneQuality = 1;
constexpr std::uint8_t kQualityPerPoint = 2;
constexpr std::size_t kMostPoints = 256;

/// Which bytes are qualities: reading a sample asks 20 times, so it is a table.
constexpr std::array<bool, 256> kKnownQualities = [] {
    std::array<bool, 256> known{};
    constexpr std::array kAll{Quality::good,         Quality::clock_untrusted, Quality::implausible,
                              Quality::no_reply,     Quality::corrupt_reply,   Quality::refused,
                              Quality::unsupported,  Quality::not_available,   Quality::line_down,
                              Quality::not_asked,    Quality::stopped,         Quality::clock_step,
                              Quality::storage_lost, Quality::before_start};
    for (const Quality quality : kAll) known[static_cast<std::size_t>(quality)] = true;
    return known;
}();

std::size_t width_of(const LayoutPoint& point) {
    return static_cast<std::size_t>(size_of(point.type));
}

void put(Packed& packed, std::uint64_t bits, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) packed.push_back(static_cast<std::uint8_t>(bits >> (8U * i)));
}

std::uint64_t take(std::span<const std::uint8_t> bytes) {
    std::uint64_t bits = 0;
    for (const std::uint8_t byte : bytes) bits = (bits << 8U) | byte;
    return bits;
}

/// The quality bytes of packed readings; empty when they are damaged.
std::span<const std::uint8_t> qualities_in(std::span<const std::uint8_t> packed) {
    if (packed.size() < 2) return {};
    if (packed.front() == kOneQuality) return packed.subspan(1, 1);
    const std::size_t points = std::size_t{packed[1]} + 1;
    if (packed.front() != kQualityPerPoint || packed.size() < 2 + points) return {};
    return packed.subspan(2, points);
}

bool is_value(std::uint8_t quality) {
    return kKnownQualities[quality] && has_value(static_cast<Quality>(quality));
}

tl::unexpected<Error> damaged(const Layout& layout, std::size_t size) {
    return fail(Failure::corrupt, trf("{0}: a stored sample of {1} bytes is damaged",
                                      "{0}：{1} 字节的存储采样已损坏", layout.meter.text, size));
}

}  // namespace

Packed pack(const Layout& layout, std::span<const Reading> readings) {
    MG_CHECK(readings.size() == layout.points.size() && readings.size() <= kMostPoints);
    const bool same = std::ranges::all_of(
        readings, [&](const Reading& reading) { return reading.quality == readings.front().quality; });
    std::size_t size = same ? 2 : 2 + readings.size();
    for (std::size_t i = 0; i < readings.size(); ++i) {
        if (has_value(readings[i].quality)) size += width_of(layout.points[i]);
    }
    Packed packed;
    packed.reserve(size);
    packed.push_back(same ? kOneQuality : kQualityPerPoint);
    if (same) {
        packed.push_back(
            static_cast<std::uint8_t>(readings.empty() ? Quality::good : readings.front().quality));
    } else {
        packed.push_back(static_cast<std::uint8_t>(readings.size() - 1));
        for (const Reading& reading : readings) packed.push_back(static_cast<std::uint8_t>(reading.quality));
    }
    for (std::size_t i = 0; i < readings.size(); ++i) {
        if (has_value(readings[i].quality)) put(packed, readings[i].bits, width_of(layout.points[i]));
    }
    return packed;
}

Result<std::vector<Reading>> unpack(const Layout& layout, std::span<const std::uint8_t> packed) {
    const std::size_t points = layout.points.size();
    const auto qualities = qualities_in(packed);
    const bool same = qualities.size() == 1 && packed.front() == kOneQuality;
    if (qualities.empty() || (!same && qualities.size() != points)) return damaged(layout, packed.size());

    std::vector<Reading> readings(points);
    auto values = packed.subspan(same ? 2 : 2 + points);
    for (std::size_t i = 0; i < points; ++i) {
        const std::uint8_t quality = qualities[same ? 0 : i];
        if (!kKnownQualities[quality]) return damaged(layout, packed.size());
        readings[i].quality = static_cast<Quality>(quality);
        if (!has_value(readings[i].quality)) continue;
        const std::size_t width = width_of(layout.points[i]);
        if (values.size() < width) return damaged(layout, packed.size());
        readings[i].bits = take(values.first(width));
        values = values.subspan(width);
    }
    if (!values.empty()) return damaged(layout, packed.size());
    return readings;
}

bool is_known_quality(std::uint8_t byte) {
    return kKnownQualities[byte];
}

bool adds_values(std::span<const std::uint8_t> before, std::span<const std::uint8_t> now) {
    const auto newer = qualities_in(now);
    if (std::ranges::none_of(newer, is_value)) return false;
    const auto older = qualities_in(before);
    if (std::ranges::none_of(older, is_value)) return true;
    // One quality for all fits any number of points.
    const auto points = std::max(older.size(), newer.size());
    const auto fits = [&](std::span<const std::uint8_t> q, std::uint8_t format) {
        return format == kOneQuality || q.size() == points;
    };
    if (!fits(older, before.front()) || !fits(newer, now.front())) return false;
    const auto at = [](std::span<const std::uint8_t> q, std::size_t i) {
        return is_value(q.size() == 1 ? q.front() : q[i]);
    };
    bool added = false;
    for (std::size_t i = 0; i < points; ++i) {
        if (at(older, i) && !at(newer, i)) return false;
        added = added || (at(newer, i) && !at(older, i));
    }
    return added;
}

}  // namespace mg
