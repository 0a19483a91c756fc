#include "gateway/uplink/provincial/upload_schedule.h"

#include "gateway/base/checksum.h"

namespace mg {

std::chrono::seconds UploadSchedule::jitter_of(std::string_view name) {
    const std::int64_t places = kMostJitter.count() + 1;
    return std::chrono::seconds{static_cast<std::int64_t>(Crc32{}.add(name).value()) % places};
}

UtcTime UploadSchedule::last_upload(StatType type, UtcTime now) const {
    const bool at_once = type == StatType::real_time && real_time == RealTimeUpload::as_they_come;
    if (at_once || !time_of_day) return now;
    return *next(now) - std::chrono::days{1};
}

std::optional<UtcTime> UploadSchedule::next(UtcTime now) const {
    if (!time_of_day) return std::nullopt;
    const UtcTime today = calendar.containing(StatType::day, now).from + *time_of_day + jitter;
    // With its jitter the upload of a day may begin after midnight.
    const UtcTime before = today - std::chrono::days{1};
    if (before > now) return before;
    return today > now ? today : today + std::chrono::days{1};
}

UtcTime UploadSchedule::begins_before(StatType type, UtcTime now) const {
    // The period that contains the upload is the first that has not ended.
    return calendar.containing(type, last_upload(type, now)).from;
}

}  // namespace mg
