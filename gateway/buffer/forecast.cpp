#include "gateway/buffer/forecast.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace mg {
namespace {

/// Bytes of the files that `counts`, over the days on which there are any.
template <class Counts>
std::uint64_t per_day(const std::vector<FileUse>& files, std::chrono::local_days today,
                      const Counts& counts) {
    std::uint64_t bytes = 0;
    std::set<std::chrono::local_days> days;
    for (const FileUse& file : files) {
        if (file.day >= today || file.day < today - kForecastDays || !counts(file)) continue;
        bytes += file.bytes;
        days.insert(file.day);
    }
    return days.empty() ? 0 : bytes / days.size();
}

/// What a day of one kind will take in the long run.
std::uint64_t lasting_per_day(const std::vector<FileUse>& files, std::chrono::local_days today,
                              FileKind kind) {
    const auto packed = per_day(files, today, [&](const auto& f) { return f.kind == kind && f.packed; });
    return packed > 0 ? packed : per_day(files, today, [&](const auto& f) { return f.kind == kind; });
}

}  // namespace

Forecast forecast(const std::vector<FileUse>& files, std::chrono::local_days today, const RetentionRule& rule,
                  std::int64_t room) {
    Forecast made{
        .hot_bytes_per_day = per_day(files, today, [](const auto& f) { return !f.packed; }),
        .packed_bytes_per_day = per_day(files, today, [](const auto& f) { return f.packed; }),
        .days_left = std::nullopt,
    };
    if (room <= 0) made.days_left = 0;
    if (room <= 0 || (made.hot_bytes_per_day == 0 && made.packed_bytes_per_day == 0)) return made;

    struct Kind {
        int keep{0};
        std::int64_t rate{0};
        std::map<std::chrono::local_days, std::int64_t> stored;
    };
    std::array<Kind, kFileKinds> kinds;
    for (const FileKind kind : {FileKind::boundary, FileKind::other}) {
        Kind& each = kinds[static_cast<std::size_t>(kind)];
        const auto keep = kind == FileKind::boundary ? rule.keep_boundary : rule.keep_other;
        each.keep = static_cast<int>(keep.count());
        each.rate = static_cast<std::int64_t>(lasting_per_day(files, today, kind));
    }
    for (const FileUse& file : files) {
        kinds[static_cast<std::size_t>(file.kind)].stored[file.day] += static_cast<std::int64_t>(file.bytes);
    }
    for (int ahead = 1; ahead <= kLongestForecast; ++ahead) {
        for (Kind& kind : kinds) {
            room -= kind.rate;
            // One day's worth goes: of those stored now, later of those that are still to come.
            const auto gone = today + std::chrono::days{ahead - kind.keep - 1};
            if (gone > today) {
                room += kind.rate;
            } else if (const auto day = kind.stored.find(gone); day != kind.stored.end()) {
                room += day->second;
            }
        }
        if (room < 0) {
            made.days_left = ahead - 1;
            return made;
        }
    }
    return made;
}

}  // namespace mg
