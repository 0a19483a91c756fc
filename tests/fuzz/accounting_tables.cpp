#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "config/load.h"
#include "config/loaders.h"
#include "config/text_file.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/problem_rules.h"

namespace mg {
namespace {

Options site_without_tables() {
    Options options;
    MeterOptions meter;
    meter.id.text = "main";
    options.meters = {meter};
    UplinkOptions uplink;
    uplink.id.text = "broker";
    options.uplinks = {uplink};
    options.codes = shipped_codes();
    return options;
}

/// What accounting and uplinks rely on after items.csv was accepted.
void check_items(const Options& options) {
    std::set<std::string> done;
    for (std::size_t i = 0; i < options.items.size(); ++i) {
        const ItemOptions& item = options.items[i];
        MG_CHECK(is_valid_id(item.id) && item.id != "main" && item.id != "coef");
        MG_CHECK(!item.periods.empty() && !item.unit.empty());
        MG_CHECK(item.interval % options.site.boundary == milliseconds{0});
        MG_CHECK(milliseconds{3'600'000} % item.interval == milliseconds{0});
        MG_CHECK(item.decimals >= 0 && item.decimals <= 9);
        MG_CHECK(!item.valid_to || item.valid_from < *item.valid_to);
        const bool by_formula = item.method != ItemMethod::manual && item.method != ItemMethod::total;
        MG_CHECK(by_formula == !item.formula.empty());
        MG_CHECK(item.in_total == InTotal::none ||
                 (item.coal && item.coal->basis && is_additive(item.method)));
        if (item.codes.standard)
            MG_CHECK(parse_item_code(item.codes.standard->digits()).value() == *item.codes.standard);
        const bool follows = i > 0 && options.items[i - 1].id == item.id;
        MG_CHECK(follows != done.insert(item.id).second);
        if (follows) MG_CHECK(*options.items[i - 1].valid_to <= item.valid_from);
    }
}

void check_coefficients(const Options& options) {
    for (std::size_t i = 1; i < options.coefficients.size(); ++i) {
        const CoefficientOptions& before = options.coefficients[i - 1];
        const CoefficientOptions& value = options.coefficients[i];
        if (before.name != value.name) continue;
        MG_CHECK(before.valid_from < value.valid_from && before.unit == value.unit);
    }
}

/// Every instant of a day has a slot.
void check_calendars(const Options& options) {
    for (const CalendarOptions& calendar : options.calendars) {
        MG_CHECK(is_valid_id(calendar.id) && !calendar.versions.empty());
        MG_CHECK(calendar.slots.size() <= kMostCalendarSlots);
        for (const CalendarVersion& version : calendar.versions) {
            for (const auto& each : stretches_of(
                     version,
                     std::chrono::floor<std::chrono::days>(version.valid_from + options.site.utc_offset))) {
                MG_CHECK(each.rule != nullptr && each.rule->slot < calendar.slots.size());
            }
        }
    }
}

void check_plant(const Options& options) {
    std::set<std::tuple<int, int, int, int, int>> places;
    for (const PlantUnitOptions& unit : options.plant) {
        MG_CHECK(!unit.name.empty() && !unit.needs.empty());
        MG_CHECK(places
                     .emplace(static_cast<int>(unit.kind), unit.process, unit.process_unit,
                              unit.equipment_type, unit.equipment_no)
                     .second);
    }
}

}  // namespace
}  // namespace mg

// The first byte says which table the others are: items.csv, coefficients.csv, units.csv, calendars.csv
// (t) or one of codes/.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mg;
    static const Options site = site_without_tables();
    FuzzInput input{bytes, size};
    const auto selected = input.byte();
    Options options = site;
    std::vector<Problem> problems;
    Reporter report{"table.csv", problems};
    const auto text = decode_text(std::string{text_of(input.rest())}, report);
    if (!text) return 0;
    const auto names = code_file_names();
    if (selected == 'i') load_items(*text, options, report);
    if (selected == 'c') load_coefficients(*text, options, report);
    if (selected == 'u') load_plant(*text, options, report);
    if (selected == 't') load_calendars(*text, options, report);
    if (selected >= '0' && selected < '0' + static_cast<int>(names.size()))
        load_codes(names[static_cast<std::size_t>(selected - '0')], *text, options.codes, report);
    check_problems(problems);
    const bool accepted =
        std::ranges::none_of(problems, [](const Problem& p) { return p.severity == Severity::error; });
    if (!accepted) return 0;
    check_items(options);
    check_coefficients(options);
    check_calendars(options);
    check_plant(options);
    return 0;
}
