#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "config/load.h"
#include "config/options.h"
#include "gateway/acceptance/acceptance_walk.h"
#include "gateway/acceptance/sample_record.h"
#include "tests/support/fake_clock.h"

namespace mg::test {

/// An enterprise with three items, an instrument, and an uplink to each kind of platform; always the same.
struct SmallSite {
    SmallSite() {
        options.site.id = "cement";
        options.site.name = "样例水泥厂";
        options.profiles = shipped_profiles();
        EnterpriseOptions enterprise;
        enterprise.id = "plant";
        enterprise.name = "样例水泥<有限>公司";
        enterprise.code = "91130000XXXXXXXX0Y";
        enterprise.region_code = "130100";
        enterprise.industry_code = "C3011";
        enterprise.type_code = "170";
        enterprise.consumption_level = 3;
        enterprise.latitude = Decimal::parse("38.04").value();
        enterprise.longitude = Decimal::parse("114.51").value();
        enterprise.row =
            TableRow{"gateway.toml", 1, {{"phone", 1, "0311-80000000"}, {"type_name", 1, "私营"}}};
        options.enterprises = {enterprise};
        MeterOptions meter;
        meter.id = {"hv"};
        meter.name = "10kV进线";
        meter.energy = "电力";
        meter.level = MeterLevel::enterprise;
        meter.serial_no = "SN26037X";
        meter.row = TableRow{"meters.csv",
                             2,
                             {{"instrument", 1, "三相电能表"},
                              {"instrument_code", 2, "15261000"},
                              {"accuracy", 3, "0.2S级"},
                              {"asset_no", 4, "NY-001号"},
                              {"verified_on", 5, "2024-03-12"},
                              {"verified_by", 6, "示例供电公司计量中心"}}};
        options.meters = {meter};
        ItemOptions elec;
        elec.id = "elec";
        elec.name = "全厂-电力-购进";
        elec.codes.standard = parse_item_code("00-00-0000-023300-11").value();
        elec.periods = {StatType::real_time, StatType::day};
        elec.interval = std::chrono::minutes{15};
        elec.formula = "hv.energy_import";
        elec.unit = "万kWh";
        elec.decimals = 4;
        ItemOptions steel = elec;
        steel.id = "steel";
        steel.name = "产品产量";
        steel.codes.standard = parse_item_code("02-01-0000-040100-30").value();
        steel.periods = {StatType::day, StatType::month};
        steel.method = ItemMethod::manual;
        steel.source = InputType::manual;
        steel.month_source = InputType::manual;
        steel.formula.clear();
        steel.unit = "t";
        steel.decimals = 0;
        ItemOptions unsent = elec;
        unsent.id = "elec_export";
        unsent.codes.standard.reset();
        options.items = {elec, steel, unsent};
        PlantUnitOptions process;
        process.name = "熟料烧成";
        process.process = 2;
        options.plant = {process};
        uplink("p1", "national", "https://energy.example.gov.cn/sx/inf/upload/register");
        uplink("p2", "shandong", "https://energy.example.gov.cn:8443/enterprise/register");
        uplink("p3", "yunnan", "https://energy.example.gov.cn/YNEnergy");
    }

    void uplink(const std::string& id, const std::string& profile, const std::string& url) {
        ProvincialOptions made;
        made.id.text = id;
        made.profile = profile;
        made.url = url;
        made.enterprise = "plant";
        options.provincial.push_back(made);
    }

    [[nodiscard]] const ProfileOptions& profile_of(std::size_t which) const {
        return *options.profile(options.provincial.at(which).profile);
    }
    /// With an invented record where the books give none.
    [[nodiscard]] AcceptanceSite site(std::size_t which, const std::string& item = {}) {
        const ProvincialOptions& to = options.provincial.at(which);
        SampleRecord sample = newest_record(
            options, to, profile_of(which), item, nullptr,
            [](const ItemRecord&) -> Result<std::string> { return std::string{"1"}; }, clock.utc());
        sample = invented_record(std::move(sample), options, to, profile_of(which), clock.utc());
        return {.options = options,
                .uplink = to,
                .profile = profile_of(which),
                .enterprise = options.enterprises.front(),
                .clock = clock,
                .item = sample.item,
                .sample = sample.record,
                .why_no_sample = sample.why_none,
                .sample_is_invented = sample.is_invented};
    }

    Options options;
    FakeClock clock{UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}} +
                    std::chrono::hours{2} + std::chrono::minutes{20}};
};

}  // namespace mg::test
