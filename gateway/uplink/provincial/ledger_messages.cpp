#include <algorithm>
#include <optional>

#include "gateway/base/language.h"
#include "gateway/uplink/provincial/configuration_messages.h"
#include "gateway/uplink/provincial/item_meters.h"
#include "gateway/uplink/provincial/json_object.h"
#include "gateway/uplink/provincial/platform_body.h"
#include "gateway/uplink/provincial/platform_time.h"

namespace mg {
namespace {

std::optional<int> level_of(MeterLevel level) {
    switch (level) {
        case MeterLevel::enterprise:
            return 1;
        case MeterLevel::unit:
            return 2;
        case MeterLevel::equipment:
            return 3;
        case MeterLevel::unstated:
        case MeterLevel::other:
            return std::nullopt;
    }
    return std::nullopt;
}

int state_of(InstrumentState state) {
    switch (state) {
        case InstrumentState::running:
            return 1;
        case InstrumentState::faulty:
            return 2;
        case InstrumentState::disused:
            return 3;
    }
    return 1;
}

bool is_type_code(std::string_view code) {
    return code.size() == 8 && std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
}

/// The words of the table, or their keys, to the two the platform has.
std::string_view calibration_state(std::string_view written) {
    if (written == "不合格" || written == "failed") return "不合格";
    return written.empty() ? std::string_view{} : "合格";
}

std::optional<int> owner_of(std::string_view owner) {
    if (owner == "用能单位") return 1;
    if (owner == "能源供应公司") return 2;
    if (owner == "第三方") return 3;
    return std::nullopt;
}

/// One instrument in one item.
struct LedgerEntry {
    const MeterOptions& meter;
    const ItemCode& code;
    Enters enters;
    int level;
};

std::string entry_text(const ConfigurationScene& scene, const LedgerEntry& entry) {
    const TableRow& row = entry.meter.row;
    const bool digits = scene.profile.record.code == CodeForm::digits;
    JsonObject out{scene.profile, "ledger"};
    out.text("meteringName", entry.meter.name)
        .text("meteringType", row.text("instrument_code"))
        .number("meteringLevel", entry.level)
        .optional("meteringParameter", entry.meter.energy)
        .text("dataCode", digits ? entry.code.digits() : entry.code.hyphenated())
        .number("dataCodeCalculate", static_cast<int>(entry.enters))
        .number("dataCodeRatio", 1)
        .optional("manuFacturer", row.text("maker"))
        .optional("typeSpecification", row.text("spec"))
        .optional("accuracyLevel", row.text("accuracy"))
        .optional("measureRange", row.text("range"))
        .optional("manageCode", row.text("asset_no"))
        .optional("calibrationState", calibration_state(row.text("verification_state")));
    if (const auto months = row.text("cycle_months"); !months.empty())
        out.text("calibrationCycle", fmt::format("{}月", months));
    out.optional("latelyCalibration", platform_day(row.text("verified_on")))
        .optional("nextCalibration", platform_day(row.text("valid_until")))
        .optional("inspectionOrganization", row.text("verified_by"))
        .optional("installationSite", row.text("location"));
    if (const auto owner = owner_of(row.text("owner"))) out.number("installOrg", *owner);
    out.optional("installDate", platform_day(row.text("installed_on")))
        .number("usrSystem", 1)
        .number("measureState", state_of(entry.meter.state));
    if (scene.profile.flow == PlatformFlow::token) out.optional("serNo", entry.meter.serial_no);
    return out.str();
}

/// Why an instrument is not told; empty where it can be.
std::string obstacle(const MeterOptions& meter) {
    if (!is_type_code(meter.row.text("instrument_code")))
        return trf("{}: the ledger has no instrument type code of 8 digits",
                   "{}：台账没有 8 位的器具类型代码", meter.id.text);
    if (!level_of(meter.level))
        return trf("{}: the ledger has no metering level 1 to 3", "{}：台账没有 1 至 3 的计量级别",
                   meter.id.text);
    return {};
}

void add_item(const ConfigurationScene& scene, const ItemOptions& item, const ItemCode& code,
              ConfigurationMessages& made, std::string& list) {
    for (const auto& [id, enters] : meters_in(item.formula)) {
        const MeterOptions* meter = scene.options.meter(id);
        if (meter == nullptr) continue;
        if (std::string why = obstacle(*meter); !why.empty()) {
            if (std::ranges::find(made.left_out, why) == made.left_out.end())
                made.left_out.push_back(std::move(why));
            continue;
        }
        const std::string text = entry_text(scene, {*meter, code, enters, *level_of(meter->level)});
        list += (list.empty() ? "" : ",") + text;
        made.calls.push_back({PlatformCall::ledger, fmt::format("meter/{}/{}", id.text, item.id),
                              platform_body(scene.profile, scene.identity, text)});
    }
}

}  // namespace

ConfigurationMessages ledger_messages(const ConfigurationScene& scene) {
    ConfigurationMessages made;
    if (!scene.profile.steps.contains(PlatformStep::ledger)) return made;
    std::string list;
    for_each_sent_item(scene, [&](const ItemOptions& item, const ItemCode& code) {
        add_item(scene, item, code, made, list);
    });
    if (scene.profile.flow == PlatformFlow::token || list.empty()) return made;
    JsonObject message;
    message.ready(scene.profile.ledger_list, fmt::format("[{}]", list));
    made.calls = {
        {PlatformCall::ledger, "ledger", platform_body(scene.profile, scene.identity, message.str())}};
    return made;
}

}  // namespace mg
