#include "tests/unit/uplink/provincial/stated_plant.h"

#include "config/fields.h"

namespace mg {
namespace {

EnterpriseOptions stated_enterprise(const std::string& text) {
    EnterpriseOptions enterprise = a_stated_enterprise();
    enterprise.name = enterprise.industry_code = enterprise.type_code = text;
    std::vector<TableRow::Cell> cells;
    for (const Field& field : fields_of(FieldSection::enterprise)) {
        const bool day = field.type == ValueType::date;
        const bool truth = field.type == ValueType::boolean;
        cells.push_back({std::string(field.key), 1, day ? "2026/3/2" : (truth ? "true" : text)});
    }
    enterprise.row = {"gateway.toml", 1, std::move(cells)};
    return enterprise;
}

MeterOptions stated_meter(const std::string& text) {
    MeterOptions meter;
    meter.id.text = "main";
    meter.name = meter.energy = meter.serial_no = text;
    meter.level = MeterLevel::enterprise;
    std::vector<TableRow::Cell> cells;
    for (const std::string_view key : {"maker", "spec", "accuracy", "range", "asset_no", "cycle_months",
                                       "verified_by", "location", "verification_state"})
        cells.push_back({std::string(key), 1, text});
    for (const std::string_view key : {"verified_on", "installed_on", "valid_until"})
        cells.push_back({std::string(key), 1, "2026-03-01"});
    cells.push_back({"instrument_code", 1, "15261500"});
    cells.push_back({"owner", 1, "用能单位"});
    meter.row = {"meters.csv", 2, std::move(cells)};
    return meter;
}

PlantUnitOptions stated_part(PlantUnitKind kind, const std::string& text) {
    PlantUnitOptions part;
    part.kind = kind;
    part.process = 1;
    part.process_unit = kind == PlantUnitKind::process ? 0 : 2;
    part.equipment_type = part.equipment_no = kind == PlantUnitKind::equipment ? 3 : 0;
    part.name = part.industry = part.designed_capacity = part.remark = text;
    part.in_operation_since = kSendTime;
    return part;
}

ItemOptions stated_item(const std::string& text) {
    ItemOptions item;
    item.id = "purchased";
    item.name = item.remark = text;
    item.codes.standard = parse_item_code("00-00-0000-023300-11").value();
    item.formula = "main.energy_import";
    item.periods = {StatType::day};
    item.day_min = Decimal::parse("0").value();
    item.day_max = Decimal::parse("32.5").value();
    return item;
}

}  // namespace

StatedPlant::StatedPlant(const std::string& words) : text{words}, enterprise{stated_enterprise(words)} {
    options.meters.push_back(stated_meter(text));
    options.items.push_back(stated_item(text));
    for (const auto kind : {PlantUnitKind::process, PlantUnitKind::unit, PlantUnitKind::equipment})
        options.plant.push_back(stated_part(kind, text));
}

ConfigurationScene StatedPlant::scene(const ProfileOptions& profile) const {
    return {.options = options,
            .profile = profile,
            .uplink = UplinkId{"province"},
            .identity = {.enterprise_code = text,
                         .device_id = text,
                         .secret_key = "never shown",
                         .reg_version = text,
                         .dic_version = text},
            .at = kSendTime,
            .enterprise = &enterprise};
}

std::vector<DatedRecord> StatedPlant::records() const {
    Replacement replacement;
    replacement.meter.text = "main";
    replacement.old_serial = replacement.new_serial = text;
    DatedRecord record;
    record.id = 7;
    record.body = replacement;
    return {record};
}

}  // namespace mg
