#include "gateway/uplink/provincial/instrument_messages.h"

#include <utility>

#include "gateway/base/language.h"
#include "gateway/uplink/provincial/item_meters.h"
#include "gateway/uplink/provincial/json_object.h"
#include "gateway/uplink/provincial/platform_body.h"
#include "gateway/uplink/provincial/platform_time.h"

namespace mg {
namespace {

std::string today(const ConfigurationScene& scene) {
    return platform_day(platform_time(scene.at, scene.options.site.utc_offset, DateForm::dashes));
}

void add_replacement(const ConfigurationScene& scene, DatedId id, const Replacement& replacement,
                     ConfigurationMessages& made) {
    if (replacement.old_serial.empty() || replacement.new_serial.empty()) {
        made.left_out.push_back(
            trf("{}: its replacement of {} has not both serial numbers on record",
                "{}：{} 的更换记录缺出厂编号（旧表或新表）", replacement.meter.text,
                platform_day(platform_time(replacement.installed_at, scene.options.site.utc_offset,
                                           DateForm::dashes))));
        return;
    }
    JsonObject members{scene.profile, "replacement"};
    members.text("replacedSerno", replacement.old_serial).text("installSerNo", replacement.new_serial);
    // The table has the number of the instrument that is in place now, not of one that came and went.
    const MeterOptions* meter = scene.options.meter(replacement.meter);
    if (meter != nullptr && meter->serial_no == replacement.new_serial)
        members.optional("installManageNo", meter->row.text("asset_no"));
    made.calls.push_back({PlatformCall::replacement, fmt::format("replacement/{}", id),
                          platform_body(scene.profile, scene.identity, members.str())});
}

void add_verification(const ConfigurationScene& scene, const MeterOptions& meter,
                      ConfigurationMessages& made) {
    const std::string day = platform_day(meter.row.text("verified_on"));
    if (day.empty() || day > today(scene)) return;
    const auto by = meter.row.text("verified_by");
    if (by.empty() || meter.serial_no.empty()) {
        made.left_out.push_back(trf(
            "{}: its verification of {} is not told, the ledger lacks {}", "{}：{} 的检定未报送，台账缺{}",
            meter.id.text, day, by.empty() ? tr("verified_by", "检定机构") : tr("serial_no", "出厂编号")));
        return;
    }
    JsonObject members{scene.profile, "verification"};
    members.text("serNo", meter.serial_no).text("verifyOrg", by).text("verifyTime", day);
    made.calls.push_back({PlatformCall::verification, fmt::format("verification/{}/{}", meter.id.text, day),
                          platform_body(scene.profile, scene.identity, members.str())});
}

}  // namespace

ConfigurationMessages replacement_messages(const ConfigurationScene& scene,
                                           std::span<const DatedRecord> records) {
    ConfigurationMessages made;
    if (!scene.profile.steps.contains(PlatformStep::replacement)) return made;
    const auto meters = meters_sent(scene);
    for (const DatedRecord& record : records) {
        const auto* replacement = std::get_if<Replacement>(&record.body);
        if (replacement == nullptr || !record.in_force() || replacement->installed_at > scene.at) continue;
        if (meters.contains(replacement->meter)) add_replacement(scene, record.id, *replacement, made);
    }
    return made;
}

ConfigurationMessages verification_messages(const ConfigurationScene& scene) {
    ConfigurationMessages made;
    if (!scene.profile.steps.contains(PlatformStep::verification)) return made;
    for (const MeterId& id : meters_sent(scene)) add_verification(scene, *scene.options.meter(id), made);
    return made;
}

}  // namespace mg
