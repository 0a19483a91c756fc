#include "gateway/uplink/provincial/configuration_messages.h"

#include <algorithm>
#include <map>
#include <utility>

#include "gateway/uplink/provincial/enterprise_messages.h"
#include "gateway/uplink/provincial/item_meters.h"
#include "gateway/uplink/provincial/json_object.h"
#include "gateway/uplink/provincial/platform_body.h"
#include "gateway/uplink/provincial/platform_time.h"

namespace mg {
namespace {

bool sends_calls(const ConfigurationScene& scene) {
    return scene.profile.flow == PlatformFlow::token;
}

std::string two(int value) {
    return fmt::format("{:02}", value);
}

std::string day_text(const std::optional<UtcTime>& day, const SiteOptions& site) {
    return day ? platform_time(*day, site.utc_offset, DateForm::dashes).substr(0, 10) : std::string{};
}

std::string_view process_name(const Options& options, std::uint8_t process) {
    const auto found = std::ranges::find_if(options.plant, [&](const PlantUnitOptions& unit) {
        return unit.kind == PlantUnitKind::process && unit.process == process;
    });
    return found == options.plant.end() ? std::string_view{} : std::string_view{found->name};
}

std::string_view industry_of(const Options& options, const PlantUnitOptions& process) {
    if (!process.industry.empty()) return process.industry;
    const auto plant = std::ranges::find(options.plant, PlantUnitKind::enterprise, &PlantUnitOptions::kind);
    return plant == options.plant.end() ? std::string_view{} : std::string_view{plant->industry};
}

void write_process(JsonObject& out, const Options& options, const PlantUnitOptions& process) {
    out.text("processCode", two(process.process))
        .text("processName", process.name)
        .optional("industryCode", industry_of(options, process))
        .optional("remark", process.remark);
}

void write_unit(JsonObject& out, const Options& options, const PlantUnitOptions& unit) {
    out.text("code", two(unit.process_unit))
        .text("name", unit.name)
        .text("processCode", two(unit.process))
        .optional("processName", process_name(options, unit.process))
        .optional("commDate", day_text(unit.in_operation_since, options.site))
        .optional("designedCapacity", unit.designed_capacity);
}

void write_equipment(JsonObject& out, const PlantUnitOptions& equipment) {
    out.text("deviceType", two(equipment.equipment_type))
        .text("deviceNo", fmt::format("{:04}", equipment.equipment_no))
        .text("deviceName", equipment.name)
        .text("processCode", two(equipment.process))
        .text("processUnitCode", two(equipment.process_unit))
        .optional("remark", equipment.remark);
}

/// The first `most` characters.
std::string_view shortened(std::string_view text, std::size_t most) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
        if (begins && characters++ == most) return text.substr(0, i);
    }
    return text;
}

/// One kind of period of one item.
struct ItemEntry {
    const ItemOptions& item;
    const ItemCode& code;
    StatType type;
};

InputType source_of(const ItemEntry& entry) {
    switch (entry.type) {
        case StatType::real_time:
        case StatType::day:
            return entry.item.source;
        case StatType::month:
        case StatType::year:
            return entry.item.month_source;
    }
    return entry.item.source;
}

void write_item(JsonObject& out, const ConfigurationScene& scene, const ItemEntry& entry) {
    constexpr std::size_t kLongestItemName = 30;
    const auto& [item, code, type] = entry;
    const bool calls = sends_calls(scene);
    out.text(calls ? "collectItemName" : "name", calls ? shortened(item.name, kLongestItemName) : item.name)
        .text("processCode", two(code.process))
        .text("processUnitCode", two(code.process_unit))
        .text("equipmentCode", two(code.equipment_type))
        .text("equipmentUnitCode", two(code.equipment_no))
        .text("energyClassCode", two(code.energy_class))
        .text("energyTypeCode", fmt::format("{:04}", code.energy_type))
        .text("dataUsageCode", two(code.use));
    if (scene.profile.items_with_code)
        out.text("dataCode",
                 scene.profile.record.code == CodeForm::digits ? code.digits() : code.hyphenated());
    out.number("inputType", known_input_type(scene.profile.record, static_cast<int>(source_of(entry))));
    // Limits are those of a day.
    if (type == StatType::day && item.day_max) out.number("dataValueMax", item.day_max->to_string());
    if (type == StatType::day && item.day_min) out.number("dataValueMin", item.day_min->to_string());
    out.number("statType", static_cast<int>(type))
        .number("scope", static_cast<int>(scene.profile.scope.value_or(code.scope())))
        .optional("remark", item.remark);
}

/// Every item that is sent there, once for each StatType, or once.
template <class Use>
void for_each_entry(const ConfigurationScene& scene, const Use& use) {
    for_each_sent_item(scene, [&](const ItemOptions& item, const ItemCode& code) {
        for (const StatType type : item.periods) {
            const ItemEntry entry{item, code, type};
            if (!scene.profile.stat_types.contains(type)) continue;
            if (type == StatType::real_time && source_of(entry) == InputType::manual) continue;
            use(entry);
            if (!scene.profile.items_per_stat_type) break;
        }
    });
}

/// The same entries as calls of their own and as lists for one message.
struct Entries {
    const ConfigurationScene& scene;
    std::vector<ConfigurationCall> calls;
    std::map<PlatformCall, std::string> lists;

    void add(PlatformCall call, std::string key, const JsonObject& members) {
        const std::string text = members.str();
        std::string& list = lists[call];
        if (!list.empty()) list += ',';
        list += text;
        calls.push_back({call, std::move(key), platform_body(scene.profile, scene.identity, text)});
    }
    [[nodiscard]] std::string list(PlatformCall call) const {
        const auto found = lists.find(call);
        return fmt::format("[{}]", found == lists.end() ? std::string{} : found->second);
    }
};

void add_part(const PlantUnitOptions& part, Entries& entries) {
    const Options& options = entries.scene.options;
    const ProfileOptions& profile = entries.scene.profile;
    switch (part.kind) {
        case PlantUnitKind::enterprise:
            return;
        case PlantUnitKind::process: {
            JsonObject members{profile, "process"};
            write_process(members, options, part);
            return entries.add(PlatformCall::process, "process/" + two(part.process), members);
        }
        case PlantUnitKind::unit: {
            JsonObject members{profile, "unit"};
            write_unit(members, options, part);
            return entries.add(PlatformCall::process_unit,
                               fmt::format("unit/{:02}{:02}", part.process, part.process_unit), members);
        }
        case PlantUnitKind::equipment: {
            JsonObject members{profile, "equipment"};
            write_equipment(members, part);
            return entries.add(PlatformCall::equipment,
                               fmt::format("equipment/{:02}{:02}{:02}{:02}", part.process, part.process_unit,
                                           part.equipment_type, part.equipment_no),
                               members);
        }
    }
}

/// The enterprise and its group. A platform that misses something in it refuses the whole message: rather
/// without.
bool add_enterprise(const ConfigurationScene& scene, JsonObject& message,
                    std::vector<std::string>& left_out) {
    if (scene.enterprise == nullptr || !scene.profile.steps.contains(PlatformStep::enterprise)) return false;
    std::string missing = missing_of_enterprise(scene.profile, *scene.enterprise);
    if (!missing.empty()) {
        left_out.push_back(std::move(missing));
        return false;
    }
    message.ready("enterprise",
                  enterprise_json(scene.profile, *scene.enterprise, scene.identity.enterprise_code));
    return true;
}

}  // namespace

ConfigurationMessages configuration_messages(const ConfigurationScene& scene) {
    const auto& steps = scene.profile.steps;
    Entries entries{scene, {}, {}};
    if (steps.contains(PlatformStep::enterprise) || steps.contains(PlatformStep::items)) {
        for (const PlantUnitOptions& part : scene.options.plant) add_part(part, entries);
    }
    if (steps.contains(PlatformStep::items)) {
        for_each_entry(scene, [&](const ItemEntry& entry) {
            JsonObject members{scene.profile, "item"};
            write_item(members, scene, entry);
            entries.add(PlatformCall::items,
                        fmt::format("item/{}/{}", entry.item.id, static_cast<int>(entry.type)), members);
        });
    }
    if (sends_calls(scene)) return {.calls = std::move(entries.calls), .left_out = {}};
    ConfigurationMessages made;
    JsonObject message;
    const bool with_enterprise = add_enterprise(scene, message, made.left_out);
    if (entries.calls.empty() && !with_enterprise) return made;
    message.ready("group", with_enterprise ? group_json(scene.profile, *scene.enterprise) : "{}")
        .ready("process", entries.list(PlatformCall::process))
        .ready("processUnit", entries.list(PlatformCall::process_unit))
        .ready("collectItemConfig", entries.list(PlatformCall::items));
    made.calls = {{PlatformCall::enterprise, "enterprise",
                   platform_body(scene.profile, scene.identity, message.str())}};
    return made;
}

}  // namespace mg
